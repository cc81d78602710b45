package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"
)

// newlines is what a text is with its lines ended alike.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// randomText draws a text of characters that take one to four bytes, and of ends
// of lines of all kinds.
func randomText(r *rand.Rand, most rune) string {
	var b strings.Builder
	for range r.IntN(200) {
		switch r.IntN(6) {
		case 0:
			b.WriteString([]string{"\n", "\r", "\r\n", "\r\r\n"}[r.IntN(4)])
		case 1:
			if c := r.Int32N(int32(most)) + 1; utf8.ValidRune(c) {
				b.WriteRune(c)
			}
		default:
			b.WriteByte(byte('a' + r.IntN(26)))
		}
	}
	return b.String()
}

// readers give a text in pieces of many sizes.
func readers(text []byte) []io.Reader {
	return []io.Reader{bytes.NewReader(text), iotest.OneByteReader(bytes.NewReader(text)), iotest.HalfReader(bytes.NewReader(text)), iotest.DataErrReader(bytes.NewReader(text))}
}

// TestTextReader writes random texts in every encoding and reads them in pieces.
func TestTextReader(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		for _, e := range textEncodings {
			most := map[string]rune{"latin-1": 0xff}[e]
			if most == 0 {
				most = utf8.MaxRune
			}
			text := randomText(r, most)
			var written []byte
			switch e {
			case "utf-8":
				if written = []byte(text); r.IntN(2) == 0 {
					written = append([]byte("\ufeff"), written...)
				} else {
					text = strings.TrimPrefix(text, "\ufeff")
				}
			case "latin-1":
				for _, c := range text {
					written = append(written, byte(c))
				}
			case "windows-1252":
				text = strings.Map(func(c rune) rune {
					b := byte(r.IntN(256))
					if c < utf8.RuneSelf {
						b = byte(c)
					}
					c, ok := character(b)
					if !ok || b == '\r' && c != '\r' {
						return -1
					}
					if b == 0 {
						b, c = 'a', 'a'
					}
					written = append(written, b)
					return c
				}, text)
			case "utf-16":
				var order binary.ByteOrder = binary.LittleEndian
				if r.IntN(2) == 0 {
					order = binary.BigEndian
				}
				for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
					written = append(written, 0, 0)
					order.PutUint16(written[len(written)-2:], unit)
				}
			}
			for i, in := range readers(written) {
				b, err := newText(bufio.NewReaderSize(in, 16), "t", e, true)
				if err != nil {
					t.Fatalf("%s: %q: %v", e, written, err)
				}
				got, err := io.ReadAll(b)
				if err != nil || string(got) != newlines.Replace(text) {
					t.Fatalf("%s, reader %d:\n%q (%v), want\n%q", e, i, got, err, newlines.Replace(text))
				}
			}
			if got := RecogniseEncoding(written); got != e && utf8.ValidString(text) && !utf8.Valid(written) && e != "latin-1" && strings.ContainsFunc(text, func(c rune) bool { return c > 0xff }) {
				t.Errorf("%q is recognised as %s, not %s", written, got, e)
			}
		}
	}
}

// TestWindows1252 holds the table to what Python makes of the bytes from 0x80 on:
// bytes(range(128, 160)).decode("cp1252", "replace").
func TestWindows1252(t *testing.T) {
	const want = "€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ"
	var got strings.Builder
	for b := byte(0x80); b < 0xa0; b++ {
		if r, ok := character(b); ok {
			got.WriteRune(r)
		} else {
			got.WriteRune(utf8.RuneError)
		}
	}
	if got.String() != want {
		t.Errorf("%s, want %s", got.String(), want)
	}
}

// TestBadText breaks a random text at a random place, which the error must name.
func TestBadText(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		text := strings.TrimPrefix(randomText(r, utf8.MaxRune), "\ufeff")
		at := r.IntN(len(text) + 1)
		for !utf8.ValidString(text[:at]) {
			at--
		}
		before := newlines.Replace(text[:at])
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		broken := append(append([]byte(text[:at]), 0xff), text[at:]...)
		if at < len(text) && r.IntN(2) == 0 { // a character that lacks its end
			broken = append([]byte(text[:at]), 0xf0, 0x9f)
		}
		for i, in := range readers(broken) {
			b, err := newText(bufio.NewReaderSize(in, 16), "t", "", true)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(b)
			mistake, ok := err.(*encodingError)
			if !ok || mistake.line != line || mistake.column != column || string(got) != before {
				t.Fatalf("reader %d: %q: %q, %+v; want %q, %d:%d", i, broken, got, err, before, line, column)
			}
		}
	}
}

// TestRecogniseEncoding looks at texts that are cut off.
func TestRecogniseEncoding(t *testing.T) {
	for text, want := range map[string]string{
		"": "utf-8", "plain": "utf-8", "caf\xc3\xa9": "utf-8", "cut off \xc3": "utf-8", "caf\xe9": "utf-8", "caf\xe9 au lait": "latin-1", "\x93a\x94 ": "windows-1252",
		"\x93\x81 ": "latin-1", "\xff\xfea\x00": "utf-16", "\xfe\xff\x00a": "utf-16", "\xff": "latin-1",
	} {
		if got := RecogniseEncoding([]byte(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// A line that a mistake cuts off is not read.
func TestBrokenLines(t *testing.T) {
	var got []string
	for line, err := range Lines(strings.NewReader("a\rb\r\nc\xffd\ne"), "t.txt", "") {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, line.Text)
		}
	}
	if want := "a b t.txt:3:2: byte 0xff is not UTF-8; save the file as UTF-8"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := ReadTokens(strings.NewReader("1\t2\n0\t3\xe9 4\n"), "t.txt", TokenOptions{}); err == nil || err.Error() != "t.txt:2:4: byte 0xe9 is not UTF-8; save the file as UTF-8" {
		t.Error(err)
	}
	for _, err := range Lines(ones{}, "t.txt", "") {
		if err == nil || err.Error() != "t.txt:1: the line is longer than 16777216 bytes" {
			t.Error(err)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\r\nb\xc3\xa9\r"), uint8(0))
	f.Add([]byte("\xff\xfea\x00\x3d\xd8"), uint8(3))
	f.Add([]byte("\x80\x81\r\n"), uint8(2))
	f.Fuzz(func(t *testing.T, text []byte, encoding uint8) {
		e := textEncodings[int(encoding)%len(textEncodings)]
		got, err := DecodeText(text, "t", e)
		if err == nil && (!utf8.ValidString(got) || strings.Contains(got, "\r")) {
			t.Errorf("%s: %q becomes %q", e, text, got)
		}
		n := 0
		for line, err2 := range Lines(bytes.NewReader(text), "t", e) {
			if err == nil && err2 != nil && !bytes.HasPrefix(text, []byte("\x1f\x8b")) {
				t.Errorf("%s: %q: %v", e, text, err2)
			}
			if err2 == nil {
				n++
			}
			if err2 == nil && line.Number != n {
				t.Errorf("line %d is %d", n, line.Number)
			}
		}
	})
}
