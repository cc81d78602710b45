package percent

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// TestLine reads a file of 1,234 MB on a clock that a test moves.
func TestLine(t *testing.T) {
	var b bytes.Buffer
	clock := time.Unix(0, 0)
	l := begin(&b, "reading", "a.h5", 1234<<20, 200, func() time.Time { return clock })
	for _, step := range []struct {
		n  int
		ms int
	}{{50, 10}, {25, 100}, {5, 30}, {60, 80}, {100, 200}} {
		clock = clock.Add(time.Duration(step.ms) * time.Millisecond)
		l.Add(step.n)
	}
	l.End(nil)
	var want strings.Builder
	for _, p := range []string{"  0", " 37", " 70", " 99", "100"} {
		want.WriteString("\rreading a.h5 (1,234 MB) " + p + " %")
	}
	if got := b.String(); got != want.String()+"\n" {
		t.Errorf("%q\nwant %q", got, want.String()+"\n")
	}
	b.Reset()
	l = begin(&b, "writing", "a.h5", 60<<20, 100, func() time.Time { return clock })
	l.End(errors.New("full"))
	if got := b.String(); got != "\rwriting a.h5 (60 MB)   0 %\n" {
		t.Errorf("%q", got)
	}
}

// TestNew shows nothing of small files, nor where nobody looks.
func TestNew(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	for _, l := range []*Line{New(&b, "reading", "a", 1<<40, 1), New(f, "reading", "a", 1<<40, 1), New(os.NewFile(^uintptr(0), "none"), "reading", "a", 1<<40, 1)} {
		l.Add(1)
		l.End(nil)
		if l != nil {
			t.Error("a line where no terminal is")
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if New(null, "reading", "a", Large-1, 1) != nil || New(null, "reading", "a", Large, 1) == nil {
		t.Error("lines are for files of Large bytes and more")
	}
	if info, err := f.Stat(); err != nil || info.Size() > 0 || b.Len() > 0 {
		t.Errorf("%q %v", b.String(), err)
	}
}

// full takes so many bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	n := min(f.room, len(p))
	if f.room -= n; n < len(p) {
		return n, errors.New("full")
	}
	return n, nil
}

// TestWrite writes in pieces.
func TestWrite(t *testing.T) {
	data := make([]byte, 2*piece+5)
	for i := range data {
		data[i] = byte(i * 7)
	}
	var b bytes.Buffer
	total, calls := 0, 0
	if err := Write(&b, data, func(n int) { total, calls = total+n, calls+1 }); err != nil || total != len(data) || calls != 3 || !bytes.Equal(b.Bytes(), data) {
		t.Error(err, total, calls)
	}
	if err := Write(&b, data, nil); err != nil || b.Len() != 2*len(data) {
		t.Error(err)
	}
	total = 0
	if err := Write(&full{piece + 3}, data, func(n int) { total += n }); err == nil || total != piece+3 {
		t.Error(err, total)
	}
}
