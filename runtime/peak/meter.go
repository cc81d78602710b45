package peak

import (
	"slices"
	"time"
)

// Benchmark is what a meter needs of a *testing.B.
type Benchmark interface {
	Elapsed() time.Duration
	ReportMetric(value float64, unit string)
	ResetTimer()
	StartTimer()
	StopTimer()
}

// Work is what a run of something takes at least.
type Work struct {
	Workers int // 0: one
	Flops   int // floating-point operations, a multiply-add counting as two
	Bytes   int // to be read; 0: too few to matter
}

// parts is how many measurements a benchmark is interleaved with.
const parts = 10

// Measure makes a run of work that does not count and then n that do, in ten
// parts. Between them it measures what the machine can do, with the benchmark's
// clock stopped. It reports the rates of the work in GFLOP/s and GB/s and, as
// medians, their shares of what the machine can do, "%peak" and "%read".
func Measure(b Benchmark, n int, w Work, work func()) {
	work()
	m := NewMeter(b, n, w)
	for i := range n {
		m.Begin(i)
		work()
	}
	m.Report()
}

// Meter is [Measure] for a benchmark that does not run its own loop.
type Meter struct {
	b           Benchmark
	n, part     int
	work        Work
	buffer      []float32
	last        time.Duration // on the benchmark's clock, at the last measurement
	first       int           // the run that followed it
	peaks, read []float64     // shares
}

// NewMeter is for n runs of work. They begin at once, and with them the
// benchmark's clock.
func NewMeter(b Benchmark, n int, w Work) *Meter {
	m := &Meter{b: b, n: n, work: w, peaks: make([]float64, 0, parts), read: make([]float64, 0, parts)}
	if w.Bytes > 0 {
		m.buffer = Buffer(w.Bytes)
	}
	b.ResetTimer()
	return m
}

// Begin is to be called before run i, 0 <= i < n.
func (m *Meter) Begin(i int) {
	if i*parts >= (m.part+1)*m.n {
		m.measure(i)
	}
}

// measure compares the part that ends before run i.
func (m *Meter) measure(i int) {
	m.b.StopTimer()
	m.part = i * parts / m.n
	now := m.b.Elapsed()
	if took := (now - m.last).Seconds(); took > 0 && i > m.first {
		runs := float64(i - m.first)
		m.peaks = append(m.peaks, runs*float64(m.work.Flops)/took/1e9/FMA(m.work.Workers))
		if m.buffer != nil {
			m.read = append(m.read, runs*float64(m.work.Bytes)/took/1e9/Read(m.buffer, m.work.Workers))
		}
	}
	m.last, m.first = now, i
	m.b.StartTimer()
}

// Report ends the benchmark.
func (m *Meter) Report() {
	m.measure(m.n)
	m.b.StopTimer()
	seconds := m.b.Elapsed().Seconds() / float64(m.n)
	m.b.ReportMetric(float64(m.work.Flops)/seconds/1e9, "GFLOP/s")
	m.share(m.peaks, "%peak")
	if m.buffer != nil {
		m.b.ReportMetric(float64(m.work.Bytes)/seconds/1e9, "GB/s")
		m.share(m.read, "%read")
	}
}

func (m *Meter) share(v []float64, unit string) {
	if len(v) > 0 {
		slices.Sort(v)
		m.b.ReportMetric(100*v[len(v)/2], unit)
	}
}
