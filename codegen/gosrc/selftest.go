package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// testInput prints how the emitted test makes up samples.
func (e *emitter) testInput(f *file) {
	body := ""
	for i, p := range e.p.Inputs {
		at := operandOf("x", e.p.Inputs, e.ports.inputs, i)
		flat := flatOf("x", e.p.Inputs, e.ports.inputs, i)
		switch {
		case !p.Ragged && len(p.Shape) == 0:
			value := "2*rng.Float32() - 1"
			if p.DType == loop.I32 {
				value = fmt.Sprintf("rng.Int32N(%d)", idLimit(p))
			}
			if len(e.p.Inputs) == 1 {
				value = "Input(" + value + ")"
			}
			body += fmt.Sprintf("%s = %s\n", at, value)
		case p.Ragged:
			body += fmt.Sprintf("ids%d := make([]int32, 1+rng.IntN(9))\nfor i := range ids%d {\nids%d[i] = rng.Int32N(%d)\n}\n%s = ids%d\n", i, i, i, p.Limit, at, i)
		case p.DType == loop.I32:
			body += fmt.Sprintf("for i := range %s {\n%s[i] = rng.Int32N(%d)\n}\n", flat, index(flat), idLimit(p))
		default:
			body += fmt.Sprintf("for i := range %s {\n%s[i] = 2*rng.Float32() - 1\n}\n", flat, index(flat))
		}
	}
	f.add(`// sample makes up an input.
func sample(i int) (x Input) {
	rng := §rand.New(§rand.NewPCG(uint64(i), 1))
	fillInput(&x, rng)
	return x
}

func fillInput(x *Input, rng *§rand.Rand) {
	%s}

// samples makes up n inputs.
func samples(n int) []Input {
	x := make([]Input, n)
	for i := range x {
		x[i] = sample(i)
	}
	return x
}`, body)
}

// predictText is a prediction in a test: statements that leave it in out.
func (e *emitter) predictText(m, x, out string) string {
	switch {
	case e.large() && e.checked():
		return fmt.Sprintf("if err := %s.PredictInto(&%s, %s); err != nil {\nt.Error(err)\n}", m, out, x)
	case e.large():
		return fmt.Sprintf("%s.PredictInto(&%s, %s)", m, out, x)
	case e.checked():
		return fmt.Sprintf("{\nvar err error\nif %s, err = %s.Predict(%s); err != nil {\nt.Error(err)\n}\n}", out, m, x)
	}
	return fmt.Sprintf("%s = %s.Predict(%s)", out, m, x)
}

// predictTests prints the tests that every package has.
func (e *emitter) predictTests(f *file) {
	f.add(`// predictAll predicts one sample after the other.
func predictAll(t *§testing.T, m *Model, x []Input) []Output {
	t.Helper()
	out := make([]Output, len(x))
	for i := range x {
		%s
	}
	return out
}`, e.predictText("m", "&x[i]", "out[i]"))
	f.add(`// bits compares outputs bit for bit, so that NaN equals NaN.
func bits(v []Output) string { return §fmt.Sprintf("%%x", v) }`)
	f.add(`func TestPredictBatch(t *§testing.T) {
	m := newTest(t)
	x := samples(batchRows + 3)
	want := predictAll(t, m, x)
	for _, n := range []int{%s} {
		got := make([]Output, n)
		if err := m.PredictBatch(got, x[:n]); err != nil {
			t.Fatal(err)
		}
		if bits(got) != bits(want[:n]) {
			t.Errorf("%%d samples: PredictBatch differs from Predict", n)
		}
	}
	if m.PredictBatch(make([]Output, 1), x[:2]) == nil {
		t.Error("two samples fit one output")
	}
}`, e.batchLengths())
	f.add(`func TestPredictConcurrently(t *§testing.T) {
	m := newTest(t)
	x := samples(16)
	want := bits(predictAll(t, m, x))
	var all §sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if got := bits(predictAll(t, m, x)); got != want {
				t.Error("predictions differ between goroutines")
			}
		}()
	}
	all.Wait()
}`)
	f.add(`func TestPredictAllocations(t *§testing.T) {
	m := newTest(t)
	x := sample(1)
	var out Output
	n := §testing.AllocsPerRun(100, func() { %s })
	if n != 0 {
		t.Errorf("Predict allocates %%v times", n)
	}
	_ = out
}`, e.predictText("m", "&x", "out"))
	f.add(`// Eight goroutines at once allocate nothing either, once each has had its memory.
func TestPredictAllocationsConcurrently(t *§testing.T) {
	m := newTest(t)
	x := sample(1)
	const goroutines = 8
	start := make(chan struct{})
	defer close(start)
	var round §sync.WaitGroup
	for range goroutines {
		go func() {
			var out Output
			for range start {
				for range 20 {
					%s
				}
				round.Done()
			}
			_ = out
		}()
	}
	var before, after §runtime.MemStats
	least := uint64(§math.MaxUint64)
	for range 50 {
		§runtime.ReadMemStats(&before)
		round.Add(goroutines)
		for range goroutines {
			start <- struct{}{}
		}
		round.Wait()
		§runtime.ReadMemStats(&after)
		if least = min(least, after.Mallocs-before.Mallocs); least == 0 {
			return
		}
	}
	t.Errorf("160 predictions from 8 goroutines allocate at least %%d times", least)
}`, e.predictText("m", "&x", "out"))
	poison := ""
	if e.p.Predict.ArenaFloats > 0 {
		poison = `for i := range s.a {
		s.a[i] = float32(§math.NaN())
	}
	`
	}
	f.add(`// An arena full of NaN must not show in the results.
func TestPredictPoisoned(t *§testing.T) {
	m := newTest(t)
	x := samples(min(5, batchRows))
	want := bits(predictAll(t, m, x))
	s := m.batches.get()
	%sm.batches.put(s)
	got := make([]Output, len(x))
	if err := m.PredictBatch(got, x); err != nil {
		t.Fatal(err)
	}
	if bits(got) != want {
		t.Error("predictions depend on what the arena held before")
	}
}`, poison)
	e.inputFromTest(f)
	e.rangeTest(f)
	if e.enc.Classified() {
		e.classTest(f)
	}
}

