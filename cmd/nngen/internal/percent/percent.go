// Package percent shows on a terminal how much of a large file is read or written.
package percent

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// Large is from how many bytes on a file takes long enough for its progress to be shown.
const Large = 50 << 20

// interval is the time between two drawings of a line.
const interval = 100 * time.Millisecond

// Line is a line that is drawn again and again. A nil one shows nothing.
type Line struct {
	w           io.Writer
	text        string
	total, done int64
	drawn       time.Time
	now         func() time.Time
}

// New begins the line of a file of size bytes, of which the work is to read or write so many
// in all; nil where the file is not large, or w no terminal: who reads the output of a command
// sees no lines that depend on sizes.
func New(w io.Writer, doing, file string, size, work int64) *Line {
	if f, ok := w.(*os.File); !ok || size < Large || !terminal(f) {
		return nil
	}
	return begin(w, doing, file, size, work, time.Now)
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func begin(w io.Writer, doing, file string, size, work int64, now func() time.Time) *Line {
	l := &Line{w: w, text: fmt.Sprintf("%s %s (%s MB)", doing, file, show.Count(int(size>>20))), total: max(work, 1), now: now}
	l.draw(0)
	return l
}

// Add notes that n more bytes are read or written.
func (l *Line) Add(n int) {
	if l == nil {
		return
	}
	if l.done += int64(n); l.now().Sub(l.drawn) >= interval {
		l.draw(min(99, 100*l.done/l.total)) // 100 is for the end: bytes may be read twice, or not at all
	}
}

// End ends the line; where the work has failed, with what was done of it.
func (l *Line) End(err error) {
	if l == nil {
		return
	}
	if err == nil {
		l.draw(100)
	}
	fmt.Fprintln(l.w)
}

func (l *Line) draw(percent int64) {
	l.drawn = l.now()
	fmt.Fprintf(l.w, "\r%s %3d %%", l.text, percent)
}

// piece is how many bytes are written at a time.
const piece = 4 << 20

// Write writes bytes, and tells after each part of them how many there were. Wrote may be nil.
func Write(w io.Writer, b []byte, wrote func(n int)) error {
	for len(b) > 0 {
		n, err := w.Write(b[:min(piece, len(b))])
		if wrote != nil {
			wrote(n)
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
