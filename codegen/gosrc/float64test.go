package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// float64Test prints the training step once more in float64, and the tests
// that hold the two and the slope of the loss together.
func (e *emitter) float64Test() (*file, error) {
	d := e.inDouble()
	if err := d.trainPhases(); err != nil {
		return nil, err
	}
	f := e.newFile()
	f.add("// params64 are the parameters in double precision.\n%s", d.paramsStruct())
	f.add("%s", d.flatMethod(""))
	env := func(role string) string {
		switch role {
		case "a":
			return "a"
		case "ai":
			return "e.ai[:]"
		case "p", "g":
			return role
		case "weight":
			return "float64s(e.weight[:])"
		case "invTotal":
			return "1/float64(s.Total)"
		case "share":
			return "float64(n)/float64(s.Total)"
		case "t":
			return "nil"
		}
		for i, t := range e.p.Targets {
			if role == fmt.Sprintf("target%d", i) {
				if t.DType == loop.F32 {
					return "float64s(e." + e.targetField(i) + "[:])"
				}
				return "e." + e.targetField(i) + "[:]"
			}
		}
		for i, p := range e.p.Inputs {
			if role == fmt.Sprintf("in%d", i) && p.DType == loop.F32 {
				return "float64s(e." + e.inField(i) + "[:])"
			}
		}
		return e.inputEnv("e.", role)
	}
	d.stepDecl(f, env)
	slopeTest(f)
	trajectoryTest(f)
	f.add("%s", d.forward.text)
	f.add("%s", d.backward.text)
	d.layerDecls(f, "forward")
	d.layerDecls(f, "backward")
	d.kernelDecls(f)
	d.constDecls(f)
	return f, nil
}

// stepDecl prints the training step in double precision and what belongs to it.
func (d *emitter) stepDecl(f *file, env func(role string) string) {
	floats, _ := d.trainArena()
	f.add(`// step64 is a training step in double precision over the rows that e holds. Store
// is given what each layer has computed.
func step64(e *engine, p *params64, n int, s §train.Step, store func(...[]float64)) (loss float64, g *params64) {
	g = new(params64)
	a := make([]float64, %d)
	for i := range a {
		a[i] = §math.NaN()
	}
	%s
	%s
	store(g.flat())
	return loss, g
}

// exact stores what is computed as it is.
func exact(...[]float64) {}

// rounding stores it as single precision does.
type rounding struct {
	largest float64 // of the values stored
}

func (r *rounding) store(lists ...[]float64) {
	for _, x := range lists {
		for i, v := range x {
			x[i] = float64(float32(v))
			if v := §math.Abs(v); v > r.largest {
				r.largest = v
			}
		}
	}
}

func finite64(v float64) bool { return v-v == 0 }

// float64s converts a slice.
func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// in64 are parameters in double precision.
func in64(p *Params) *params64 {
	q := new(params64)
	copy(q.flat(), float64s(p.flat()))
	return q
}

// drawn is a model whose weights are of a size at which every layer matters,
// whatever New begins with: the tests below judge the code, not the model.
func drawn(t *§testing.T, seed uint64) *Model {
	m := newTest(t)
	rng := §rand.New(§rand.NewPCG(seed, 2))
	for _, s := range segments {
		if s.Flags&§nn.State != 0 {
			continue
		}
		size := 0.2
		if last := len(s.Shape) - 1; last > 0 {
			size = 1 / §math.Sqrt(float64(s.Len()/s.Shape[last]))
		}
		for i, w := 0, s.Of(m.params.flat()); i < len(w); i++ {
			w[i] = float32(size * rng.NormFloat64())
		}
	}
	return m
}`, max(floats, 1), d.forward.callInto("loss = ", env), d.backward.call(env))
}

// slopeTest prints the test of the gradient against the loss.
func slopeTest(f *file) {
	f.add(`// The gradient is the slope of the loss: along any direction it predicts what a
// small step changes. How small depends: rounding hides what too short a step
// does, and too long a one passes bends.
func TestGradientIsSlope(t *§testing.T) {
	n := min(5, batchRows)
	rng := §rand.New(§rand.NewPCG(3, 4))
	for seed := range uint64(3) {
		s := §train.Step{Seed: seed, Index: 1, Total: n}
		m := drawn(t, seed)
		e := loaded(t, m, n)
		p := in64(m.params)
		loss, g := step64(e, p, n, s, exact)
		if !finite64(loss) {
			t.Logf("the loss of this network is %%v", loss)
			continue
		}
		v := make([]float64, trainable)
		var slope, length float64
		for i := range v {
			v[i] = rng.NormFloat64()
			length += v[i] * v[i]
		}
		for i := range v {
			v[i] /= §math.Sqrt(length)
			slope += v[i] * g.flat()[i]
		}
		at := func(h float64) float64 {
			q := *p
			for i, d := range v {
				q.flat()[i] += h * d
			}
			loss, _ := step64(e, &q, n, s, exact)
			return loss
		}
		right := false
		var got []float64
		for _, h := range []float64{1e-6, 1e-5, 1e-7, 1e-4, 1e-8, 1e-3} {
			d := (at(h) - at(-h)) / (2 * h)
			got = append(got, d)
			if §math.Abs(d-slope) <= 1e-5*(§math.Abs(d)+§math.Abs(slope))+1e-8+1e-14*§math.Abs(loss)/h {
				right = true
				break
			}
		}
		if !right {
			t.Errorf("the loss rises by %%v per unit, the gradient says %%v", got, slope)
		}
	}
}`)
}

// trajectoryTest prints the test of the training step against that in double
// precision.
func trajectoryTest(f *file) {
	f.add(`// Single precision follows double precision along some steps of the optimizer,
// as closely as a step does that is computed in double and stored in single
// precision. It need not follow to where squares are beyond its range.
func TestTrajectory(t *§testing.T) {
	for seed := range uint64(3) {
		m := drawn(t, seed)
		o, err := NewOptimizer(nil)
		if err != nil {
			t.Fatal(err)
		}
		n := min(6, batchRows)
		e := loaded(t, m, n)
		for i := range 4 {
			if !follows(t, e, n, §train.Step{Seed: seed, Index: uint64(i), Total: n}) {
				break
			}
			if err := m.Apply(o, e.grads); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// follows compares a step in single precision with one in double precision, and
// reports whether it can.
func follows(t *§testing.T, e *engine, n int, s §train.Step) bool {
	want, g := step64(e, in64(e.params), n, s, exact)
	var r rounding
	rough, h := step64(e, in64(e.params), n, s, r.store)
	if r.largest > 1e18 || !finite64(want) || !finite64(rough) {
		t.Logf("step %%d: loss %%v, values of up to %%v", s.Index, want, r.largest)
		return false
	}
	if loss := e.Train(n, s); !(§math.Abs(loss-want) <= 1e-5*(1+§math.Abs(want))+32*§math.Abs(rough-want)) {
		t.Errorf("step %%d: loss %%v, in double precision %%v", s.Index, loss, want)
	}
	var off, slack, largest float64
	for j, v := range e.Gradients() {
		if !finite64(float64(v)) && !finite64(g.flat()[j]) {
			continue
		}
		off = max(off, §math.Abs(float64(v)-g.flat()[j]))
		slack = max(slack, §math.Abs(h.flat()[j]-g.flat()[j]))
		largest = max(largest, §math.Abs(g.flat()[j]))
	}
	if !(off <= 1e-3*largest+32*slack+1e-9) {
		t.Errorf("step %%d: gradients differ by %%v, the largest is %%v", s.Index, off, largest)
	}
	return true
}`)
}
