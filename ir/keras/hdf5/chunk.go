package hdf5

import (
	"fmt"
	"math"
	"slices"
)

// A chunk is one tile of a dataset in the file.
type chunk struct {
	number uint64 // of the tile, in row-major order over the grid of tiles
	addr   uint64
	size   uint64 // bytes in the file
	mask   uint32 // filters that were left out
}

// oldChunks reads the layout of chunks of version 3, whose index is a B-tree of
// version 1.
func (d *Dataset) oldChunks(b *block) error {
	n := b.u8()
	d.layout.addr = b.u64()
	d.layout.index = oldTree{}
	return d.chunkShape(b, n, 4)
}

// newChunks reads the layout of chunks of versions 4 and 5.
func (d *Dataset) newChunks(b *block, version int) error {
	flags, n, width := b.u8(), b.u8(), b.u8()
	if b.err == nil && (width < 1 || width > 8) {
		return b.fault("numbers of %d bytes", width)
	}
	if err := d.chunkShape(b, n, width); err != nil {
		return err
	}
	d.layout.partial = flags&1 != 0
	switch kind := b.u8(); kind {
	case 1:
		one := singleChunk{}
		if flags&2 != 0 {
			one.filtered, one.size, one.mask = true, b.u64(), b.u32()
		}
		d.layout.index = one
	case 2:
		d.layout.index = implicit{}
	case 3:
		b.skip(1)
		d.layout.index = fixedArray{}
	case 4:
		b.skip(5)
		d.layout.index = extensibleArray{}
	case 5:
		b.skip(6)
		d.layout.index = newTree{}
	default:
		return b.fault("there is no chunk index %d", kind)
	}
	d.layout.addr = b.u64()
	return b.err
}

// chunkShape reads the lengths of a chunk, of which the last is the size of an
// element.
func (d *Dataset) chunkShape(b *block, n, width int) error {
	if b.err == nil && n != len(d.shape)+1 {
		return b.fault("chunks of %d axes in a dataset of %d", n-1, len(d.shape))
	}
	bytes := uint64(1)
	for i := range n {
		c := b.uint(width)
		switch {
		case b.err != nil:
			return b.err
		case c == 0 || c > math.MaxUint32 || bytes*c > math.MaxUint32*uint64(maxRatio):
			return b.fault("an axis of a chunk has %d elements", c)
		case i == n-1 && c != uint64(d.typ.Size):
			return b.fault("elements of %d bytes in chunks of elements of %d", d.typ.Size, c)
		case i < n-1:
			d.layout.chunk = append(d.layout.chunk, int(c))
		}
		bytes *= c
	}
	return b.err
}

// chunkBytes is the size of a chunk before its filters.
func (d *Dataset) chunkBytes() int {
	n := d.typ.Size
	for _, c := range d.layout.chunk {
		n *= c
	}
	return n
}

// grid is how many chunks there are along each axis.
func (d *Dataset) grid() []uint64 {
	g := make([]uint64, len(d.shape))
	for i, c := range d.layout.chunk {
		g[i] = (uint64(d.shape[i]) + uint64(c) - 1) / uint64(c)
	}
	return g
}

// tile is the number of the tile at a place in the grid, and whether it is
// inside.
func tile(place, grid []uint64) (uint64, bool) {
	var n uint64
	for i, g := range grid {
		if place[i] >= g {
			return 0, false
		}
		n = n*g + place[i]
	}
	return n, true
}

// place is where in a grid the tile of a number is. The first axis has no end.
func place(n uint64, grid []uint64) []uint64 {
	p := make([]uint64, len(grid))
	for i := len(grid) - 1; i > 0; i-- {
		p[i] = n % grid[i]
		n /= grid[i]
	}
	if len(p) > 0 {
		p[0] = n
	}
	return p
}