// batchLengths are numbers of samples to predict: few, about eight, and more
// than the kernels take at once.
func (e *emitter) batchLengths() string {
	var list []string
	for _, n := range []int{0, 1, 2, 7, 8, 9} {
		if n < e.p.Batch+3 {
			list = append(list, fmt.Sprint(n))
		}
	}
	return strings.Join(append(list, "len(x)"), ", ")
}

// inputFromTest prints the test of samples made of rows.
func (e *emitter) inputFromTest(f *file) {
	p := e.p.Inputs[0]
	if len(e.p.Inputs) != 1 || p.DType != loop.F32 || len(p.Shape) == 0 {
		return
	}
	f.add(`func TestInputFrom(t *§testing.T) {
	want := sample(1)
	row := append([]float32{}, %s...)
	if got, err := InputFrom(row); err != nil || got != want {
		t.Errorf("got %%v, %%v", got, err)
	}
	if got, err := InputsFrom([][]float32{row, row}); err != nil || len(got) != 2 || got[1] != want {
		t.Errorf("InputsFrom gives %%v, %%v", got, err)
	}
	if _, err := InputsFrom([][]float32{row, row[1:]}); err == nil {
		t.Error("a row that is too short became a sample")
	}
	if _, err := InputFrom(row[1:]); err == nil {
		t.Error("a short row was taken")
	}
}`, flatOf("want", e.p.Inputs, e.ports.inputs, 0))
}

// rangeTest prints the test of ids out of range.
func (e *emitter) rangeTest(f *file) {
	for i, p := range e.p.Inputs {
		if p.Limit == 0 {
			continue
		}
		at := operandOf("x", e.p.Inputs, e.ports.inputs, i)
		set := fmt.Sprintf("%s = []int32{0, id}", at)
		switch {
		case !p.Ragged && len(p.Shape) == 0 && len(e.p.Inputs) == 1:
			set = "x = Input(id)"
		case !p.Ragged && len(p.Shape) == 0:
			set = at + " = id"
		case !p.Ragged:
			set = index(flatOf("x", e.p.Inputs, e.ports.inputs, i)) + "[0] = id"
		}
		set = strings.TrimPrefix(set, "*")
		f.add(`func TestIDsOutOfRange(t *§testing.T) {
	m := newTest(t)
	for _, id := range []int32{-1, %d, §math.MaxInt32, §math.MinInt32} {
		x := sample(1)
		%s
		if err := m.PredictBatch(make([]Output, 1), []Input{x}); err == nil {
			t.Errorf("id %%d was taken", id)
		}
		if err := x.check(); err == nil {
			t.Errorf("id %%d was taken", id)
		}
	}
}`, p.Limit, set)
		return
	}
}

func (e *emitter) classTest(f *file) {
	call := "c, p := m.Classify(&x)\n"
	if e.checked() {
		call = "c, p, err := m.Classify(&x)\nif err != nil {\nt.Fatal(err)\n}\n"
	}
	predict, how := e.predictText("m", "&x", "out"), e.p.Answer.Probabilities
	if how.Logits() {
		predict += "\nout = out.Probabilities()"
	}
	check := `for _, v := range out {
		if v > out[c] {
			t.Errorf("class %v has %v, another one %v", c, out[c], v)
		}
	}
	if math.Float32bits(p) != math.Float32bits(out[c]) {
		t.Errorf("class %v comes with %v, its output is %v", c, p, out[c])
	}
`
	if e.p.Outputs[0].Shape[0] == 1 {
		other := "1 - out[0]"
		if how == loop.Never {
			other = "out[0]"
		}
		check = fmt.Sprintf(`if want := [2]float32{%s, out[0]}; (c == 1) != (out[0] > 0.5) || math.Float32bits(p) != math.Float32bits(want[c]) {
		t.Errorf("class %%v with %%v, the output is %%v", c, p, out[0])
	}
`, other)
	}
	if how != loop.Never { // the likeliest is at least as likely as others on average, unless the network overflows
		check += fmt.Sprintf("if p == p && !(p*%d > 0.999 && p <= 1) {\nt.Errorf(\"class %%v, %%v\", c, p)\n}\n", e.p.Answer.Classes)
	}
	f.add(`func TestClassify(t *§testing.T) {
	m := newTest(t)
	x := sample(1)
	var out Output
	%s
	%s%sfor i, name := range Classes {
		if got, err := ParseClass(Class(i).String()); err != nil || int(got) != i {
			t.Errorf("class %%d, %%q: ParseClass gives %%v, %%v", i, name, got, err)
		}
	}
	if _, err := ParseClass("no such class, surely"); err == nil {
		t.Error("a class that does not exist was found")
	}
}`, predict, call, strings.ReplaceAll(check, "math.", "§math."))
}

// idLimit bounds the ids that the tests make up: of those whose number is not
// known there are two.
func idLimit(p loop.Port) int {
	if p.Limit > 0 {
		return p.Limit
	}
	return 2
}
