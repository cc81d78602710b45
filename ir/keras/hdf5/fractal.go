package hdf5

import "math/bits"

// A fractalHeap has the links or attributes of an object that has many. Its
// objects lie in direct blocks, whose sizes double from row to row of a table.
type fractalHeap struct {
	s           *scope
	head        *block
	idSize      int
	checked     bool // direct blocks have a checksum
	huge        uint64
	width       uint64 // blocks in a row
	start       uint64 // bytes of a block of the first two rows
	maxDirect   uint64
	offsetSize  int // bytes of an offset into the heap
	lengthSize  int // bytes of the length of an object
	root        uint64
	rows        int // of the root, 0 when it is a direct block
	direct      map[uint64]*block
	indirect    map[uint64][]uint64 // addresses of children
	hugeObjects map[uint64][2]uint64
}

func (s *scope) fractalHeap(addr uint64) (*fractalHeap, error) {
	const size = 146
	b, err := s.signed(addr, size, "FRHP", "fractal heap")
	if err != nil {
		return nil, err
	}
	b.version(0)
	h := &fractalHeap{s: s, head: b, direct: map[uint64]*block{}, indirect: map[uint64][]uint64{}}
	h.idSize = b.u16()
	filters := b.u16()
	h.checked = b.u8()&2 != 0
	maxManaged := uint64(b.u32())
	b.skip(8)
	h.huge = b.u64()
	b.skip(10 * 8)
	h.width, h.start, h.maxDirect = uint64(b.u16()), b.u64(), b.u64()
	maxBits := b.u16()
	b.skip(2)
	h.root, h.rows = b.u64(), b.u16()
	if filters != 0 {
		return nil, b.fault("filters on a heap are not supported")
	}
	if err := b.checksum(); err != nil {
		return nil, err
	}
	if !powerOfTwo(h.width) || !powerOfTwo(h.start) || !powerOfTwo(h.maxDirect) || h.start > h.maxDirect ||
		h.maxDirect > 1<<32 || h.width > 1<<15 || maxBits > 64 || h.rows > 64 {
		return nil, b.fault("blocks of %d to %d bytes, %d in a row, %d rows and %d bits do not make a heap", h.start, h.maxDirect, h.width, h.rows, maxBits)
	}
	h.offsetSize = (maxBits + 7) / 8
	h.lengthSize = min(encodedSize(h.maxDirect), encodedSize(maxManaged))
	return h, nil
}

func powerOfTwo(n uint64) bool { return n != 0 && n&(n-1) == 0 }

// object is the object that a heap ID names, and where it is in the file.
func (h *fractalHeap) object(id []byte) ([]byte, uint64, error) {
	b := part(h.s, h.head.addr, id, "ID in the fractal heap")
	switch kind := b.u8(); {
	case b.err != nil:
		return nil, 0, b.err
	case kind>>6 != 0:
		return nil, 0, b.fault("version %d is not supported", kind>>6)
	case kind>>4 == 1:
		return h.hugeObject(b)
	case kind>>4 == 2:
		// A tiny object is in the ID itself; long IDs have a length of 12 bits.
		n := kind&0x0F + 1
		if h.idSize-1 > 16 {
			n = (kind&0x0F)<<8 + b.u8() + 1
		}
		return b.bytes(n), h.head.addr, b.err
	case kind>>4 != 0:
		return nil, 0, b.fault("objects of type %d are not known", kind>>4)
	}
	offset, n := b.uint(h.offsetSize), b.uint(h.lengthSize)
	if b.err != nil {
		return nil, 0, b.err
	}
	d, at, err := h.block(offset)
	if err != nil {
		return nil, 0, err
	}
	if n > uint64(len(d.buf))-at {
		return nil, 0, d.fault("an object of %d bytes at its byte %d reaches over its end at %d", n, at, len(d.buf))
	}
	return d.buf[at : at+n], d.addr + at, nil
}

