package keras

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/spec"
)

// Bounds on a configuration. The largest of Keras's own models, EfficientNetB7,
// has 0.9 MB and 60,000 values. A value takes up to 1.5 KB of memory until it is in a
// description, whatever it takes of the file: their number bounds what a file can ask for.
const (
	maxBytes  = 64 << 20
	maxDepth  = 128
	maxValues = 1 << 18
	// longestNumber is longer than any that Python writes: all digits of the smallest
	// float64 are 1,076.
	longestNumber = 1100
)

// document reads JSON as Python writes it, NaN and Infinity among its numbers. An
// entry of an object that is there twice counts once, the last, as in Python.
func document(data []byte) (spec.Value, error) {
	if len(data) > maxBytes {
		return spec.Value{}, fmt.Errorf("it has %d bytes; at most %d are read", len(data), maxBytes)
	}
	if !utf8.Valid(data) {
		return spec.Value{}, fmt.Errorf("it is not UTF-8 text")
	}
	s := scanner{src: data}
	v, err := s.value(0)
	if err == nil && s.next() != 0 {
		err = s.wrong("the end")
	}
	return v, err
}

// packed reads JSON that may be the text of a JSON text, or of one in it: attributes of
// .h5 files are.
func packed(data []byte) (spec.Value, error) {
	for range 2 {
		s := scanner{src: data}
		if s.next() != '"' || len(data) > maxBytes || !utf8.Valid(data) {
			break
		}
		inside, err := s.raw()
		if err == nil && s.next() != 0 {
			err = s.wrong("the end")
		}
		if err != nil {
			return spec.Value{}, err
		}
		data = inside
	}
	return document(data)
}

type scanner struct {
	src    []byte
	at     int
	values int
}

// next passes over white space and gives the byte after it, 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.src); s.at++ {
		if c := s.src[s.at]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
	}
	return 0
}

func (s *scanner) wrong(want string) error {
	if s.at >= len(s.src) {
		return fmt.Errorf("it ends early, at byte %d, where %s is expected", s.at, want)
	}
	r, _ := utf8.DecodeRune(s.src[s.at:])
	return fmt.Errorf("it is not JSON: byte %d is %q, where %s is expected", s.at, r, want)
}

func (s *scanner) value(depth int) (v spec.Value, err error) {
	switch s.values++; {
	case depth > maxDepth:
		return v, fmt.Errorf("it has more than %d values inside one another", maxDepth)
	case s.values > maxValues:
		return v, fmt.Errorf("it has more than %d values; give long vocabularies to the layer in a file, which Keras saves beside the configuration", maxValues)
	}
	switch c := s.next(); {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.list(depth)
	case c == '"':
		v.Kind = spec.String
		v.Str, err = s.text()
		return v, err
	case c == '-' || c >= '0' && c <= '9' || c == 'N' || c == 'I':
		return s.number()
	}
	for _, w := range []struct {
		word string
		v    spec.Value
	}{{"null", spec.Value{}}, {"true", spec.Value{Kind: spec.Bool, Bool: true}}, {"false", spec.Value{Kind: spec.Bool}}} {
		if s.word(w.word) {
			return w.v, nil
		}
	}
	return v, s.wrong("a value")
}

func (s *scanner) word(w string) bool {
	if len(s.src)-s.at < len(w) || string(s.src[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *scanner) list(depth int) (v spec.Value, err error) {
	v.Kind = spec.List
	s.at++
	if s.next() == ']' {
		s.at++
		return v, nil
	}
	for {
		e, err := s.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.List = append(v.List, e)
		switch s.next() {
		case ',':
			s.at++
		case ']':
			s.at++
			return v, nil
		default:
			return v, s.wrong(`"," or "]"`)
		}
	}
}

func (s *scanner) object(depth int) (v spec.Value, err error) {
	v.Kind = spec.Map
	s.at++
	if s.next() == '}' {
		s.at++
		return v, nil
	}
	place := map[string]int{}
	for {
		if s.next() != '"' {
			return v, s.wrong("a name in quotes")
		}
		name, err := s.text()
		if err != nil {
			return v, err
		}
		if s.next() != ':' {
			return v, s.wrong(`":"`)
		}
		s.at++
		e, err := s.value(depth + 1)
		if err != nil {
			return v, err
		}
		if i, twice := place[name]; twice {
			v.Map[i].Value = e
		} else {
			place[name] = len(v.Map)
			v.Map = append(v.Map, spec.Arg{Name: name, Value: e})
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			s.at++
			return v, nil
		default:
			return v, s.wrong(`"," or "}"`)
		}
	}
}

// text reads a text in quotes.
func (s *scanner) text() (string, error) {
	p, err := s.raw()
	return string(p), err
}

// raw is what a text in quotes says; without escapes it is a part of the document.
func (s *scanner) raw() ([]byte, error) {
	from, escapes := s.at, false
	for s.at++; s.at < len(s.src) && s.src[s.at] != '"'; s.at++ {
		switch c := s.src[s.at]; {
		case c < ' ':
			return nil, fmt.Errorf("it is not JSON: the text at byte %d has the control character %q in it", from, c)
		case c == '\\':
			s.at++
			escapes = true
		}
	}
	if s.at >= len(s.src) {
		return nil, s.wrong("the end of a text")
	}
	inside := s.src[from+1 : s.at]
	if s.at++; !escapes {
		return inside, nil
	}
	text, ok := unescaped(inside)
	if !ok {
		return nil, fmt.Errorf("it is not JSON: the text at byte %d cannot be read", from)
	}
	return text, nil
}

// unescaped is what stands between quotes, read escapes by escapes: two of them may be
// one character.
func unescaped(inside []byte) ([]byte, bool) {
	b := make([]byte, 0, len(inside))
	for len(inside) > 0 {
		plain := bytes.IndexByte(inside, '\\')
		if plain < 0 {
			plain = len(inside)
		}
		b = append(b, inside[:plain]...)
		inside = inside[plain:]
		n := 0
		for half := false; n+1 < len(inside) && inside[n] == '\\' && (half || n < 1<<12); {
			half = inside[n+1] == 'u' && n+2 < len(inside) && inside[n+2]|0x20 == 'd'
			if n += 2; inside[n-1] == 'u' {
				n += 4
			}
		}
		if n > len(inside) {
			return nil, false
		}
		var part string
		if json.Unmarshal(slices.Concat([]byte{'"'}, inside[:n], []byte{'"'}), &part) != nil {
			return nil, false
		}
		b = append(b, part...)
		inside = inside[n:]
	}
	return b, true
}

// number reads a number; one without point and exponent is whole where it fits.
func (s *scanner) number() (v spec.Value, err error) {
	for word, x := range map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)} {
		if s.word(word) {
			return spec.Value{Kind: spec.Float, Float: x}, nil
		}
	}
	from := s.at
	for s.at < len(s.src) && slices.Contains([]byte("+-.0123456789eE"), s.src[s.at]) {
		s.at++
	}
	if s.at-from > longestNumber {
		return v, fmt.Errorf("it has a number of more than %d characters, at byte %d", longestNumber, from)
	}
	text := string(s.src[from:s.at])
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return spec.Value{Kind: spec.Int, Int: n}, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.at = from
		return v, s.wrong("a number")
	}
	return spec.Value{Kind: spec.Float, Float: x}, nil
}
