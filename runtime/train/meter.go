package train

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/metric"
)

// meter accumulates the figures of an epoch: the loss, with several outputs the
// loss of each, and the metrics.
type meter struct {
	loss     average
	outputs  []average         // per output; empty for a single one
	metrics  [][]metric.Metric // per output
	weighted [][]metric.Metric // per output
	figures  []func() float64  // in the order of logs
	sources  []metric.Metric   // of the figures; nil: a loss
	logs     []NamedValue      // what results returns
}

// average is the mean of batch losses, weighted by the batches' rows.
type average struct{ batch, total, rows float64 }

func (a *average) endBatch(rows int) {
	a.total += float64(a.batch * float64(rows))
	a.rows += float64(rows)
	a.batch = 0
}

func (a *average) result() float64 {
	if a.rows == 0 {
		return 0
	}
	return a.total / a.rows
}

func newMeter(outputs []string, c Compiled) (*meter, error) {
	m := &meter{}
	var err error
	if m.metrics, err = perOutput(c.Metrics, outputs); err != nil {
		return nil, err
	}
	if m.weighted, err = perOutput(c.WeightedMetrics, outputs); err != nil {
		return nil, err
	}
	m.name(outputs)
	return m, nil
}

func perOutput(make func() [][]metric.Metric, outputs []string) ([][]metric.Metric, error) {
	if make == nil {
		return nil, nil
	}
	all := make()
	if len(all) != 0 && len(all) != len(outputs) {
		return nil, fmt.Errorf("train: metrics for %d outputs, the network has %d", len(all), len(outputs))
	}
	return all, nil
}

// name builds the list of figures in Keras's names (trainers/compile_utils.py,
// CompileMetrics.result) and their alphabetical order
// (utils/python_utils.py, pythonify_logs).
func (m *meter) name(outputs []string) {
	type figure struct {
		name   string
		value  func() float64
		source metric.Metric
	}
	all := []figure{{"loss", m.loss.result, nil}}
	taken := map[string]int{"loss": 1}
	prefix := func(k int) string {
		if len(outputs) > 1 {
			return outputs[k] + "_"
		}
		return ""
	}
	add := func(name string, value func() float64, source metric.Metric) {
		count := taken[name]
		taken[name]++
		if count > 0 {
			name = fmt.Sprintf("%s_%d", name, count)
		}
		all = append(all, figure{name, value, source})
	}
	if len(outputs) > 1 {
		m.outputs = make([]average, len(outputs))
		for k := range outputs {
			add(prefix(k)+"loss", m.outputs[k].result, nil)
		}
	}
	addAll := func(name string, x metric.Metric) {
		several, ok := x.(metric.Several)
		if !ok || several.Len() == 1 {
			add(name, x.Result, x)
			return
		}
		for i := range several.Len() {
			add(fmt.Sprintf("%s_%d", name, i), func() float64 { return several.At(i) }, x)
		}
	}
	for k, list := range m.metrics {
		for _, x := range list {
			addAll(prefix(k)+x.Name(), x)
		}
	}
	for k, list := range m.weighted {
		for _, x := range list {
			name := prefix(k) + x.Name()
			if taken[name] > 0 || taken[name+"_0"] > 0 {
				name = prefix(k) + "weighted_" + x.Name()
			}
			addAll(name, x)
		}
	}
	slices.SortStableFunc(all, func(a, b figure) int { return strings.Compare(a.name, b.name) })
	for _, f := range all {
		m.logs = append(m.logs, NamedValue{Name: f.name})
		m.figures = append(m.figures, f.value)
		m.sources = append(m.sources, f.source)
	}
}

// direct notes of the figures whether more of them is better.
func (m *meter) direct(rising map[string]bool) {
	for i, x := range m.sources {
		up, known := false, true // of a loss
		if x != nil {
			var d metric.Directed
			if d, known = x.(metric.Directed); known {
				up = d.HigherIsBetter()
			}
		}
		if known {
			rising[m.logs[i].Name], rising["val_"+m.logs[i].Name] = up, up
		}
	}
}

// reset starts an epoch.
func (m *meter) reset() {
	m.loss = average{}
	clear(m.outputs)
	for _, all := range [2][][]metric.Metric{m.metrics, m.weighted} {
		for _, list := range all {
			for _, x := range list {
				x.Reset()
			}
		}
	}
}

// sums is what the epoch has come to so far, for resume.
func (m *meter) sums() ([][]float64, error) {
	all := [][]float64{{m.loss.total, m.loss.rows}}
	for _, o := range m.outputs {
		all = append(all, []float64{o.total, o.rows})
	}
	err := m.each(func(x metric.Stateful) error {
		all = append(all, x.State())
		return nil
	})
	return all, err
}

// resume goes on from the sums of another meter.
func (m *meter) resume(sums [][]float64) error {
	next := func() []float64 {
		if len(sums) == 0 {
			return nil
		}
		first := sums[0]
		sums = sums[1:]
		return first
	}
	for i := range 1 + len(m.outputs) {
		s := next()
		if len(s) != 2 {
			return errors.New("train: the sums of the losses cannot be read")
		}
		a := average{total: s[0], rows: s[1]}
		if i == 0 {
			m.loss = a
		} else {
			m.outputs[i-1] = a
		}
	}
	return m.each(func(x metric.Stateful) error { return x.SetState(next()) })
}

// each calls f for every metric.
func (m *meter) each(f func(metric.Stateful) error) error {
	for _, all := range [2][][]metric.Metric{m.metrics, m.weighted} {
		for _, list := range all {
			for _, x := range list {
				s, ok := x.(metric.Stateful)
				if !ok {
					return fmt.Errorf("train: the metric %q does not give its sums (metric.Stateful), so that a checkpoint within an epoch cannot hold them", x.Name())
				}
				if err := f(s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// share takes in a micro-batch's share of the batch loss.
func (m *meter) share(loss float64, outputs []float64) {
	m.loss.batch += loss
	for k := range m.outputs {
		m.outputs[k].batch += outputs[k]
	}
}

// endBatch closes a batch.
func (m *meter) endBatch(rows int) {
	m.loss.endBatch(rows)
	for k := range m.outputs {
		m.outputs[k].endBatch(rows)
	}
}

// observe shows the metrics the n rows that the engine computed last.
func observe(m *meter, e Network, n int) {
	counter, _ := e.(Counter)
	for k, list := range m.metrics {
		for row := range n {
			show(list, e, counter, k, row, 1)
		}
	}
	for k, list := range m.weighted {
		for row := range n {
			show(list, e, counter, k, row, e.Weight(row))
		}
	}
}

// show updates metrics with the k-th output of a row, and those that look at steps the
// steps that count.
func show(list []metric.Metric, e Network, counter Counter, k, row int, weight float32) {
	if len(list) == 0 {
		return
	}
	target, output := e.Targets(k, row), e.Outputs(k, row)
	var counts []float32
	if counter != nil {
		counts = counter.Counts(k, row)
	}
	for _, x := range list {
		if s, ok := x.(metric.Stepwise); !ok || counts == nil || !s.Stepwise() {
			x.Update(target, output, weight)
			continue
		}
		t, y := len(target)/len(counts), len(output)/len(counts)
		for i, c := range counts {
			if c != 0 {
				x.Update(target[i*t:(i+1)*t], output[i*y:(i+1)*y], weight)
			}
		}
	}
}

// results returns the figures so far. The slice is overwritten by the next
// call.
func (m *meter) results() []NamedValue {
	for i, f := range m.figures {
		m.logs[i].Value = f()
	}
	return m.logs
}
