package data

import (
	"fmt"
	"slices"
	"strings"
)

// Unknowns counts the rows that hold what is in no vocabulary, column by column:
// what an encoder with a slot for unknown values passes over without an error.
// Its zero value is ready. It is not safe for concurrent use.
type Unknowns struct {
	rows    int
	columns []*UnknownColumn
	byName  map[string]*UnknownColumn
}

// UnknownColumn is what [Unknowns] has counted of a column.
type UnknownColumn struct {
	Name     string
	Rows     int // all rows
	Missing  int // those without a value
	Unknown  int // those with a value that is not in the vocabulary
	Examples []string
	more     bool // there are other values than the examples
}

// mostExamples bounds the values that are kept of a column, longestExample their
// bytes.
const mostExamples, longestExample = 3, 40

// Row counts a row of which the values of some columns are missing, and those of
// others unknown, as the Inspect method of generated packages tells. Value gives
// what an unknown one is.
func (u *Unknowns) Row(missing, unknown []string, value func(column string) string) {
	u.rows++
	for _, name := range missing {
		u.column(name).Missing++
	}
	for _, name := range unknown {
		c := u.column(name)
		c.Unknown++
		if c.more {
			continue
		}
		switch v := value(name); {
		case slices.Contains(c.Examples, v):
		case len(c.Examples) == mostExamples:
			c.more = true
		default:
			c.Examples = append(c.Examples, strings.Clone(v)) // the row around it need not stay in memory
		}
	}
}

func (u *Unknowns) column(name string) *UnknownColumn {
	c := u.byName[name]
	if c == nil {
		if u.byName == nil {
			u.byName = map[string]*UnknownColumn{}
		}
		c = &UnknownColumn{Name: name}
		u.byName[name] = c
		u.columns = append(u.columns, c)
	}
	return c
}

// Columns are those with unknown values, in the order in which rows were found
// to lack or not to know something.
func (u *Unknowns) Columns() []UnknownColumn {
	var list []UnknownColumn
	for _, c := range u.columns {
		if c.Unknown > 0 {
			c.Rows = u.rows
			list = append(list, *c)
		}
	}
	return list
}

// All reports whether every value that is there is unknown.
func (c UnknownColumn) All() bool { return c.Unknown > 0 && c.Unknown+c.Missing == c.Rows }

// Share is the part of the rows whose value is unknown, from 0 to 1.
func (c UnknownColumn) Share() float64 { return float64(c.Unknown) / float64(max(c.Rows, 1)) }

// Values are the examples, quoted.
func (c UnknownColumn) Values() string {
	var b strings.Builder
	for i, v := range c.Examples {
		if i > 0 {
			b.WriteString(", ")
		}
		if cut := strings.ToValidUTF8(v[:min(len(v), longestExample)], ""); cut != v {
			v = cut + "…"
		}
		fmt.Fprintf(&b, "%q", v)
	}
	if c.more {
		b.WriteString(", …")
	}
	return b.String()
}

// String says what was found: `deck: 29 of 30 rows hold values that are not in
// the vocabulary: "2.0", "C2", …`.
func (c UnknownColumn) String() string {
	hold := "rows hold values that are"
	if c.Rows == 1 {
		hold = "row holds a value that is"
	}
	return fmt.Sprintf("%s: %d of %d %s not in the vocabulary: %s", named(c.Name), c.Unknown, c.Rows, hold, c.Values())
}

// named is the name of a column, quoted where it is more than a word.
func named(s string) string {
	if s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return s
	}
	return fmt.Sprintf("%q", s)
}
