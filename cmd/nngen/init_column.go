package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// missingTexts are what files have in the place of a value that is not known.
var missingTexts = []string{"", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "-"}

// layouts are the forms of dates that are told apart.
var layouts = []string{"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006/01/02", "02.01.2006", "01/02/2006", "02/01/2006", "2006-01-02 15:04"}

// mostDistinct bounds what is remembered of a column.
const mostDistinct = 100_000

// column is what has been seen of a column of a table.
type column struct {
	name     string
	rows     int
	absent   int            // missing values
	marks    map[string]int // what stood in their place
	numbers  int            // values that are numbers
	whole    int            // and those that are whole
	sum      float64
	squares  float64
	min, max float64
	words    int // in all values
	distinct map[string]int
	order    []string // values as they come, for the classes of a target
	layouts  []string // forms that all dates so far have
}

func newColumn(name string) *column {
	return &column{name: name, marks: map[string]int{}, distinct: map[string]int{}, layouts: layouts, min: math.Inf(1), max: math.Inf(-1)}
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
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		c.number(v)
	}
	c.words += len(strings.Fields(text))
	if len(c.distinct) < mostDistinct {
		c.distinct[text]++
	}
	c.layouts = slices.DeleteFunc(slices.Clone(c.layouts), func(layout string) bool {
		_, err := time.Parse(layout, text)
		return err != nil
	})
}

// number looks at a value that is one.
func (c *column) number(v float64) {
	c.numbers++
	if v == math.Trunc(v) && math.Abs(v) < 1<<31 {
		c.whole++
	}
	c.sum += v
	c.squares += v * v
	c.min, c.max = min(c.min, v), max(c.max, v)
}

func (c *column) present() int { return c.rows - c.absent }

func (c *column) isNumber() bool { return c.present() > 0 && c.numbers == c.present() }

func (c *column) isDate() bool { return c.present() > 0 && len(c.layouts) > 0 && c.numbers == 0 }

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
	case n == c.present() && n > 10 && (id == "id" || strings.HasSuffix(id, "_id") || strings.HasSuffix(c.name, "Id") || strings.HasSuffix(c.name, "ID")) && (c.whole == n || c.numbers == 0):
		return "it numbers the rows"
	case c.isNumber() || c.isDate() || c.isText():
		return ""
	case n > 20 && 2*n > c.present():
		return "nearly every row has another value"
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
		if c.min >= 0 && c.max > 20*c.sum/float64(c.present()) {
			scale = "[log1p, standard]" // a few values are far above the others
		}
		return "{type: number" + missing + ", scale: " + scale + "}", "number"
	case c.isDate():
		missing := ""
		if c.absent > 0 {
			dates := slices.Sorted(maps.Keys(c.distinct))
			missing = ", missing: " + yamlText(dates[len(dates)/2])
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
	if c.isNumber() && (n > 20 || c.whole < c.numbers) {
		return c.numeric(), nil
	}
	switch {
	case n < 2:
		return answer{}, fmt.Errorf("column %q has one value in all rows; a target has several", c.name)
	case n > mostClasses:
		return answer{}, fmt.Errorf("column %q has %s different texts; as a target it may have at most %d, or numbers. Name another column with --target", c.name, grouped(n), mostClasses)
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
	mean := c.sum / float64(c.numbers)
	return answer{mean: mean, deviation: math.Sqrt(max(0, c.squares/float64(c.numbers)-mean*mean))}
}

// negative reports whether a class is the one that stands for "no".
func negative(s string) bool {
	return slices.Contains([]string{"no", "n", "false", "f", "neg", "negative", "bad", "never", "absent"}, strings.ToLower(s))
}
