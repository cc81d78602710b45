package hdf5

import "math/bits"

// A chunkIndex is one of the ways in which a file lists the chunks of a dataset.
type chunkIndex interface {
	chunks(w *indexing) error
}

// oldTree is a B-tree of version 1.
type oldTree struct{}

func (oldTree) chunks(w *indexing) error {
	rank := len(w.d.shape)
	return w.s.leaves(w.d.layout.addr, 1, 8+8*(rank+1), func(key *block, child uint64) error {
		c := chunk{addr: child, size: uint64(key.u32()), mask: key.u32()}
		at := make([]uint64, rank)
		for i := range at {
			offset := key.u64()
			n := uint64(w.d.layout.chunk[i])
			if at[i] = offset / n; offset%n != 0 {
				return key.fault("a chunk begins at element %d, which is no multiple of %d", offset, n)
			}
		}
		if key.err != nil {
			return key.err
		}
		return w.add(at, c)
	})
}

// singleChunk is for datasets of one chunk.
type singleChunk struct {
	filtered bool
	size     uint64
	mask     uint32
}

func (c singleChunk) chunks(w *indexing) error {
	one := chunk{addr: w.d.layout.addr, size: c.size, mask: c.mask}
	if !c.filtered {
		one.size = uint64(w.d.chunkBytes())
	}
	return w.add(make([]uint64, len(w.grid)), one)
}

// implicit says that all chunks lie one after another.
type implicit struct{}

func (implicit) chunks(w *indexing) error {
	size := uint64(w.d.chunkBytes())
	grid := w.limits()
	total := uint64(1)
	for _, g := range w.grid {
		total *= g // no more than the elements
	}
	if total > uint64(w.d.f.size)/size {
		b := block{s: w.s, addr: w.d.layout.addr, what: "chunks"}
		return b.fault("%d chunks of %d bytes are more than the file has, %d bytes", total, size, w.d.f.size)
	}
	for n := range total {
		at := place(n, w.grid)
		i, _ := tile(at, grid)
		if err := w.add(at, chunk{addr: w.d.layout.addr + i*size, size: size}); err != nil {
			return err
		}
	}
	return nil
}

// limits is the grid of the largest shape that the dataset may grow to.
func (w *indexing) limits() []uint64 {
	g := make([]uint64, len(w.grid))
	for i, c := range w.d.layout.chunk {
		g[i] = w.d.limit[i] / uint64(c)
		if w.d.limit[i]%uint64(c) != 0 {
			g[i]++
		}
		g[i] = max(g[i], 1)
	}
	return g
}

// newTree is a B-tree of version 2, for datasets with several axes that grow.
type newTree struct{}

func (newTree) chunks(w *indexing) error {
	rank := len(w.d.shape)
	return w.s.records(w.d.layout.addr, func(kind int, r *block) error {
		c := chunk{addr: r.u64(), size: uint64(w.d.chunkBytes())}
		switch kind {
		case 10:
		case 11:
			c.size = r.uint(r.rest() - 4 - 8*rank)
			c.mask = r.u32()
		default:
			return r.fault("records of type %d do not name chunks", kind)
		}
		at := make([]uint64, rank)
		for i := range at {
			at[i] = r.u64()
		}
		if r.err != nil {
			return r.err
		}
		return w.add(at, c)
	})
}

// entries read the entries of an array of chunks.
type entries struct {
	w        *indexing
	size     int  // bytes of an entry
	filtered bool // entries have a size and a mask
	place    func(n uint64) []uint64
}

// read adds the entries of b up to end, which begin with number n.
func (e *entries) read(b *block, n uint64, end int) error {
	for ; b.pos < end && b.err == nil; n++ {
		c := chunk{addr: b.u64(), size: uint64(e.w.d.chunkBytes())}
		if e.filtered {
			c.size, c.mask = b.uint(e.size-12), b.u32()
		}
		if b.err != nil {
			break
		}
		if err := e.w.add(e.place(n), c); err != nil {
			return err
		}
	}
	return b.err
}

// page reads a page of count entries at addr, which ends in a checksum.
func (e *entries) page(addr, n uint64, count int) error {
	b, err := e.w.s.open(addr, count*e.size+4, "page of chunk addresses")
	if err != nil {
		return err
	}
	if err := e.read(b, n, count*e.size); err != nil {
		return err
	}
	return b.checksum()
}

