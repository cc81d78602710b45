package gosrc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// classified reports whether the output is one of the classes that the
// description names.
func (e *emitter) classified() bool {
	return e.p.Answer.Kind == loop.Choice && len(e.p.Classes) == e.p.Answer.Classes
}

// encodeFile prints how rows become samples, and the classes.
func (e *emitter) encodeFile() *file {
	f := e.newFile()
	if e.encoded() {
		e.featureDecls(f)
	}
	if len(e.p.Classes) > 0 {
		e.classDecls(f)
	}
	e.likenesses(f)
	if names := e.valueNames(); names != nil {
		f.add("// OutputNames are the names of the values of an output, and of a target, in their\n// order.\nvar OutputNames = [%d]string{%s}", len(names), quotedList(names))
	}
	return f
}

// valueNames are the names of the values of the one output, where the
// description has them: those of labels, or of the columns of the target.
func (e *emitter) valueNames() []string {
	if len(e.p.Targets) != 1 || len(e.p.Outputs) != 1 || len(e.p.Classes) > 0 {
		return nil
	}
	n := size(e.p.Outputs[0].Shape)
	if fields := e.p.Targets[0].Fields; n > 1 && len(fields) == n && len(e.p.Outputs[0].Shape) == 1 {
		return fields
	}
	return nil
}

// featureDecls prints Features and what makes samples of them.
func (e *emitter) featureDecls(f *file) {
	if e.anyFeature(func(f *feature) bool { return f.Type == loop.ImageFeature }) {
		f.Import("image/gif", "image/jpeg", "image/png")
	}
	e.featuresType(f)
	e.setMethod(f)
	code := e.encodeMethod(f)
	code += e.inspectMethod(f)
	e.adaptedMethod(f)
	e.fixedDecls(f)
	e.called = e.helpers(f, e.coderHelpers(), code)
	e.vocabularyTypes(f)
}

// classDecls prints the classes.
func (e *emitter) classDecls(f *file) {
	width := "uint8"
	if len(e.p.Classes) > 256 {
		width = "uint16"
	}
	var consts, list strings.Builder
	for i, name := range e.p.Classes {
		id := e.top.Pick(classID(name))
		fmt.Fprintf(&consts, "%s", id)
		if i == 0 {
			consts.WriteString(" Class = iota")
		}
		if !strings.EqualFold(id, "Class"+name) {
			fmt.Fprintf(&consts, " // %s", mention(name))
		}
		consts.WriteString("\n")
		fmt.Fprintf(&list, "%s,\n", quote(name))
	}
	f.add("// Class is one of the classes that the network tells apart.\ntype Class %s\n\nconst (\n%s)", width, consts.String())
	f.add("// Classes are the names of the classes, in the order of their numbers.\nvar Classes = [%d]string{\n%s}", len(e.p.Classes), list.String())
	f.add(`// String is the name of the class.
func (c Class) String() string {
	if int(c) >= len(Classes) {
		return §fmt.Sprintf("Class(%%d)", uint(c))
	}
	return Classes[c]
}`)
	e.spellings(f)
	other, doc := "", ""
	if e.spelled() {
		other, doc = "if class, ok := spellings[name]; ok {\nreturn class, nil\n}\n", ", or of another that files write"
	}
	if likened := e.alikeClasses(f); likened != "" {
		other += likened
		doc += ". What writes the same number or truth value as one class alone is that class, as 1.0 is 1 and True is true"
	}
	f.add("%s", docComment("ParseClass is the class of that name"+doc+".")+fmt.Sprintf(`func ParseClass(name string) (Class, error) {
	for i, n := range Classes {
		if n == name {
			return Class(i), nil
		}
	}
	%sreturn 0, %s
}`, other, e.unknownName("class", "Classes", len(e.p.Classes))))
	if e.classified() {
		e.classify(f)
	}
}

// spelled reports whether a class has other spellings.
func (e *emitter) spelled() bool {
	return e.p.Encoding != nil && slices.ContainsFunc(e.p.Encoding.Spellings, func(s []string) bool { return len(s) > 0 })
}

// spellings prints how else files write the classes.
func (e *emitter) spellings(f *file) {
	if !e.spelled() {
		return
	}
	var b strings.Builder
	seen := map[string]bool{}
	for i, list := range e.p.Encoding.Spellings {
		for _, s := range list {
			if !seen[s] {
				seen[s] = true
				fmt.Fprintf(&b, "%s: %d,\n", quote(s), i)
			}
		}
	}
	f.add("// spellings are other names of the classes.\nvar spellings = map[string]Class{\n%s}", b.String())
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
	id := "Class" + signs + strings.TrimPrefix(upper("class "+name), "Class")
	if id == "Class" {
		return "ClassSign"
	}
	return id
}

var signWords = map[rune]string{'!': "Exclamation", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent", '&': "Ampersand", '\'': "Apostrophe",
	'(': "Left", ')': "Right", '*': "Asterisk", '+': "Plus", ',': "Comma", '-': "Minus", '.': "Dot", '/': "Slash", ':': "Colon", ';': "Semicolon",
	'<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At", '^': "Caret", '|': "Bar", '~': "Tilde"}
