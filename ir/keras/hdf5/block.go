package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
)

// undefined is the address of what is not there.
const undefined = math.MaxUint64

// A scope is what one call of the package may read of a file's structures: each
// at most once, and no more bytes than the file has. So neither a cycle nor
// structures that overlap make a call take long or much memory.
type scope struct {
	f    *File
	seen map[uint64]string
	left int64
	// collections are the global heaps read so far.
	collections map[uint64]map[uint32][]byte
}

func (f *File) newScope() *scope {
	return &scope{f: f, seen: map[uint64]string{}, left: f.size}
}

// A block is a stretch of a file that is read field by field. The first field
// that does not fit sets err, and every field after it is zero: readers check
// err where they have to rely on what they read.
type block struct {
	s    *scope
	what string
	addr uint64
	buf  []byte
	pos  int
	err  error
}

// open reads the first n bytes of the structure at addr.
func (s *scope) open(addr uint64, n int, what string) (*block, error) {
	b := &block{s: s, what: what, addr: addr}
	if addr == undefined {
		return nil, fmt.Errorf("hdf5: %s: its address is undefined", what)
	}
	if was, ok := s.seen[addr]; ok {
		return nil, b.fault("it is reached twice, before as %s", was)
	}
	s.seen[addr] = what
	if err := b.grow(n); err != nil {
		return nil, err
	}
	return b, nil
}

// signed reads n bytes at addr that begin with a signature of four letters.
func (s *scope) signed(addr uint64, n int, signature, what string) (*block, error) {
	b, err := s.open(addr, n, what)
	if err != nil {
		return nil, err
	}
	if got := b.bytes(4); string(got) != signature {
		return nil, b.fault("it begins with %q in place of %q", got, signature)
	}
	return b, nil
}

// part is a block over bytes that have been read already.
func part(s *scope, addr uint64, buf []byte, what string) *block {
	return &block{s: s, what: what, addr: addr, buf: buf}
}

// part is a block over the next n bytes of b.
func (b *block) part(n int, what string) *block {
	addr := b.addr + uint64(b.pos)
	return part(b.s, addr, b.bytes(n), what)
}

// grow reads on until the block has n bytes.
func (b *block) grow(n int) error {
	more := int64(n) - int64(len(b.buf))
	if more <= 0 {
		return nil
	}
	if b.addr > uint64(b.s.f.size) || int64(n) > b.s.f.size-int64(b.addr) {
		return b.fault("%d bytes reach over the end of the file at %d", n, b.s.f.size)
	}
	if b.s.left -= more; b.s.left < 0 {
		return b.fault("the structures overlap: together they are larger than the file, %d bytes", b.s.f.size)
	}
	buf := make([]byte, n)
	copy(buf, b.buf)
	if err := b.s.f.readAt(buf[len(b.buf):], b.addr+uint64(len(b.buf))); err != nil {
		return b.fault("%w", err)
	}
	b.buf = buf
	return nil
}

// growBy reads n bytes more; n comes from the file.
func (b *block) growBy(n uint64) error {
	if n > uint64(b.s.f.size) {
		return b.fault("%d bytes reach over the end of the file at %d", n, b.s.f.size)
	}
	return b.grow(len(b.buf) + int(n))
}

// fault is an error at this block.
func (b *block) fault(format string, args ...any) error {
	return fmt.Errorf("hdf5: %s at byte %d: %w", b.what, b.addr, fmt.Errorf(format, args...))
}

func (b *block) bytes(n int) []byte {
	if b.err != nil {
		return nil
	}
	if n < 0 || n > len(b.buf)-b.pos {
		b.err = b.fault("a field of %d bytes at its byte %d reaches over its end at %d", n, b.pos, len(b.buf))
		return nil
	}
	p := b.buf[b.pos : b.pos+n : b.pos+n]
	b.pos += n
	return p
}

func (b *block) skip(n int) { b.bytes(n) }

// align skips to a multiple of 8 bytes from the start of the block.
func (b *block) align() { b.pos = min((b.pos+7)&^7, len(b.buf)) }

// uint reads a little-endian number of n bytes, up to 8.
func (b *block) uint(n int) uint64 {
	var u uint64
	for i, c := range b.bytes(n) {
		u |= uint64(c) << (8 * i)
	}
	return u
}

func (b *block) u8() int     { return int(b.uint(1)) }
func (b *block) u16() int    { return int(b.uint(2)) }
func (b *block) u32() uint32 { return uint32(b.uint(4)) }
func (b *block) u64() uint64 { return b.uint(8) }
func (b *block) rest() int   { return len(b.buf) - b.pos }

// size reads a number of n bytes that counts or measures something in the file,
// and so cannot be larger than it.
func (b *block) size(n int, what string) int {
	u := b.uint(n)
	if b.err == nil && u > uint64(b.s.f.size) {
		b.err = b.fault("%s of %d is more than the file has bytes, %d", what, u, b.s.f.size)
	}
	if b.err != nil {
		return 0
	}
	return int(u)
}

// version reads a version and refuses those beyond most.
func (b *block) version(most int) int {
	v := b.u8()
	if b.err == nil && v > most {
		b.err = b.fault("version %d is not supported", v)
	}
	return v
}

// checksum compares the four bytes at the position with those before it, from
// the start of the block.
func (b *block) checksum() error {
	end := b.pos
	want := b.u32()
	if b.err != nil {
		return b.err
	}
	if got := lookup3(b.buf[:end]); got != want {
		return b.fault("its checksum is %#08x, the bytes give %#08x: the file is damaged", want, got)
	}
	return nil
}

// readAt fills p with the bytes at addr.
func (f *File) readAt(p []byte, addr uint64) error {
	if addr > uint64(f.size) || uint64(len(p)) > uint64(f.size)-addr {
		return fmt.Errorf("%d bytes at %d reach over the end of the file at %d", len(p), addr, f.size)
	}
	n, err := f.r.ReadAt(p, f.base+int64(addr))
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// lookup3 is Bob Jenkins' hash of that name (public domain,
// http://burtleburtle.net/bob/c/lookup3.c, hashlittle) with initial value 0,
// the checksum of all newer structures.
func lookup3(p []byte) uint32 {
	a := 0xdeadbeef + uint32(len(p))
	b, c := a, a
	for len(p) > 12 {
		a += binary.LittleEndian.Uint32(p)
		b += binary.LittleEndian.Uint32(p[4:])
		c += binary.LittleEndian.Uint32(p[8:])
		a = a - c ^ bits.RotateLeft32(c, 4)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 6)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 8)
		b += a
		a = a - c ^ bits.RotateLeft32(c, 16)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 19)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 4)
		b += a
		p = p[12:]
	}
	if len(p) == 0 {
		return c
	}
	var last [12]byte
	copy(last[:], p)
	a += binary.LittleEndian.Uint32(last[:])
	b += binary.LittleEndian.Uint32(last[4:])
	c += binary.LittleEndian.Uint32(last[8:])
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	c = (c ^ b) - bits.RotateLeft32(b, 24)
	return c
}
