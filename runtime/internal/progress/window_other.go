//go:build !(linux || darwin || freebsd || netbsd || dragonfly)

package progress

import "os"

// isTerminal reports whether f is a terminal that can redraw a line.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// windowColumns is not known here.
func windowColumns(*os.File) int { return 0 }
