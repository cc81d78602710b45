//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package leftover

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Lock keeps other runs out of a folder that two of them would write
// to, until the file is closed that it returns: by this process and by those that
// it has handed it to, however they end. Nothing is left in the folder. A folder
// that is not there is not locked: the file is nil.
func Lock(path string) (*os.File, error) {
	lock, taken, err := tryLock(path)
	if taken {
		return nil, fmt.Errorf("%s: another run of nngen is writing to this folder; wait for it to end, or choose another folder with -o", path)
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	return lock, err
}

// tryLock locks a file or folder unless a living process has: taken.
func tryLock(path string) (lock *os.File, taken bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == syscall.EWOULDBLOCK {
		f.Close()
		return nil, true, nil
	}
	return f, false, nil // also on a file system without locks
}

// lockFile locks an open file until it is closed.
func lockFile(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// Abandoned reports whether nobody works any longer with what tryLock locks.
func Abandoned(path string) bool {
	lock, taken, err := tryLock(path)
	if lock != nil {
		lock.Close()
	}
	return err == nil && !taken
}
