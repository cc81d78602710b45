// The child runs kernels for the tests of package asm: it reads requests from
// its input and writes what the kernels left in memory to its output, all of it
// in little-endian words of 32 bits.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
)

// function is one kernel at one level.
type function struct {
	shared  bool // the workers share the work themselves
	divided bool // or may
	work    int
	avx512  bool
	call    func(p []block, from, to int, work []float32, t *nn.Worker)
}

// block is the memory of one parameter.
type block struct {
	room  []uint32 // with the guard words
	words []uint32
	f     []float32
	i     []int32
}

const (
	guard  = 64 // words before and after
	canary = 0x7fc0dead
)

// Where a block lies within its memory.
const (
	aligned = iota // at 64 bytes
	shifted        // some words further, each block at another number
	atEnd          // its end is the end of what may be read
	atStart        // its beginning is the beginning of what may be read
)

func main() {
	debug.SetPanicOnFault(true)
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		head := make([]uint32, 6)
		if err := binary.Read(in, binary.LittleEndian, head); err != nil {
			if err == io.EOF {
				return
			}
			panic(err)
		}
		blocks := make([]block, head[5])
		var pages [][]byte
		for i := range blocks {
			var count uint32
			must(binary.Read(in, binary.LittleEndian, &count))
			b, page := place(int(count), i, int(head[4]))
			must(binary.Read(in, binary.LittleEndian, b.words))
			blocks[i] = b
			pages = append(pages, page)
		}
		f, n, parts := functions[head[1]], int(head[2]), int(head[3])
		switch head[0] {
		case 0:
			answer(out, run(f, blocks, n, parts), blocks)
		case 1:
			for _, x := range bench(f, blocks, n, parts) {
				must(binary.Write(out, binary.LittleEndian, math.Float64bits(x)))
			}
		}
		must(out.Flush())
		for _, page := range pages {
			must(syscall.Munmap(page))
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func answer(out io.Writer, message string, blocks []block) {
	must(binary.Write(out, binary.LittleEndian, uint32(len(message))))
	_, err := io.WriteString(out, message)
	must(err)
	if message == "" {
		for _, b := range blocks {
			must(binary.Write(out, binary.LittleEndian, b.words))
		}
	}
}

// place lays a block of words into memory of its own, between two pages that cannot
// be touched.
func place(count, number, how int) (block, []byte) {
	const pageSize = 4096
	size := (4*(count+3*guard) + pageSize - 1) / pageSize * pageSize
	page, err := syscall.Mmap(-1, 0, size+2*pageSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	must(err)
	must(syscall.Mprotect(page[:pageSize], syscall.PROT_NONE))
	must(syscall.Mprotect(page[pageSize+size:], syscall.PROT_NONE))
	room := unsafe.Slice((*uint32)(unsafe.Pointer(&page[pageSize])), size/4)
	for i := range room {
		room[i] = canary
	}
	from := guard
	switch how {
	case shifted:
		from += (5*number + 3) % 16
	case atEnd:
		from = len(room) - count
	case atStart:
		from = 0
	}
	b := block{room: room, words: room[from : from+count : from+count]}
	if count > 0 {
		b.f = unsafe.Slice((*float32)(unsafe.Pointer(&b.words[0])), count)
		b.i = unsafe.Slice((*int32)(unsafe.Pointer(&b.words[0])), count)
	}
	return b, page
}

// broken reports guard words that were written to.
func (b block) broken() bool {
	from := (uintptr(unsafe.Pointer(unsafe.SliceData(b.words))) - uintptr(unsafe.Pointer(&b.room[0]))) / 4
	other := func(w uint32) bool { return w != canary }
	return slices.ContainsFunc(b.room[:from], other) || slices.ContainsFunc(b.room[int(from)+len(b.words):], other)
}

// run calls a kernel for n rows, split among workers, and says what went wrong.
func run(f function, p []block, n, workers int) (message string) {
	work := make([]block, workers)
	for i := range work {
		b, page := place(f.work, 0, aligned)
		defer syscall.Munmap(page)
		work[i] = b
		for j := range b.words {
			b.words[j] = canary
		}
	}
	defer func() {
		if v := recover(); v != nil {
			message = fmt.Sprintf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	switch {
	case workers > 1 && (f.shared || f.divided && workers != n && workers != 3):
		team := nn.NewTeam(workers)
		defer team.Close()
		team.Run(func(t *nn.Worker) {
			debug.SetPanicOnFault(true)
			f.call(p, 0, n, work[t.ID].f, t)
		})
	case f.shared:
		f.call(p, 0, n, work[0].f, nil)
	default:
		for i := range workers {
			if from, to := (&nn.Worker{ID: i, Count: workers}).Share(n); from < to {
				f.call(p, from, to, work[i].f, nil)
			}
		}
	}
	for i, b := range p {
		if b.broken() {
			return fmt.Sprintf("parameter %d: a word outside was written to", i)
		}
	}
	for _, b := range work {
		if b.broken() {
			return "a word outside work was written to"
		}
	}
	return ""
}

// bench times a kernel, the peak loop and a loop that reads so many words, in
// turn, and returns the medians: ns per call, peak in floating-point operations
// per ns, and ns to read.
func bench(f function, p []block, n, words int) [3]float64 {
	b, page := place(f.work, 0, aligned)
	defer syscall.Munmap(page)
	r, page2 := place(max(words, 256)+256, 0, aligned)
	defer syscall.Munmap(page2)
	clear(r.words)
	peak, read, flops, stride := peakAVX2, readAVX2, 12*8*2, 64
	if f.avx512 {
		peak, read, flops, stride = peakAVX512, readAVX512, 24*16*2, 128
	}
	call := func() { f.call(p, 0, n, b.f, nil) }
	readAll := func() { read(&r.f[0], max(1, (words+stride-1)/stride)) }
	const peakLoops = 2000
	calls, reads := repeat(call), repeat(readAll)
	var a, c, d []float64
	for range 15 {
		a = append(a, timed(calls, call))
		c = append(c, peakLoops*float64(flops)/timed(20, func() { peak(peakLoops) }))
		d = append(d, timed(reads, readAll))
	}
	return [3]float64{median(a), median(c), median(d)}
}

// repeat is how often f runs in about half a millisecond, after warming up.
func repeat(f func()) int {
	timed(3, f)
	return max(1, int(5e5/timed(3, f)))
}

// timed is the time of one of n calls in ns.
func timed(n int, f func()) float64 {
	start := time.Now()
	for range n {
		f()
	}
	return float64(time.Since(start)) / float64(n)
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
