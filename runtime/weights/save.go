package weights

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Save writes a file as [Write] does, in one stroke: see [SaveFile].
func Save(path string, meta map[string]string, segs []nn.Segment, params []float32) error {
	return SaveFile(path, func(w io.Writer) error {
		_, err := Write(w, meta, segs, params)
		return err
	})
}

// SaveFile makes a file of what write writes, in one stroke: the bytes go to a
// temporary name in the same folder, are synced to disk, and only then take the
// place of path. Whatever fails, a file that was there before is kept. A program
// that is killed may leave the temporary file, [TempPattern], behind.
func SaveFile(path string, write func(w io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temp)
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// TempPattern matches the end, after the name of the file that is being saved,
// of the names that [SaveFile] gives to its temporary files.
const TempPattern = ".????????.tmp"

// createBeside creates a file of an unused name in path's folder, with the
// permissions that path itself would get. (os.CreateTemp would make it private.)
func createBeside(path string) (*os.File, error) {
	for try := 0; ; try++ {
		name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}

// syncFolder makes the new name last through a power cut, on systems that can
// sync a folder; on others the rename alone has to do.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
