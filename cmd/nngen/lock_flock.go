//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFolder keeps other trainings out of a folder that two of them would write
// to. The lock ends with the process, however that ends. Nothing is left in the
// folder. A folder that is not there is not locked: unlock is nil.
func lockFolder(path string) (unlock func() error, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
	case nil:
		return f.Close, nil
	case syscall.EWOULDBLOCK:
		f.Close()
		return nil, fmt.Errorf("%s: another training writes to this folder; wait for its end, or choose another folder with -o", path)
	default: // a file system without locks
		return f.Close, nil
	}
}
