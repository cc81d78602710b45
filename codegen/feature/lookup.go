package feature

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/loop"
)

// ofRow are the features that a row has; what preprocessing layers make of them is
// left out.
func (e *Encoding) ofRow() []*feature {
	var list []*feature
	for i := range e.features {
		if e.features[i].OfRow() {
			list = append(list, &e.features[i])
		}
	}
	return list
}

// asItIs reports whether a feature is an input as it is, for preprocessing layers.
func (f *feature) asItIs() bool {
	return f.Type == encoding.Strings || f.Type == encoding.Integers || f.Type == encoding.Values
}

// element is the Go type of one value of a feature that is an input as it is.
func (f *feature) element() string {
	switch {
	case f.Type == encoding.Strings:
		return "string"
	case f.Type == encoding.Integers:
		return "int64"
	case f.Encode == "integer":
		return "int32"
	}
	return "float32"
}

// textSetter is the statement that reads such a feature from a text.
func textSetter(f *feature, marked string) string {
	to := "&f." + f.field
	switch {
	case f.Size > 1:
		return "return §encode.SetMany()\n"
	case f.Type == encoding.Strings:
		return fmt.Sprintf("return §encode.SetText(%s, text, %s)\n", to, marked)
	case f.Type == encoding.Integers:
		return fmt.Sprintf("return §encode.SetWhole(%s, text, %s)\n", to, marked)
	case f.Encode == "integer":
		return fmt.Sprintf("return §encode.SetID(%s, text, %s)\n", to, marked)
	}
	return fmt.Sprintf("return §encode.SetValue(%s, text, %s)\n", to, marked)
}

// table is the vocabulary, or the boundaries, of a lookup.
func (f *feature) table() string {
	if f.fixed != "" {
		return f.fixed
	}
	return f.learned("Index")
}

// key is the type of the words of a lookup.
func (f *feature) key() string {
	if f.Layer.Kind == "IntegerLookup" {
		return "int64"
	}
	return "string"
}

// literal is a word of a lookup as Go writes it.
func (f *feature) literal(word string) string {
	if f.key() == "int64" {
		return word
	}
	return gotree.Quote(word)
}

// slotsBefore says in Go which slots a lookup has before those of its words.
func slotsBefore(f *feature) string {
	l := f.Layer
	var list []string
	if l.OOV > 0 {
		list = append(list, fmt.Sprintf("OOV: %d", l.OOV))
	}
	if l.Mask != nil {
		list = append(list, "Masked: true, Mask: "+f.literal(*l.Mask))
		if l.Mode != "int" {
			list = append(list, "Dropped: true")
		}
	}
	if l.HashedOOV {
		list = append(list, "Hashed: true")
	}
	return fmt.Sprintf("§encode.Lookup[%s]{%s}", f.key(), strings.Join(append(list, salted(l)...), ", "))
}

// salted is the key of SipHash.
func salted(l *encoding.Layer) []string {
	if l.Salt == nil {
		return nil
	}
	return []string{fmt.Sprintf("Salt: [2]uint64{%d, %d}, Salted: true", l.Salt[0], l.Salt[1])}
}

// lookupPart is what a lookup learns.
func lookupPart(f *feature) []part {
	switch {
	case !f.Learned():
		return nil
	case f.Layer.Kind == "Discretization":
		return []part{{"Index", "bounds", "§encode.Bounds"}}
	}
	return []part{{"Index", "vocabulary", "§encode.Index[" + f.key() + "]"}}
}

