package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A Node is a group or a dataset of a file that is to be written. [New] makes the
// root, its methods what is below. A mistake, such as two members of one name, is
// reported by WriteTo.
type Node struct {
	path       string
	members    map[string]*Node
	names      []string // of the members, in the order of making
	data       *Data    // of a dataset
	attributes []namedData
	mistakes   *[]error // of the whole tree
}

type namedData struct {
	name string
	data *Data
}

// New makes an empty file: its root group.
func New() *Node {
	return &Node{path: "/", members: map[string]*Node{}, mistakes: new([]error)}
}

func (n *Node) fail(format string, args ...any) {
	*n.mistakes = append(*n.mistakes, fmt.Errorf("hdf5: "+format, args...))
}

// Group is the group at path, counted from n. It and those above it are made if
// they are missing.
func (n *Node) Group(path string) *Node {
	path = strings.Trim(path, "/")
	for name := range strings.SplitSeq(path, "/") {
		if name == "" && path != "" { // several slashes are one
			continue
		}
		child := n.members[name]
		if child == nil {
			child = n.add(name)
			child.members = map[string]*Node{}
		}
		if n = child; n.members == nil {
			n.fail("%s is a dataset and a group", n.path)
			n.members = map[string]*Node{}
		}
	}
	return n
}

// Dataset makes a dataset at path, counted from n, and the groups above it that
// are missing.
func (n *Node) Dataset(path string, d Data) *Node {
	path = strings.Trim(path, "/")
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		n, path = n.Group(path[:i]), path[i+1:]
	}
	if n.members[path] != nil {
		n.fail("two members of %s are called %q", n.path, path)
	}
	child := n.add(path)
	child.data = &d
	if err := d.check(); err != nil {
		n.fail("%s: %w", child.path, err)
	}
	return child
}

func (n *Node) add(name string) *Node {
	child := &Node{path: strings.TrimSuffix(n.path, "/") + "/" + name, mistakes: n.mistakes}
	if name == "" || name == "." || strings.ContainsAny(name, "\x00") || len(name) >= math.MaxUint16 {
		n.fail("%.80q in %s is no name of a member", name, n.path)
	}
	n.members[name] = child
	n.names = append(n.names, name)
	return child
}

// MaxAttribute is how large the elements of an attribute may be: a message of a
// header has up to 64 KiB, with the attribute's name, type and shape. Keras
// splits larger ones.
const MaxAttribute = 64512

// Attribute gives a group or a dataset an attribute. Its elements take up to
// MaxAttribute bytes; a string of variable length takes 16, however long it is.
func (n *Node) Attribute(name string, d Data) {
	for _, a := range n.attributes {
		if a.name == name {
			n.fail("two attributes of %s are called %q", n.path, name)
		}
	}
	n.attributes = append(n.attributes, namedData{name, &d})
	err := d.check()
	switch {
	case err != nil:
		n.fail("attribute %q of %s: %w", name, n.path, err)
	case name == "" || strings.ContainsAny(name, "\x00") || len(name) > 512:
		n.fail("%.80q is no name of an attribute", name)
	case d.bytes() > MaxAttribute:
		n.fail("attribute %q of %s has %d bytes, at most %d", name, n.path, d.bytes(), MaxAttribute)
	}
}

// Data are the elements of a dataset or an attribute that is to be written.
type Data struct {
	Type  Type
	Shape []int // none for a scalar
	null  bool
	text  []string                // of strings
	write func(w io.Writer) error // of all else
	refs  []reference             // of strings of variable length, in the global heap
}

// Numbers are elements in row-major order. A shape of no axes makes a scalar.
func Numbers[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64](shape []int, v []T) Data {
	t := Type{Size: binary.Size(T(0))}
	switch any(T(0)).(type) {
	case int8, int16, int32, int64:
		t.Kind = Int
	case float32, float64:
		t.Kind = Float
	default:
		t.Kind = Uint
	}
	return Stream(t, shape, func(w io.Writer) error {
		var buf []byte
		for part := range slices.Chunk(v, bufferSize/8) {
			var err error
			if buf, err = binary.Append(buf[:0], binary.LittleEndian, part); err != nil {
				return err
			}
			if _, err := w.Write(buf); err != nil {
				return err
			}
		}
		return nil
	})
}