// block is the direct block that has the byte at offset of the heap, and where
// in it that byte is.
func (h *fractalHeap) block(offset uint64) (*block, uint64, error) {
	addr, rows := h.root, h.rows
	if rows == 0 {
		d, err := h.directBlock(addr, h.start)
		if err == nil && offset >= h.start {
			err = d.fault("an object at byte %d of the heap is over its end at %d", offset, h.start)
		}
		return d, offset, err
	}
	for range 64 {
		row, column, size, within := h.place(offset)
		if row >= rows {
			return nil, 0, h.head.fault("an object at byte %d of a block is in row %d of %d", offset, row, rows)
		}
		children, err := h.indirectBlock(addr, rows)
		if err != nil {
			return nil, 0, err
		}
		addr = children[uint64(row)*h.width+column]
		if size <= h.maxDirect {
			d, err := h.directBlock(addr, size)
			return d, within, err
		}
		offset, rows = within, bits.Len64(size)-bits.Len64(h.start*h.width)+1
	}
	return nil, 0, h.head.fault("indirect blocks are too deep")
}

// place finds the block of a table that has the byte at offset: the first two
// rows have blocks of start bytes, each row after them twice as many.
func (h *fractalHeap) place(offset uint64) (row int, column, size, within uint64) {
	first := h.start * h.width
	if offset < first {
		return 0, offset / h.start, h.start, offset % h.start
	}
	row = bits.Len64(offset / first)
	size = h.start << (row - 1)
	within = offset - first<<(row-1)
	return row, within / size, size, within % size
}

func (h *fractalHeap) directBlock(addr, size uint64) (*block, error) {
	if d, ok := h.direct[addr]; ok {
		return d, nil
	}
	if size > uint64(h.s.f.size) {
		return nil, h.head.fault("a block of %d bytes is larger than the file", size)
	}
	b, err := h.s.signed(addr, int(size), "FHDB", "block of a fractal heap")
	if err != nil {
		return nil, err
	}
	b.version(0)
	if heap := b.u64(); b.err == nil && heap != h.head.addr {
		return nil, b.fault("it belongs to the heap at byte %d", heap)
	}
	b.skip(h.offsetSize)
	if h.checked {
		// The checksum covers the whole block, with zeros in its own place.
		at := b.pos
		want := b.u32()
		if b.err != nil {
			return nil, b.err
		}
		sum := append([]byte(nil), b.buf...)
		clear(sum[at : at+4])
		if got := lookup3(sum); got != want {
			return nil, b.fault("its checksum is %#08x, the bytes give %#08x: the file is damaged", want, got)
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	h.direct[addr] = b
	return b, nil
}

// indirectBlock reads the addresses of the blocks below an indirect block.
func (h *fractalHeap) indirectBlock(addr uint64, rows int) ([]uint64, error) {
	if c, ok := h.indirect[addr]; ok {
		return c, nil
	}
	n := rows * int(h.width)
	b, err := h.s.signed(addr, 13+h.offsetSize+8*n+4, "FHIB", "indirect block of a fractal heap")
	if err != nil {
		return nil, err
	}
	b.version(0)
	if heap := b.u64(); b.err == nil && heap != h.head.addr {
		return nil, b.fault("it belongs to the heap at byte %d", heap)
	}
	b.skip(h.offsetSize)
	children := make([]uint64, n)
	for i := range children {
		children[i] = b.u64()
	}
	if err := b.checksum(); err != nil {
		return nil, err
	}
	h.indirect[addr] = children
	return children, nil
}

// hugeObject reads an object that is too large for blocks: its ID is a number,
// which a B-tree leads from to an address.
func (h *fractalHeap) hugeObject(id *block) ([]byte, uint64, error) {
	if h.hugeObjects == nil {
		h.hugeObjects = map[uint64][2]uint64{}
		err := h.s.records(h.huge, func(kind int, r *block) error {
			if kind != 1 {
				return r.fault("huge objects in records of type %d are not supported", kind)
			}
			at := [2]uint64{r.u64(), r.u64()}
			h.hugeObjects[r.u64()] = at
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	number := id.uint(min(8, id.rest()))
	at, ok := h.hugeObjects[number]
	if !ok {
		return nil, 0, id.fault("there is no huge object %d", number)
	}
	if at[1] > uint64(h.s.f.size) {
		return nil, 0, id.fault("a huge object of %d bytes is larger than the file", at[1])
	}
	b, err := h.s.open(at[0], int(at[1]), "huge object of a fractal heap")
	if err != nil {
		return nil, 0, err
	}
	return b.buf, at[0], nil
}
