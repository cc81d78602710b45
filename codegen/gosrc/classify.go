package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// classify prints Classify.
func (e *emitter) classify(f *file) {
	call, fail, sig := "out := m.Predict(x)", "", "(Class, float32)"
	ok := ""
	if e.checked() {
		call, sig = "out, err := m.Predict(x)", "(Class, float32, error)"
		fail = "if err != nil {\nreturn 0, 0, err\n}\n"
		ok = ", nil"
	}
	if e.large() {
		call = strings.Replace(call, "out := m.Predict(x)", "var out Output\nm.PredictInto(&out, x)", 1)
		call = strings.Replace(call, "out, err := m.Predict(x)", "var out Output\nerr := m.PredictInto(&out, x)", 1)
	}
	one := e.p.Outputs[0].Shape[0] == 1
	how := e.p.Answer.Probabilities
	if how.Logits() {
		fail += "out = out.Probabilities()\n"
	}
	body := fmt.Sprintf(`best := 0
	for i, v := range out {
		if v > out[best] {
			best = i
		}
	}
	return Class(best), out[best]%s`, ok)
	if one {
		other := "1 - out[0]"
		if how == loop.Never {
			other = "out[0]"
		}
		body = fmt.Sprintf("if out[0] > 0.5 {\nreturn 1, out[0]%s\n}\nreturn 0, %s%s", ok, other, ok)
	}
	doc := "Classify returns the likeliest class and its probability"
	switch {
	case how == loop.Never && one:
		doc = "Classify returns class 1 where the output is above 0.5, else class 0, and the output. It is no probability"
	case how == loop.Never:
		doc = "Classify returns the class with the largest output, and that output. It is no probability"
	case one:
		doc = "Classify returns the likelier class and its probability"
	}
	if how.Logits() {
		doc += fmt.Sprintf(": the %s makes one of the logit, as it does in the loss", how)
		if !one {
			doc = strings.Replace(doc, "one of the logit", "probabilities of the logits", 1)
		}
	}
	f.add("%sfunc (m *Model) Classify(x *Input) %s {\n%s\n%s%s\n}", docComment(doc+"."), sig, call, fail, body)
}

// probabilities prints what makes probabilities of logits.
func (e *emitter) probabilities(f *file) {
	if e.p.Answer.Probabilities == loop.BySigmoid {
		e.scalars["sigmoid"] = true
		f.add(`// Probabilities are those of logits, which Predict returns: their sigmoids, as in
// the loss.
func (out *Output) Probabilities() (p Output) {
	for i, v := range out {
		p[i] = sigmoid(v)
	}
	return p
}`)
		return
	}
	e.scalars["exp"] = true
	f.add(`// Probabilities are those of logits, which Predict returns: their softmax, as in
// the loss.
func (out *Output) Probabilities() (p Output) {
	most, sum := out[0], 0.0
	for _, v := range out {
		most = max(most, v)
	}
	for i, v := range out {
		p[i] = exp(v - most)
		sum += float64(p[i])
	}
	for i := range p {
		p[i] = float32(float64(p[i]) / sum)
	}
	return p
}`)
}