// Bools are booleans in row-major order, as h5py writes them.
func Bools(shape []int, v []bool) Data {
	return Stream(Type{Kind: Bool, Size: 1}, shape, func(w io.Writer) error {
		for part := range slices.Chunk(v, bufferSize) {
			if err := binary.Write(w, binary.LittleEndian, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// Stream are elements that write writes when the file is written, in row-major
// order, numbers little-endian.
func Stream(t Type, shape []int, write func(w io.Writer) error) Data {
	return Data{Type: t, Shape: shape, write: write}
}

// Copy are the elements of a dataset that is read, when the file is written.
func Copy(d *Dataset) (Data, error) {
	return copied(&d.array, d.Strings, func(w io.Writer) error {
		_, err := d.WriteTo(w)
		return err
	})
}

// CopyAttribute are the elements of an attribute that has been read.
func CopyAttribute(a *Attribute) (Data, error) {
	return copied(&a.array, a.Strings, func(w io.Writer) error {
		_, err := w.Write(a.Bytes())
		return err
	})
}

func copied(a *array, text func() ([]string, error), write func(io.Writer) error) (Data, error) {
	d := Data{Type: a.typ, Shape: a.Shape(), null: a.null, write: write}
	d.Type.BigEndian = false
	switch {
	case a.typ.Kind == Other:
		return d, fmt.Errorf("hdf5: %s has elements of type %s, which cannot be written", a.what, a.typ)
	case a.null || a.typ.Kind != String && a.typ.Kind != Variable:
		return d, nil
	}
	var err error
	d.text, err = text()
	return d, err
}

// Text is a string of variable length.
func Text(s string) Data { return Data{Type: Type{Kind: Variable, Size: 16}, text: []string{s}} }

// Texts are strings of variable length on one axis.
func Texts(ss []string) Data {
	return Data{Type: Type{Kind: Variable, Size: 16}, Shape: []int{len(ss)}, text: ss}
}

// FixedText is a string of fixed length.
func FixedText(s string) Data {
	d := FixedTexts([]string{s})
	d.Shape = nil
	return d
}

// FixedTexts are strings of one length, that of the longest, on one axis. Zeros
// fill the others up.
func FixedTexts(ss []string) Data {
	size := 1
	for _, s := range ss {
		size = max(size, len(s))
	}
	return Data{Type: Type{Kind: String, Size: size, pad: 1}, Shape: []int{len(ss)}, text: ss}
}

func (d *Data) elements() int { return space{shape: d.Shape, null: d.null}.elements() }
func (d *Data) bytes() int    { return d.elements() * d.Type.Size }

// check looks for what cannot be written.
func (d *Data) check() error {
	for _, n := range d.Shape {
		if n < 0 {
			return fmt.Errorf("a negative axis in shape %v", d.Shape)
		}
	}
	n := d.elements()
	switch {
	case len(d.Shape) > 32:
		return fmt.Errorf("%d axes are more than the 32 that HDF5 has", len(d.Shape))
	case d.Type.Size < 1 || n < 0 || n > math.MaxInt/d.Type.Size:
		return fmt.Errorf("%v elements of %d bytes cannot be counted", d.Shape, d.Type.Size)
	case d.Type.Kind != String && d.Type.Kind != Variable:
		_, err := encodeType(d.Type)
		return err
	case d.null:
		return nil
	case n != len(d.text):
		return fmt.Errorf("%d strings in an array of shape %v", len(d.text), d.Shape)
	}
	for _, s := range d.text {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("the string %.80q has a zero byte in it, where readers end it", s)
		}
		if d.Type.Kind == String && len(s) > d.Type.Size {
			return fmt.Errorf("a string of %d bytes where there is room for %d", len(s), d.Type.Size)
		}
	}
	return nil
}

// writeTo writes the elements.
func (d *Data) writeTo(w io.Writer) error {
	if d.null {
		return nil
	}
	switch d.Type.Kind {
	case String:
		for _, s := range d.text {
			p := make([]byte, d.Type.Size)
			copy(p, s)
			if d.Type.pad == 2 {
				copy(p[len(s):], strings.Repeat(" ", len(p)-len(s)))
			}
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return nil
	case Variable:
		for i, r := range d.refs {
			p := binary.LittleEndian.AppendUint32(nil, uint32(len(d.text[i])))
			p = binary.LittleEndian.AppendUint64(p, r.addr)
			p = binary.LittleEndian.AppendUint32(p, r.index)
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return nil
	}
	c := counter{w: w, left: int64(d.bytes())}
	if err := d.write(&c); err != nil {
		return err
	}
	if c.left != 0 {
		return fmt.Errorf("%d bytes are missing of %d", c.left, d.bytes())
	}
	return nil
}

// A counter passes on up to left bytes.
type counter struct {
	w    io.Writer
	left int64
}

var errTooMany = errors.New("more bytes than the shape has")

func (c *counter) Write(p []byte) (int, error) {
	if int64(len(p)) > c.left {
		return 0, errTooMany
	}
	n, err := c.w.Write(p)
	c.left -= int64(n)
	return n, err
}
