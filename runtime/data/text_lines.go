package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Lines reads a text file line by line, compressed with gzip or not, in the
// encoding "utf-8", "latin-1", "windows-1252" or "utf-16", "" being the first;
// name stands for it in errors. A line comes without its end, which is "\n",
// "\r\n" or "\r". A line of more than 16 MiB is an error. The sequence ends after the
// first error.
func Lines(r io.Reader, name, encoding string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		b, err := plain(r, name)
		if err == nil {
			b, err = newText(b, name, encoding, encoding != "")
		}
		if err != nil {
			yield(Line{}, err)
			return
		}
		in := lineReader{b: b}
		for {
			text, err := in.readLine(maxLine)
			switch {
			case err == io.EOF:
				return
			case err == errLongLine:
				yield(Line{}, fmt.Errorf("%s:%d: the line is longer than %d bytes", name, in.lines+1, maxLine))
				return
			case err != nil:
				yield(Line{}, textError(name, err))
				return
			case !yield(Line{in.lines, string(text)}, nil):
				return
			}
		}
	}
}

// Line is a line of a text file.
type Line struct {
	Number int // counted from 1
	Text   string
}

// lineReader reads the lines of a text that end in "\n". A line that an error cuts
// off is not a line: [bufio.Scanner] would give it.
type lineReader struct {
	b     *bufio.Reader
	lines int    // read so far
	long  []byte // a line beyond the buffer
}

var errLongLine = errors.New("the line is too long")

// readLine reads a line of at most so many bytes, without its end. It stays as it
// is until the next one.
func (r *lineReader) readLine(most int) ([]byte, error) {
	r.long = r.long[:0]
	for {
		part, err := r.b.ReadSlice('\n')
		switch {
		case len(r.long)+len(part) > most:
			return nil, errLongLine
		case err == bufio.ErrBufferFull:
			r.long = append(r.long, part...)
			continue
		case err != nil && (err != io.EOF || len(part)+len(r.long) == 0):
			return nil, err
		}
		r.lines++
		if len(r.long) > 0 {
			r.long = append(r.long, part...)
			part = r.long
		}
		return bytes.TrimSuffix(part, []byte{'\n'}), nil
	}
}
