package gotree

import (
	"slices"
	"strings"
)

// Stmt is a Go statement.
type Stmt interface {
	print(b *strings.Builder)
	// each is the statement with what e makes of its expressions and b of its blocks,
	// in the order in which they are printed; some expressions may be nil.
	each(e func(Expr) Expr, b func(Block) Block) Stmt
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
		Note           Note // what is said at the end of the line
		Body           Block
	}

	// Range is for Key, Value := range Over, without the variables that nothing in the
	// body mentions; they may be nil.
	Range struct {
		Key, Value *Var
		Over       Expr
		Note       Note
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
		Note Note
		Then Block
		Else Block
	}

	// Switch chooses the case that Tag equals, or that holds where there is no Tag.
	Switch struct {
		Tag   Expr
		Note  Note
		Cases []Case
	}

	// Case is one of a switch; without When it is the default.
	Case struct {
		When []Expr
		Note Note
		Body Block
	}

	// Braces are around a block of its own.
	Braces struct {
		Note Note
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
		Note   Note
	}

	// Increment is Var++.
	Increment struct{ Var *Var }

	// Do is a call as a statement, over several lines where Wrap is set and one would
	// be long.
	Do struct {
		Call Expr
		Wrap bool
	}

	// Jump leaves a function or a loop.
	Jump string

	// Remark is a comment on a line of its own.
	Remark Note
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
func Run(fn string, args ...Expr) Stmt { return Do{Call: CallOf(fn, args...)} }

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
		exprs, blocks := inside(s)
		return slices.ContainsFunc(exprs, func(e Expr) bool { return mentions(e, v) }) ||
			slices.ContainsFunc(blocks, func(b Block) bool { return b.Mentions(v) })
	})
}

// Put is the block with an expression in the place of a variable.
func (b Block) Put(v *Var, by Expr) Block {
	var put func(e Expr) Expr
	put = func(e Expr) Expr {
		switch e {
		case nil:
			return nil
		case Expr(v):
			return by
		}
		return e.each(put)
	}
	made := make(Block, len(b))
	for i, s := range b {
		made[i] = s.each(put, func(b Block) Block { return b.Put(v, by) })
	}
	return made
}

// nested prints a head and what stands in braces after it.
func nested(b *strings.Builder, head string, note Note, body Block) {
	b.WriteString(head + "{" + note.remark() + "\n")
	body.print(b)
	b.WriteString("}")
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
	nested(b, head+" ", nil, s.Body)
}

func (s *If) print(b *strings.Builder) {
	head := "if "
	if s.Init != nil {
		head += part(s.Init) + "; "
	}
	nested(b, head+s.Cond.String()+" ", s.Note, s.Then)
	if len(s.Else) > 0 {
		nested(b, " else ", nil, s.Else)
	}
}

func (s *Switch) print(b *strings.Builder) {
	head := "switch "
	if s.Tag != nil {
		head += s.Tag.String() + " "
	}
	b.WriteString(head + "{" + s.Note.remark() + "\n")
	for _, c := range s.Cases {
		head := "default"
		if len(c.When) > 0 {
			head = "case " + list(c.When)
		}
		b.WriteString(head + ":" + c.Note.remark() + "\n")
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
	b.WriteString(list(s.To) + " " + s.Op + " " + list(s.Values) + s.Note.remark())
}

func (s Increment) print(b *strings.Builder) { b.WriteString(s.Var.Name + "++") }

func (s Do) print(b *strings.Builder) {
	text := s.Call.String()
	if c, ok := s.Call.(CallExpr); ok && s.Wrap {
		text = Call(c.Fn.String(), texts(c.Args))
	}
	b.WriteString(text)
}

func (s Jump) print(b *strings.Builder)   { b.WriteString(string(s)) }
func (s Remark) print(b *strings.Builder) { b.WriteString("// " + Note(s).String()) }

func (s *For) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	return &For{s.Var, e(s.From), e(s.To), e(s.Step), s.Note.told(e), b(s.Body)}
}

func (s *Range) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	return &Range{s.Key, s.Value, e(s.Over), s.Note.told(e), b(s.Body)}
}

func (s *While) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	return &While{head(s.Init, e), e(s.Cond), head(s.Post, e), b(s.Body)}
}

func (s *If) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	return &If{head(s.Init, e), e(s.Cond), s.Note.told(e), b(s.Then), b(s.Else)}
}

func (s *Switch) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	made := &Switch{e(s.Tag), s.Note.told(e), make([]Case, len(s.Cases))}
	for i, c := range s.Cases {
		made.Cases[i] = Case{all(c.When, e), c.Note.told(e), b(c.Body)}
	}
	return made
}

func (s *Braces) each(e func(Expr) Expr, b func(Block) Block) Stmt {
	return &Braces{s.Note.told(e), b(s.Body)}
}

func (s Declare) each(e func(Expr) Expr, _ func(Block) Block) Stmt {
	return Declare{s.Vars, all(s.Values, e)}
}

func (s Assign) each(e func(Expr) Expr, _ func(Block) Block) Stmt {
	return Assign{all(s.To, e), s.Op, all(s.Values, e), s.Note.told(e)}
}

func (s Increment) each(e func(Expr) Expr, _ func(Block) Block) Stmt {
	return Increment{e(s.Var).(*Var)}
}

func (s Zero) each(e func(Expr) Expr, _ func(Block) Block) Stmt   { return Zero{s.Vars, e(s.Type)} }
func (s Const) each(e func(Expr) Expr, _ func(Block) Block) Stmt  { return Const{s.Var, e(s.Value)} }
func (s Do) each(e func(Expr) Expr, _ func(Block) Block) Stmt     { return Do{e(s.Call), s.Wrap} }
func (s Jump) each(func(Expr) Expr, func(Block) Block) Stmt       { return s }
func (s Remark) each(e func(Expr) Expr, _ func(Block) Block) Stmt { return Remark(Note(s).told(e)) }

// head is each of a statement in the head of another, where there is one.
func head(s Stmt, e func(Expr) Expr) Stmt {
	if s == nil {
		return nil
	}
	return s.each(e, nil)
}

// inside are the expressions and the blocks that a statement is made of.
func inside(s Stmt) (exprs []Expr, blocks []Block) {
	s.each(func(e Expr) Expr {
		exprs = append(exprs, e)
		return e
	}, func(b Block) Block {
		blocks = append(blocks, b)
		return b
	})
	return exprs, blocks
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
