// Package disk asks what lies on the disk, and says what is wrong with it. It is
// free of commands and of models.
package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/nngen-go/nngen/ir/diag"
)

// Exists reports whether there is a file or folder of that name.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// IsFolder reports whether there is a folder at the path.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// IsFile reports whether there is a file at the path.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// NoSuchFile says that a file is not there, with the near name among those in
// its folder that have one of the extensions.
func NoSuchFile(file string, extensions ...string) error {
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(file)) // no folder, no suggestion
	for _, e := range entries {
		if slices.Contains(extensions, filepath.Ext(e.Name())) {
			names = append(names, e.Name())
		}
	}
	return fmt.Errorf("%s: there is no such file%s", file, diag.DidYouMean(filepath.Base(file), names))
}

// pointerStart begins the small text that Git has in place of a file which
// Git LFS keeps (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
const pointerStart = "version https://git-lfs.github.com/spec/v"

// IsPointer reports whether a file begins like a pointer of Git LFS.
func IsPointer(b []byte) bool { return bytes.HasPrefix(b, []byte(pointerStart)) }

// Pointer reports whether there is a pointer of Git LFS at the path. A file
// that cannot be read is left to those who want to read it.
func Pointer(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, len(pointerStart))
	n, err := io.ReadFull(f, start)
	return err == nil && IsPointer(start[:n])
}

// PointerError says that a pointer is there where a file is needed.
func PointerError(path string) error {
	return fmt.Errorf("%s: this is a pointer of Git LFS, not the file itself; fetch it with: git lfs pull", path)
}

// FolderError says that a folder is where a file should be.
func FolderError(path string) error {
	return fmt.Errorf("%s: this is a folder, not a file", path)
}
