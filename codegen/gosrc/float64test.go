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
	floats, _ := e.trainArena()
	f.add(`// step64 is a training step in double precision over the rows that e holds.
func step64(e *engine, p *params64, n int, s §train.Step) (loss float64, g *params64) {
	g = new(params64)
	a := make([]float64, %d)
	for i := range a {
		a[i] = §math.NaN()
	}
	%s
	%s
	return loss, g
}

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
}`, max(floats, 1), d.forward.callInto("loss = ", env), d.backward.call(env))
	f.add(`// The gradient is the slope of the loss: along any direction it predicts what a
// small step changes.
func TestGradientIsSlope(t *§testing.T) {
	n := min(5, batchRows)
	s := §train.Step{Seed: 5, Index: 1, Total: n}
	m := newTest(t)
	e := loaded(t, m, n)
	p := in64(m.params)
	rng := §rand.New(§rand.NewPCG(1, 2))
	for i := range trainable { // away from the kinks that zero biases sit on
		p.flat()[i] += 0.01 * rng.NormFloat64()
	}
	_, g := step64(e, p, n, s)
	for range 3 {
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
		const h = 1e-6
		at := func(h float64) float64 {
			q := *p
			for i, d := range v {
				q.flat()[i] += h * d
			}
			loss, _ := step64(e, &q, n, s)
			return loss
		}
		got := (at(h) - at(-h)) / (2 * h)
		if diff := §math.Abs(got - slope); !(diff <= 1e-5*(§math.Abs(got)+§math.Abs(slope))+1e-8) {
			t.Errorf("the loss rises by %%v per unit, the gradient says %%v", got, slope)
		}
	}
}`)
	f.add(`// Single precision follows double precision along ten steps of the optimizer.
func TestTrajectory(t *§testing.T) {
	n := min(6, batchRows)
	m := newTest(t)
	e := loaded(t, m, n)
	o, err := NewOptimizer(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		s := §train.Step{Seed: 9, Index: uint64(i), Total: n}
		want, g := step64(e, in64(m.params), n, s)
		if loss := e.Train(n, s); !(§math.Abs(loss-want) <= 1e-5*(1+§math.Abs(want))) {
			t.Errorf("step %%d: loss %%v, in double precision %%v", i, loss, want)
		}
		var off, largest float64
		for j, v := range e.Gradients() {
			off = max(off, §math.Abs(float64(v)-g.flat()[j]))
			largest = max(largest, §math.Abs(g.flat()[j]))
		}
		if !(off <= 1e-3*largest+1e-9) {
			t.Errorf("step %%d: gradients differ by %%v, the largest is %%v", i, off, largest)
		}
		if err := m.Apply(o, e.grads); err != nil {
			t.Fatal(err)
		}
	}
}`)
	f.add("%s", d.forward.text)
	f.add("%s", d.backward.text)
	d.layerDecls(f, "forward")
	d.layerDecls(f, "backward")
	d.kernelDecls(f)
	d.constDecls(f)
	return f, nil
}
