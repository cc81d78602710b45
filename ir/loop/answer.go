package loop

import "strconv"

// Answer says what the values of a program's output mean. It is derived once,
// where the network is built; whoever prints a class or a probability asks it.
type Answer struct {
	Kind AnswerKind
	// Classes is how many classes there are. Where Program.Classes are as many,
	// they are the names; otherwise classes go by their numbers.
	Classes int
	// Probabilities is how the values become the probabilities of the classes.
	Probabilities Probabilities
}

// AnswerKind is what an output answers.
type AnswerKind string

const (
	// Values are numbers that mean nothing else.
	Values AnswerKind = ""
	// Choice is one of the classes: the one with the largest value. A single
	// value is that of class 1 of two.
	Choice AnswerKind = "choice"
	// Labels has a value for every class, of which several may hold, or none.
	Labels AnswerKind = "labels"
	// Spelling has a value for every class at every step, whose likeliest classes
	// spell labels: alike ones in a row are one, and class 0 is none.
	Spelling AnswerKind = "spelling"
)

// Probabilities is how values become probabilities.
type Probabilities string

const (
	// Never: nothing makes probabilities of them.
	Never Probabilities = ""
	// Given: the values are the probabilities.
	Given Probabilities = "given"
	// BySigmoid and BySoftmax: the values are logits, and the loss takes that
	// function of them.
	BySigmoid Probabilities = "sigmoid"
	BySoftmax Probabilities = "softmax"
)

// Logits reports whether the values become probabilities by a function.
func (p Probabilities) Logits() bool { return p == BySigmoid || p == BySoftmax }

// ClassNames are the names of the classes, or their numbers; nil where the
// answer is none.
func (p *Program) ClassNames() []string {
	switch {
	case p.Answer.Kind == Values:
		return nil
	case len(p.Classes) == p.Answer.Classes:
		return p.Classes
	}
	numbers := make([]string, p.Answer.Classes)
	for i := range numbers {
		numbers[i] = strconv.Itoa(i)
	}
	return numbers
}
