package conformance

import (
	"fmt"
	"testing"
)

// decoder is a causal decoder over so many steps.
func decoder(name string, steps int, attention string) string {
	return fmt.Sprintf(`{
		"name": %q,
		"inputs": {"x": {"shape": [%d], "dtype": "int32"}},
		"layers": [
			{"Embedding": {"name": "a", "input_dim": 11, "output_dim": 24}},
			{"PositionEmbedding": {"name": "p", "sequence_length": %[2]d}},
			{"Add": {"name": "b", "inputs": ["a", "p"]}},
			%s,
			{"Add": {"name": "d", "inputs": ["b", "c"]}},
			{"Attention": {"name": "e", "use_causal_mask": true}},
			{"Dense": {"units": 3, "activation": "softmax"}}
		],
		"compile": {"loss": "categorical_crossentropy", "optimizer": "sgd"}
	}`, name, steps, attention)
}

// sessions are decoders of whole blocks of steps, and of others.
var sessions = map[string]string{
	"whole":  decoder("whole", 192, `{"MultiHeadAttention": {"name": "c", "num_heads": 3, "key_dim": 8, "use_causal_mask": true}}`),
	"broken": decoder("broken", 171, `{"GroupedQueryAttention": {"name": "c", "num_query_heads": 4, "num_key_value_heads": 2, "head_dim": 9, "use_causal_mask": true, "sliding_window": 70}}`),
	"beyond": decoder("beyond", 1100, `{"MultiHeadAttention": {"name": "c", "num_heads": 2, "key_dim": 5, "value_dim": 17, "use_causal_mask": true, "dropout": 0.5}}`),
}

// sessionsMain steps some sessions of each network in turn, at random. Some go on from a
// file of theirs, or from a copy, others begin anew. Every step is that of Predict.
const sessionsMain = `package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"scratch/beyond"
	"scratch/broken"
	"scratch/whole"
)

// session is a sequence, and what is left of its steps so far.
type session[S any] struct {
	state    *S
	sequence int
	at       int
}

// network is what is done with one.
type network[S any] struct {
	step     func(s *S, sequence, at int) [3]float32
	want     [][][3]float32 // of every sequence
	begin    func() *S
	reset    func(s *S)
	reopened func(s *S) (*S, error)
}

func (n network[S]) run(name string, r *rand.Rand) {
	list := make([]session[S], 5)
	for i := range list {
		list[i] = session[S]{n.begin(), r.IntN(len(n.want)), 0}
	}
	taken, wrong := 0, 0
	most := len(n.want[0])
	for taken < 12*most {
		s := &list[r.IntN(len(list))]
		for range min(1+r.IntN(90), most-s.at) {
			got, same := n.step(s.state, s.sequence, s.at), n.want[s.sequence][s.at]
			for i := range got {
				if math.Float32bits(got[i]) != math.Float32bits(same[i]) {
					wrong++
				}
			}
			s.at++
			taken++
		}
		switch k := r.IntN(6); {
		case s.at == most || k == 0:
			n.reset(s.state)
			s.sequence, s.at = r.IntN(len(n.want)), 0
		case k == 1:
			again, err := n.reopened(s.state)
			if err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			s.state = again
		case k == 2:
			other := *s.state
			s.state = &other
		}
	}
	fmt.Println(name, wrong)
}

func main() {
	r := rand.New(rand.NewPCG(1, 2))
	const sequences = 3
	a, b, c := whole.New(whole.Seed(1)), broken.New(broken.Seed(2)), beyond.New(beyond.Seed(3))
	var xa [sequences]whole.Input
	var xb [sequences]broken.Input
	var xc [sequences]beyond.Input
	var ya, yb, yc [][][3]float32
	for i := range sequences {
		for j := range xc[i] {
			id := int32(r.IntN(11))
			xc[i][j] = id
			if j < len(xa[i]) {
				xa[i][j] = id
			}
			if j < len(xb[i]) {
				xb[i][j] = id
			}
		}
		da, db := a.Predict(&xa[i]), b.Predict(&xb[i])
		var dc beyond.Output
		c.PredictInto(&dc, &xc[i])
		ya, yb, yc = append(ya, da[:]), append(yb, db[:]), append(yc, dc[:])
	}
	network[whole.State]{
		func(s *whole.State, i, t int) [3]float32 { x := whole.StepInput(xa[i][t]); return a.Step(s, &x) }, ya, a.NewState,
		func(s *whole.State) { s.Reset() },
		func(s *whole.State) (*whole.State, error) { var f bytes.Buffer; s.WriteTo(&f); return a.ReadState(&f) },
	}.run("whole", r)
	network[broken.State]{
		func(s *broken.State, i, t int) [3]float32 { x := broken.StepInput(xb[i][t]); return b.Step(s, &x) }, yb, b.NewState,
		func(s *broken.State) { s.Reset() },
		func(s *broken.State) (*broken.State, error) { var f bytes.Buffer; s.WriteTo(&f); return b.ReadState(&f) },
	}.run("broken", r)
	network[beyond.State]{
		func(s *beyond.State, i, t int) [3]float32 { x := beyond.StepInput(xc[i][t]); return c.Step(s, &x) }, yc, c.NewState,
		func(s *beyond.State) { s.Reset() },
		func(s *beyond.State) (*beyond.State, error) { var f bytes.Buffer; s.WriteTo(&f); return c.ReadState(&f) },
	}.run("beyond", r)
}
`

// TestSessions has several sequences of decoders in hand at a time, each at another step.
func TestSessions(t *testing.T) {
	t.Parallel()
	exe, networks := stepping(t, sessions, sessionsMain)
	for _, n := range networks {
		if !n.soFar {
			t.Errorf("a step of %s goes over all steps", n.name)
		}
	}
	for _, level := range levels() {
		t.Run(level.String(), func(t *testing.T) {
			out, err := ran(exe, "NNGEN_CPU="+level.String())
			if err != nil || out != "whole 0\nbroken 0\nbeyond 0\n" {
				t.Fatalf("%v\n%s", err, head([]byte(out)))
			}
		})
	}
}
