//go:build linux || darwin || freebsd || netbsd || dragonfly

package progress

import (
	"os"
	"syscall"
	"unsafe"
)

// isTerminal reports whether f is a terminal that can redraw a line.
func isTerminal(f *os.File) bool {
	_, ok := window(f)
	return ok && os.Getenv("TERM") != "dumb"
}

// windowColumns is the width of the window as it is now; 0: not known.
func windowColumns(f *os.File) int {
	n, _ := window(f)
	return n
}

// window asks the terminal for its size.
func window(f *os.File) (columns int, ok bool) {
	c, err := f.SyscallConn()
	if err != nil {
		return 0, false
	}
	var size struct{ rows, columns, x, y uint16 }
	err = c.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
		ok = errno == 0
	})
	return int(size.columns), ok && err == nil
}
