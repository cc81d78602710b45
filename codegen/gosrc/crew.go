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
	mulAdds, weights := productsOf(p.Predict)
	return !cfg.PredictOnly && mulAdds+weights >= cfg.Machine.ShareMulAdds
}

// sharesBatches reports that workers share each layer of many rows, too: that saves
// them from reading and packing the same weights, of which there are more than there
// is to compute with them for a row. Otherwise each has rows of its own and waits
// for nobody.
func (e *phases) sharesBatches() bool {
	mulAdds, weights := productsOf(e.p.Predict)
	return e.crew && weights > mulAdds
}

// productsOf counts the multiply-adds of the contractions of a row that workers can
// share, and the bytes of their weights.
func productsOf(p *loop.Plan) (mulAdds, weights int) {
	runs, at := p.Flat()
	for i, r := range runs {
		if _, turned := p.Forward[at[i]].(*loop.Loop); turned {
			continue // a row is one worker's
		}
		k, ok := r.Kernel.(*loop.Contract)
		if !ok || loop.SharingOf(k) != loop.ByRows {
			continue
		}
		mulAdds += k.Flops(1) / 2
		for _, a := range []loop.Access{k.Lhs, k.Rhs} {
			if a.Buf.Class == loop.Param {
				weights += 4 * a.Buf.Row()
			}
		}
	}
	return mulAdds, weights
}

// predictShared prints how Predict begins where the crew can do it.
func (e predictText) predictShared(dst, result string) string {
	in, load := "", "c.memory.load(0, x)\n"
	switch {
	case e.inPlace() && len(e.p.Inputs[0].Shape) == 0:
		in, load = fmt.Sprintf("[]%s{%s}, ", elemOf(e.p.Inputs[0]), scalarOf("x", e.p.Inputs, e.ports.inputs, 0)), ""
	case e.inPlace():
		in, load = flatOf("x", e.p.Inputs, e.ports.inputs, 0)+", ", ""
	case e.sharesBatches():
		in = "nil, "
	}
	return fmt.Sprintf(`if m.session.Workers > 1 {
		if c := m.take(); c != nil {
			%s%s.fill(c.predict(m.params, %s1), 0)
			m.shared.Store(false)
			return%s
		}
	}`, load, dst, in, result)
}

// crewDecl prints the crew of a model. Pass is how one over n rows of memory s
// begins.
func (e predictText) crewDecl(f *file, pass string) {
	fields, scratch, room := "", "", ""
	if e.batchWork > 0 {
		fields = "more [][]float32 // scratch of the workers after the first\n"
		scratch = "if i := t.Index(); i > 0 {\np.work = c.more[i-1]\n}\n"
		room = fmt.Sprintf("for range c.team.Workers() - 1 {\nc.more = append(c.more, make([]float32, %d))\n}\n", e.batchWork)
	}
	if e.grows() && !e.inPlace() {
		room += "c.memory.grow(batchRows)\n"
	}
	doc, in, set, drop, load := "predict runs the network on n rows and returns its outputs.", "", "", "", ""
	switch {
	case e.inPlace():
		name, elem := e.inField(0), elemOf(e.p.Inputs[0])
		in, set, drop = name+" []"+elem+", ", fmt.Sprintf("c.%[1]s = %[1]s\n", name), "c."+name+" = nil\n"
		fields = name + " []" + elem + " // the samples\n" + fields
		pass += fmt.Sprintf("%[1]s: c.%[1]s, ", name)
	case e.sharesBatches():
		doc = "predict runs the network on n rows, after loading the samples in, and returns its outputs."
		in, set, drop = "in []Input, ", "c.in = in\n", "c.in = nil\n"
		fields = "in []Input // to be loaded\n" + fields
		load = e.loadShared()
	}
	if !e.inPlace() {
		pass += e.heldInputs()
	}
	fields = e.kept().where("kept []panels // of the model\n") + fields
	rows := rowsType(len(e.p.Outputs))
	f.add(`// crew is workers who share each layer of a prediction, and what they work on.
// It has goroutines while there are predictions, and some 200 microseconds more.
type crew struct {
	memory batchScratch
	team   *§nn.Team
	part   func(t *§nn.Worker)
	params *Params
	n      int // rows
	rows   %s
	%s}

func newCrew(workers int) *crew {
	c := &crew{team: §nn.NewLingeringTeam(workers)}
	c.part = c.work
	%sreturn c
}

%sfunc (c *crew) predict(params *Params, %sn int) %s {
	c.params, c.n = params, n
	%sc.team.Run(c.part)
	%sreturn c.rows
}

// work is the part of one worker.
func (c *crew) work(t *§nn.Worker) {
	s, n := &c.memory, c.n
	%sp := pass{%sp: c.params, %st: t}
	%sp.r0, p.r1 = t.Share(n)
	p.rows = p.r1 - p.r0
	rows := predict(&p)
	if t.Solo() {
		c.rows = rows
	}
}`, rows, fields, room, docComment(doc), in, rows, set, drop, load, pass, e.kept().where("kept: c.kept, "), scratch)
	f.add(`// take gives the crew to a call; nil: another one has it.
func (m *Model) take() *crew {
	if !m.shared.CompareAndSwap(false, true) {
		return nil
	}
	if m.crew == nil {
		m.crew = newCrew(m.session.Workers)
	}
	%sreturn m.crew
}`, e.kept().where("m.crew.kept = m.kept.get(panelRooms)\n"))
}

