package peak

import (
	"sync"
	"time"
)

// slice is how long a measurement lasts at least.
const slice = time.Millisecond

// FMA measures the rate of multiplications and additions on some workers at
// once, a fused multiply-add counting as two, in GFLOP/s: of 24 independent
// chains of 16 lanes with AVX-512, of 12 chains of 8 lanes with AVX2, and of
// single numbers at level Go, where nothing is fused.
func FMA(workers int) float64 {
	var total float64
	seconds := together(workers, func(int) float64 {
		return repeat(func() float64 { return multiplyAdd(calls) })
	}, &total)
	return total / seconds / 1e9
}

// calls is how many turns of a loop a call takes: some 50 microseconds, so that
// a program's garbage collector never waits for long.
const calls = 10_000

// BlockFloats is what Read reads at once: shorter rests are not read.
const BlockFloats = block / 4

// block and chunk are the bytes of a turn of a loop and of a call.
const block, chunk = 1024, 256 << 10

// Buffer returns memory to Read, about so many bytes. It has been written once:
// fresh memory is one page of zeros, however large.
func Buffer(bytes int) []float32 {
	v := make([]float32, (bytes+block-1)/block*BlockFloats)
	for i := range v {
		v[i] = 1
	}
	return v
}

// Read measures the rate at which some workers read a buffer, each a part of
// it, with the widest loads there are, in GB/s. How large the buffer is decides
// which memory is measured: it is read again and again, and once before that,
// so a small one comes from the caches.
func Read(buffer []float32, workers int) float64 {
	blocks := len(buffer) / BlockFloats
	if blocks == 0 {
		return 0
	}
	workers = min(max(workers, 1), blocks)
	part := func(w int) []float32 {
		return buffer[blocks*w/workers*BlockFloats : blocks*(w+1)/workers*BlockFloats]
	}
	var total float64
	together(workers, func(w int) float64 { return pass(part(w)) }, &total)
	total = 0
	seconds := together(workers, func(w int) float64 {
		v := part(w)
		passes := (chunk/4 + len(v) - 1) / len(v)
		return repeat(func() float64 {
			sum := 0.0
			for range passes {
				sum += pass(v)
			}
			return sum
		})
	}, &total)
	return total / seconds / 1e9
}

// pass reads a part of a buffer once and says how many bytes that was.
func pass(v []float32) float64 {
	for at := 0; at < len(v); at += chunk / 4 {
		read(v[at:min(at+chunk/4, len(v))])
	}
	return float64(4 * len(v))
}

// ReadRows measures the rate at which a worker reads the rows of a table that
// ids name, in GB/s: what a sum over embeddings cannot do without. The table has
// rows of width numbers; ids beyond it are not read, nor is a table whose width
// is 0.
func ReadRows(table []float32, width int, ids []int32) float64 {
	if width < 1 {
		return 0
	}
	inside := make([]int32, 0, len(ids))
	for _, id := range ids {
		if id >= 0 && (int(id)+1)*width+lanes <= len(table) { // a vector may reach beyond its row
			inside = append(inside, id)
		}
	}
	if len(inside) == 0 {
		return 0
	}
	passes := (chunk/4 + len(inside)*width - 1) / (len(inside) * width)
	start := time.Now()
	bytes := repeat(func() float64 {
		for range passes {
			readRows(table, width, inside)
		}
		return float64(4 * len(inside) * width * passes)
	})
	return bytes / time.Since(start).Seconds() / 1e9
}

// lanes is the length of the longest vector.
const lanes = 16

// repeat calls work until a slice is over and adds what it returns.
func repeat(work func() float64) float64 {
	sum, start := 0.0, time.Now()
	for {
		sum += work()
		if time.Since(start) >= slice {
			return sum
		}
	}
}

// together runs work on some goroutines, adds what they return to total, and
// says how many seconds passed until the last one ended.
func together(workers int, work func(worker int) float64, total *float64) float64 {
	start := time.Now()
	if workers <= 1 {
		*total = work(0)
		return time.Since(start).Seconds()
	}
	var all sync.WaitGroup
	var adding sync.Mutex
	for w := range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			done := work(w)
			adding.Lock()
			*total += done
			adding.Unlock()
		}()
	}
	all.Wait()
	return time.Since(start).Seconds()
}
