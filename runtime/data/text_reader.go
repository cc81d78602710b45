package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// textReader turns a text in any encoding that is known into UTF-8 whose lines
// end in "\n", whether they end in that, in "\r\n" or in "\r" alone. What is not
// text in that encoding is an encodingError.
type textReader struct {
	src      *bufio.Reader
	decode   func(*textReader, []byte) (text []byte, used int)
	encoding string
	fix      bool             // another encoding can be asked for
	order    binary.ByteOrder // of UTF-16

	out          []byte // what has been decoded and not read yet
	buf, ends    []byte
	cr           bool // the last character was "\r", which "\n" may follow
	line, column int  // complete lines before, and characters of this one
	err          error
}

// newText reads a text through a buffer: see newTextReader.
func newText(b *bufio.Reader, name, encoding string, fix bool) (*bufio.Reader, error) {
	t, err := newTextReader(b, name, encoding, fix)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(t, 1<<16), nil
}

// newTextReader reads the text of a stream that plain has opened; name stands for it in
// errors, encoding is "" or one of textEncodings, and fix says whether the
// description can name another one. A byte order mark is taken away.
func newTextReader(b *bufio.Reader, name, encoding string, fix bool) (*textReader, error) {
	if err := checkEncoding(name, encoding); err != nil {
		return nil, err
	}
	t := &textReader{src: b, encoding: encoding, fix: fix}
	_, _ = b.Peek(4) // a pipe may have no more for now; an error comes again when it is read
	start, _ := b.Peek(min(b.Buffered(), 512))
	mark := 0
	switch {
	case bytes.HasPrefix(start, []byte("\ufeff")):
		if mark = 3; encoding != "" && encoding != "utf-8" {
			return nil, fmt.Errorf("%s: the text begins with the mark of UTF-8, and is to be read as %s; take encoding: %s out", name, encoding, encoding)
		}
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		mark, t.order = 2, binary.LittleEndian
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		mark, t.order = 2, binary.BigEndian
	}
	switch {
	case t.order != nil && encoding != "utf-16" && fix:
		return nil, fmt.Errorf("%s: the text is UTF-16; write encoding: utf-16, or save it as UTF-8", name)
	case t.order != nil && encoding != "utf-16":
		return nil, fmt.Errorf("%s: the text is UTF-16; save it as UTF-8", name)
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return nil, fmt.Errorf("%s: this is a spreadsheet or an archive, not a text; save a table as CSV", name)
	case encoding != "utf-16" && bytes.IndexByte(start, 0) >= 0:
		return nil, fmt.Errorf("%s: this is not text", name)
	}
	_, _ = b.Discard(mark) // just peeked at
	switch encoding {
	case "latin-1", "windows-1252":
		t.decode = (*textReader).bytes
	case "utf-16":
		if t.decode = (*textReader).units; t.order == nil {
			t.order = binary.LittleEndian
			if len(start) > 0 && start[0] == 0 {
				t.order = binary.BigEndian
			}
		}
	default:
		t.encoding, t.decode = "utf-8", (*textReader).valid
	}
	return t, nil
}

func (t *textReader) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.fill(1)
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

// textError puts the name of a file, and the place in it where that is known,
// before an error of its textReader.
func textError(name string, err error) error {
	var letter *encodingError
	if errors.As(err, &letter) {
		return fmt.Errorf("%s:%d:%d: %w", name, letter.line, letter.column, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// fill decodes what is in the buffer of src, at least so many bytes.
func (t *textReader) fill(least int) {
	b, err := t.src.Peek(least)
	if len(b) == 0 {
		t.err = err
		return
	}
	b, _ = t.src.Peek(t.src.Buffered())
	text, used := t.decode(t, b)
	if used == 0 {
		switch {
		case len(b) < least && !errors.Is(err, io.EOF):
			t.err = err
		case least < utf8.UTFMax && len(b) < utf8.UTFMax:
			t.fill(utf8.UTFMax) // the rest of a character, if there is more
		default:
			t.err = t.bad(b)
		}
		return
	}
	t.out = t.newlines(text)
	_, _ = t.src.Discard(used) // out stays as it is until the next Peek
}

// bad is the error about the first byte of b.
func (t *textReader) bad(b []byte) error {
	e := &encodingError{line: t.line + 1, column: t.column + 1}
	switch {
	case t.encoding == "utf-16" && len(b) < 2:
		e.text = "the text ends within a character of UTF-16"
	case t.encoding == "utf-16":
		e.text = fmt.Sprintf("%#04x is half a character of UTF-16, without its other half", t.order.Uint16(b))
	default:
		e.text = badByte(b[0], t.encoding, t.fix)
	}
	return e
}

// valid is the part of b that is UTF-8.
func (t *textReader) valid(b []byte) ([]byte, int) {
	n := validPrefix(b)
	return b[:n], n
}

// validPrefix counts the bytes before the first that is not UTF-8, or that begins
// a character which b does not end.
func validPrefix(b []byte) int {
	if utf8.Valid(b) {
		return len(b)
	}
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// bytes decodes an encoding of one byte to a character.
func (t *textReader) bytes(b []byte) ([]byte, int) {
	t.buf = t.buf[:0]
	for i, c := range b {
		r := rune(c)
		if t.encoding == "windows-1252" {
			var ok bool
			if r, ok = character(c); !ok {
				return t.buf, i
			}
		}
		t.buf = utf8.AppendRune(t.buf, r)
	}
	return t.buf, len(b)
}

// units decodes UTF-16.
func (t *textReader) units(b []byte) ([]byte, int) {
	t.buf = t.buf[:0]
	used := 0
	for used+2 <= len(b) {
		r, size := rune(t.order.Uint16(b[used:])), 2
		if utf16.IsSurrogate(r) {
			if used+4 > len(b) {
				break
			}
			if r = utf16.DecodeRune(r, rune(t.order.Uint16(b[used+2:]))); r == utf8.RuneError {
				break
			}
			size = 4
		}
		t.buf = utf8.AppendRune(t.buf, r)
		used += size
	}
	return t.buf, used
}

// newlines ends lines in "\n" and counts what it is given.
func (t *textReader) newlines(b []byte) []byte {
	if t.cr || bytes.IndexByte(b, '\r') >= 0 {
		t.ends = t.ends[:0]
		for _, c := range b {
			switch {
			case c == '\r':
				t.ends = append(t.ends, '\n')
			case c != '\n' || !t.cr:
				t.ends = append(t.ends, c)
			}
			t.cr = c == '\r'
		}
		b = t.ends
	}
	line := b
	if n := bytes.Count(b, []byte{'\n'}); n > 0 {
		t.line += n
		t.column = 0
		line = b[bytes.LastIndexByte(b, '\n')+1:]
	}
	t.column += utf8.RuneCount(line)
	return b
}
