package custom

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// Layers are the layers of the definition with the arguments of one use of the class in
// place of their names. Unread are those that nothing asks for.
func (d *Definition) Layers(arguments []spec.Arg) (layers []spec.Value, unread []string, errs diag.List) {
	s := &substitution{of: d, values: map[string]spec.Value{}, read: map[string]bool{}}
	for _, a := range slices.Concat(d.defaults, arguments) {
		s.values[a.Name] = a.Value
	}
	for _, l := range d.layers {
		layers = append(layers, s.value(l))
	}
	for _, a := range arguments {
		if !s.read[a.Name] {
			unread = append(unread, a.Name)
		}
	}
	return layers, unread, s.errs
}

// substitution puts arguments in place of their names.
type substitution struct {
	of     *Definition
	values map[string]spec.Value
	read   map[string]bool
	errs   diag.List
}

func (s *substitution) value(v spec.Value) spec.Value {
	switch {
	case v.Kind == spec.String && strings.Contains(v.Str, "$"):
		return s.expression(v)
	case v.Kind == spec.List:
		v.List = slices.Clone(v.List)
		for i := range v.List {
			v.List[i] = s.value(v.List[i])
		}
	case v.Kind == spec.Map:
		v.Map = slices.Clone(v.Map)
		for i := range v.Map {
			v.Map[i].Value = s.value(v.Map[i].Value)
		}
	}
	return v
}

// expression computes a text with names of arguments in it.
func (s *substitution) expression(v spec.Value) spec.Value {
	p := &calculation{substitution: s, text: v.Str}
	got, err := p.sum()
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("an operator is expected before %s", diag.Quote(p.text))
	}
	if err != nil {
		s.errs.Add(v.Pos, "%s: %s: %v", s.of.Name, v.Str, err)
		return v
	}
	got.Pos = v.Pos
	return got
}

// calculation reads a text from left to right: arguments, numbers, parentheses and the
// operators + - * / // % ** as Python has them.
type calculation struct {
	*substitution
	text  string
	depth int
}

// peek is the next sign, name or number; "" is the end.
func (p *calculation) peek() string {
	p.text = strings.TrimLeft(p.text, " ")
	switch {
	case p.text == "":
		return ""
	case strings.HasPrefix(p.text, "//") || strings.HasPrefix(p.text, "**"):
		return p.text[:2]
	case strings.ContainsRune("+-*/%()", rune(p.text[0])):
		return p.text[:1]
	}
	end := strings.IndexAny(p.text[1:], " +-*/%()$")
	if end < 0 {
		return p.text
	}
	if number := p.text[:end+1]; p.text[0] != '$' && strings.HasSuffix(number, "e") && end+2 < len(p.text) && p.text[end+1] != ' ' { // 1e-6
		if more := strings.IndexAny(p.text[end+2:], " +-*/%()$"); more >= 0 {
			return p.text[:end+2+more]
		}
		return p.text
	}
	return p.text[:end+1]
}

func (p *calculation) take() string {
	t := p.peek()
	p.text = p.text[len(t):]
	return t
}

func (p *calculation) sum() (spec.Value, error) {
	return p.row(p.product, "+", "-")
}

func (p *calculation) product() (spec.Value, error) {
	return p.row(p.signed, "*", "/", "//", "%")
}

// row reads operands with operators between them that bind alike, from the left.
func (p *calculation) row(operand func() (spec.Value, error), operators ...string) (spec.Value, error) {
	x, err := operand()
	for err == nil && slices.Contains(operators, p.peek()) {
		operator := p.take()
		var y spec.Value
		if y, err = operand(); err == nil {
			x, err = calculated(x, operator, y)
		}
	}
	return x, err
}

// signed reads a power or what is after a sign, which binds less: -2 ** 2 is -4.
func (p *calculation) signed() (spec.Value, error) {
	if p.peek() == "-" {
		p.take()
		x, err := p.deeper(p.signed)
		if err != nil {
			return x, err
		}
		return calculated(spec.Value{Kind: spec.Int}, "-", x)
	}
	x, err := p.operand()
	if err != nil || p.peek() != "**" {
		return x, err
	}
	p.take()
	y, err := p.deeper(p.signed)
	if err != nil {
		return y, err
	}
	return calculated(x, "**", y)
}

// deepest is how many signs and parentheses may be inside one another.
const deepest = 50

func (p *calculation) deeper(f func() (spec.Value, error)) (spec.Value, error) {
	if p.depth++; p.depth > deepest {
		return spec.Value{}, fmt.Errorf("it has more than %d parentheses and signs inside one another", deepest)
	}
	defer func() { p.depth-- }()
	return f()
}

func (p *calculation) operand() (v spec.Value, err error) {
	switch t := p.take(); {
	case t == "(":
		v, err = p.deeper(p.sum)
		if err == nil && p.take() != ")" {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return v, err
	case t != "" && t[0] == '$':
		name := t[1:]
		v, ok := p.values[name]
		if !ok {
			return v, p.missing(name)
		}
		p.read[name] = true
		return v, nil
	default:
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			return spec.Value{Kind: spec.Int, Int: n}, nil
		}
		x, err := strconv.ParseFloat(t, 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return v, fmt.Errorf("a number or the name of an argument is expected, not %s", diag.Quote(t))
		}
		return spec.Value{Kind: spec.Float, Float: x}, nil
	}
}

// missing is an argument that the file of Keras has not.
func (p *calculation) missing(name string) error {
	var names []string
	for known := range p.values {
		names = append(names, known)
	}
	slices.Sort(names)
	if hint := diag.DidYouMean(name, names); hint != "" {
		return fmt.Errorf("the file has no argument %s%s", diag.Quote(name), hint)
	}
	return fmt.Errorf("the file does not have the argument %s; give what the constructor takes for it: defaults: {%s: ...}", diag.Quote(name), name)
}

// calculated is x operator y; of whole numbers it is whole where it can be.
func calculated(x spec.Value, operator string, y spec.Value) (v spec.Value, err error) {
	a, ok := x.Number()
	b, also := y.Number()
	if !ok || !also {
		if ok {
			x = y
		}
		return v, fmt.Errorf("%s takes numbers, not %s", operator, x.Describe())
	}
	if b == 0 && slices.Contains([]string{"/", "//", "%"}, operator) {
		return v, fmt.Errorf("division by 0")
	}
	var z float64
	switch operator {
	case "+":
		z = a + b
	case "-":
		z = a - b
	case "*":
		z = a * b
	case "/":
		z = a / b
	case "//":
		z = math.Floor(a / b)
	case "%":
		z = a - b*math.Floor(a/b)
	case "**":
		z = math.Pow(a, b)
	}
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return v, fmt.Errorf("%s %s %s is no number", x.Flow(), operator, y.Flow())
	}
	if z == math.Trunc(z) && math.Abs(z) < 1<<53 { // 64 / 8 for a number of units, too
		return spec.Value{Kind: spec.Int, Int: int64(z)}, nil
	}
	return spec.Value{Kind: spec.Float, Float: z}, nil
}
