package peak

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// clock is a benchmark of which the work itself moves the clock.
type clock struct {
	now     time.Duration
	running bool
	metrics map[string]float64
}

func (c *clock) Elapsed() time.Duration              { return c.now }
func (c *clock) ReportMetric(v float64, unit string) { c.metrics[unit] = v }
func (c *clock) ResetTimer()                         { c.now = 0 }
func (c *clock) StartTimer()                         { c.running = true }
func (c *clock) StopTimer()                          { c.running = false }
func (c *clock) work(took time.Duration) func() {
	return func() {
		if c.running {
			c.now += took
		}
	}
}

func TestMeasure(t *testing.T) {
	for _, n := range []int{1, 2, 9, 10, 11, 37} {
		c := &clock{running: true, metrics: map[string]float64{}}
		runs := 0
		work := c.work(time.Millisecond)
		Measure(c, n, Work{Flops: 3_000_000, Bytes: 1 << 20}, func() {
			work()
			runs++
		})
		if runs != n+1 || c.now != time.Duration(n)*time.Millisecond {
			t.Errorf("%d runs, %v, want one and %d on the clock", runs, c.now, n)
		}
		if got := c.metrics["GFLOP/s"]; got < 2.999 || got > 3.001 {
			t.Errorf("%d runs: %v GFLOP/s, want 3", n, got)
		}
		if got := c.metrics["GB/s"]; got < 1.048 || got > 1.049 {
			t.Errorf("%d runs: %v GB/s, want 1.049", n, got)
		}
		for _, unit := range []string{"%peak", "%read"} {
			if got := c.metrics[unit]; !(got > 0) {
				t.Errorf("%d runs: %v %s", n, got, unit)
			}
		}
	}
}

// Without bytes nothing is said of reading.
func TestMeasureFlops(t *testing.T) {
	c := &clock{running: true, metrics: map[string]float64{}}
	Measure(c, 20, Work{Flops: 1000}, c.work(time.Microsecond))
	if got := slices.Sorted(maps.Keys(c.metrics)); !slices.Equal(got, []string{"%peak", "GFLOP/s"}) {
		t.Errorf("metrics %v", got)
	}
}
