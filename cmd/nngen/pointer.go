package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// pointerStart begins the small text that Git has in the place of a file which
// Git LFS keeps (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
const pointerStart = "version https://git-lfs.github.com/spec/v"

// isPointer reports whether a file begins like a pointer of Git LFS.
func isPointer(b []byte) bool { return bytes.HasPrefix(b, []byte(pointerStart)) }

// pointer reports whether there is a pointer of Git LFS at the path. A file
// that cannot be read is left to those who want to read it.
func pointer(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, len(pointerStart))
	n, err := io.ReadFull(f, start)
	return err == nil && isPointer(start[:n])
}

func pointerError(path string) error {
	return fmt.Errorf("%s: this is a pointer of Git LFS, not the file itself; fetch it with: git lfs pull", path)
}
