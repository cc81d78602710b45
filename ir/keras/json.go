package keras

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/spec"
)

// Bounds on a configuration. The largest of Keras's own models, EfficientNetB7,
// has 0.9 MB and 60,000 values.
const (
	maxBytes  = 64 << 20
	maxDepth  = 128
	maxValues = 4 << 20
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
	if s.values++; depth > maxDepth || s.values > maxValues {
		return v, fmt.Errorf("it has more than %d values, or more than %d inside one another", maxValues, maxDepth)
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
	from := s.at
	for s.at++; s.at < len(s.src); s.at++ {
		switch s.src[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			var text string
			if err := json.Unmarshal(s.src[from:s.at], &text); err != nil {
				return "", fmt.Errorf("it is not JSON: the text at byte %d cannot be read", from)
			}
			return text, nil
		}
	}
	return "", s.wrong("the end of a text")
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
