package kerneltest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os/exec"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

// start starts the process, if it does not run.
func (p *Program) start(t testing.TB) {
	t.Helper()
	if p.cmd != nil {
		return
	}
	p.stderr.Reset()
	p.cmd = exec.Command(p.binary)
	p.cmd.Stderr = &p.stderr
	in, err1 := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, p.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, out
}

func (p *Program) stop() {
	if p.cmd == nil {
		return
	}
	p.in.Close()
	p.cmd.Wait()
	p.cmd = nil
}

// send asks the process for something and reads the answer into list.
func (p *Program) send(t testing.TB, head []uint32, data [][]uint32, read func() error) bool {
	t.Helper()
	p.start(t)
	var b bytes.Buffer
	put := func(words []uint32) { binary.Write(&b, binary.LittleEndian, words) }
	put(head)
	for _, d := range data {
		put([]uint32{uint32(len(d))})
		put(d)
	}
	_, err := p.in.Write(b.Bytes())
	if err == nil {
		err = read()
	}
	if err != nil {
		p.stop()
		t.Errorf("the process of the kernels: %v\n%s", err, p.stderr.String())
	}
	return err == nil
}

// Run calls a kernel and returns all blocks as they are afterwards, or nil
// after reporting an error.
func (p *Program) Run(t *testing.T, f *Compiled, data [][]uint32, n, workers, place int) [][]uint32 {
	t.Helper()
	var message []byte
	got := make([][]uint32, len(data))
	head := []uint32{0, uint32(f.number), uint32(n), uint32(workers), uint32(place), uint32(len(data))}
	ok := p.send(t, head, data, func() error {
		var length uint32
		if err := binary.Read(p.out, binary.LittleEndian, &length); err != nil {
			return err
		}
		message = make([]byte, length)
		if _, err := io.ReadFull(p.out, message); err != nil || length > 0 {
			return err
		}
		for i, d := range data {
			got[i] = make([]uint32, len(d))
			if err := binary.Read(p.out, binary.LittleEndian, got[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if len(message) > 0 {
		t.Errorf("%d rows, %d workers, %s: %s", n, workers, [...]string{"aligned", "at odd addresses", "at the end of memory", "at the beginning of memory"}[place], message)
	}
	if !ok || len(message) > 0 {
		return nil
	}
	return got
}

// bench returns ns per call, the peak in operations per ns and ns to read so
// many bytes.
func (p *Program) bench(b *testing.B, f *Compiled, data [][]uint32, n, size int) (ns, peak, read float64) {
	b.Helper()
	x := make([]uint64, 3)
	head := []uint32{1, uint32(f.number), uint32(n), uint32(size / 4), Aligned, uint32(len(data))}
	if !p.send(b, head, data, func() error { return binary.Read(p.out, binary.LittleEndian, x) }) {
		b.FailNow()
	}
	return math.Float64frombits(x[0]), math.Float64frombits(x[1]), math.Float64frombits(x[2])
}

// Step runs one kernel of a plan on the contents of its buffers.
func (p *Program) Step(t *testing.T, f *Compiled, memory map[*loop.Buffer][]uint32, rows int) {
	t.Helper()
	var data [][]uint32
	for _, o := range f.Operands {
		words, ok := memory[o.Buf]
		if !ok {
			words = slices.Repeat([]uint32{math.Float32bits(float32(math.NaN()))}, o.Buf.Len(rows))
		}
		data = append(data, words)
	}
	got := p.Run(t, f, data, rows, 1, Aligned)
	if got == nil {
		t.FailNow()
	}
	for i, o := range f.Operands {
		memory[o.Buf] = got[i]
	}
}
