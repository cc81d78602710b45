package asm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/mmcloughlin/avo/operand"
)

// benchKernels times every case at every level, for the largest of its row
// counts, against what the machine can do: see harness_test.go.
func benchKernels(b *testing.B, cases []kernelCase) {
	b.Helper()
	p := programOf(b, cases)
	for i, c := range cases {
		n := 0
		for _, rows := range c.counts() {
			n = max(n, rows)
		}
		for _, l := range Levels {
			b.Run(fmt.Sprintf("%s/%v/%d", c.name, l, n), func(b *testing.B) {
				f := p.find(b, i, l)
				data := c.data(n, rand.New(rand.NewPCG(uint64(n), 1)), false)
				size := 0
				for _, d := range data {
					size += 4 * len(d)
				}
				if c.bytes != nil {
					size = c.bytes(n)
				}
				ns, peak, read := p.bench(b, f, data, n, size)
				flops := float64(c.kernel.Flops(n))
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
func peakLoop(t testing.TB, u *Unit, l Level) Stub {
	t.Helper()
	s := Stub{Doc: "multiplies and adds.", Name: "peak" + l.String(), Params: []Param{{"n", "int"}}}
	c := u.function(l, s)
	acc := c.allocs(l.registers() * 3 / 4)
	for _, v := range acc {
		c.zero(v)
	}
	c.until(c.pointer("n"), func() {
		for _, v := range acc {
			c.fma(v, v, v)
		}
	})
	if err := c.end(); err != nil {
		t.Fatal(err)
	}
	return s
}

// readLoop reads n times 8 registers.
func readLoop(t testing.TB, u *Unit, l Level) Stub {
	t.Helper()
	s := Stub{Doc: "reads.", Name: "read" + l.String(), Params: []Param{{"p", "*float32"}, {"n", "int"}}}
	c := u.function(l, s)
	acc := c.allocs(8)
	for _, v := range acc {
		c.zero(v)
	}
	p, n := c.pointer("p"), c.pointer("n")
	c.until(n, func() {
		for i, v := range acc {
			c.VADDPS(operand.Mem{Base: p, Disp: 4 * i * l.Lanes()}, c.full(v), c.full(v))
		}
		c.advance(p, 8*l.Lanes())
	})
	if err := c.end(); err != nil {
		t.Fatal(err)
	}
	return s
}
