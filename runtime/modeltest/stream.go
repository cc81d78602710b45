package modeltest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// Stream is how a network takes sequences step by step, without its types.
type Stream struct {
	input, output reflect.Type // of a step
	newState      func(m any) any
	reset         func(state any)
	stepOf        func(m, dst, state, x any) (step func())
	saved         func(m, state any, path string) (read any, err error)
	position      func(state any) int // -1: sequences have any number of steps
}

// StreamFuncs are the functions of a network that takes sequences step by step: S is
// its State, X its StepInput, Y its StepOutput. Position is nil where sequences have any
// number of steps.
type StreamFuncs[M, S, X, Y any] struct {
	New      func(m M) *S
	Reset    func(s *S)
	Step     func(m M, dst *Y, s *S, x *X)
	Write    func(s *S, w io.Writer) (int64, error)
	Read     func(m M, r io.Reader) (*S, error)
	Save     func(s *S, path string) error
	Open     func(m M, path string) (*S, error)
	Position func(s *S) int
}

// Stream is the same without its types.
func (f StreamFuncs[M, S, X, Y]) Stream() *Stream {
	return &Stream{
		input: reflect.TypeFor[X](), output: reflect.TypeFor[Y](),
		newState: func(m any) any { return f.New(m.(M)) },
		reset:    func(state any) { f.Reset(state.(*S)) },
		stepOf: func(m, dst, state, x any) func() {
			model, y, s, in := m.(M), dst.(*Y), state.(*S), x.(*X)
			return func() { f.Step(model, y, s, in) }
		},
		saved: func(m, state any, path string) (any, error) { return f.saved(m.(M), state.(*S), path) },
		position: func(state any) int {
			if f.Position == nil {
				return -1
			}
			return f.Position(state.(*S))
		},
	}
}

// saved is a state after it has been in a file; what that cannot be is refused.
func (f StreamFuncs[M, S, X, Y]) saved(m M, s *S, path string) (*S, error) {
	var file bytes.Buffer
	if n, err := f.Write(s, &file); err != nil || n != int64(file.Len()) {
		return nil, fmt.Errorf("%d bytes are written and reported as %d: %w", file.Len(), n, err)
	}
	if _, err := f.Read(m, bytes.NewReader(file.Bytes()[:file.Len()-1])); err == nil {
		return nil, errors.New("a state without its last byte is read")
	}
	other := bytes.Replace(file.Bytes(), []byte(`"model_id":"`), []byte(`"model_id":"0`), 1)
	if _, err := f.Read(m, bytes.NewReader(other)); err == nil {
		return nil, errors.New("a state of another model is read")
	}
	if err := f.Save(s, path); err != nil {
		return nil, err
	}
	if saved, err := os.ReadFile(path); err != nil || !bytes.Equal(saved, file.Bytes()) {
		return nil, fmt.Errorf("Save writes other bytes than WriteTo: %w", err)
	}
	if _, err := f.Read(m, &file); err != nil {
		return nil, err
	}
	return f.Open(m, path)
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
		if states[2], err = s.saved(m, states[2], filepath.Join(t.TempDir(), "state")); err != nil {
			t.Fatal(err)
		}
		for i := range states {
			y := freshValue(s.output)
			s.stepOf(m, y, states[i], steps[i][at])()
			p.sameStep(t, y, wholes[i], at, len(steps[0]))
			if n := s.position(states[i]); n >= 0 && n != at+1 {
				t.Errorf("Position is %d after %d steps", n, at+1)
			}
		}
	}
	y := freshValue(s.output)
	if n := s.position(states[2]); n >= 0 {
		p.beyond(t, m, states[2], steps[0][0], n)
	}
	step := s.stepOf(m, y, states[0], steps[0][0])
	if n := testing.AllocsPerRun(100, func() { s.reset(states[0]); step() }); n != 0 {
		t.Errorf("Step allocates %v times", n)
	}
}

// beyond holds a step after the last to NaN in every output, and to the state as it was.
func (p *plainPredictor) beyond(t *testing.T, m, state, x any, position int) {
	t.Helper()
	before := fmt.Sprint(state)
	y := freshValue(p.stream.output)
	p.stream.stepOf(m, y, state, x)()
	n := 1
	if v := reflect.ValueOf(y).Elem(); v.Kind() == reflect.Struct {
		n = v.NumField()
	}
	for _, port := range portsOf(y, n) {
		values, _ := flat(port)
		for _, v := range values {
			if !math.IsNaN(float64(v)) {
				t.Fatalf("a step after %d, which are all, gives %v", position, values)
			}
		}
	}
	if fmt.Sprint(state) != before {
		t.Errorf("a step after %d, which are all, changes the state", position)
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
