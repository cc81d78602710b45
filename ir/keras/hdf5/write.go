package hdf5

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Sizes of nodes, as HDF5 has them by default: a symbol table node has twice
// leafK members, a node of a B-tree twice innerK children.
const (
	leafK  = 4
	innerK = 16
)

// superblockSize is the size of a superblock of version 0.
const superblockSize = 96

// WriteTo writes the file. All that is no element of a dataset is in memory at a
// time; elements are not.
func (n *Node) WriteTo(w io.Writer) (int64, error) {
	if n.path != "/" {
		return 0, fmt.Errorf("hdf5: %s is not the root of a file", n.path)
	}
	if err := errors.Join(*n.mistakes...); err != nil {
		return 0, err
	}
	p := &plan{meta: make([]byte, superblockSize)}
	p.strings(n)
	p.heaps()
	root, err := p.group(n)
	if err != nil {
		return 0, err
	}
	p.align()
	end := uint64(len(p.meta))
	for _, d := range p.data {
		le.PutUint64(p.meta[d.at:], end)
		end += uint64(d.data.bytes()+7) &^ 7
	}
	p.superblock(root, end)
	written, err := w.Write(p.meta)
	if err != nil {
		return int64(written), err
	}
	total := int64(written)
	for _, d := range p.data {
		c := counter{w: w, left: int64(end) - total}
		if err := d.data.writeTo(&c); err != nil {
			return total, fmt.Errorf("hdf5: %s: %w", d.path, err)
		}
		_, err := c.Write(make([]byte, -d.data.bytes()&7))
		if total = int64(end) - c.left; err != nil {
			return total, err
		}
	}
	return total, nil
}

// A plan is a file in the making. meta is its beginning, up to the elements of
// datasets; children come before their parents, so that addresses are known.
type plan struct {
	meta        []byte
	data        []placed
	collections []collection
}

// placed are the elements of a dataset, whose address belongs at byte at.
type placed struct {
	path string
	at   int
	data *Data
}

// A group that has been written has these addresses.
type addresses struct{ header, tree, heap uint64 }

func (p *plan) align() { p.meta = pad(p.meta) }

// put appends a structure and returns its address.
func (p *plan) put(b []byte) uint64 {
	p.align()
	at := len(p.meta)
	p.meta = append(p.meta, b...)
	return uint64(at)
}

func (p *plan) superblock(root addresses, end uint64) {
	b := append([]byte(Signature), 0, 0, 0, 0, 0, 8, 8, 0)
	b = le.AppendUint16(b, leafK)
	b = le.AppendUint16(b, innerK)
	b = le.AppendUint32(b, 0)
	for _, u := range []uint64{0, undefined, end, undefined, 0, root.header, 1, root.tree, root.heap} {
		b = le.AppendUint64(b, u)
	}
	copy(p.meta, b)
}

// A collection is a global heap: strings that datasets and attributes refer to.
type collection struct {
	texts []string
	size  int
	refs  []*reference
}

// A reference is an object in a global heap.
type reference struct {
	addr  uint64
	index uint32
}

// collectionSize is the least size of a global heap.
const collectionSize = 4096

// strings gives every string of variable length below n a place in a global heap.
func (p *plan) strings(n *Node) {
	values := []*Data{}
	if n.data != nil {
		values = append(values, n.data)
	}
	for _, a := range n.attributes {
		values = append(values, a.data)
	}
	for _, d := range values {
		if d.Type.Kind != Variable {
			continue
		}
		d.refs = make([]reference, len(d.text))
		for i, s := range d.text {
			if s != "" { // an empty one needs no place
				p.place(s, &d.refs[i])
			}
		}
	}
	for _, name := range n.names {
		p.strings(n.members[name])
	}
}

func (p *plan) place(s string, r *reference) {
	need := 16 + (len(s)+7)&^7
	last := len(p.collections) - 1
	if last < 0 || p.collections[last].size+need > max(collectionSize, 16+need) {
		p.collections = append(p.collections, collection{size: 16})
		last++
	}
	c := &p.collections[last]
	c.texts = append(c.texts, s)
	c.refs = append(c.refs, r)
	c.size += need
}

// heaps writes the global heaps.
func (p *plan) heaps() {
	for _, c := range p.collections {
		size := max(c.size, collectionSize)
		b := append([]byte("GCOL"), 1, 0, 0, 0)
		b = le.AppendUint64(b, uint64(size))
		for i, s := range c.texts {
			b = le.AppendUint16(b, uint16(i+1))
			b = append(b, 0, 0, 0, 0, 0, 0)
			b = le.AppendUint64(b, uint64(len(s)))
			b = pad(append(b, s...))
		}
		if room := size - len(b); room >= 16 {
			b = le.AppendUint64(b, 0)
			b = le.AppendUint64(b, uint64(room))
		}
		addr := p.put(append(b, make([]byte, size-len(b))...))
		for i, r := range c.refs {
			r.addr, r.index = addr, uint32(i+1)
		}
	}
}

