package starter

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/runtime/data"
)

// numberForms are the ways to write numbers that are told apart, the most likely
// first: the marks before a fraction and between thousands.
var numberForms = [...]data.CSV{
	{}, {Decimal: ','}, {Decimal: ',', Thousands: '.'}, {Thousands: ','},
	{Decimal: ',', Thousands: ' '}, {Thousands: ' '}, {Decimal: ',', Thousands: '\''}, {Thousands: '\''},
}

// numbersOf reads a text in every form; NaN where it is not a number.
func numbersOf(text string) (values [len(numberForms)]float64) {
	plain := !strings.ContainsAny(text, ".,' \u00a0\u202f\u2009’")
	for i := range numberForms {
		switch form := &numberForms[i]; {
		case i > 0 && plain:
			values[i] = values[0]
		default:
			written, err := form.Plain(text)
			if err != nil {
				values[i] = math.NaN()
				continue
			}
			v, err := strconv.ParseFloat(written, 64)
			if err != nil || math.IsInf(v, 0) {
				v = math.NaN()
			}
			values[i] = v
		}
	}
	return values
}

// isNumber reports a text that is a number in any form.
func isNumber(text string) bool {
	values := numbersOf(strings.TrimSpace(text))
	return slices.ContainsFunc(values[:], func(v float64) bool { return !math.IsNaN(v) })
}

// numbers is what has been seen of the values of a column that are numbers.
type numbers struct {
	n        int
	whole    int // of them
	sum      float64
	squares  float64
	min, max float64
}

func (s *numbers) add(v float64) {
	if s.n == 0 {
		s.min, s.max = v, v
	}
	s.n++
	if v == math.Trunc(v) && math.Abs(v) < 1<<31 {
		s.whole++
	}
	s.sum += v
	s.squares += v * v
	s.min, s.max = min(s.min, v), max(s.max, v)
}

// chooseForm finds the way in which the table writes its numbers: that in which
// most columns are numbers. It returns what is to be said where a form is as
// likely that means other numbers.
func (t *tableFile) chooseForm() (notes []string) {
	order := []int{0, 1, 2, 3, 4, 5, 6, 7}
	if t.written.Separator == ',' {
		order = []int{0, 3, 1, 2, 5, 4, 7, 6} // where a comma is a decimal mark, it seldom separates as well
	}
	score := func(form int) int {
		n := 0
		for _, c := range t.columns {
			if c.present() > 0 && c.numbers[form].n == c.present() {
				n++
			}
		}
		return n
	}
	best := order[0]
	for _, form := range order {
		if score(form) > score(best) {
			best = form
		}
	}
	t.written.Decimal, t.written.Thousands = numberForms[best].Decimal, numberForms[best].Thousands
	for _, c := range t.columns {
		c.form = best
		if !c.isNumber() {
			continue
		}
		others := []int{1, 3}
		switch {
		case best == 0 && t.written.Separator == ',':
			others = nil
		case best == 0:
			others = []int{2}
		}
		for _, form := range others {
			if n := &c.numbers[form]; n.n == c.present() && n.sum != c.numbers[best].sum {
				notes = append(notes, c.ambiguous(form))
				break
			}
		}
	}
	return notes
}

// ambiguous says that the numbers of a column may be others.
func (c *column) ambiguous(form int) string {
	example := ""
	for text := range c.distinct {
		if v := numbersOf(text); v[form] != v[c.form] && (example == "" || text < example) {
			example = text
		}
	}
	v := numbersOf(example)
	return fmt.Sprintf("%s: %q is taken for %v; if it is %v, write %s beside csv", show.Name(c.name), example, v[c.form], v[form], strings.TrimPrefix(marks(&numberForms[form]), ", "))
}

// marks are the settings of a form of numbers.
func marks(form *data.CSV) string {
	s := ""
	if form.Decimal != 0 {
		s += fmt.Sprintf(", decimal: %q", string(form.Decimal))
	}
	if form.Thousands != 0 {
		s += fmt.Sprintf(", thousands: %q", string(form.Thousands))
	}
	return s
}
