// Package harness drives an emitted package through its exported API without
// knowing its types: values cross as flat numbers. It uses the standard library
// only, since the conformance test copies it into the module that it builds the
// emitted packages in.
package harness

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
)

// Batch is the data of one step: per sample the elements of all inputs and of
// all targets in order; a ragged input is the whole of its X.
type Batch struct {
	X, Y   Rows
	Weight []float32 // per sample; nil: all 1
	Size   int       `json:",omitempty"` // rows that Fit takes at a time; 0: all
	Reset  bool      `json:",omitempty"` // states of stateful layers are 0 again before Fit
}

// Case is one network with the data to run it on.
type Case struct {
	Model  string
	Params Numbers
	// Batch is predicted, and differentiated as if Step optimizer steps had
	// been taken, unless it is empty.
	Batch Batch
	Step  int
	// Evaluate has the figures of all rows computed, in batches of the description.
	Evaluate *Batch `json:",omitempty"`
	// Steps are then trained on, one Fit of one epoch each.
	Steps []Batch
	// Formula, where set, gives Params and Batch; the result then has probes in
	// place of blocks.
	Formula *Formula `json:",omitempty"`
	// Parts, where set, stand in place of Params: the other parameters are those that the
	// package begins with.
	Parts []Part `json:",omitempty"`
	// GradFile is where Grads are written, little-endian, and not into the result: those of
	// a large network.
	GradFile string `json:",omitempty"`
}

// Part is a piece of the parameter block.
type Part struct {
	Offset int
	Values Numbers
}

// Result is what the emitted package answers.
type Result struct {
	Model string
	Error string `json:",omitempty"`
	// Single and Outputs are those of Predict and PredictBatch.
	Single, Outputs Lists
	// Steps is how many steps of sequences have been taken, each of which gave the
	// bits of Single.
	Steps int `json:",omitempty"`
	Loss  Number
	Grads Numbers // laid out as Params
	// Figures are those of Evaluate, StepFigures those of the history of each step.
	Figures     map[string]float64   `json:",omitempty"`
	StepFigures []map[string]float64 `json:",omitempty"`
	// StepLoss is the loss of each step, StepParams the parameters after it.
	StepLoss   []float64
	StepParams Lists
	// GradProbes and ParamProbes are probes by segment: of Grads, and of the
	// parameters after differentiation, which brings the state up to date.
	GradProbes, ParamProbes map[string][]float64 `json:",omitempty"`
	// PredictSeconds and StepSeconds are the shortest of three calls, of
	// PredictBatch and of Gradients.
	PredictSeconds, StepSeconds float64 `json:",omitempty"`
}

// models are the registered packages by name.
var models = map[string]entry{}

type entry struct {
	fresh   func() any
	dataset any
}

// Register makes a package known: fresh returns a new *Model, dataset is the package's
// WeightedSlices.
func Register(name string, fresh func() any, dataset any) { models[name] = entry{fresh, dataset} }

// Serve answers the cases of r with results on w, in the same order.
func Serve(r io.Reader, w io.Writer) error {
	in, out := json.NewDecoder(r), json.NewEncoder(w)
	for {
		var c Case
		if err := in.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		res := Run(c)
		if err := out.Encode(res); err != nil {
			// Not finite numbers do not encode; say which case.
			if err := out.Encode(Result{Model: c.Model, Error: err.Error()}); err != nil {
				return err
			}
		}
	}
}

// Run drives one case.
func Run(c Case) (res Result) {
	res.Model = c.Model
	e, ok := models[c.Model]
	if !ok {
		res.Error = "no such model"
		return res
	}
	m := reflect.ValueOf(e.fresh())
	if c.Formula != nil {
		c.Params, c.Batch = c.Formula.Params(), c.Formula.Batch()
	}
	err := run(m, reflect.ValueOf(e.dataset), c, &res)
	if c.Formula != nil && err == nil {
		res.probe(m, c.Formula)
		if c.Formula.Measure {
			err = res.measure(m, c)
		}
	}
	if err != nil {
		res.Error = err.Error()
	}
	return res
}

