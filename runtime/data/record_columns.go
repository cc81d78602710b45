package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// find looks the wanted columns up in the header. It returns where the weights
// stand, -1 if there are none.
func (r *Record) find(c CSV, header []string) (weight int, err error) {
	place := r.Place()
	if c.Header != nil {
		place = r.name
	}
	if sep := otherSeparator(header); sep != 0 && c.Separator == 0 && header[0] != c.Weight && !slices.Contains(c.Columns, header[0]) {
		r.addAt(place, fmt.Errorf("the fields seem separated by %q; they must be separated by commas", sep))
		return -1, r.err()
	}
	at, twice := map[string]int{}, map[string]bool{}
	for i, h := range header {
		if _, ok := at[h]; ok {
			twice[h] = true
		} else {
			at[h] = i
		}
	}
	find := func(column string) int {
		i, ok := at[column]
		switch {
		case r.full():
		case twice[column]:
			r.addOnce(place, fmt.Errorf("two columns are named %.80q", column))
		case !ok:
			r.addOnce(place, c.noColumn(column, header))
		}
		return i
	}
	for _, column := range c.Columns {
		r.index = append(r.index, find(column))
	}
	weight = -1
	if c.Weight != "" {
		weight = find(c.Weight)
	}
	if len(c.Columns) == 0 || c.rest {
		wanted := make([]bool, len(header))
		for _, i := range r.index {
			wanted[i] = true
		}
		r.columns = slices.Clone(c.Columns)
		for i, h := range header {
			if !wanted[i] && i != weight {
				r.columns = append(r.columns, h)
				r.index = append(r.index, find(h))
			}
		}
	}
	if c.Numbers != nil && (c.Decimal != 0 || c.Thousands != 0) {
		r.numbers = make([]bool, len(r.columns))
		for i, column := range r.columns {
			r.numbers[i] = slices.Contains(c.Numbers, column)
		}
	}
	return weight, r.err()
}

// noColumn says that the header does not name a column. A line that looks like a
// row gets the same answer for every column: that no line names them.
func (c CSV) noColumn(column string, header []string) error {
	near := nearest.Question(column, header)
	if near == "" && c.Header == nil && holdsNumbers(header) {
		return fmt.Errorf("no column %q: the first line must name the columns, and it holds numbers; where no line does, header: must", c.first(header))
	}
	return fmt.Errorf("no column %q%s; the columns are %s", column, near, enumerate(header))
}

// first is the first wanted column that the header does not name.
func (c CSV) first(header []string) string {
	for _, column := range c.Columns {
		if !slices.Contains(header, column) {
			return column
		}
	}
	return c.Weight
}

// holdsNumbers tells whether at least a quarter of the fields are numbers.
func holdsNumbers(fields []string) bool {
	numbers := 0
	for _, f := range fields {
		if _, err := strconv.ParseFloat(f, 64); err == nil {
			numbers++
		}
	}
	return 4*numbers >= max(len(fields), 1)
}

// otherSeparator is what separates the names of a header that has no comma, or
// 0.
func otherSeparator(header []string) rune {
	if len(header) == 1 {
		for _, sep := range ";\t|" {
			if strings.ContainsRune(header[0], sep) {
				return sep
			}
		}
	}
	return 0
}