// loadShared prints how workers load the samples of a crew.
func (e predictText) loadShared() string {
	rows := "from, to := t.Share(len(c.in))\nfor r := from; r < to; r++ {\ns.load(r, &c.in[r])\n}\n"
	if slices.ContainsFunc(e.p.Inputs, func(p loop.Port) bool { return p.Ragged }) {
		rows = "if t.Solo() {\nfor r := range c.in {\ns.load(r, &c.in[r])\n}\n}\n"
	}
	return "if len(c.in) > 0 {\n" + rows + "t.Wait()\n}\n"
}

// batchByLayers prints PredictBatch where workers share each layer.
func (e predictText) batchByLayers(f *file, doc, check string) {
	samples := "x[:n]"
	if e.inPlace() {
		samples = "flatRows(x[:n])"
	}
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
			rows := c.predict(m.params, %s, n)
			for r := range n {
				dst[r].fill(rows, r)
			}
			m.shared.Store(false)
		}
		dst, x = dst[n:], x[n:]
	}
	return nil
}`, doc, e.cfg.Package, check, samples)
}

// batchByRows prints PredictBatch where every worker has rows of its own.
func (e predictText) batchByRows(f *file, doc, check string) {
	workers := "workers := m.session.Workers\nif workers < 1 {\nworkers = §runtime.GOMAXPROCS(0)\n}"
	if e.cfg.PredictOnly {
		workers = "workers := §runtime.GOMAXPROCS(0)"
	}
	f.add(`// predictShare is how many rows are worth a goroutine of their own.
const predictShare = %d

// PredictBatch computes dst[i] from x[i] for any number of samples, with the same
// results as Predict. Many samples are shared out among goroutines, which end
// with the call. It may be called from any number of goroutines.%s
func (m *Model) PredictBatch(dst []Output, x []Input) error {
	if len(dst) < len(x) {
		return §fmt.Errorf("%s: PredictBatch: room for %%d outputs, %%d inputs", len(dst), len(x))
	}
	%s%s
	if workers = min(workers, len(x)/predictShare); workers < 2 {
		m.predictPart(dst, x)
		return nil
	}
	var others §sync.WaitGroup
	each := (len(x) + workers - 1) / workers
	for from := each; from < len(x); from += each {
		to := min(from+each, len(x))
		others.Add(1)
		go func() {
			defer others.Done()
			m.predictPart(dst[from:to], x[from:to])
		}()
	}
	m.predictPart(dst, x[:each])
	others.Wait()
	return nil
}`, e.worthRows(e.p.Predict), doc, e.cfg.Package, check, workers)
}
