package shape

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Joined is what makes one text of those of kernels which differ in numbers alone: the
// numbers that differ are fields of the shape argument.
type Joined struct {
	Fields []string
	Values [][]int // of every kernel, those of the fields

	numbers []string          // what stands in place of a number; "": it is the same everywhere
	names   map[string]string // of fields, by their values
}

// number is an integer literal of a text.
type number struct {
	part, from, to int
	value          int
	wish           string // for a name
	comment        bool
	divides        bool // "/" or "%" stands before it
	// Of a conversion (*[8]F)(x[i:]), which is x[i:][:8] where 8 is a field: the end
	// of "(*[8]F)(" and the place of the last parenthesis.
	converts, closes int
}

// reading is a text with its numbers taken out.
type reading struct {
	key     strings.Builder
	numbers []number
}

// Key is equal for texts that differ in numbers alone.
func Key(parts []string) string { return read(parts).key.String() }

// lexeme is a token and where it stands.
type lexeme struct {
	tok      token.Token
	lit      string
	from, to int
}

func lexemes(text string) []lexeme {
	var s scanner.Scanner
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, scanner.ScanComments) // names may be marks
	var list []lexeme
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return list
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue
		}
		from := file.Offset(pos)
		if lit == "" {
			lit = tok.String()
		}
		list = append(list, lexeme{tok, lit, from, from + len(lit)})
	}
}

func read(parts []string) *reading {
	r := &reading{}
	for i, text := range parts {
		r.part(i, lexemes(text))
		r.key.WriteByte('\f')
	}
	return r
}

// part reads one part of a text.
func (r *reading) part(part int, list []lexeme) {
	is := func(i int, toks ...token.Token) bool {
		for j, t := range toks {
			if i+j < 0 || i+j >= len(list) || list[i+j].tok != t {
				return false
			}
		}
		return true
	}
	for i, l := range list {
		switch {
		case l.tok == token.COMMENT:
			r.comment(part, l)
			continue
		case l.tok != token.INT:
			r.key.WriteString(l.lit + " ")
			continue
		}
		n := number{part: part, from: l.from, to: l.to, wish: wish(list, i), divides: is(i-1, token.QUO) || is(i-1, token.REM)}
		var err error
		n.value, err = strconv.Atoi(l.lit)
		array := is(i-1, token.LBRACK, token.INT, token.RBRACK, token.IDENT)
		switch {
		case err != nil, is(i, token.INT, token.COLON) && (is(i-1, token.LBRACE) || is(i-1, token.COMMA)): // {2: x}
			r.key.WriteString(l.lit + " ")
		case array && is(i-3, token.LPAREN, token.MUL) && is(i+3, token.RPAREN, token.LPAREN):
			n.converts, n.closes = list[i+4].to, list[matching(list, i+4)].from
			n.from = list[i-3].from
			r.add(n)
		case array: // the size of a variable
			r.key.WriteString(l.lit + " ")
		default:
			r.add(n)
		}
	}
}

func (r *reading) add(n number) {
	r.numbers = append(r.numbers, n)
	r.key.WriteString("# ")
}

var digits = regexp.MustCompile(`[0-9]+`)

func (r *reading) comment(part int, l lexeme) {
	for _, at := range digits.FindAllStringIndex(l.lit, -1) {
		n := number{part: part, from: l.from + at[0], to: l.from + at[1], comment: true}
		n.value, _ = strconv.Atoi(l.lit[at[0]:at[1]])
		r.numbers = append(r.numbers, n)
	}
	r.key.WriteString(digits.ReplaceAllString(l.lit, "#") + " ")
}

// matching is the parenthesis that ends what the one at i begins.
func matching(list []lexeme, i int) int {
	depth := 0
	for ; ; i++ {
		switch list[i].tok {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			if depth--; depth == 0 {
				return i
			}
		}
	}
}

