package gotree

import (
	"slices"
	"strings"
)

// Stmt is a Go statement.
type Stmt interface {
	print(b *strings.Builder)
	parts() []Expr
	blocks() []Block
}

// Block is statements one after the other.
type Block []Stmt

// Nest is a statement around a block.
type Nest interface {
	Stmt
	body() *Block
}

type (
	// For counts: for Var := From; Var < To; Var += Step. No Step is 1.
	For struct {
		Var            *Var
		From, To, Step Expr
		Note           string // what is said at the end of the line
		Body           Block
	}

	// Range is for Key, Value := range Over, without the variables that nothing in the
	// body mentions; they may be nil.
	Range struct {
		Key, Value *Var
		Over       Expr
		Note       string
		Body       Block
	}

	// While is for Init; Cond; Post, where there may be no Init and no Post.
	While struct {
		Init Stmt
		Cond Expr
		Post Stmt
		Body Block
	}

	// If may have an Init and an Else.
	If struct {
		Init Stmt
		Cond Expr
		Note string
		Then Block
		Else Block
	}

	// Switch chooses the case that Tag equals.
	Switch struct {
		Tag   Expr
		Note  string
		Cases []Case
	}

	// Case is one of a switch; without When it is the default.
	Case struct {
		When []Expr
		Body Block
	}

	// Braces are around a block of its own.
	Braces struct {
		Note string
		Body Block
	}

	// Declare is Vars := Values.
	Declare struct {
		Vars   []*Var
		Values []Expr
	}

	// Zero is var Vars Type.
	Zero struct {
		Vars []*Var
		Type Expr
	}

	// Const is const Var = Value.
	Const struct {
		Var   *Var
		Value Expr
	}

	// Assign is To Op Values: =, += and the like.
	Assign struct {
		To     []Expr
		Op     string
		Values []Expr
		Note   string
	}

	// Increment is Var++.
	Increment struct{ Var *Var }

	// Do is a call as a statement.
	Do struct{ Call Expr }

	// Jump leaves a function or a loop.
	Jump string

	// Remark is a comment of one line.
	Remark string
)

const (
	Return   Jump = "return"
	Continue Jump = "continue"
	Break    Jump = "break"
)

// Let declares one variable.
func Let(v *Var, value Expr) Stmt { return Declare{[]*Var{v}, []Expr{value}} }

// LetTwo declares two variables: with a value each, or with one that gives both.
func LetTwo(a, b *Var, values ...Expr) Stmt { return Declare{[]*Var{a, b}, values} }

// Set is to op value.
func Set(to Expr, op string, value Expr) Stmt {
	return Assign{To: []Expr{to}, Op: op, Values: []Expr{value}}
}

// Run calls what a word names.
func Run(fn string, args ...Expr) Stmt { return Do{CallOf(fn, args...)} }

// String is the block's text, of which gofmt makes the layout.
func (b Block) String() string {
	var text strings.Builder
	b.print(&text)
	return strings.TrimSuffix(text.String(), "\n")
}

func (b Block) print(text *strings.Builder) {
	for _, s := range b {
		s.print(text)
		text.WriteByte('\n')
	}
}

// Mentions reports that v stands anywhere in a block.
func (b Block) Mentions(v *Var) bool {
	return slices.ContainsFunc(b, func(s Stmt) bool {
		return slices.ContainsFunc(s.parts(), func(e Expr) bool { return mentions(e, v) }) ||
			slices.ContainsFunc(s.blocks(), func(b Block) bool { return b.Mentions(v) })
	})
}

// nested prints a head and what stands in braces after it.
func nested(b *strings.Builder, head, note string, body Block) {
	b.WriteString(head + "{" + remark(note) + "\n")
	body.print(b)
	b.WriteString("}")
}

func remark(note string) string {
	if note == "" {
		return ""
	}
	return " // " + note
}

// part is the text of a statement in the head of another, where there is one.
func part(s Stmt) string {
	if s == nil {
		return ""
	}
	return Block{s}.String()
}

func (s *For) print(b *strings.Builder) {
	step := s.Var.Name + "++"
	if s.Step != nil && !Is(s.Step, 1) {
		step = s.Var.Name + "+=" + s.Step.String()
	}
	nested(b, "for "+s.Var.Name+":="+s.From.String()+"; "+Binary{s.Var, "<", s.To}.String()+"; "+step+" ", s.Note, s.Body)
}

func (s *Range) print(b *strings.Builder) {
	vars := ""
	named := func(v *Var) bool { return v != nil && s.Body.Mentions(v) }
	switch {
	case named(s.Value) && named(s.Key):
		vars = s.Key.Name + ", " + s.Value.Name + " := "
	case named(s.Value):
		vars = "_, " + s.Value.Name + " := "
	case named(s.Key):
		vars = s.Key.Name + " := "
	}
	nested(b, "for "+vars+"range "+s.Over.String()+" ", s.Note, s.Body)
}

func (s *While) print(b *strings.Builder) {
	head := "for " + s.Cond.String()
	if s.Init != nil || s.Post != nil {
		head = "for " + part(s.Init) + "; " + s.Cond.String() + "; " + part(s.Post)
	}
	nested(b, head+" ", "", s.Body)
}