// lookupDecl prints the table of a lookup that learns nothing.
func lookupDecl(f *feature, to *gotree.File) {
	l := f.Layer
	if f.fixed == "" {
		return
	}
	if l.Kind == "Discretization" {
		to.Add("// %s are the boundaries between the bins of %s.\nvar %s = §encode.Bounds{At: []float32{%s}}", f.fixed, gotree.Mention(f.Name), f.fixed, float32List(l.Bounds))
		return
	}
	words := wordList(f.Vocabulary)
	if w := l.WordPiece; w != nil {
		to.Add("// %s are the pieces of words of %s.\nvar %s = §encode.MakeWordPieces(%s, %s)", f.fixed, gotree.Mention(f.Name), f.fixed, wordPieceRules(w), words)
		return
	}
	if f.key() == "int64" {
		var list []string
		for _, n := range l.Numbers {
			list = append(list, strconv.FormatInt(n, 10))
		}
		words = strings.Join(list, ", ")
	}
	weights := ""
	if l.Weights != nil {
		weights = fmt.Sprintf(".WithWeights(%s)", float32List(l.Weights))
	}
	to.Add("// %s are the words of %s.\nvar %s = §encode.MakeIndex(%s, %s)%s", f.fixed, gotree.Mention(f.Name), f.fixed, slotsBefore(f), words, weights)
}

// wordPieceRules says in Go how a text is cut into pieces.
func wordPieceRules(w *encoding.WordPiece) string {
	var list []string
	for _, rule := range []struct {
		name string
		set  bool
	}{{"LowerCase", w.Lowercase}, {"StripAccents", w.StripAccents}, {"SplitOnCJK", w.SplitOnCJK}} {
		if rule.set {
			list = append(list, rule.name+": true")
		}
	}
	ids := fmt.Sprintf("Suffix: %s, Unknown: %d, Start: %d, End: %d, Pad: %d", gotree.Quote(w.Suffix), w.Unknown, w.Start, w.End, w.Pad)
	return "§encode.WordPieceRules{" + strings.Join(append(list, ids), ", ") + "}"
}

func float32List(list []float32) string {
	var texts []string
	for _, x := range list {
		texts = append(texts, strconv.FormatFloat(float64(x), 'g', -1, 32))
	}
	return strings.Join(texts, ", ")
}

// lookups prints what preprocessing layers do.
type lookups struct {
	destination
	b strings.Builder
}

func (w *lookups) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// input prints an input as it is: a variable that holds it, and what the network
// reads of it.
func (d destination) input(x *feature) string {
	w := lookups{destination: d}
	name, value := gotree.Quote(x.Name), d.e.row()+"."+x.field
	switch {
	case x.Size > 1:
		w.line("%s := §encode.Many(&c, %s, %s, %d)", x.local, name, value, x.Size)
	case x.Type == encoding.Strings:
		w.line("%s := [1]string{%s}", x.local, value)
	default:
		w.line("%s := [1]%s{§encode.Given(&c, %s, %s)}", x.local, x.element(), name, value)
	}
	if x.Port >= 0 {
		w.line("copy(%s, %s)", d.slice(x), x.values())
		if limit := d.e.p.Inputs[x.Port].Limit; limit > 0 && x.Encode == "integer" {
			w.line("c.Below(%d, %s)", limit, d.slice(x))
		}
	}
	return w.b.String()
}

// values is the slice of what an input, or a layer, holds.
func (f *feature) values() string {
	if f.asItIs() && f.Size > 1 {
		return f.local
	}
	return f.local + "[:]"
}

// operand is the slice of operand i of a layer as values of that type; statements that
// make it are printed.
func (w *lookups) operand(x *feature, i int, as string) string {
	of, from := x.Layer.Of[i], w.e.named(x.Reads[i])
	source := ""
	switch {
	case from != nil && (from.Port < 0 || from.Type == encoding.Lookup && of == "int64"):
		source = from.values()
	default:
		port := slices.IndexFunc(w.e.p.Inputs, func(p loop.Port) bool { return p.Name == x.Reads[i] })
		source = gotree.Indexable(w.base(port))
		if w.flat[port] == "" {
			source += "[:]"
		}
	}
	if of == as {
		return source
	}
	wide := x.wide
	if i > 0 {
		wide += strconv.Itoa(i)
	}
	size := x.Size
	w.line("var %s [%d]%s", wide, size, as)
	if as == "int64" {
		w.line("§encode.Wide(%s[:], %s)", wide, source)
	} else {
		w.line("§encode.Floats(%s[:], %s)", wide, source)
	}
	return wide + "[:]"
}

