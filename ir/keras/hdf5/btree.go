package hdf5

import "math"

// leaves visits the children of the leaves of a B-tree of version 1, in order,
// each with the key before it, of keySize bytes.
func (s *scope) leaves(addr uint64, kind, keySize int, visit func(key *block, child uint64) error) error {
	return s.leavesBelow(addr, kind, keySize, -1, visit)
}

func (s *scope) leavesBelow(addr uint64, kind, keySize, want int, visit func(key *block, child uint64) error) error {
	b, err := s.signed(addr, 24, "TREE", "B-tree node")
	if err != nil {
		return err
	}
	is, level, n := b.u8(), b.u8(), b.u16()
	b.skip(16) // the nodes beside it
	switch {
	case is != kind:
		return b.fault("nodes of type %d in place of %d", is, kind)
	case want >= 0 && level != want:
		return b.fault("it is of level %d in place of %d", level, want)
	}
	if err := b.grow(24 + n*(keySize+8)); err != nil {
		return err
	}
	for range n {
		key := b.part(keySize, "B-tree key")
		child := b.u64()
		if level > 0 {
			err = s.leavesBelow(child, kind, keySize, level-1, visit)
		} else {
			err = visit(key, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A tree2 is a B-tree of version 2.
type tree2 struct {
	s          *scope
	kind       int
	nodeSize   int
	recordSize int
	countSize  int   // bytes of the number of records in a child
	totalSize  []int // bytes of the number of records below a child, by level
	visit      func(kind int, record *block) error
}

// records visits all records of a B-tree of version 2 in order.
func (s *scope) records(addr uint64, visit func(kind int, record *block) error) error {
	b, err := s.signed(addr, 38, "BTHD", "B-tree")
	if err != nil {
		return err
	}
	b.version(0)
	t := tree2{s: s, kind: b.u8(), nodeSize: int(b.u32()), recordSize: b.u16(), visit: visit}
	depth := b.u16()
	b.skip(2)
	root, n := b.u64(), b.u16()
	b.skip(8)
	if err := b.checksum(); err != nil {
		return err
	}
	if root == undefined || n == 0 {
		return nil
	}
	const prefix = 4 + 1 + 1 + 4 // signature, version, type, checksum
	if t.recordSize == 0 || t.nodeSize < prefix+t.recordSize || depth > 32 {
		return b.fault("nodes of %d bytes, records of %d and a depth of %d do not make a tree", t.nodeSize, t.recordSize, depth)
	}
	// How many records fit below a node of each level decides how many bytes their number takes.
	most := uint64(t.nodeSize-prefix) / uint64(t.recordSize)
	t.countSize, t.totalSize = encodedSize(most), []int{0}
	below := float64(most)
	for level := 1; level <= depth; level++ {
		pointer := 8 + t.countSize + t.totalSize[level-1]
		here := float64((t.nodeSize - prefix - pointer) / (t.recordSize + pointer))
		below = (here+1)*below + here
		t.totalSize = append(t.totalSize, encodedSize(uint64(min(below, math.MaxInt64))))
	}
	return t.node(root, n, depth)
}

func (t *tree2) node(addr uint64, n, level int) error {
	signature, size := "BTLF", 6+n*t.recordSize
	pointer := 0
	if level > 0 {
		pointer = 8 + t.countSize + t.totalSize[level-1]
		signature, size = "BTIN", size+(n+1)*pointer
	}
	b, err := t.s.signed(addr, size+4, signature, "B-tree node")
	if err != nil {
		return err
	}
	b.version(0)
	if kind := b.u8(); b.err == nil && kind != t.kind {
		return b.fault("it is of type %d in a tree of type %d", kind, t.kind)
	}
	records := b.part(n*t.recordSize, "records")
	pointers := b.part(size-b.pos, "pointers")
	if err := b.checksum(); err != nil {
		return err
	}
	for i := range n + 1 {
		if level > 0 {
			child, count := pointers.u64(), int(pointers.uint(t.countSize))
			pointers.skip(t.totalSize[level-1])
			if pointers.err != nil {
				return pointers.err
			}
			if err := t.node(child, count, level-1); err != nil {
				return err
			}
		}
		if i == n {
			break
		}
		r := records.part(t.recordSize, "record of a B-tree")
		if records.err != nil {
			return records.err
		}
		if err := t.visit(t.kind, r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}
