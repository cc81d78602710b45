package build_test

import (
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
)

// Keras's optimizers and metrics once more, in double precision and as plainly
// as their definitions are written (keras/src/optimizers, keras/src/metrics):
// the reference that settings and gradients are judged with.

type rule struct {
	name string
	args map[string]float64
}

func ruleOf(t *testing.T, s loop.Setting) rule {
	r := rule{s.Name, map[string]float64{}}
	for _, a := range s.Args {
		switch x := a.Value.(type) {
		case float64:
			r.args[a.Name] = x
		case bool:
			if x {
				r.args[a.Name] = 1
			}
		default:
			t.Fatalf("%s is %T", a.Name, x)
		}
	}
	return r
}

func (r rule) slots(n int) [][]float64 {
	s := [][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
	if r.name == "adagrad" {
		for i := range s[0] {
			s[0][i] = r.args["initial_accumulator_value"]
		}
	}
	return s
}

func (r rule) update(step int, w, grads []float64, slots [][]float64) {
	a := r.args
	lr, momentum, epsilon := a["learning_rate"], a["momentum"], a["epsilon"]
	for i, g := range grads {
		w[i] -= w[i] * a["weight_decay"] * lr
		p, q, s := &slots[0][i], &slots[1][i], &slots[2][i]
		switch r.name {
		case "sgd":
			*p = momentum**p - lr*g
			if a["nesterov"] == 1 {
				w[i] += momentum**p - lr*g
			} else {
				w[i] += *p
			}
		case "rmsprop":
			*p = a["rho"]**p + (1-a["rho"])*g*g
			v := *p
			if a["centered"] == 1 {
				*q = a["rho"]**q + (1-a["rho"])*g
				v -= *q * *q
			}
			*s = momentum**s + lr*g/math.Sqrt(v+epsilon)
			w[i] -= *s
		case "adam", "adamw":
			*p += (g - *p) * (1 - a["beta_1"])
			*q += (g*g - *q) * (1 - a["beta_2"])
			v := *q
			if a["amsgrad"] == 1 {
				*s = max(*s, v)
				v = *s
			}
			alpha := lr * math.Sqrt(1-math.Pow(a["beta_2"], float64(step))) / (1 - math.Pow(a["beta_1"], float64(step)))
			w[i] -= alpha * *p / (math.Sqrt(v) + epsilon)
		case "adagrad":
			*p += g * g
			w[i] -= lr * g / math.Sqrt(*p+epsilon)
		}
	}
}

type metric struct {
	name, as   string
	threshold  float64
	sum, count float64
}

func metricsOf(t *testing.T, settings []loop.Setting) []*metric {
	var ms []*metric
	for _, s := range settings {
		m := &metric{name: s.Name, as: s.As}
		for _, a := range s.Args {
			if a.Name != "threshold" {
				t.Fatalf("metric %s has an argument %s", s.Name, a.Name)
			}
			m.threshold = a.Value.(float64)
		}
		ms = append(ms, m)
	}
	return ms
}

func (m *metric) value() float64 { return m.sum / m.count }

func observe(ms []*metric, b batch, outputs []float64) {
	n := b.Target.rows()
	width, units := len(b.Target.Data)/n, len(outputs)/n
	for _, m := range ms {
		for r := range n {
			y, p := b.Target.Data[r*width:(r+1)*width], outputs[r*units:(r+1)*units]
			m.sum += m.row(y, p)
			m.count++
		}
	}
}

func (m *metric) row(y, p []float64) float64 {
	switch m.name {
	case "sparse_categorical_accuracy":
		return is(float64(argmax(p)) == y[0])
	case "categorical_accuracy":
		return is(argmax(p) == argmax(y))
	}
	sum := 0.0
	for i := range p {
		switch d := p[i] - y[i]; m.name {
		case "binary_accuracy":
			sum += is(is(p[i] > m.threshold) == y[i])
		case "mean_absolute_error":
			sum += math.Abs(d)
		case "mean_squared_error":
			sum += d * d
		}
	}
	return sum / float64(len(p))
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func argmax(x []float64) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