// named is the feature of that name; nil where there is none.
func (e *Encoding) named(name string) *feature {
	i := slices.IndexFunc(e.features, func(f feature) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &e.features[i]
}

// lookup prints a preprocessing layer.
func (d destination) lookup(x *feature) string {
	w := &lookups{destination: d}
	l := x.Layer
	w.line("// %s (%s)", gotree.Mention(x.Name), l.Kind)
	if l.Gives() == "string" {
		from := w.operand(x, 0, "int64")
		w.line("var %s [%d]string\n%s.Invert(%s[:], %s, %s)", x.local, x.Size, x.table(), x.local, from, gotree.Quote(*l.OOVToken))
		return w.b.String()
	}
	w.find(x)
	if x.Port < 0 {
		return w.b.String()
	}
	dst, slots := d.slice(x), x.local+"[:]"
	switch l.Mode {
	case "int":
		w.line("c.IDs(%s, %s, %s, %d)", gotree.Quote(x.Name), dst, slots, d.e.p.Inputs[x.Port].Limit)
	case "one_hot":
		w.line("§encode.Hot(%s, %s, %d)", dst, slots, x.Slots)
	case "multi_hot":
		w.line("§encode.MultiHot(%s, %s)", dst, slots)
	case "count":
		w.line("§encode.Counts(%s, %s)", dst, slots)
	default:
		w.line("§encode.Weighted(%s, %s, %s.Weights)", dst, slots, x.table())
	}
	return w.b.String()
}

// find prints how the values that a layer reads get their slots.
func (w *lookups) find(x *feature) {
	l := x.Layer
	if l.Kind == "HashedCrossing" {
		var prints []string
		for i, of := range l.Of {
			if of == "string" {
				prints = append(prints, fmt.Sprintf("§encode.Fingerprint(%s[0])", strings.TrimSuffix(w.operand(x, i, of), "[:]")))
			} else {
				prints = append(prints, fmt.Sprintf("uint64(%s[0])", strings.TrimSuffix(w.operand(x, i, "int64"), "[:]")))
			}
		}
		w.line("%s := [1]int64{§encode.Crossed(%d, %s)}", x.local, x.Slots, strings.Join(prints, ", "))
		return
	}
	as := "int64"
	switch {
	case l.Of[0] == "string":
		as = "string"
	case l.Kind == "Discretization" || l.Of[0] == "float32":
		as = "float32"
	}
	from := w.operand(x, 0, as)
	w.line("var %s [%d]int64", x.local, x.Size)
	switch {
	case l.Kind == "Discretization":
		w.line("%s.Find(%s[:], %s)", x.table(), x.local, from)
	case l.WordPiece != nil:
		w.line("%s.Find(%s[:], %s[0])", x.table(), x.local, strings.TrimSuffix(from, "[:]"))
	case l.Kind == "Hashing":
		function := map[string]string{"string": "HashTexts", "int64": "HashNumbers", "float32": "HashValues"}[as]
		mask := map[string]string{"string": `""`}[as]
		if mask == "" {
			mask = "0"
		}
		bins, first := x.Slots, ""
		if l.Mask != nil && bins > 1 {
			bins, first, mask = bins-1, ", First: 1", *l.Mask
			if as == "string" {
				mask = gotree.Quote(mask)
			}
		}
		salt := strings.Join(append([]string{""}, salted(l)...), ", ")
		w.line("§encode.%s(%s[:], %s, §encode.Bins{N: %d%s%s}, %s)", function, x.local, from, bins, first, salt, mask)
	case l.Invert:
		w.line("%s.Invert(%s[:], %s, %s)", x.table(), x.local, from, *l.OOVToken)
	default:
		w.line("%s.Find(&c, %s, %s[:], %s)", x.table(), gotree.Quote(x.Name), x.local, from)
	}
}

// idf is where the weights of a text's words are.
func (f *feature) idf() string {
	if f.weights != "" {
		return f.weights
	}
	return f.learned("IDF")
}
