package data

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Letters are windows of a text, an array of one of the places in every window: row i
// begins i strides further on in the text. The letters are its bytes, numbers from 0 to
// 255, so that every text has the same ones.
type Letters struct {
	Name   string
	Places Places
	text   []byte
	rows   int
}

// Places are those in a window that an array holds: From ≤ place < To; the window after
// it begins Stride letters further on.
type Places struct{ From, To, Stride int }

// ParsePlaces reads the places of letters in a window: "0:40" for the first 40, "40" for
// the one after them, "1:41" for the 40 from the second on, each perhaps with a stride,
// "0:40 by 3".
func ParsePlaces(text string) (Places, error) {
	p := Places{Stride: 1}
	bad := func() (Places, error) {
		return Places{}, fmt.Errorf("%.40q says no places in a window of letters; write 0:40 for the first 40, 40 for the one after them, 1:41 for the 40 from the second on, and 0:40 by 3 for windows that begin 3 letters after one another", text)
	}
	number := func(s string, to *int) bool {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		*to = int(n)
		return err == nil && n >= 0 && n < math.MaxInt32
	}
	places, stride, strides := strings.Cut(text, " by ")
	if strides && (!number(stride, &p.Stride) || p.Stride < 1) {
		return bad()
	}
	from, to, run := strings.Cut(places, ":")
	if !number(from, &p.From) {
		return bad()
	}
	if p.To = p.From + 1; run && (!number(to, &p.To) || p.To <= p.From) {
		return bad()
	}
	return p, nil
}

// OpenLetters makes arrays of the windows of a text file, compressed with gzip or not,
// one for each of some places in them: see [ParsePlaces]. All have the same rows, as many
// windows as there are whole ones.
func OpenLetters(path string, places ...string) ([]*Letters, error) {
	return open(path, func(r io.Reader, name string) ([]*Letters, error) { return ReadLetters(r, name, places...) })
}

// ReadLetters is OpenLetters of a reader; name stands for it in errors.
func ReadLetters(r io.Reader, name string, places ...string) ([]*Letters, error) {
	in, err := plain(r, name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var all []*Letters
	length := 0
	for i, s := range places {
		p, err := ParsePlaces(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if i > 0 && p.Stride != all[0].Places.Stride {
			return nil, fmt.Errorf("%s: windows of %q begin %s after one another, and those of %q %d; give all the same stride", name, places[0], plural(all[0].Places.Stride, "letter"), s, p.Stride)
		}
		length = max(length, p.To)
		all = append(all, &Letters{Name: name, Places: p, text: text})
	}
	for _, a := range all {
		if len(text) < length {
			return nil, fmt.Errorf("%s: the text has %s, and a window %d", name, plural(len(text), "letter"), length)
		}
		a.rows = (len(text)-length)/a.Places.Stride + 1
	}
	return all, nil
}

// Len is the number of windows.
func (a *Letters) Len() int { return a.rows }

// Width is the number of letters of a window that the array holds.
func (a *Letters) Width() int { return a.Places.To - a.Places.From }

// window are the letters of row i.
func (a *Letters) window(i int) []byte {
	at := i * a.Places.Stride
	return a.text[at+a.Places.From : at+a.Places.To]
}

// Row writes the letters of row i, 0 <= i < Len(), to dst, which holds Width() of them.
func (a *Letters) Row(i int, dst []float32) {
	for k, b := range a.window(i) {
		dst[k] = float32(b)
	}
}

// Integers is Row for numbers that are not rounded.
func (a *Letters) Integers(i int, dst []int32) error {
	for k, b := range a.window(i) {
		dst[k] = int32(b)
	}
	return nil
}
