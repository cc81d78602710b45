package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// Benchmark times every case at every level, for the largest of its row
// counts, against what the machine can do: see harness.go.
func Benchmark(b *testing.B, cases []Case) {
	b.Helper()
	p := ProgramOf(b, cases)
	for i, c := range cases {
		n := 0
		for _, rows := range c.counts() {
			n = max(n, rows)
		}
		for _, l := range amd64.Levels {
			b.Run(fmt.Sprintf("%s/%v/%d", c.Name, l, n), func(b *testing.B) {
				f := p.Find(b, i, l)
				data := c.Data(n, rand.New(rand.NewPCG(uint64(n), 1)), false)
				size := 0
				for _, d := range data {
					size += 4 * len(d)
				}
				if c.Bytes != nil {
					size = c.Bytes(n)
				}
				ns, peak, read := p.bench(b, f, data, n, size)
				flops := float64(c.Kernel.Flops(n))
				b.ReportMetric(ns, "ns/op")
				b.ReportMetric(flops/ns, "GFLOP/s")
				b.ReportMetric(100*flops/ns/peak, "%peak")
				b.ReportMetric(float64(size)/ns, "GB/s")
				b.ReportMetric(100*read/ns, "%read")
			})
		}
	}
}

// peakLoop is as many independent multiply-adds as there are registers for:
// n times 24 or 12 of them.
func peakLoop(t testing.TB, u *driver.Unit, l amd64.Level) amd64.Stub {
	t.Helper()
	s := amd64.Stub{Doc: "multiplies and adds.", Name: "peak" + l.String(), Params: []amd64.Param{{Name: "n", Type: "int"}}}
	c := u.Function(l, s)
	acc := c.Allocs(l.Registers() * 3 / 4)
	for _, v := range acc {
		c.Zero(v)
	}
	c.Until(c.Pointer("n"), func() {
		for _, v := range acc {
			c.FMA(v, v, v)
		}
	})
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	return s
}

// readLoop reads n times 8 registers.
func readLoop(t testing.TB, u *driver.Unit, l amd64.Level) amd64.Stub {
	t.Helper()
	s := amd64.Stub{Doc: "reads.", Name: "read" + l.String(), Params: []amd64.Param{{Name: "p", Type: "*float32"}, {Name: "n", Type: "int"}}}
	c := u.Function(l, s)
	acc := c.Allocs(8)
	for _, v := range acc {
		c.Zero(v)
	}
	p, n := c.Pointer("p"), c.Pointer("n")
	c.Until(n, func() {
		for i, v := range acc {
			c.VADDPS(amd64.Mem{Base: p, Disp: 4 * i * l.Lanes()}, c.Full(v), c.Full(v))
		}
		c.Advance(p, 8*l.Lanes())
	})
	if err := c.End(); err != nil {
		t.Fatal(err)
	}
	return s
}
