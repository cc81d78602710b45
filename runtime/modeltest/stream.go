package modeltest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"
)

// Stream is how a network takes sequences step by step, without its types.
type Stream struct {
	input, output reflect.Type // of a step
	newState      func(m any) any
	reset         func(state any)
	stepOf        func(m, dst, state, x any) (step func())
	saved         func(m, state any) (read any, err error)
}

// StreamOf is a Stream of functions: S is the State of a network, X its StepInput, Y
// its StepOutput.
func StreamOf[M, S, X, Y any](newState func(m M) *S, reset func(s *S), step func(m M, dst *Y, s *S, x *X),
	write func(s *S, w io.Writer) (int64, error), read func(m M, r io.Reader) (*S, error)) *Stream {
	return &Stream{
		input: reflect.TypeFor[X](), output: reflect.TypeFor[Y](),
		newState: func(m any) any { return newState(m.(M)) },
		reset:    func(state any) { reset(state.(*S)) },
		stepOf: func(m, dst, state, x any) func() {
			model, y, s, in := m.(M), dst.(*Y), state.(*S), x.(*X)
			return func() { step(model, y, s, in) }
		},
		saved: func(m, state any) (any, error) {
			var file bytes.Buffer
			if n, err := write(state.(*S), &file); err != nil || n != int64(file.Len()) {
				return nil, fmt.Errorf("%d bytes are written and reported as %d: %w", file.Len(), n, err)
			}
			if _, err := read(m.(M), bytes.NewReader(file.Bytes()[:file.Len()-1])); err == nil {
				return nil, errors.New("a state without its last byte is read")
			}
			return read(m.(M), &file)
		},
	}
}

// steps are those of a sequence.
func (p *plainPredictor) steps(x any) []any {
	var list []any
	whole := portsOf(x, len(p.inputs))
	first := freshValue(p.stream.input)
	for t := range elements(whole[0]) / elements(portsOf(first, len(p.inputs))[0]) {
		step := freshValue(p.stream.input)
		for i, to := range portsOf(step, len(p.inputs)) {
			floats, ints := flat(whole[i])
			stepFloats, stepInts := flat(to)
			n := elements(to)
			copy(stepFloats, floats[min(t*n, len(floats)):])
			copy(stepInts, ints[min(t*n, len(ints)):])
		}
		list = append(list, step)
	}
	return list
}

// elements counts the values of a port.
func elements(port reflect.Value) int {
	floats, ints := flat(port)
	return len(floats) + len(ints)
}

// Three sequences are taken step by step at the same time, the second begins a state
// anew that has been used, the third goes on with one that has been written and read,
// and each step has the bits of the whole sequence.
func (p *plainPredictor) streams(t *testing.T) {
	s := p.stream
	if s == nil {
		t.Skip("no steps")
	}
	m := p.model(t)
	const sequences = 3
	var states, wholes [sequences]any
	var steps [sequences][]any
	for i := range states {
		x := p.sample(i)
		states[i], wholes[i], steps[i] = s.newState(m), freshValue(p.output), p.steps(x)
		p.predict(m, wholes[i], x)
	}
	s.stepOf(m, freshValue(s.output), states[1], steps[0][0])()
	s.reset(states[1])
	for at := range steps[0] {
		var err error
		if states[2], err = s.saved(m, states[2]); err != nil {
			t.Fatal(err)
		}
		for i := range states {
			y := freshValue(s.output)
			s.stepOf(m, y, states[i], steps[i][at])()
			p.sameStep(t, y, wholes[i], at, len(steps[0]))
		}
	}
	y := freshValue(s.output)
	if n := testing.AllocsPerRun(100, s.stepOf(m, y, states[0], steps[0][0])); n != 0 {
		t.Errorf("Step allocates %v times", n)
	}
}

// sameStep compares a step of so many with the whole sequence.
func (p *plainPredictor) sameStep(t *testing.T, y, whole any, at, steps int) {
	t.Helper()
	ports := reflect.ValueOf(whole).Elem()
	n := 1
	if ports.Kind() == reflect.Struct {
		n = ports.NumField()
	}
	all := portsOf(whole, n)
	for i, port := range portsOf(y, n) {
		got, _ := flat(port)
		want, _ := flat(all[i])
		if len(want) == len(got)*steps {
			want = want[at*len(got) : (at+1)*len(got)]
		} else if at < steps-1 {
			continue // Predict has it after the last step alone
		}
		if fmt.Sprintf("%x", got) != fmt.Sprintf("%x", want) {
			t.Errorf("step %d of %d: output %d is %v, and in the whole sequence %v", at, steps, i, got, want)
		}
	}
}
