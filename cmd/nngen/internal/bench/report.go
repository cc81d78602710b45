package bench

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// Report is all that is measured.
type Report struct {
	Model   string     `json:"model"`
	CPU     string     `json:"cpu"`
	Cores   int        `json:"cores"`
	OS      string     `json:"os"`
	Arch    string     `json:"arch"`
	Go      string     `json:"go"`
	Level   string     `json:"level"`
	Threads int        `json:"threads"`
	Rounds  int        `json:"rounds"`
	Finite  bool       `json:"finite"` // the outputs, with the random weights and samples of the benchmark
	Works   []measured `json:"works"`
	// Portable are the kernels without machine code, with their parts of the operations of a training step.
	Portable []portable `json:"portable,omitempty"`
}

// measured is what came out for one workload: medians over the rounds.
type measured struct {
	Name        string   `json:"name"`
	Label       string   `json:"label"`
	Rows        int      `json:"rows"`
	Nanoseconds float64  `json:"ns"`
	Allocs      int      `json:"allocs"`
	GFLOPS      float64  `json:"gflops"`        // GFLOP/s
	OfPeak      float64  `json:"of_peak"`       // share of the peak loop's
	GBPS        float64  `json:"gbps"`          // GB/s
	OfReading   float64  `json:"of_reading"`    // share of the reading loop's
	Interpreted float64  `json:"interpreted"`   // nanoseconds
	Ratio       float64  `json:"ratio"`         // interpreted to compiled
	Bound       bound    `json:"bound"`         // the least time
	TimesBound  float64  `json:"times_bound"`   // how many times that the time is
	TimesRead   float64  `json:"times_reading"` // how many times that of reading the bytes alone
	Speedup     *speedup `json:"speedup,omitempty"`
}

// portable is a kernel that runs in Go at every level.
type portable struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"`
}

// speedup is how much faster several workers are than one.
type speedup struct {
	Nanoseconds float64 `json:"one_worker_ns"`
	Work        float64 `json:"work"`
	Peak        float64 `json:"peak_loop"` // of the peak loop
	OfPeak      float64 `json:"of_peak_loop"`
}

// bound is the least time that the operations and the bytes of a workload take:
// one after the other, for what a core could do at once it hardly ever does.
type bound struct {
	Flops          int     `json:"flops"`
	Peak           float64 `json:"peak_gflops"`
	Computing      float64 `json:"computing_ns"`
	Terms          []term  `json:"terms"`
	Streamed       int     `json:"streamed_bytes"`
	Reading        float64 `json:"reading_gbps"`
	Scattered      int     `json:"scattered_bytes"` // rows of tables
	ScatterReading float64 `json:"scattered_reading_gbps"`
	Moving         float64 `json:"moving_ns"`
	Nanoseconds    float64 `json:"ns"`
}

// machine is what the machine could do in a round.
type machine struct{ fma, fmaAlone, read, rows float64 }

// mean is the middle between two measurements.
func mean(a, b machine) machine {
	return machine{(a.fma + b.fma) / 2, (a.fmaAlone + b.fmaAlone) / 2, (a.read + b.read) / 2, (a.rows + b.rows) / 2}
}

// round is one turn of everything: nanoseconds, GFLOP/s and GB/s.
type round struct {
	machine
	compiled, alone, interpreted float64
}

// computing and moving are the nanoseconds that a workload takes at least.
func (m machine) computing(w *Workload) float64 { return float64(w.Flops) / m.fma }

func (m machine) moving(w *Workload) float64 {
	ns := 0.0
	if n := w.Streamed(); n > 0 {
		ns += float64(n) / m.read
	}
	if n := w.scattered(); n > 0 {
		ns += float64(n) / m.rows
	}
	return ns
}

// result sums the rounds up.
func (w *Workload) result(all []round, allocs int) measured {
	bytes := float64(w.Streamed() + w.scattered())
	mid := func(of func(round) float64) float64 { return median(all, of) }
	m := measured{
		Name: w.Name, Label: w.Label, Rows: w.rows, Allocs: allocs,
		Nanoseconds: mid(func(r round) float64 { return r.compiled }),
		OfPeak:      mid(func(r round) float64 { return r.computing(w) / r.compiled }),
		OfReading:   mid(func(r round) float64 { return r.moving(w) / r.compiled }),
		Interpreted: mid(func(r round) float64 { return r.interpreted }),
		Ratio:       mid(func(r round) float64 { return r.interpreted / r.compiled }),
		TimesBound:  mid(func(r round) float64 { return r.compiled / (r.computing(w) + r.moving(w)) }),
		TimesRead:   mid(func(r round) float64 { return r.compiled / r.moving(w) }),
		Bound: bound{
			Flops: w.Flops, Terms: w.terms, Streamed: w.Streamed(), Scattered: w.scattered(),
			Peak:           mid(func(r round) float64 { return r.fma }),
			Reading:        mid(func(r round) float64 { return r.read }),
			ScatterReading: mid(func(r round) float64 { return r.rows }),
			Computing:      mid(func(r round) float64 { return r.computing(w) }),
			Moving:         mid(func(r round) float64 { return r.moving(w) }),
			Nanoseconds:    mid(func(r round) float64 { return r.computing(w) + r.moving(w) }),
		},
	}
	if w.alone != "" {
		work := func(r round) float64 { return r.alone / r.compiled }
		loop := func(r round) float64 { return r.fma / r.fmaAlone }
		m.Speedup = &speedup{mid(func(r round) float64 { return r.alone }), mid(work), mid(loop), mid(func(r round) float64 { return work(r) / loop(r) })}
	}
	m.GFLOPS, m.GBPS = float64(w.Flops)/m.Nanoseconds, bytes/m.Nanoseconds
	return m
}

