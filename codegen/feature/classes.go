package feature

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Classified reports whether the output is one of the classes that the
// description names.
func (e *Encoding) Classified() bool {
	return e.p.Answer.Kind == loop.Choice && len(e.p.Classes) == e.p.Answer.Classes
}

// classes prints the classes.
type classes struct{ *Encoding }

// classDecls prints all about them.
func (e classes) classDecls(f *gotree.File) {
	width := "uint8"
	if len(e.p.Classes) > 256 {
		width = "uint16"
	}
	var consts strings.Builder
	for i, name := range e.p.Classes {
		id := e.Top.Pick(classID(name))
		consts.WriteString(id)
		if i == 0 {
			consts.WriteString(" Class = iota")
		}
		if !strings.EqualFold(id, "Class"+name) {
			fmt.Fprintf(&consts, " // %s", gotree.Mention(name))
		}
		consts.WriteString("\n")
	}
	f.Add("// Class is one of the classes that the network tells apart.\ntype Class %s\n\nconst (\n%s)", width, consts.String())
	f.Add("// Classes are the names of the classes, in the order of their numbers.\nvar Classes = [%d]string{\n%s,\n}", len(e.p.Classes), lines(e.p.Classes))
	f.Add(`// String is the name of the class.
func (c Class) String() string {
	if int(c) >= len(Classes) {
		return §fmt.Sprintf("Class(%%d)", uint(c))
	}
	return Classes[c]
}`)
	other, doc := e.spellings(f), ""
	if other != "" {
		doc = ", or of another that files write"
	}
	if alike := e.alikeClasses(f); alike != "" {
		other += alike
		doc += ". What writes the same number or truth value as one class alone is that class, as 1.0 is 1 and True is true"
	}
	f.Add("%s", gotree.Comment("ParseClass is the class of that name"+doc+".")+fmt.Sprintf(`func ParseClass(name string) (Class, error) {
	for i, n := range Classes {
		if n == name {
			return Class(i), nil
		}
	}
	%sreturn 0, %s
}`, other, e.unknown("class", "Classes", len(e.p.Classes))))
	if e.Classified() {
		e.classify(f)
	}
}

// spellings prints how else files write the classes, and returns how ParseClass
// looks that up.
func (e classes) spellings(f *gotree.File) (lookup string) {
	var b strings.Builder
	seen := map[string]bool{}
	for i, list := range e.spec.Spellings {
		for _, s := range list {
			if !seen[s] {
				seen[s] = true
				fmt.Fprintf(&b, "%s: %d,\n", gotree.Quote(s), i)
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	f.Add("// spellings are other names of the classes.\nvar spellings = map[string]Class{\n%s}", b.String())
	return "if class, ok := spellings[name]; ok {\nreturn class, nil\n}\n"
}

// classID is a class as an identifier: ClassSetosa, Class7. The signs that a
// name begins with are spelled, for +1 and -1 are different classes.
func classID(name string) string {
	signs := ""
	for _, r := range name {
		word, ok := signWords[r]
		if !ok || len(signs) > gotree.Longest {
			break
		}
		signs += word
	}
	id := "Class" + signs + strings.TrimPrefix(gotree.Upper("class "+name), "Class")
	if id == "Class" {
		return "ClassSign"
	}
	return id
}

var signWords = map[rune]string{'!': "Exclamation", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent", '&': "Ampersand", '\'': "Apostrophe",
	'(': "Left", ')': "Right", '*': "Asterisk", '+': "Plus", ',': "Comma", '-': "Minus", '.': "Dot", '/': "Slash", ':': "Colon", ';': "Semicolon",
	'<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At", '^': "Caret", '|': "Bar", '~': "Tilde"}

// classify prints Classify.
func (e classes) classify(f *gotree.File) {
	predict, logits := "out := m.Predict(x)\n", ""
	if e.Large {
		predict = "var out Output\nm.PredictInto(&out, x)\n"
	}
	one := e.p.Outputs[0].Shape[0] == 1
	how := e.p.Answer.Probabilities
	if how.Logits() {
		logits = "out = out.Probabilities()\n"
	}
	body := `best := 0
	for i, v := range out {
		if v > out[best] {
			best = i
		}
	}
	return Class(best), out[best]`
	if one {
		other := "1 - out[0]"
		if how == loop.Never {
			other = "out[0]"
		}
		body = "if out[0] > 0.5 {\nreturn 1, out[0]\n}\nreturn 0, " + other
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
	switch {
	case how.Logits() && one:
		doc += fmt.Sprintf(": the %s makes one of the logit, as it does in the loss", how)
	case how.Logits():
		doc += fmt.Sprintf(": the %s makes probabilities of the logits, as it does in the loss", how)
	}
	f.Add("%sfunc (m *Model) Classify(x *Input) (Class, float32) {\n%s%s%s\n}", gotree.Comment(doc+"."), predict, logits, body)
}