func (s *If) print(b *strings.Builder) {
	head := "if "
	if s.Init != nil {
		head += part(s.Init) + "; "
	}
	nested(b, head+s.Cond.String()+" ", s.Note, s.Then)
	if len(s.Else) > 0 {
		nested(b, " else ", "", s.Else)
	}
}

func (s *Switch) print(b *strings.Builder) {
	b.WriteString("switch " + s.Tag.String() + " {" + remark(s.Note) + "\n")
	for _, c := range s.Cases {
		if len(c.When) > 0 {
			b.WriteString("case " + list(c.When) + ":\n")
		} else {
			b.WriteString("default:\n")
		}
		c.Body.print(b)
	}
	b.WriteString("}")
}

func (s *Braces) print(b *strings.Builder) { nested(b, "", s.Note, s.Body) }

func (s Declare) print(b *strings.Builder) { b.WriteString(list(s.Vars) + " := " + list(s.Values)) }

func (s Zero) print(b *strings.Builder) {
	b.WriteString("var " + list(s.Vars) + " " + s.Type.String())
}

func (s Const) print(b *strings.Builder) {
	b.WriteString("const " + s.Var.Name + " = " + s.Value.String())
}

func (s Assign) print(b *strings.Builder) {
	b.WriteString(list(s.To) + " " + s.Op + " " + list(s.Values) + remark(s.Note))
}

func (s Increment) print(b *strings.Builder) { b.WriteString(s.Var.Name + "++") }
func (s Do) print(b *strings.Builder)        { b.WriteString(s.Call.String()) }
func (s Jump) print(b *strings.Builder)      { b.WriteString(string(s)) }
func (s Remark) print(b *strings.Builder)    { b.WriteString("// " + string(s)) }

func (s *For) parts() []Expr      { return []Expr{s.From, s.To, s.Step} }
func (s *Range) parts() []Expr    { return []Expr{s.Over} }
func (s *If) parts() []Expr       { return append(inner(s.Init), s.Cond) }
func (s *While) parts() []Expr    { return append(append(inner(s.Init), inner(s.Post)...), s.Cond) }
func (s *Braces) parts() []Expr   { return nil }
func (s Declare) parts() []Expr   { return s.Values }
func (s Zero) parts() []Expr      { return []Expr{s.Type} }
func (s Const) parts() []Expr     { return []Expr{s.Value} }
func (s Assign) parts() []Expr    { return slices.Concat(s.To, s.Values) }
func (s Increment) parts() []Expr { return []Expr{s.Var} }
func (s Do) parts() []Expr        { return []Expr{s.Call} }
func (s Jump) parts() []Expr      { return nil }
func (s Remark) parts() []Expr    { return nil }

func (s *Switch) parts() []Expr {
	list := []Expr{s.Tag}
	for _, c := range s.Cases {
		list = append(list, c.When...)
	}
	return list
}

// inner are the expressions of a statement that there may be in the head of another.
func inner(s Stmt) []Expr {
	if s == nil {
		return nil
	}
	return slices.Clone(s.parts())
}

func (s *For) blocks() []Block      { return []Block{s.Body} }
func (s *Range) blocks() []Block    { return []Block{s.Body} }
func (s *While) blocks() []Block    { return []Block{s.Body} }
func (s *If) blocks() []Block       { return []Block{s.Then, s.Else} }
func (s *Braces) blocks() []Block   { return []Block{s.Body} }
func (s Declare) blocks() []Block   { return nil }
func (s Zero) blocks() []Block      { return nil }
func (s Const) blocks() []Block     { return nil }
func (s Assign) blocks() []Block    { return nil }
func (s Increment) blocks() []Block { return nil }
func (s Do) blocks() []Block        { return nil }
func (s Jump) blocks() []Block      { return nil }
func (s Remark) blocks() []Block    { return nil }

func (s *Switch) blocks() []Block {
	var list []Block
	for _, c := range s.Cases {
		list = append(list, c.Body)
	}
	return list
}

func (s *For) body() *Block    { return &s.Body }
func (s *Range) body() *Block  { return &s.Body }
func (s *While) body() *Block  { return &s.Body }
func (s *If) body() *Block     { return &s.Then }
func (s *Braces) body() *Block { return &s.Body }

// Writer adds statements to the innermost of the blocks that are open.
type Writer struct{ open []*Block }

// NewWriter writes into a block.
func NewWriter(to *Block) *Writer { return &Writer{[]*Block{to}} }

// Add appends statements.
func (w *Writer) Add(list ...Stmt) {
	to := w.open[len(w.open)-1]
	*to = append(*to, list...)
}

// In adds a statement around all that body adds.
func (w *Writer) In(s Nest, body func()) {
	w.Add(s)
	w.open = append(w.open, s.body())
	defer func() { w.open = w.open[:len(w.open)-1] }()
	body()
}

// Inside adds statements each within the one before it, and all that body adds in the
// innermost.
func (w *Writer) Inside(around []Nest, body func()) {
	if len(around) == 0 {
		body()
		return
	}
	w.In(around[0], func() { w.Inside(around[1:], body) })
}

// Block is what body adds, in a block that no statement has yet.
func (w *Writer) Block(body func()) Block {
	s := &Braces{}
	w.open = append(w.open, &s.Body)
	defer func() { w.open = w.open[:len(w.open)-1] }()
	body()
	return s.Body
}