// String prints the report as two tables.
func (r *Report) String() string {
	var b strings.Builder
	threads := "threads"
	if r.Threads == 1 {
		threads = "thread"
	}
	fmt.Fprintf(&b, "%s on %s, %s, %s/%s, %s\nlevel %s, %d %s, medians of %d rounds\n\n", show.Name(r.Model), show.Name(r.CPU), show.Plural(r.Cores, "core"), r.OS, r.Arch, r.Go, r.Level, r.Threads, threads, r.Rounds)
	fmt.Fprintf(&b, "%-26s%11s%10s%9s%8s%12s%13s%8s%8s\n", "", "time", "GFLOP/s", "of peak", "GB/s", "of reading", "interpreted", "ratio", "allocs")
	for _, m := range r.Works {
		fmt.Fprintf(&b, "%-26s%11s%10s%9s%8s%12s%13s%7.1fx%8d\n", m.Label, duration(m.Nanoseconds), rate(m.GFLOPS), percent(m.OfPeak), rate(m.GBPS), percent(m.OfReading), duration(m.Interpreted), m.Ratio, m.Allocs)
	}
	if r.Threads > 1 {
		fmt.Fprintf(&b, "\n%d workers against one\n\n", r.Threads)
		for _, m := range r.Works {
			if s := m.Speedup; s != nil {
				fmt.Fprintf(&b, "%-26s%11s on one, %.2fx; the peak loop %.2fx, of that %s\n", m.Label, duration(s.Nanoseconds), s.Work, s.Peak, percent(s.OfPeak))
			}
		}
	}
	b.WriteString("\nthe least time: operations ÷ peak + bytes ÷ reading\n")
	for _, m := range r.Works {
		d := m.Bound
		fmt.Fprintf(&b, "\n%s: %s, which takes %.2f times as long\n", m.Label, duration(d.Nanoseconds), m.TimesBound)
		fmt.Fprintf(&b, "  %11s  %s ÷ %s GFLOP/s\n", duration(d.Computing), Amount(d.Flops, "FLOP"), rate(d.Peak))
		fmt.Fprintf(&b, "  %11s  ", duration(d.Moving))
		if d.Streamed > 0 {
			fmt.Fprintf(&b, "%s ÷ %s GB/s", Amount(d.Streamed, "B"), rate(d.Reading))
		}
		if d.Scattered > 0 {
			if d.Streamed > 0 {
				b.WriteString(" + ")
			}
			fmt.Fprintf(&b, "%s of rows ÷ %s GB/s", Amount(d.Scattered, "B"), rate(d.ScatterReading))
		}
		b.WriteString("\n")
		for _, t := range d.Terms {
			fmt.Fprintf(&b, "  %11s    %s %s\n", "", Amount(t.Bytes, "B"), t.What)
		}
	}
	if len(r.Portable) > 0 {
		b.WriteString("\nin portable Go at every level, with the share of operations:\n")
		for _, k := range r.Portable {
			fmt.Fprintf(&b, "  %11s  %s\n", percent(k.Share), k.Name)
		}
	}
	return b.String()
}

// duration prints nanoseconds with four digits.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.1f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.2f µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	}
	return fmt.Sprintf("%.2f s", ns/1e9)
}

// rate prints with three digits or so.
func rate(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// Amount prints with three digits or so and the SI prefix.
func Amount(n int, unit string) string {
	v := float64(n)
	for _, prefix := range []string{"", "k", "M", "G"} {
		if v < 1000 {
			if prefix == "" {
				return fmt.Sprintf("%d %s", n, unit)
			}
			return fmt.Sprintf("%.3g %s%s", v, prefix, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.3g T%s", v, unit)
}

// processor names the CPU, where the system says what it is.
func processor() string {
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if field, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(field) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return runtime.GOARCH
}
