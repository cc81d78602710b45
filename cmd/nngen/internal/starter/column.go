package starter

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// missingTexts are what files have in place of a value that is not known.
var missingTexts = []string{"", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "-"}

// mostDistinct bounds what is remembered of a column.
const mostDistinct = 100_000

// column is what has been seen of a column of a table.
type column struct {
	name     string
	rows     int
	absent   int            // missing values
	marks    map[string]int // what stood in their place
	numbers  [len(numberForms)]numbers
	form     int // in which the table writes numbers
	words    int // in all values
	distinct map[string]int
	order    []string // values as they come, for the classes of a target
	layouts  []string // forms that all dates so far have
	dates    int      // values before the first that is not a date
	lastDate string
	unlike   [2]string // dates that no form fits both of
}

func newColumn(name string) *column {
	return &column{name: name, marks: map[string]int{}, distinct: map[string]int{}, layouts: layouts}
}

// add looks at a value.
func (c *column) add(text string) {
	text = strings.TrimSpace(text)
	c.rows++
	if slices.Contains(missingTexts, text) {
		c.absent++
		c.marks[text]++
		return
	}
	for form, v := range numbersOf(text) {
		if !math.IsNaN(v) {
			c.numbers[form].add(v)
		}
	}
	c.words += len(strings.Fields(text))
	if len(c.distinct) < mostDistinct {
		c.distinct[text]++
	}
	c.date(text)
}

func (c *column) present() int { return c.rows - c.absent }

func (c *column) isNumber() bool { return c.present() > 0 && c.seen().n == c.present() }

// seen is what the numbers of the column are.
func (c *column) seen() *numbers { return &c.numbers[c.form] }

// isText reports whether values are sentences.
func (c *column) isText() bool {
	return !c.isNumber() && c.words >= 4*c.present() && 2*len(c.distinct) > c.present()
}

// useless says why a column tells a network nothing, or "".
func (c *column) useless() string {
	id := strings.ToLower(c.name)
	switch n := len(c.distinct); {
	case c.name == "":
		return "it has no name"
	case c.present() == 0:
		return "it has no values"
	case n == 1:
		return "it has one value in all rows"
	case n == c.present() && n > 10 && (id == "id" || strings.HasSuffix(id, "_id") || strings.HasSuffix(c.name, "Id") || strings.HasSuffix(c.name, "ID")) && (c.seen().whole == n || c.seen().n == 0):
		return "it numbers the rows"
	case c.isNumber() || c.isDate() || c.isText():
		return ""
	case c.mixedDates():
		return fmt.Sprintf("its dates are written in different ways, such as %s and %s: write them alike", c.unlike[0], c.unlike[1])
	case n > 20 && 2*n > c.present():
		return "nearly every row has a different value"
	}
	return ""
}

// feature describes the column as an input, and says in a word what it is.
func (c *column) feature() (settings, kind string) {
	switch {
	case c.isNumber():
		missing, scale := "", "standard"
		if c.absent > 0 {
			missing = ", missing: median"
		}
		if s := c.seen(); s.min >= 0 && s.max > 20*s.sum/float64(c.present()) {
			scale = "[log1p, standard]" // a few values are far above the others
		}
		return "{type: number" + missing + ", scale: " + scale + "}", "number"
	case c.isDate():
		missing := ""
		if c.absent > 0 {
			dates := slices.Sorted(maps.Keys(c.distinct))
			missing = ", missing: " + YAMLText(dates[len(dates)/2])
		}
		return fmt.Sprintf("{type: date, format: %q%s}", c.layouts[0], missing), "date"
	case c.isText():
		return "{type: text, vocabulary: 1000, encode: multi_hot}", "text"
	}
	return fmt.Sprintf("{type: category, vocabulary: %d}", min(len(c.distinct), 50)+1), "category" // and one slot for unknown ones
}

// mostClasses is how many different values the target of a classification has.
const mostClasses = 100

// answer describes the column as a target.
func (c *column) answer() (answer, error) {
	n := len(c.distinct)
	if c.isNumber() && (n > 20 || c.seen().whole < c.seen().n) {
		return c.numeric(), nil
	}
	switch {
	case n < 2:
		return answer{}, fmt.Errorf("column %q has one value in all rows; a target has several", c.name)
	case n > mostClasses:
		return answer{}, fmt.Errorf("column %q has %s different texts; as a target it may have at most %d, or numbers. Name another column with --target", c.name, show.Count(n), mostClasses)
	}
	classes := slices.Collect(maps.Keys(c.distinct))
	slices.SortFunc(classes, func(a, b string) int {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		switch {
		case errX == nil && errY == nil && x != y:
			return int(math.Copysign(1, x-y))
		case negative(a) != negative(b) && n == 2:
			if negative(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return answer{classes: classes}, nil
}

// numeric describes numbers as a target.
func (c *column) numeric() answer {
	s := c.seen()
	mean := s.sum / float64(s.n)
	return answer{mean: mean, deviation: math.Sqrt(max(0, s.squares/float64(s.n)-mean*mean))}
}

// negative reports whether a class is the one that stands for "no".
func negative(s string) bool {
	return slices.Contains([]string{"no", "n", "false", "f", "neg", "negative", "bad", "never", "absent"}, strings.ToLower(s))
}
