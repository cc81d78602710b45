package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// Signature is what HDF5 files begin with.
const Signature = "\x89HDF\r\n\x1a\n"

// ErrNot says that a file is no HDF5 file at all.
var ErrNot = errors.New("hdf5: no HDF5 signature: this is not an HDF5 file")

// A File is an HDF5 file open for reading. Its methods, and those of its groups
// and datasets, may be called from several goroutines at a time if the
// io.ReaderAt below allows it.
type File struct {
	r    io.ReaderAt
	base int64  // where addresses count from, in r
	size int64  // bytes from base on
	root uint64 // address of the root group's object header
}

// Open reads the superblock of the file of size bytes in r. A file may begin
// with a block of the user's own, of 512, 1024, 2048 ... bytes.
func Open(r io.ReaderAt, size int64) (*File, error) {
	for at := int64(0); at+int64(len(Signature)) <= size; at = max(512, 2*at) {
		var got [len(Signature)]byte
		if _, err := r.ReadAt(got[:], at); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("hdf5: %w", err)
		}
		if !bytes.Equal(got[:], []byte(Signature)) {
			continue
		}
		f := &File{r: r, base: at, size: size - at}
		if err := f.superblock(); err != nil {
			return nil, err
		}
		return f, nil
	}
	return nil, ErrNot
}

func (f *File) superblock() error {
	s := f.newScope()
	b, err := s.open(0, min(48, int(f.size)), "superblock")
	if err != nil {
		return err
	}
	b.skip(len(Signature))
	var end uint64
	switch v := b.u8(); {
	case b.err != nil:
		return b.err
	case v <= 1:
		end, err = f.oldSuperblock(b, v)
	case v <= 3:
		end, err = f.newSuperblock(b)
	default:
		return b.fault("version %d is not supported", v)
	}
	if err != nil {
		return err
	}
	whole := f.base + f.size
	if end > uint64(whole) {
		return b.fault("it says that the file has %d bytes, there are %d: the file was cut short", end, whole)
	}
	if int64(end) < f.base+int64(len(b.buf)) {
		return b.fault("it says that the file has %d bytes, which is within the superblock", end)
	}
	f.size = int64(end) - f.base
	return nil
}

// oldSuperblock reads version 0 or 1 and returns the end of the file.
func (f *File) oldSuperblock(b *block, version int) (uint64, error) {
	if err := b.grow(96 + 4*version); err != nil {
		return 0, err
	}
	b.skip(4) // versions of parts that exist in version 0 alone
	offsets, lengths := b.u8(), b.u8()
	b.skip(1 + 2 + 2 + 4 + 4*version) // the sizes of nodes are bounds that nodes do not need
	base := b.u64()
	b.skip(8)
	end := b.u64()
	b.skip(8 + 8)
	f.root = b.u64()
	return end, f.accept(b, offsets, lengths, base)
}

// newSuperblock reads version 2 or 3 and returns the end of the file.
func (f *File) newSuperblock(b *block) (uint64, error) {
	offsets, lengths := b.u8(), b.u8()
	b.skip(1)
	base := b.u64()
	b.skip(8) // the extension holds settings of the library
	end := b.u64()
	f.root = b.u64()
	if err := b.checksum(); err != nil {
		return 0, err
	}
	return end, f.accept(b, offsets, lengths, base)
}

func (f *File) accept(b *block, offsets, lengths int, base uint64) error {
	switch {
	case b.err != nil:
		return b.err
	case offsets != 8 || lengths != 8:
		return b.fault("addresses of %d and lengths of %d bytes are not supported: h5py writes 8 and 8", offsets, lengths)
	case base != uint64(f.base):
		return b.fault("it says that it is at byte %d of the file, it is at %d", base, f.base)
	}
	return nil
}

// encodedSize is how many bytes the numbers up to n take.
func encodedSize(n uint64) int { return (bits.Len64(max(n, 1))-1)/8 + 1 }

// Root is the group that the file's paths begin at.
func (f *File) Root() (*Group, error) {
	o, err := f.newScope().object(f.root, "/")
	if err != nil {
		return nil, err
	}
	return o.group()
}
