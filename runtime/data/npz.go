package data

import (
	"archive/zip"
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// OpenNPZ reads arrays from an archive that numpy.savez or
// numpy.savez_compressed has written, in the order of their names. Errors name
// the archive and the array: "mnist.npz: x_train: ...".
func OpenNPZ(path string, arrays ...string) ([]*NPY, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: not an archive of NumPy arrays: %w", path, err)
	}
	return readNPZ(z, path, arrays)
}

func readNPZ(z *zip.Reader, path string, arrays []string) ([]*NPY, error) {
	files := map[string]*zip.File{}
	var names []string
	for _, f := range z.File {
		if name, ok := strings.CutSuffix(f.Name, ".npy"); ok && files[name] == nil {
			files[name] = f
			names = append(names, name)
		}
	}
	p := problems{}
	all := make([]*NPY, len(arrays))
	for i, name := range arrays {
		if p.full() {
			break
		}
		f := files[name]
		if f == nil {
			p.addAt(path, fmt.Errorf("no array %q%s; the arrays are %s", name, nearest.Question(name, names), enumerate(names)))
			continue
		}
		r, err := f.Open()
		if err != nil {
			p.addAt(path+": "+name, err)
			continue
		}
		size := int64(min(f.UncompressedSize64, math.MaxInt64))
		all[i], err = readNPY(bufio.NewReaderSize(r, 1<<16), path+": "+name, size, true)
		r.Close()
		if err != nil {
			p.list = append(p.list, err)
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return all, nil
}
