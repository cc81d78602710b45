package generated_test

import (
	"context"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/nngen-go/nngen/generated/mnist"
)

// BenchmarkGC is a service that trains a model while it does something else:
// one goroutine fits mnist with all workers, another wakes up every 2 ms, and
// the benchmark makes garbage and collects it. Machine code cannot be preempted,
// so a collection that stops the world waits for the calls under way. Reported
// are the longest and the median of these stops, and how much later than due the
// other goroutine woke up: the longest delay and the 99th percentile. The case
// "idle" is the same without training.
func BenchmarkGC(b *testing.B) {
	b.Run("idle", func(b *testing.B) { collect(b, func(context.Context) error { return nil }) })
	b.Run("fit", func(b *testing.B) {
		x, y := make([]mnist.Input, 2048), make([]mnist.Target, 2048)
		for i := range x {
			for j := range x[i] {
				for k := range x[i][j] {
					x[i][j][k] = float32((i*7+j*13+k*31)%17) / 17
				}
			}
			y[i] = mnist.Target(i % 10)
		}
		m := mnist.New(mnist.Seed(1))
		collect(b, func(ctx context.Context) error {
			_, err := m.Fit(ctx, mnist.Slices(x, y), mnist.FitConfig{Epochs: math.MaxInt32, ValidationSplit: -1})
			return err
		})
	})
}

// collect runs b.N garbage collections beside work.
func collect(b *testing.B, work func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	worked := make(chan error)
	go func() { worked <- work(ctx) }()
	var delays []time.Duration
	woken := make(chan struct{})
	go func() {
		defer close(woken)
		const period = 2 * time.Millisecond
		for due := time.Now().Add(period); ctx.Err() == nil; due = time.Now().Add(period) {
			time.Sleep(time.Until(due))
			delays = append(delays, time.Since(due))
		}
	}()
	time.Sleep(20 * time.Millisecond) // until Fit is under way
	before := stops()
	b.ResetTimer()
	var garbage [][]byte
	for range b.N {
		garbage = garbage[:0]
		for range 64 {
			garbage = append(garbage, make([]byte, 1<<14))
		}
		runtime.GC()
	}
	b.StopTimer()
	after := stops()
	stop()
	if err := <-worked; err != nil && ctx.Err() == nil {
		b.Fatal(err)
	}
	<-woken
	for i := range after.Counts {
		after.Counts[i] -= before.Counts[i]
	}
	slices.Sort(delays)
	b.ReportMetric(1e6*quantile(after, 1), "longest-stop-µs")
	b.ReportMetric(1e6*quantile(after, 0.5), "median-stop-µs")
	b.ReportMetric(float64(delays[len(delays)-1].Microseconds()), "longest-delay-µs")
	b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds()), "p99-delay-µs")
}

// stops is how long the world has been stopped for garbage collections, from the
// decision to stop it to its going on.
func stops() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(s)
	h := *s[0].Value.Float64Histogram()
	h.Counts = slices.Clone(h.Counts)
	return &h
}

// quantile is the upper end of the bucket that a share q of all values lies below.
func quantile(h *metrics.Float64Histogram, q float64) float64 {
	var total, below uint64
	for _, n := range h.Counts {
		total += n
	}
	for i, n := range h.Counts {
		if below += n; n > 0 && float64(below) >= q*float64(total) {
			return h.Buckets[i+1]
		}
	}
	return 0
}
