package gosrc

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/ir/loop"
)

// A crew is the workers who share each layer of a prediction. Packages have one
// whose networks are worth it; those that only predict have no option that asks for
// workers.

// hasCrew reports a prediction of one sample that takes so long that workers who
// meet after every layer save time: some tens of microseconds. A byte of weights
// that is read takes about as long as a multiply-add.
func hasCrew(p *loop.Program, cfg Config) bool {
	if cfg.PredictOnly {
		return false
	}
	cost := 0
	runs, _ := p.Predict.Flat()
	for _, r := range runs {
		k, ok := r.Kernel.(*loop.Contract)
		if !ok || loop.SharingOf(k) != loop.ByRows {
			continue
		}
		cost += k.Flops(1) / 2
		for _, a := range []loop.Access{k.Lhs, k.Rhs} {
			if a.Buf.Class == loop.Param {
				cost += 4 * a.Buf.Row()
			}
		}
	}
	return cost >= cfg.Machine.ShareMulAdds
}

// predictShared prints how Predict begins where the crew can do it.
func (e predictText) predictShared(dst, result string) string {
	return fmt.Sprintf(`if m.session.Workers > 1 {
		if c := m.take(); c != nil {
			c.memory.load(0, x)
			%s.fill(c.predict(m.params, nil, 1), 0)
			m.shared.Store(false)
			return%s
		}
	}`, dst, result)
}

// crewDecl prints the crew of a model. Pass is how one over n rows of memory s
// begins.
func (e predictText) crewDecl(f *file, pass string) {
	ragged := slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.Ragged })
	load := `from, to := t.Share(len(c.in))
		for r := from; r < to; r++ {
			s.load(r, &c.in[r])
		}`
	if ragged {
		load = `if t.Solo() {
			for r := range c.in {
				s.load(r, &c.in[r])
			}
		}`
	}
	fields, scratch, room, grow := "", "", "", ""
	if e.batchWork > 0 {
		fields = "more [][]float32 // scratch of the workers after the first\n"
		scratch = "if i := t.Index(); i > 0 {\np.work = c.more[i-1]\n}\n"
		room = fmt.Sprintf("for range c.team.Workers() - 1 {\nc.more = append(c.more, make([]float32, %d))\n}\n", e.batchWork)
	}
	if e.grows() {
		grow = "c.memory.grow(batchRows)\n"
	}
	f.add(`// crew is workers who share each layer of a prediction, and what they work on.
// It has goroutines while there are predictions, and some 200 microseconds more.
type crew struct {
	memory batchScratch
	team   *§nn.Team
	part   func(t *§nn.Worker)
	params *Params
	in     []Input // to be loaded
	n      int     // rows
	rows   %s
	%s}

func newCrew(workers int) *crew {
	c := &crew{team: §nn.NewLingeringTeam(workers)}
	c.part = c.work
	%s%sreturn c
}

// predict runs the network on n rows, after loading the samples in, and returns
// its outputs.
func (c *crew) predict(params *Params, in []Input, n int) %s {
	c.params, c.in, c.n = params, in, n
	c.team.Run(c.part)
	c.in = nil
	return c.rows
}

// work is the part of one worker.
func (c *crew) work(t *§nn.Worker) {
	s, n := &c.memory, c.n
	if len(c.in) > 0 {
		%s
		t.Wait()
	}
	p := pass{%sp: c.params, t: t}
	%sp.r0, p.r1 = t.Share(n)
	p.rows = p.r1 - p.r0
	rows := predict(&p)
	if t.Solo() {
		c.rows = rows
	}
}`, rowsType(len(e.p.Outputs)), fields, room, grow, rowsType(len(e.p.Outputs)), load, pass, scratch)
	f.add(`// take gives the crew to a call; nil: another one has it.
func (m *Model) take() *crew {
	if !m.shared.CompareAndSwap(false, true) {
		return nil
	}
	if m.crew == nil {
		m.crew = newCrew(m.session.Workers)
	}
	return m.crew
}`)
}

// batchShared prints PredictBatch where there is a crew.
func (e predictText) batchShared(f *file, doc, check string) {
	f.add(`// PredictBatch computes dst[i] from x[i] for any number of samples, with the same
// results as Predict. Workers share every layer, unless another call has them. It
// may be called from any number of goroutines.%s
func (m *Model) PredictBatch(dst []Output, x []Input) error {
	if len(dst) < len(x) {
		return §fmt.Errorf("%s: PredictBatch: room for %%d outputs, %%d inputs", len(dst), len(x))
	}
	%sfor len(x) > 0 {
		n := min(len(x), batchRows)
		c := (*crew)(nil)
		if m.session.Workers != 1 {
			c = m.take()
		}
		if c == nil {
			m.predictPart(dst[:n], x[:n])
		} else {
			rows := c.predict(m.params, x[:n], n)
			for r := range n {
				dst[r].fill(rows, r)
			}
			m.shared.Store(false)
		}
		dst, x = dst[n:], x[n:]
	}
	return nil
}`, doc, e.cfg.Package, check)
}
