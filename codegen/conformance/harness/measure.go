package harness

import (
	"math"
	"reflect"
	"time"
)

// probe replaces the blocks of a result by probes of their segments.
func (res *Result) probe(m reflect.Value, f *Formula) {
	res.GradProbes, res.ParamProbes = map[string][]float64{}, map[string][]float64{}
	params := flatten(nil, m.MethodByName("Params").Call(nil)[0].Elem())
	for _, s := range f.Segments {
		res.GradProbes[s.Name] = Probe(s.Name, res.Grads[s.Offset:s.Offset+s.Len()])
		res.ParamProbes[s.Name] = Probe(s.Name, params[s.Offset:s.Offset+s.Len()])
	}
	res.Grads = nil
}

// measure takes the times of a batch.
func (res *Result) measure(m reflect.Value, c Case) error {
	res.PredictSeconds, res.StepSeconds = math.Inf(1), math.Inf(1)
	batch := m.MethodByName("PredictBatch")
	xs := rows(batch.Type().In(1), c.Batch.X)
	dst := reflect.MakeSlice(batch.Type().In(0), len(c.Batch.X), len(c.Batch.X))
	gradients := m.MethodByName("Gradients")
	g := reflect.New(gradients.Type().In(0).Elem())
	b := batchOf(gradients.Type().In(1), c)
	for range 3 {
		begun := time.Now()
		if err := failed(batch.Call([]reflect.Value{dst, xs})); err != nil {
			return err
		}
		res.PredictSeconds = min(res.PredictSeconds, time.Since(begun).Seconds())
		begun = time.Now()
		if err := failed(gradients.Call([]reflect.Value{g, b})); err != nil {
			return err
		}
		res.StepSeconds = min(res.StepSeconds, time.Since(begun).Seconds())
	}
	return nil
}
