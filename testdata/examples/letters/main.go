// Letters learns a text and goes on writing, letter by letter.
package main

//go:generate nngen generate gru.yaml
//go:generate nngen generate decoder.yaml

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"

	"example.com/letters/decoder"
	"example.com/letters/gru"
)

const (
	alphabet = 96 // the characters from space to ~, and the end of a line
	window   = 64 // letters of a row
)

// idOf is the id of a letter; what is not in the alphabet is a space.
func idOf(c byte) int32 {
	switch {
	case c == '\n':
		return 0
	case c < ' ' || c > '~':
		return 1
	}
	return int32(c-' ') + 1
}

func letterOf(id int) byte {
	if id == 0 {
		return '\n'
	}
	return byte(id-1) + ' '
}

func main() {
	log.SetFlags(0)
	net := flag.String("net", "gru", "gru or decoder")
	text := flag.String("text", "", "a file to learn")
	epochs := flag.Int("epochs", 10, "how often to go through it")
	begin := flag.String("begin", "The ", "what the text begins with")
	length := flag.Int("length", 500, "letters to write")
	temperature := flag.Float64("temperature", 0.7, "0: always the likeliest letter; 1: as likely as the network says")
	flag.Parse()
	source, err := os.ReadFile(*text)
	if err != nil {
		log.Fatal(err)
	}
	var next func(id int32) []float32 // the logits of the letter after id
	switch *net {
	case "gru":
		next, err = trainGRU(source, *epochs)
	case "decoder":
		next, err = trainDecoder(source, *epochs)
	default:
		err = fmt.Errorf("there is no network %q", *net)
	}
	if err != nil {
		log.Fatal(err)
	}
	write(next, []byte(*begin), *length, *temperature)
}

// write goes on from begin.
func write(next func(id int32) []float32, begin []byte, length int, temperature float64) {
	r := rand.New(rand.NewPCG(1, 2))
	var logits []float32
	for _, c := range append([]byte{'\n'}, begin...) {
		logits = next(idOf(c))
	}
	fmt.Printf("%s", begin)
	for range length {
		id := draw(logits, temperature, r)
		fmt.Printf("%c", letterOf(id))
		logits = next(int32(id))
	}
	fmt.Println()
}

// draw picks id i with a probability that is in proportion to exp(logits[i]/temperature).
func draw(logits []float32, temperature float64, r *rand.Rand) int {
	best := 0
	for i, l := range logits {
		if l > logits[best] {
			best = i
		}
	}
	if temperature == 0 {
		return best
	}
	var weights [alphabet]float64
	sum := 0.0
	for i, l := range logits {
		weights[i] = math.Exp(float64(l-logits[best]) / temperature)
		sum += weights[i]
	}
	at := r.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return best
}

// rows cuts a text into windows, with the letters that follow each of theirs.
func rows[X, Y ~[window]int32](text []byte) (x []X, y []Y) {
	for at := 0; at+window < len(text); at += window / 8 {
		var row X
		var after Y
		for i := range window {
			row[i], after[i] = idOf(text[at+i]), idOf(text[at+i+1])
		}
		x, y = append(x, row), append(y, after)
	}
	return x, y
}

func trainGRU(text []byte, epochs int) (func(id int32) []float32, error) {
	m := gru.New(gru.Seed(1))
	x, y := rows[gru.Input, gru.Target](text)
	h, err := m.Fit(context.Background(), gru.Slices(x, y), gru.FitConfig{Epochs: epochs})
	if err != nil {
		return nil, err
	}
	report(h.Column("loss"))
	s := m.NewState() // remembers any number of letters
	return func(id int32) []float32 {
		letter := gru.StepInput(id)
		logits := m.Step(s, &letter)
		return logits[:]
	}, nil
}

func trainDecoder(text []byte, epochs int) (func(id int32) []float32, error) {
	m := decoder.New(decoder.Seed(1))
	x, y := rows[decoder.Input, decoder.Target](text)
	h, err := m.Fit(context.Background(), decoder.Slices(x, y), decoder.FitConfig{Epochs: epochs})
	if err != nil {
		return nil, err
	}
	report(h.Column("loss"))
	s := m.NewState() // holds the keys and values of up to decoder.SequenceLength letters
	var sofar []decoder.StepInput
	return func(id int32) []float32 {
		if s.Position() == decoder.SequenceLength { // begin anew with the last half
			s.Reset()
			sofar = sofar[len(sofar)-decoder.SequenceLength/2:]
			for i := range sofar {
				m.Step(s, &sofar[i])
			}
		}
		sofar = append(sofar, decoder.StepInput(id))
		logits := m.Step(s, &sofar[len(sofar)-1])
		return logits[:]
	}, nil
}

func report(losses []float64) {
	log.Printf("loss %.3f in the first epoch, %.3f in the last", losses[0], losses[len(losses)-1])
}
