package data

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
)

// plain returns what r holds, decompressed if it is a gzip stream. None of the
// formats read here can begin with gzip's two magic bytes.
func plain(r io.Reader, name string) (*bufio.Reader, error) {
	b, _, err := bounded(r, name)
	return b, err
}

// mostDeflated is how many bytes one byte of a gzip stream can stand for: a match
// of 258 bytes takes two bits (RFC 1951, 3.2.5).
const mostDeflated = 1032

// bounded is plain, with the number of bytes that the stream can hold at most,
// by the size of the file.
func bounded(r io.Reader, name string) (b *bufio.Reader, most int64, err error) {
	b = bufio.NewReaderSize(r, 1<<16)
	if magic, _ := b.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return b, math.MaxInt64, nil
	}
	most = math.MaxInt64
	if size := sizeOf(r); size >= 0 && size < math.MaxInt64/mostDeflated {
		most = size * mostDeflated
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return bufio.NewReaderSize(z, 1<<16), most, nil
}

// sizeOf is the number of bytes that a file has, -1 where that is not known.
func sizeOf(r io.Reader) int64 {
	f, ok := r.(*os.File)
	if !ok {
		return -1
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// open reads the file of that path with a reader of this package.
func open[T any](path string, read func(r io.Reader, name string) (T, error)) (T, error) {
	f, err := os.Open(path)
	if err != nil {
		var none T
		return none, err
	}
	defer f.Close()
	return read(f, path)
}

// openFile opens a file whose reader tells how far it has come.
func openFile(path string, o readOptions) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	total := int64(-1)
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		total = info.Size()
	}
	return &counted{File: f, total: total, progress: o.progress}, nil
}

// counted is a file that counts the bytes read.
type counted struct {
	*os.File
	done, told, total int64
	progress          func(done, total int64)
}

// reportBytes is how many bytes lie between two reports.
const reportBytes = 1 << 20

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.done += int64(n)
	if c.done-c.told >= reportBytes || err == io.EOF && c.done > c.told {
		c.told = c.done
		c.progress(c.done, c.total)
	}
	return n, err
}
