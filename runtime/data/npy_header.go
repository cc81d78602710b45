package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	npyMagic = "\x93NUMPY"
	// mostNPYHeader bounds the header, as NumPy does (max_header_size).
	mostNPYHeader = 10000
)

// npyHeader is what the header of a NumPy file says.
type npyHeader struct {
	descr   string
	fortran bool
	shape   []int
}

// npyHeaderText reads up to the end of the header, and counts its bytes.
func npyHeaderText(r io.Reader) (text string, size int64, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:8]); err != nil {
		return "", 0, fmt.Errorf("not a NumPy file: %w", short(err))
	}
	if string(head[:6]) != npyMagic {
		return "", 0, fmt.Errorf("not a NumPy file: it starts with % x, not with % x", head[:6], npyMagic)
	}
	width := 4
	switch head[6] {
	case 1:
		width = 2
	case 2, 3:
	default:
		return "", 0, fmt.Errorf("NumPy format %d.%d is not known; 1.0 to 3.0 are", head[6], head[7])
	}
	if _, err := io.ReadFull(r, head[8:8+width]); err != nil {
		return "", 0, fmt.Errorf("the file ends in its header: %w", short(err))
	}
	n := binary.LittleEndian.Uint32(head[8:])
	if n > mostNPYHeader {
		return "", 0, fmt.Errorf("a header of %d bytes; at most %d are read", n, mostNPYHeader)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", 0, fmt.Errorf("the file ends in its header: %w", short(err))
	}
	return string(b), int64(8+width) + int64(n), nil
}

// parseNPYHeader parses a dictionary as Python writes it:
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }
func parseNPYHeader(text string) (npyHeader, error) {
	p := npyParser{rest: strings.TrimSpace(text)}
	var h npyHeader
	seen := map[string]bool{}
	if !p.take("{") {
		return h, p.wrong("{")
	}
	for !p.take("}") {
		key, err := p.text()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("%q occurs twice", key)
		}
		seen[key] = true
		if !p.take(":") {
			return h, p.wrong(":")
		}
		switch key {
		case "descr":
			if strings.HasPrefix(p.rest, "[") {
				return h, errors.New("a structured array, with named fields, cannot be read")
			}
			h.descr, err = p.text()
		case "fortran_order":
			h.fortran = p.take("True")
			if !h.fortran && !p.take("False") {
				err = p.wrong("True or False")
			}
		case "shape":
			h.shape, err = p.sizes()
		default:
			err = fmt.Errorf("the key %.40q is not known", key)
		}
		if err != nil {
			return h, err
		}
		if !p.take(",") && !strings.HasPrefix(p.rest, "}") {
			return h, p.wrong(", or }")
		}
	}
	if p.rest != "" {
		return h, p.wrong("the end")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("%q is missing", key)
		}
	}
	return h, nil
}

// npyParser reads from the front of what is left of a header.
type npyParser struct{ rest string }

// take takes a word and the spaces after it if it comes next.
func (p *npyParser) take(word string) bool {
	rest, ok := strings.CutPrefix(p.rest, word)
	if ok {
		p.rest = strings.TrimLeft(rest, " \t\n")
	}
	return ok
}

func (p *npyParser) wrong(want string) error {
	return fmt.Errorf("%.40q comes where %s must", p.rest, want)
}

// text takes a string in quotes.
func (p *npyParser) text() (string, error) {
	for _, quote := range []string{"'", `"`} {
		if p.take(quote) {
			if text, rest, ok := strings.Cut(p.rest, quote); ok && !strings.Contains(text, `\`) {
				p.rest = rest
				p.take("")
				return text, nil
			}
		}
	}
	return "", p.wrong("a string")
}

// sizes takes a tuple of whole numbers.
func (p *npyParser) sizes() ([]int, error) {
	if !p.take("(") {
		return nil, p.wrong("(")
	}
	shape := []int{}
	for !p.take(")") {
		if len(shape) == 32 { // NumPy's most
			return nil, errors.New("more than 32 axes")
		}
		n := 0
		for n < len(p.rest) && p.rest[n]-'0' <= 9 {
			n++
		}
		size, err := strconv.Atoi(p.rest[:n])
		if err != nil {
			return nil, p.wrong("the size of an axis")
		}
		shape = append(shape, size)
		p.rest = p.rest[n:]
		p.take("L") // as Python 2 wrote it
		p.take("")
		if !p.take(",") && !strings.HasPrefix(p.rest, ")") {
			return nil, p.wrong(", or )")
		}
	}
	return shape, nil
}