// head reads what fixed and extensible arrays begin with.
func (e *entries) head(b *block) error {
	b.version(0)
	kind := b.u8()
	e.filtered = kind == 1
	e.size = b.u8()
	want := 8
	if e.filtered {
		want = 13
	}
	if b.err == nil && (kind > 1 || e.size < want || e.size > 20 || !e.filtered && e.size != want) {
		return b.fault("entries of type %d have %d bytes", kind, e.size)
	}
	return b.err
}

// bit reports whether a bit is set, counted from the most significant one.
func bit(p []byte, i int) bool { return p[i/8]>>(7-i%8)&1 != 0 }

// fixedArray is for datasets that do not grow.
type fixedArray struct{}

func (fixedArray) chunks(w *indexing) error {
	b, err := w.s.signed(w.d.layout.addr, 28, "FAHD", "fixed array")
	if err != nil {
		return err
	}
	grid := w.limits()
	e := &entries{w: w, place: func(n uint64) []uint64 { return place(n, grid) }}
	if err := e.head(b); err != nil {
		return err
	}
	pageBits := b.u8()
	count := b.size(8, "a number of chunks")
	data := b.u64()
	if err := b.checksum(); err != nil || data == undefined {
		return err
	}
	if pageBits > 40 {
		return b.fault("pages of 2^%d entries", pageBits)
	}
	const prefix = 4 + 1 + 1 + 8
	pageSize := 1 << pageBits
	if count <= pageSize {
		b, err = w.s.signed(data, prefix+count*e.size+4, "FADB", "block of a fixed array")
		if err != nil {
			return err
		}
		b.skip(prefix - 4)
		if err := e.read(b, 0, prefix+count*e.size); err != nil {
			return err
		}
		return b.checksum()
	}
	pages := (count + pageSize - 1) / pageSize
	start := prefix + (pages+7)/8 + 4
	if b, err = w.s.signed(data, start, "FADB", "block of a fixed array"); err != nil {
		return err
	}
	b.skip(prefix - 4)
	written := b.bytes((pages + 7) / 8)
	if err := b.checksum(); err != nil {
		return err
	}
	for i := range pages {
		if !bit(written, i) {
			continue
		}
		at := data + uint64(start) + uint64(i)*uint64(pageSize*e.size+4)
		if err := e.page(at, uint64(i*pageSize), min(pageSize, count-i*pageSize)); err != nil {
			return err
		}
	}
	return nil
}

// extensibleArray is for datasets with one axis that grows.
type extensibleArray struct{}

// An extending is the state of reading an extensible array.
type extending struct {
	entries
	head       uint64 // address of the header
	offsetSize int    // bytes of the offset that a block begins with
	least      uint64 // entries of the smallest data block
	page       uint64 // entries of a page
	set        uint64 // entries that have been set
}

func (extensibleArray) chunks(w *indexing) error {
	b, err := w.s.signed(w.d.layout.addr, 72, "EAHD", "extensible array")
	if err != nil {
		return err
	}
	x := &extending{entries: entries{w: w, place: w.growing()}, head: b.addr}
	if err := x.entries.head(b); err != nil {
		return err
	}
	maxBits, inIndex := b.u8(), b.u8()
	x.least = uint64(b.u8())
	pointers, pageBits := uint64(b.u8()), b.u8()
	b.skip(4 * 8)
	x.set = b.u64()
	b.skip(8)
	index := b.u64()
	if err := b.checksum(); err != nil || index == undefined {
		return err
	}
	if maxBits > 64 || !powerOfTwo(x.least) || !powerOfTwo(pointers) || pageBits > 40 || bits.Len64(x.least)-1 > maxBits {
		return b.fault("blocks of %d entries and more, %d bits, %d pointers and pages of 2^%d entries do not make an array", x.least, maxBits, pointers, pageBits)
	}
	x.offsetSize, x.page = (maxBits+7)/8, 1<<pageBits
	// The index block has entries, addresses of the data blocks of the first super blocks, and addresses of the other super blocks.
	supers := 1 + maxBits - (bits.Len64(x.least) - 1)
	direct := 2 * (bits.Len64(pointers) - 1)
	blocks := 2 * (pointers - 1)
	if direct > supers {
		return b.fault("%d super blocks are not enough for %d pointers", supers, pointers)
	}
	const prefix = 4 + 1 + 1 + 8
	size := prefix + inIndex*x.size + 8*int(blocks) + 8*(supers-direct) + 4
	if b, err = w.s.signed(index, size, "EAIB", "index block of an extensible array"); err != nil {
		return err
	}
	b.skip(prefix - 4)
	if err := x.read(b, 0, prefix+inIndex*x.size); err != nil {
		return err
	}
	n := uint64(inIndex)
	for u := range supers {
		count, each := uint64(1)<<(u/2), x.least<<((u+1)/2)
		if u < direct {
			for range count {
				if err := x.block(b.u64(), n, each, nil); err != nil {
					return err
				}
				n += each
			}
			continue
		}
		if addr := b.u64(); addr != undefined && n < x.set {
			if err := x.super(addr, n, int(count), each); err != nil {
				return err
			}
		}
		n += count * each
	}
	return b.checksum()
}

