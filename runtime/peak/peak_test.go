package peak

import (
	"runtime"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// TestFMA compares the rate with that of single numbers: the vectors of a level
// must show, and a rate no core reaches is a mistake in counting.
func TestFMA(t *testing.T) {
	least, most := 0.5, 32.0
	switch nn.CPU() {
	case nn.AVX512:
		least, most = 2, 1024
	case nn.AVX2:
		least, most = 1.5, 512
	}
	var best, scalar float64
	for range 20 {
		best = max(best, FMA(1))
		scalar = max(scalar, repeat(func() float64 { return multiplyAddGo(calls) })/slice.Seconds()/1e9)
	}
	if best < least*scalar || best > most {
		t.Errorf("%.1f GFLOP/s at level %s, %.1f with single numbers", best, nn.CPU(), scalar)
	}
	if runtime.GOMAXPROCS(0) > 1 {
		if both := FMA(2); both <= 0 || both > 2*most {
			t.Errorf("two workers: %.1f GFLOP/s", both)
		}
	}
}

func TestRead(t *testing.T) {
	for _, size := range []int{BlockFloats, 100 * BlockFloats, chunk/4 + BlockFloats, 3 * chunk / 4} {
		for workers := range 4 {
			if got := Read(make([]float32, size), workers); !(got > 0 && got < 4000) {
				t.Errorf("%d floats, %d workers: %.1f GB/s", size, workers, got)
			}
		}
	}
	if got := Read(make([]float32, BlockFloats-1), 1); got != 0 {
		t.Errorf("less than a block was read: %.1f GB/s", got)
	}
}

// A buffer that stays in the cache must be faster than one that does not, or it
// is not the memory that is measured.
func TestReadIsFasterInCache(t *testing.T) {
	near, far := Buffer(4<<10), Buffer(64<<20)
	var fast, slow float64
	for range 20 {
		fast, slow = max(fast, Read(near, 1)), max(slow, Read(far, 1))
	}
	if fast <= slow {
		t.Errorf("4 KiB at %.1f GB/s, 64 MiB at %.1f", fast, slow)
	}
}

func TestReadRows(t *testing.T) {
	for _, width := range []int{1, 15, 16, 17, 100} {
		table := Buffer(4 * 101 * width)
		if got := ReadRows(table, width, []int32{0, 5, 99, 5}); !(got > 0 && got < 4000) {
			t.Errorf("rows of %d: %.1f GB/s", width, got)
		}
		if got := ReadRows(table, width, []int32{-1, int32(len(table))}); got != 0 {
			t.Errorf("rows of %d outside the table were read: %.1f GB/s", width, got)
		}
	}
	if got := ReadRows(Buffer(1024), 0, []int32{0}); got != 0 {
		t.Errorf("rows of no width: %.1f GB/s", got)
	}
}

func TestNoAllocations(t *testing.T) {
	buffer := make([]float32, BlockFloats)
	if n := testing.AllocsPerRun(3, func() { FMA(1); Read(buffer, 1) }); n > 8 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFMA(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "one", 2: "two"}[workers], func(b *testing.B) {
			var best float64
			for b.Loop() {
				best = max(best, FMA(workers))
			}
			b.ReportMetric(best, "GFLOP/s")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"32KiB", 32 << 10}, {"1MiB", 1 << 20}, {"1.6MB", 1_628_160}, {"16MiB", 16 << 20}, {"256MiB", 256 << 20}} {
		buffer := Buffer(size.bytes)
		b.Run(size.name, func(b *testing.B) {
			var best float64
			for b.Loop() {
				best = max(best, Read(buffer, 1))
			}
			b.ReportMetric(best, "GB/s")
		})
	}
}