func run(m, dataset reflect.Value, c Case, res *Result) error {
	update := m.MethodByName("Update")
	update.Call([]reflect.Value{reflect.MakeFunc(update.Type().In(0), func(args []reflect.Value) []reflect.Value {
		if c.Parts != nil {
			params := block(args[0])
			for _, p := range c.Parts {
				copy(params[p.Offset:], p.Values)
			}
			return nil
		}
		values := make([]float64, len(c.Params))
		for i, v := range c.Params {
			values[i] = float64(v)
		}
		fill(args[0].Elem(), &values)
		return nil
	})})
	if len(c.Batch.X) > 0 {
		if err := predict(m, c.Batch.X, res); err != nil {
			return err
		}
		if err := stream(m, c.Batch.X, res); err != nil {
			return err
		}
		if err := differentiate(m, c, res); err != nil {
			return err
		}
	}
	if c.Evaluate != nil {
		got := m.MethodByName("Evaluate").Call([]reflect.Value{reflect.ValueOf(context.Background()), examples(dataset, *c.Evaluate)})
		if err := failed(got); err != nil {
			return fmt.Errorf("Evaluate: %w", err)
		}
		res.Figures = figures(got[0].FieldByName("Metrics"))
		res.Figures["loss"] = got[0].FieldByName("Loss").Float()
	}
	for i, b := range c.Steps {
		if err := step(m, dataset, b, res); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func predict(m reflect.Value, x [][]float64, res *Result) error {
	batch, single := m.MethodByName("PredictBatch"), m.MethodByName("Predict")
	xs := rows(batch.Type().In(1), x)
	dst := reflect.MakeSlice(batch.Type().In(0), len(x), len(x))
	if err := failed(batch.Call([]reflect.Value{dst, xs})); err != nil {
		return fmt.Errorf("PredictBatch: %w", err)
	}
	for i := range x {
		res.Outputs = append(res.Outputs, flatten(nil, dst.Index(i)))
		arg := xs.Index(i)
		if !single.IsValid() { // large outputs are written where the caller says
			one := reflect.New(dst.Type().Elem())
			if err := failed(m.MethodByName("PredictInto").Call([]reflect.Value{one, arg.Addr()})); err != nil {
				return fmt.Errorf("PredictInto: %w", err)
			}
			res.Single = append(res.Single, flatten(nil, one.Elem()))
			continue
		}
		if single.Type().In(0).Kind() == reflect.Pointer {
			arg = arg.Addr()
		}
		got := single.Call([]reflect.Value{arg})
		if err := failed(got); err != nil {
			return fmt.Errorf("Predict: %w", err)
		}
		res.Single = append(res.Single, flatten(nil, got[0]))
	}
	return nil
}

// stream takes every row step by step, if the package can, and compares.
func stream(m reflect.Value, x [][]float64, res *Result) error {
	take, into := m.MethodByName("Step"), false
	if !take.IsValid() {
		take, into = m.MethodByName("StepInto"), true
	}
	if !take.IsValid() {
		return nil
	}
	in := take.Type().In(take.Type().NumIn() - 1).Elem()
	width := int(in.Size() / 4)
	state := m.MethodByName("NewState").Call(nil)[0]
	for r, row := range x {
		if state.MethodByName("Reset").Call(nil); r%2 == 1 {
			state = m.MethodByName("NewState").Call(nil)[0]
		}
		steps := len(row) / width
		for t := range steps {
			step := reflect.New(in)
			values := row[t*width : (t+1)*width]
			fill(step.Elem(), &values)
			var got []float32
			if into {
				y := reflect.New(take.Type().In(0).Elem())
				take.Call([]reflect.Value{y, state, step})
				got = flatten(nil, y.Elem())
			} else {
				got = flatten(nil, take.Call([]reflect.Value{state, step})[0])
			}
			want := res.Single[r]
			if len(want) == len(got)*steps {
				want = want[t*len(got) : (t+1)*len(got)]
			} else if t < steps-1 {
				continue
			}
			for i := range want {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					return fmt.Errorf("row %d: step %d of %d gives %v, Predict %v", r, t, steps, got, want)
				}
			}
		}
		res.Steps += steps
	}
	return nil
}

func differentiate(m reflect.Value, c Case, res *Result) error {
	gradients := m.MethodByName("Gradients")
	g := reflect.New(gradients.Type().In(0).Elem())
	b := batchOf(gradients.Type().In(1), c)
	got := gradients.Call([]reflect.Value{g, b})
	if err := failed(got); err != nil {
		return fmt.Errorf("Gradients: %w", err)
	}
	res.Loss = Number(got[0].Float())
	if c.GradFile != "" {
		return writeBlock(c.GradFile, block(g))
	}
	res.Grads = flatten(nil, g.Elem())
	return nil
}

// batchOf is the batch of a case as an emitted package's type Batch.
func batchOf(t reflect.Type, c Case) reflect.Value {
	b := reflect.New(t).Elem()
	for name, values := range map[string][][]float64{"X": c.Batch.X, "Y": c.Batch.Y} {
		b.FieldByName(name).Set(rows(b.FieldByName(name).Type(), values))
	}
	if c.Batch.Weight != nil {
		b.FieldByName("Weight").Set(reflect.ValueOf(c.Batch.Weight))
	}
	if at := b.FieldByName("Step"); at.CanInt() {
		at.SetInt(int64(c.Step))
	} else {
		at.SetUint(uint64(c.Step))
	}
	return b
}

// step is train_on_batch: one epoch over rows that make one batch, or several of
// b.Size. The model keeps its optimizer between calls of Fit.
func step(m, dataset reflect.Value, b Batch, res *Result) error {
	if b.Reset {
		m.MethodByName("ResetStates").Call(nil)
	}
	fit := m.MethodByName("Fit")
	cfg := reflect.New(fit.Type().In(2)).Elem()
	cfg.FieldByName("Epochs").SetInt(1)
	cfg.FieldByName("BatchSize").SetInt(int64(cmp.Or(b.Size, len(b.X))))
	cfg.FieldByName("NoShuffle").SetBool(true)
	cfg.FieldByName("ValidationSplit").SetFloat(-1)
	got := fit.Call([]reflect.Value{reflect.ValueOf(context.Background()), examples(dataset, b), cfg})
	if err := failed(got); err != nil {
		return fmt.Errorf("Fit: %w", err)
	}
	loss := got[0].MethodByName("Column").Call([]reflect.Value{reflect.ValueOf("loss")})[0]
	res.StepFigures = append(res.StepFigures, figures(got[0].MethodByName("Last").Call(nil)[0]))
	res.StepLoss = append(res.StepLoss, loss.Index(0).Float())
	res.StepParams = append(res.StepParams, flatten(nil, m.MethodByName("Params").Call(nil)[0].Elem()))
	return nil
}

// examples is a batch as a data set of the package.
func examples(dataset reflect.Value, b Batch) reflect.Value {
	weight := b.Weight
	if weight == nil {
		for range b.X {
			weight = append(weight, 1)
		}
	}
	t := dataset.Type()
	return dataset.Call([]reflect.Value{rows(t.In(0), b.X), rows(t.In(1), b.Y), reflect.ValueOf(weight)})[0]
}

// figures are named values by their names.
func figures(list reflect.Value) map[string]float64 {
	m := map[string]float64{}
	for i := range list.Len() {
		m[list.Index(i).FieldByName("Name").String()] = list.Index(i).FieldByName("Value").Float()
	}
	return m
}

// failed is the error among the results of a call, if any.
func failed(results []reflect.Value) error {
	if len(results) == 0 {
		return nil
	}
	err, _ := results[len(results)-1].Interface().(error)
	return err
}

// rows makes a slice of type t out of one list of numbers per element.
func rows(t reflect.Type, values [][]float64) reflect.Value {
	s := reflect.MakeSlice(t, len(values), len(values))
	for i, v := range values {
		rest := v
		fill(s.Index(i), &rest)
	}
	return s
}

// fill sets v, in memory order, to the numbers at the head of values.
func fill(v reflect.Value, values *[]float64) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), values)
		}
	case reflect.Slice: // ragged: all that is left
		v.Set(reflect.MakeSlice(v.Type(), len(*values), len(*values)))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), values)
		}
	case reflect.Float32:
		v.SetFloat((*values)[0])
		*values = (*values)[1:]
	default:
		v.SetInt(int64((*values)[0]))
		*values = (*values)[1:]
	}
}

// flatten appends the numbers of v in memory order.
func flatten(dst []float32, v reflect.Value) []float32 {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			dst = flatten(dst, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			dst = flatten(dst, v.Index(i))
		}
	case reflect.Float32:
		dst = append(dst, float32(v.Float()))
	}
	return dst
}