// node writes a group or a dataset with all that is below and returns the
// address of its header.
func (p *plan) node(n *Node) (uint64, error) {
	if n.data == nil {
		a, err := p.group(n)
		return a.header, err
	}
	t, err := encodeType(n.data.Type)
	if err != nil {
		return 0, err
	}
	const late, ifSet, defined = 2, 2, 1 // when space is allocated and the fill value written
	layout := le.AppendUint64([]byte{3, contiguous}, undefined)
	layout = le.AppendUint64(layout, uint64(n.data.bytes()))
	messages := [][]byte{
		encodeMessage(msgDataspace, encodeSpace(n.data)),
		encodeMessage(msgDatatype, t),
		encodeMessage(msgFill, []byte{2, late, ifSet, defined, 0, 0, 0, 0}),
		encodeMessage(msgLayout, layout),
	}
	at, err := p.header(n, messages)
	if err == nil && n.data.bytes() > 0 {
		address := 16 + len(messages[0]) + len(messages[1]) + len(messages[2]) + 8 + 2
		p.data = append(p.data, placed{n.path, int(at) + address, n.data})
	}
	return at, err
}

// header writes an object header with the messages and the attributes of n.
func (p *plan) header(n *Node, messages [][]byte) (uint64, error) {
	for _, a := range n.attributes {
		m, err := encodeAttribute(a.name, a.data)
		if err != nil {
			return 0, fmt.Errorf("hdf5: attribute %q of %s: %w", a.name, n.path, err)
		}
		if len(m) > 1<<16-8 {
			return 0, fmt.Errorf("hdf5: attribute %q of %s takes %d bytes with its name, type and shape, at most %d", a.name, n.path, len(m), 1<<16-8)
		}
		messages = append(messages, encodeMessage(msgAttribute, m))
	}
	body := slices.Concat(messages...)
	if len(messages) > 1<<16-1 {
		return 0, fmt.Errorf("hdf5: %s has %d attributes", n.path, len(n.attributes))
	}
	b := le.AppendUint16([]byte{1, 0}, uint16(len(messages)))
	b = le.AppendUint32(b, 1) // links to the object
	b = le.AppendUint32(b, uint32(len(body)))
	return p.put(append(append(b, 0, 0, 0, 0), body...)), nil
}

// group writes a group with all that is below.
func (p *plan) group(n *Node) (addresses, error) {
	names := slices.Sorted(slices.Values(n.names))
	headers := make([]uint64, len(names))
	for i, name := range names {
		var err error
		if headers[i], err = p.node(n.members[name]); err != nil {
			return addresses{}, err
		}
	}
	heap := make([]byte, 8) // the empty name, which the first key of a B-tree is
	offsets := make([]uint64, len(names))
	for i, name := range names {
		offsets[i] = uint64(len(heap))
		heap = pad(append(append(heap, name...), 0))
	}
	a := addresses{heap: p.localHeap(heap), tree: p.tree(offsets, headers)}
	table := le.AppendUint64(le.AppendUint64(nil, a.tree), a.heap)
	var err error
	a.header, err = p.header(n, [][]byte{encodeMessage(msgSymbolTable, table)})
	return a, err
}

func (p *plan) localHeap(data []byte) uint64 {
	const noRoom = 1 // in place of an offset of free space
	at := p.put(data)
	b := append([]byte("HEAP"), 0, 0, 0, 0)
	for _, u := range []uint64{uint64(len(data)), noRoom, at} {
		b = le.AppendUint64(b, u)
	}
	return p.put(b)
}

// A subtree is a node and the offset of the last name below it.
type subtree struct{ addr, last uint64 }

// tree writes the members of a group as a B-tree over symbol table nodes.
func (p *plan) tree(offsets, headers []uint64) uint64 {
	var level []subtree
	for i := 0; i < len(offsets); i += 2 * leafK {
		n := min(2*leafK, len(offsets)-i)
		b := le.AppendUint16(append([]byte("SNOD"), 1, 0), uint16(n))
		for j := i; j < i+n; j++ {
			b = le.AppendUint64(le.AppendUint64(b, offsets[j]), headers[j])
			b = append(b, make([]byte, 24)...) // nothing is cached
		}
		b = append(b, make([]byte, (2*leafK-n)*40)...)
		level = append(level, subtree{p.put(b), offsets[i+n-1]})
	}
	for depth := 0; ; depth++ {
		level = p.treeLevel(level, depth)
		if len(level) == 1 {
			return level[0].addr
		}
	}
}

// treeLevel writes the nodes above a level.
func (p *plan) treeLevel(below []subtree, depth int) []subtree {
	const size = 24 + 8*(2*innerK) + 8*(2*innerK+1)
	nodes := max(1, (len(below)+2*innerK-1)/(2*innerK))
	p.align()
	first := uint64(len(p.meta))
	var level []subtree
	for i := range nodes {
		children := below[min(len(below), i*2*innerK):min(len(below), (i+1)*2*innerK)]
		left, right, key := uint64(undefined), uint64(undefined), uint64(0)
		if i > 0 {
			left, key = first+uint64(i-1)*size, level[i-1].last
		}
		if i < nodes-1 {
			right = first + uint64(i+1)*size
		}
		b := le.AppendUint16(append([]byte("TREE"), 0, byte(depth)), uint16(len(children)))
		b = le.AppendUint64(le.AppendUint64(b, left), right)
		b = le.AppendUint64(b, key)
		for _, c := range children {
			b = le.AppendUint64(le.AppendUint64(b, c.addr), c.last)
			key = c.last
		}
		level = append(level, subtree{p.put(append(b, make([]byte, size-len(b))...)), key})
	}
	return level
}