// allChunks reads the index and returns the chunks in row-major order.
func (d *Dataset) allChunks() ([]chunk, error) {
	fail := func(err error) ([]chunk, error) { return nil, fmt.Errorf("%w (chunks of %s)", err, d.path) }
	l := &d.layout
	if err := known(l.filters); err != nil {
		return fail(fmt.Errorf("hdf5: %w", err))
	}
	w := &indexing{d: d, s: d.f.newScope(), grid: d.grid()}
	if l.addr != undefined && d.elements() > 0 {
		if err := l.index.chunks(w); err != nil {
			return fail(err)
		}
	}
	slices.SortFunc(w.found, func(a, b chunk) int {
		if a.number < b.number {
			return -1
		}
		if a.number > b.number {
			return 1
		}
		return 0
	})
	for i := 1; i < len(w.found); i++ {
		if w.found[i].number == w.found[i-1].number {
			return fail(fmt.Errorf("hdf5: chunk %d is stored twice", w.found[i].number))
		}
	}
	return w.found, d.check(w.stored)
}

// An indexing collects chunks as an index lists them.
type indexing struct {
	d      *Dataset
	s      *scope
	grid   []uint64
	found  []chunk
	stored uint64
}

// add notes the chunk at a place in the grid. Chunks outside are left from a
// time when the dataset was larger.
func (w *indexing) add(at []uint64, c chunk) error {
	n, inside := tile(at, w.grid)
	if !inside || c.addr == undefined {
		return nil
	}
	c.number = n
	f := w.d.f
	if c.addr > uint64(f.size) || c.size > uint64(f.size)-c.addr {
		return fmt.Errorf("hdf5: chunk %d: %d bytes at %d reach over the end of the file at %d", n, c.size, c.addr, f.size)
	}
	if w.stored += c.size; w.stored > uint64(f.size) {
		return fmt.Errorf("hdf5: the chunks overlap: together they are larger than the file, %d bytes", f.size)
	}
	w.found = append(w.found, c)
	return nil
}

// eachOfChunks is each for a dataset in chunks.
func (d *Dataset) eachOfChunks(visit func(at int, raw []byte) error) error {
	chunks, err := d.allChunks()
	if err != nil {
		return err
	}
	grid := d.grid()
	all := uint64(1)
	for _, g := range grid {
		all *= g
	}
	if uint64(len(chunks)) < all {
		if err := d.eachUnwritten(visit); err != nil {
			return err
		}
	}
	var buf []byte
	u := &undoing{filters: d.layout.filters}
	for _, c := range chunks {
		at := place(c.number, grid)
		if buf, err = d.chunk(u, c, at, buf); err != nil {
			return fmt.Errorf("hdf5: chunk %d of %s at byte %d: %w", c.number, d.path, c.addr, err)
		}
		if err := d.rows(at, buf, visit); err != nil {
			return err
		}
	}
	return nil
}

// chunk reads a chunk and undoes its filters. It may use buf.
func (d *Dataset) chunk(u *undoing, c chunk, at []uint64, buf []byte) ([]byte, error) {
	size, mask := d.chunkBytes(), c.mask
	if d.layout.partial {
		for i, n := range d.layout.chunk {
			if (int(at[i])+1)*n > d.shape[i] {
				mask = math.MaxUint32
			}
		}
	}
	if len(u.filters) == 0 && c.size != uint64(size) {
		return nil, fmt.Errorf("it has %d bytes in place of %d", c.size, size)
	}
	if cap(buf) < int(c.size) {
		buf = make([]byte, c.size)
	}
	buf = buf[:c.size]
	if err := d.f.readAt(buf, c.addr); err != nil {
		return nil, err
	}
	return u.undo(mask, buf, size)
}

// rows visits the elements of a chunk that are inside the dataset, one row of
// the last axis at a time.
func (d *Dataset) rows(at []uint64, p []byte, visit func(at int, raw []byte) error) error {
	rank, size := len(d.shape), d.typ.Size
	if rank == 0 {
		return visit(0, p)
	}
	first := make([]int, rank)  // the chunk's first element
	inside := make([]int, rank) // how much of the chunk is in the dataset
	for i, n := range d.layout.chunk {
		first[i] = int(at[i]) * n
		inside[i] = min(n, d.shape[i]-first[i])
	}
	row := make([]int, rank) // the last axis stays 0
	for {
		from, to := 0, 0
		for i := range rank {
			from = from*d.layout.chunk[i] + row[i]
			to = to*d.shape[i] + first[i] + row[i]
		}
		if err := visit(to, p[from*size:(from+inside[rank-1])*size]); err != nil {
			return err
		}
		i := rank - 2
		for ; i >= 0; i-- {
			if row[i]++; row[i] < inside[i] {
				break
			}
			row[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}
