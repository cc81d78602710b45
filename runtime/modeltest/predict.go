package modeltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

// Port is an input or a target of a network.
type Port struct {
	Limit    int    // ids and class numbers are below it; 0: no ids, or any
	Least    int    // whole numbers that are no ids are at least this
	Distinct bool   // a list of ids of which every row holds each id once
	Loss     string // of a target
}

// Predictor is what the tests of predictions need to know of a network: M is its
// Model, I its Input, O its Output.
type Predictor[M, I, O any] struct {
	Model        func(t *testing.T) M // with weights, those of New(Seed(1)), and an encoding
	Predict      func(m M, dst *O, x *I)
	PredictBatch func(m M, dst []O, x []I) error
	Poison       func(m M) // fills the memory of PredictBatch with NaN
	BatchRows    int       // that the kernels take at once
	Inputs       []Port

	InputsFrom func(rows [][]float32) ([]I, error) // nil: samples are not made of rows
	Answer     *Answer[M, I, O]                    // nil: no classes
	Stream     *Stream                             // nil: sequences are given as a whole
}

// Answer is how a network tells classes.
type Answer[M, I, O any] struct {
	Classify func(m M, x *I) (class int, p float32)
	Values   func(o *O) []float32 // of the classes, or of the second of two
	Names    []string
	Parse    func(name string) (class int, err error)
	Scores   bool // the values are no probabilities
}

// Test runs the tests of predictions.
func (p *Predictor[M, I, O]) Test(t *testing.T) { p.plain().test(t) }

func (p *plainPredictor) test(t *testing.T) {
	t.Run("Batch", p.batch)
	t.Run("Concurrent", p.concurrent)
	t.Run("Allocations", p.allocations)
	t.Run("AllocationsConcurrent", p.allocationsConcurrent)
	t.Run("Poisoned", p.poisoned)
	t.Run("IDs", p.ids)
	t.Run("InputsFrom", p.fromRows)
	t.Run("Classify", p.classify)
	t.Run("Stream", p.streams)
}

// sample makes up an input.
func (p *plainPredictor) sample(i int) (x any) {
	x = freshValue(p.input)
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	for j, v := range portsOf(x, len(p.inputs)) {
		least, limit := int32(p.inputs[j].Least), int32(p.inputs[j].Limit)
		if limit == 0 {
			limit = 2
		}
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 1+rng.IntN(9), 10))
		}
		floats, ints := flat(v)
		for k := range floats {
			floats[k] = 2*rng.Float32() - 1
		}
		for k := range ints {
			ints[k] = least + rng.Int32N(limit-least)
		}
	}
	return x
}

// samples makes up n inputs.
func (p *plainPredictor) samples(n int) testList { return makeTestList(p.input, n, p.sample) }

// portsOf are the ports of a sample: its fields, or the sample itself.
func portsOf(sample any, n int) []reflect.Value {
	v := reflect.ValueOf(sample).Elem()
	if v.Kind() != reflect.Struct {
		return []reflect.Value{v}
	}
	list := make([]reflect.Value, n)
	for i := range list {
		list[i] = v.Field(i)
	}
	return list
}

// flat is the memory of a port, as one slice of its elements.
func flat(v reflect.Value) (floats []float32, ints []int32) {
	at, size := v.Addr().UnsafePointer(), v.Type().Size()
	elem := v.Type()
	if v.Kind() == reflect.Slice {
		at, size = v.UnsafePointer(), uintptr(v.Len())*elem.Elem().Size()
	}
	for elem.Kind() == reflect.Array || elem.Kind() == reflect.Slice {
		elem = elem.Elem()
	}
	if elem.Kind() == reflect.Int32 {
		return nil, unsafe.Slice((*int32)(at), size/4)
	}
	return unsafe.Slice((*float32)(at), size/4), nil
}

// predictAll predicts one sample after the other.
func (p *plainPredictor) predictAll(m any, x testList) testList {
	out := p.outputs(x.Len())
	for i := range x.Len() {
		p.predict(m, out.at(i), x.at(i))
	}
	return out
}

// outputs makes room for n outputs.
func (p *plainPredictor) outputs(n int) testList { return makeTestList(p.output, n, nil) }

// bits compares outputs bit for bit, so that NaN equals NaN.
func bits(outputs testList) string { return fmt.Sprintf("%x", outputs.Interface()) }

func (p *plainPredictor) batch(t *testing.T) {
	m := p.model(t)
	x := p.samples(p.batchRows + 3)
	want := p.predictAll(m, x)
	for _, n := range []int{0, 1, 2, 7, 8, 9, x.Len()} {
		if n > x.Len() {
			continue
		}
		got := p.outputs(n)
		if err := p.predictBatch(m, got, x.first(n)); err != nil {
			t.Fatal(err)
		}
		if bits(got) != bits(want.first(n)) {
			t.Errorf("%d samples: PredictBatch differs from Predict", n)
		}
	}
	if p.predictBatch(m, p.outputs(1), x.first(2)) == nil {
		t.Error("two samples fit one output")
	}
}

func (p *plainPredictor) concurrent(t *testing.T) {
	m := p.model(t)
	x := p.samples(16)
	want := bits(p.predictAll(m, x))
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if got := bits(p.predictAll(m, x)); got != want {
				t.Error("predictions differ between goroutines")
			}
		}()
	}
	all.Wait()
}

