package ctc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// spelled is what a class for every step spells.
func spelled(steps []int) []int {
	var labels []int
	for i, c := range steps {
		if c != 0 && (i == 0 || steps[i-1] != c) {
			labels = append(labels, c)
		}
	}
	return labels
}

// all adds up the probabilities of every way through the steps, by what it spells.
func all(output []float64, classes int) map[string]float64 {
	steps := len(output) / classes
	sums := map[string]float64{}
	way := make([]int, steps)
	p := make([]float64, classes)
	for {
		log := 0.0
		for t, c := range way {
			logSoftmax(p, output[t*classes:(t+1)*classes])
			log += p[c]
		}
		sums[string(appendKey(nil, spelled(way)))] += math.Exp(log)
		t := 0
		for ; t < steps; t++ {
			if way[t]++; way[t] < classes {
				break
			}
			way[t] = 0
		}
		if t == steps {
			return sums
		}
	}
}

// TestBeam: a beam that is wide enough finds every sequence with its probability, and
// the best ones of a narrow one are among them.
func TestBeam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		steps, classes := 1+r.IntN(5), 2+r.IntN(2)
		output := make([]float64, steps*classes)
		for i := range output {
			output[i] = r.NormFloat64() * 2
		}
		want := all(output, classes)
		paths := Beam(output, classes, 1000)
		if len(paths) < len(want) {
			t.Fatalf("%d sequences of %d", len(paths), len(want))
		}
		for i, p := range paths {
			if w := want[string(appendKey(nil, p.Labels))]; math.Abs(math.Exp(p.LogProbability)-w) > 1e-12 {
				t.Errorf("%v has probability %v, want %v", p.Labels, math.Exp(p.LogProbability), w)
			}
			if i > 0 && p.LogProbability > paths[i-1].LogProbability {
				t.Errorf("%v comes after %v", p, paths[i-1])
			}
		}
		if best := Beam(output, classes, 8)[0]; !slices.Equal(best.Labels, paths[0].Labels) {
			t.Errorf("a beam of 8 finds %v, want %v", best, paths[0])
		}
	}
}

func TestGreedy(t *testing.T) {
	for _, c := range []struct{ steps, want []int }{
		{nil, nil}, {[]int{0, 0}, nil}, {[]int{2, 2, 0, 2, 1, 1}, []int{2, 2, 1}}, {[]int{1, 0, 0, 3}, []int{1, 3}},
	} {
		output := make([]float32, 4*len(c.steps))
		for i, s := range c.steps {
			output[4*i+s] = 1
		}
		if got := Greedy(nil, output, 4); !slices.Equal(got, c.want) {
			t.Errorf("%v spells %v, want %v", c.steps, got, c.want)
		}
	}
	// Where the likeliest way does not spell what is likeliest: two ways of 0.24 and
	// one of 0.36 (blank, blank).
	output := []float32{0.6, 0.4, 0.6, 0.4}
	for i := range output {
		output[i] = float32(math.Log(float64(output[i])))
	}
	if got, best := Greedy(nil, output, 2), Beam(output, 2, 4)[0]; len(got) != 0 || !slices.Equal(best.Labels, []int{1}) || math.Abs(math.Exp(best.LogProbability)-0.64) > 1e-6 {
		t.Errorf("greedy %v, beam %v", got, best)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"sunday", "saturday", 3}, {"abc", "abc", 0}, {"ab", "ba", 2}} {
		numbers := func(s string) (list []int) {
			for _, r := range s {
				list = append(list, int(r))
			}
			return list
		}
		if got, back := Distance(numbers(c.a), numbers(c.b)), Distance(numbers(c.b), numbers(c.a)); got != c.want || back != c.want {
			t.Errorf("%q and %q are %d and %d apart, want %d", c.a, c.b, got, back, c.want)
		}
	}
	if got := Labels(nil, []float32{3, 1, 0, 2}); !slices.Equal(got, []int{3, 1}) {
		t.Errorf("labels %v", got)
	}
}
