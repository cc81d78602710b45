//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

// lockFolder does nothing where folders cannot be locked.
func lockFolder(string) (unlock func() error, err error) {
	return func() error { return nil }, nil
}
