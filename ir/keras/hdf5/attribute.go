package hdf5

import (
	"fmt"
	"slices"
	"strings"
)

// An Attribute is a small value that an object has by name.
type Attribute struct {
	Name string
	array
	data []byte
}

// Attributes are the object's attributes in the order of their names. Those of a
// type that this package does not read are among them; reading them fails.
func (o *object) Attributes() ([]*Attribute, error) {
	s := o.f.newScope()
	var as []*Attribute
	add := func(b *block) error {
		a, err := o.attribute(s, b)
		if err == nil {
			as = append(as, a)
		}
		return err
	}
	for _, m := range o.messages {
		b := part(s, m.addr, m.data, messageNames[m.kind]+" message")
		var err error
		switch {
		case m.kind == msgAttribute && m.shared():
			err = b.fault("attributes shared in a heap are not supported")
		case m.kind == msgAttribute:
			err = add(b)
		case m.kind == msgAttributeInfo:
			err = denseAttributes(s, b, add)
		}
		if err != nil {
			return nil, fmt.Errorf("%w (attributes of %s)", err, o.path)
		}
	}
	slices.SortStableFunc(as, func(a, b *Attribute) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(as); i++ {
		if as[i].Name == as[i-1].Name {
			return nil, fmt.Errorf("hdf5: two attributes of %s are called %.80q", o.path, as[i].Name)
		}
	}
	return as, nil
}

// Attribute is the attribute of a name, or nil when there is none.
func (o *object) Attribute(name string) (*Attribute, error) {
	as, err := o.Attributes()
	if err != nil {
		return nil, err
	}
	for _, a := range as {
		if a.Name == name {
			return a, nil
		}
	}
	return nil, nil
}

func denseAttributes(s *scope, b *block, add func(*block) error) error {
	b.version(0)
	if flags := b.u8(); flags&1 != 0 {
		b.skip(2)
	}
	heap, tree := b.u64(), b.u64()
	if b.err != nil || heap == undefined {
		return b.err
	}
	h, err := s.fractalHeap(heap)
	if err != nil {
		return err
	}
	return s.records(tree, func(kind int, r *block) error {
		if kind != 8 {
			return r.fault("records of type %d do not name attributes", kind)
		}
		id := r.bytes(8)
		if flags := r.u8(); r.err == nil && flags&2 != 0 {
			return r.fault("attributes shared in a heap are not supported")
		}
		p, at, err := h.object(id)
		if err != nil {
			return err
		}
		return add(part(s, at, p, "attribute in a heap"))
	})
}

// attribute reads an attribute message.
func (o *object) attribute(s *scope, b *block) (*Attribute, error) {
	version, flags := b.version(3), b.u8()
	sizes := [3]int{b.u16(), b.u16(), b.u16()} // of name, type and space
	if version == 3 {
		b.skip(1) // ASCII or UTF-8
	}
	var parts [3]*block
	for i, what := range []string{"name of an attribute", "datatype of an attribute", "dataspace of an attribute"} {
		parts[i] = part(s, b.addr, b.bytes(sizes[i]), what)
		if version == 1 {
			b.pos = min(b.pos-sizes[i]+(sizes[i]+7)&^7, len(b.buf))
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	name, _, ended := strings.Cut(string(parts[0].buf), "\x00")
	if !ended {
		return nil, parts[0].fault("it does not end")
	}
	a := &Attribute{Name: name, array: array{file: o.f, what: "attribute " + name + " of " + o.path}}
	for i, what := range []string{1: "datatype", 2: "dataspace"} {
		if i > 0 && version > 1 && flags>>(i-1)&1 != 0 {
			var err error
			if parts[i], err = resolve(s, parts[i], []int{1: msgDatatype, 2: msgDataspace}[i], what); err != nil {
				return nil, err
			}
		}
	}
	var err error
	if a.typ, err = datatype(parts[1]); err != nil {
		return nil, err
	}
	if a.space, err = dataspace(parts[2]); err != nil {
		return nil, err
	}
	n := a.elements()
	if n < 0 || n > b.rest()/a.typ.Size {
		return nil, b.fault("%q has %v elements of %d bytes, and %d bytes", name, a.shape, a.typ.Size, b.rest())
	}
	a.data = b.bytes(n * a.typ.Size)
	return a, nil
}

// Strings are the elements of an attribute of strings.
func (a *Attribute) Strings() ([]string, error) {
	return a.strings(a.data)
}

// Text is the attribute as a single string.
func (a *Attribute) Text() (string, error) {
	ss, err := a.Strings()
	if err != nil {
		return "", err
	}
	if len(ss) != 1 {
		return "", fmt.Errorf("hdf5: %s has %d strings in place of one", a.what, len(ss))
	}
	return ss[0], nil
}

// Float64s are the elements of an attribute of numbers.
func (a *Attribute) Float64s() ([]float64, error) {
	dst := make([]float64, a.elements())
	return dst, decode(dst, a.data, &a.array)
}

// Int64s are the elements of an attribute of integers or booleans.
func (a *Attribute) Int64s() ([]int64, error) {
	dst := make([]int64, a.elements())
	return dst, decode(dst, a.data, &a.array)
}

// Bytes are the attribute's elements, numbers little-endian and all else as it is
// in the file.
func (a *Attribute) Bytes() []byte { return littleEndian(slices.Clone(a.data), a.typ) }