// growing leads from the number of an entry to a place in the grid, for which
// the axis that grows comes first.
func (w *indexing) growing() func(n uint64) []uint64 {
	axis := 0
	for i, l := range w.d.limit {
		if l == undefined {
			axis = i
		}
	}
	limits := w.limits()
	turned := append([]uint64{limits[axis]}, limits[:axis]...)
	turned = append(turned, limits[axis+1:]...)
	return func(n uint64) []uint64 {
		p := place(n, turned)
		grows := p[0]
		copy(p, p[1:axis+1])
		p[axis] = grows
		return p
	}
}

// super reads a super block of count data blocks.
func (x *extending) super(addr, n uint64, count int, each uint64) error {
	pages := 0
	if each > x.page {
		if each/x.page > uint64(x.w.d.f.size)/uint64(count) {
			b := block{s: x.w.s, addr: addr, what: "super block of an extensible array"}
			return b.fault("%d blocks of %d entries are more than the file has bytes", count, each)
		}
		pages = int(each / x.page)
	}
	prefix := 4 + 1 + 1 + 8 + x.offsetSize
	maps := count * ((pages + 7) / 8)
	b, err := x.w.s.signed(addr, prefix+maps+8*count+4, "EASB", "super block of an extensible array")
	if err != nil {
		return err
	}
	b.skip(prefix - 4)
	written := b.bytes(maps)
	for i := range count {
		first := i * pages
		if err := x.block(b.u64(), n, each, func(page int) bool { return bit(written, first+page) }); err != nil {
			return err
		}
		n += each
	}
	return b.checksum()
}

// block reads a data block of count entries; written says which of its pages are
// in use.
func (x *extending) block(addr, n, count uint64, written func(page int) bool) error {
	if addr == undefined || n >= x.set {
		return nil
	}
	if count > uint64(x.w.d.f.size) {
		b := block{s: x.w.s, addr: addr, what: "block of an extensible array"}
		return b.fault("%d entries are more than the file has bytes", count)
	}
	prefix := 4 + 1 + 1 + 8 + x.offsetSize
	size, paged := prefix+int(count)*x.size+4, count > x.page
	if paged {
		size = prefix + 4
	}
	b, err := x.w.s.signed(addr, size, "EADB", "block of an extensible array")
	if err != nil {
		return err
	}
	b.skip(2)
	if head := b.u64(); head != x.head {
		return b.fault("it belongs to the array at byte %d", head)
	}
	b.skip(x.offsetSize)
	if !paged {
		if err := x.read(b, n, prefix+int(count)*x.size); err != nil {
			return err
		}
		return b.checksum()
	}
	if err := b.checksum(); err != nil {
		return err
	}
	for i := range int(count / x.page) {
		if written != nil && !written(i) {
			continue
		}
		at := addr + uint64(size) + uint64(i)*(x.page*uint64(x.size)+4)
		if err := x.entries.page(at, n+uint64(i)*x.page, int(x.page)); err != nil {
			return err
		}
	}
	return nil
}