func (p *plainPredictor) allocations(t *testing.T) {
	m, x := p.model(t), p.sample(1)
	out := freshValue(p.output)
	if n := testing.AllocsPerRun(100, p.predictOf(m, out, x)); n != 0 {
		t.Errorf("Predict allocates %v times", n)
	}
}

// Eight goroutines at once allocate nothing either, once each has had its memory.
func (p *plainPredictor) allocationsConcurrent(t *testing.T) {
	m, x := p.model(t), p.sample(1)
	const goroutines, each = 8, 20
	start := make(chan struct{})
	defer close(start)
	var round sync.WaitGroup
	for range goroutines {
		go func() {
			predict := p.predictOf(m, freshValue(p.output), x)
			for range start {
				for range each {
					predict()
				}
				round.Done()
			}
		}()
	}
	var before, after runtime.MemStats
	least := uint64(math.MaxUint64)
	for range 50 {
		runtime.ReadMemStats(&before)
		round.Add(goroutines)
		for range goroutines {
			start <- struct{}{}
		}
		round.Wait()
		runtime.ReadMemStats(&after)
		if least = min(least, after.Mallocs-before.Mallocs); least == 0 {
			return
		}
	}
	t.Errorf("%d predictions from %d goroutines allocate at least %d times", goroutines*each, goroutines, least)
}

// An arena full of NaN does not show in the results.
func (p *plainPredictor) poisoned(t *testing.T) {
	m := p.model(t)
	x := p.samples(min(5, p.batchRows))
	want := bits(p.predictAll(m, x))
	p.poison(m)
	got := p.outputs(x.Len())
	if err := p.predictBatch(m, got, x); err != nil {
		t.Fatal(err)
	}
	if bits(got) != want {
		t.Error("predictions depend on what the arena held before")
	}
}

// Ids out of range are errors of Check and of PredictBatch, and Predict makes
// nothing of them.
func (p *plainPredictor) ids(t *testing.T) {
	m := p.model(t)
	for i, port := range p.inputs {
		if port.Limit == 0 {
			continue
		}
		for _, id := range []int32{int32(port.Least) - 1, int32(port.Limit), math.MaxInt32, math.MinInt32} {
			rows := makeTestList(p.input, 2, p.sample)
			x := rows.at(1)
			_, ids := flat(portsOf(x, len(p.inputs))[i])
			ids[len(ids)-1] = id
			if err := x.(interface{ Check() error }).Check(); err == nil || !strings.Contains(err.Error(), fmt.Sprint(id)) {
				t.Errorf("id %d: Check says %v", id, err)
			}
			if err := p.predictBatch(m, p.outputs(2), rows); err == nil || !strings.Contains(err.Error(), "row 1") {
				t.Errorf("id %d: PredictBatch says %v", id, err)
			}
			out := freshValue(p.output)
			p.predict(m, out, x)
			if values := fmt.Sprintf("%v", reflect.ValueOf(out).Elem()); strings.Trim(strings.ReplaceAll(values, "NaN", ""), "[]{} ") != "" {
				t.Errorf("id %d: Predict gives %.99s", id, values)
			}
		}
	}
}

func (p *plainPredictor) fromRows(t *testing.T) {
	if p.inputsFrom == nil {
		t.Skip("samples are not made of rows")
	}
	want := makeTestList(p.input, 1, func(int) any { return p.sample(1) })
	row, _ := flat(portsOf(want.at(0), 1)[0])
	if got, err := p.inputsFrom([][]float32{row, row}); err != nil || got.Len() != 2 || bits(testList{got.Slice(1, 2)}) != bits(want) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := p.inputsFrom([][]float32{row, row[1:]}); err == nil {
		t.Error("a row that is too short became a sample")
	}
}

func (p *plainPredictor) classify(t *testing.T) {
	a := p.answer
	if a == nil {
		t.Skip("no classes")
	}
	m, x := p.model(t), p.sample(1)
	out := freshValue(p.output)
	p.predict(m, out, x)
	class, got := a.classify(m, x)
	values := a.values(out)
	want := values
	best := 0
	if len(values) == 1 { // of two classes, the second
		want = []float32{1 - values[0], values[0]}
		if a.scores {
			want[0] = values[0]
		}
		if values[0] > 0.5 {
			best = 1
		}
	} else {
		for i, v := range values {
			if v > values[best] {
				best = i
			}
		}
	}
	if class != best || math.Float32bits(got) != math.Float32bits(want[class]) {
		t.Errorf("class %d with %v, the values are %v", class, got, values)
	}
	// The likeliest is at least as likely as others on average, unless the network overflows.
	if n := float32(len(want)); !a.scores && got == got && !(got*n > 0.999 && got <= 1) {
		t.Errorf("class %d, %v", class, got)
	}
	for i, name := range a.names {
		if got, err := a.parse(name); err != nil || got != i {
			t.Errorf("class %d, %q: ParseClass gives %v, %v", i, name, got, err)
		}
	}
	if _, err := a.parse("no such class, surely"); err == nil {
		t.Error("a class that does not exist was found")
	}
}