// wish is a name for a number: "xR" of x[r*64], "nR" of range and of limits, and
// what stands before a colon.
func wish(list []lexeme, i int) string {
	at := func(j int) lexeme {
		if j < 0 || j >= len(list) {
			return lexeme{}
		}
		return list[j]
	}
	variable := ""
	switch before := at(i - 1); before.tok {
	case token.COLON:
		if at(i-2).tok == token.IDENT {
			return at(i - 2).lit
		}
	case token.RANGE:
		if at(i-2).tok == token.DEFINE {
			return "n" + strings.ToUpper(at(i-3).lit)
		}
		return "count"
	case token.LSS, token.LEQ:
		if at(i-2).tok == token.IDENT {
			return "n" + strings.ToUpper(at(i-2).lit)
		}
	case token.MUL:
		if at(i-2).tok == token.IDENT {
			variable = strings.ToUpper(at(i - 2).lit)
		}
	}
	depth := 0
	for j := i - 1; j > 0; j-- {
		switch list[j].tok {
		case token.RBRACK, token.RPAREN:
			depth++
		case token.LPAREN:
			if depth == 0 {
				return "size"
			}
			depth--
		case token.LBRACK:
			if depth > 0 {
				depth--
				continue
			}
			if at(j-1).tok == token.IDENT {
				return at(j-1).lit + variable
			}
			return "size"
		case token.LBRACE:
			return "size"
		}
	}
	return "size"
}

// Join finds what becomes of the numbers in the texts of some kernels, which have the
// same key.
func Join(kernels [][]string) Joined {
	readings := make([]*reading, len(kernels))
	for i, parts := range kernels {
		readings[i] = read(parts)
	}
	j := Joined{Values: make([][]int, len(kernels)), numbers: make([]string, len(readings[0].numbers)), names: map[string]string{}}
	for i, n := range readings[0].numbers {
		column := make([]int, len(kernels))
		for k, r := range readings {
			column[k] = r.numbers[i].value
		}
		if slices.Max(column) == slices.Min(column) {
			continue
		}
		j.numbers[i] = "…"
		if !n.comment {
			j.numbers[i] = j.number(n, column)
		}
	}
	return j
}

// In is the text of one of the kernels with the numbers replaced.
func (j *Joined) In(kernel []string) []string {
	edits := make([][]edit, len(kernel))
	put := func(part, from, to int, text string) { edits[part] = append(edits[part], edit{from, to, text}) }
	for i, n := range read(kernel).numbers {
		switch text := j.numbers[i]; {
		case text == "":
		case n.converts > 0:
			put(n.part, n.from, n.converts, "")
			put(n.part, n.closes, n.closes+1, "[:"+text+"]")
		default:
			put(n.part, n.from, n.to, text)
		}
	}
	parts := make([]string, len(kernel))
	for i, text := range kernel {
		parts[i] = edited(text, edits[i])
	}
	return parts
}

// number is Go for a number of a text that kernels differ in.
func (j *Joined) number(n number, column []int) string {
	text, ok := j.known(column)
	switch {
	case !ok:
		return j.field(n.wish, column)
	case n.divides && strings.Contains(text, "*"):
		return "(" + text + ")"
	}
	return text
}

// Size is Go for a number of which column lists those of all kernels, where it has
// no place in the text; a new field is called like the one wished for.
func (j *Joined) Size(wish string, column []int) string {
	if slices.Max(column) == slices.Min(column) {
		return ""
	}
	return j.number(number{wish: wish}, column)
}

// known is Go for a number, of which column lists those of all kernels, if fields
// say it: one of them, or a few times one, the bytes of so many elements or the
// elements of a few rows.
func (j *Joined) known(column []int) (string, bool) {
	part := make([]int, len(column))
next:
	for times := 1; times <= 8; times++ {
		for i, v := range column {
			if part[i] = v / times; v%times != 0 {
				continue next
			}
		}
		if name, ok := j.names[fmt.Sprint(part)]; ok {
			text := Argument + "." + name
			if times > 1 {
				text = fmt.Sprint(times, "*", text)
			}
			return text, true
		}
	}
	return "", false
}

// field is Go for a number that is not the same in all kernels, column says which:
// the field that has it, or a new one of a name like the one wished for.
func (j *Joined) field(wish string, column []int) string {
	if text, ok := j.known(column); ok && !strings.Contains(text, "*") {
		return text
	}
	name := wish
	for i := 2; slices.Contains(j.Fields, name); i++ {
		name = fmt.Sprint(wish, i)
	}
	j.names[fmt.Sprint(column)] = name
	j.Fields = append(j.Fields, name)
	for i, v := range column {
		j.Values[i] = append(j.Values[i], v)
	}
	return Argument + "." + name
}

// edit is a piece of a text and what takes its place.
type edit struct {
	from, to int
	text     string
}

func edited(text string, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.from] + e.text)
		at = e.to
	}
	return b.String() + text[at:]
}
