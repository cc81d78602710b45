package starter

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/data"
)

// mostRows is how many rows of a table are looked at.
const mostRows = 200_000

// tableFile is what has been seen of a CSV file.
type tableFile struct {
	path    string
	written data.CSV // how it is
	header  bool     // the first line names the columns
	columns []*column
	rows    int
	all     bool     // every row has been looked at
	notes   []string // what is said of how it is written
}

// describeTable writes the description for a CSV file.
func (o Options) describeTable() (*Starter, error) {
	t, err := readTable(o.Data)
	if err != nil {
		return nil, err
	}
	target, guessed, err := t.target(o.Target)
	if err != nil {
		return nil, err
	}
	if target.absent > 0 {
		return nil, fmt.Errorf("%s: column %q, the target, has no value in %s; take these rows out of the file", o.Data, target.name, show.Plural(target.absent, "row"))
	}
	a, err := target.answer()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Data, err)
	}
	file, err := beside(o.Data)
	if err != nil {
		return nil, err
	}
	s := &Starter{Fits: true, Notes: t.notes}
	var b strings.Builder
	fmt.Fprintf(&b, "# What nngen made of %s: %s of it. Change what you know better.\n", filepath.Base(o.Data), show.Plural(t.rows, "row"))
	fmt.Fprintf(&b, "name: %s\ndata:\n  train: {csv: %s%s}\n", YAMLText(o.Name), YAMLText(file), t.settings())
	test, err := t.test(target.name)
	if err != nil {
		return nil, err
	}
	switch {
	case test != "":
		fmt.Fprintf(&b, "  test:  {csv: %s%s}\n", YAMLText(test), t.settings())
	case t.splits(target, a):
		b.WriteString("  test:  {split: 0.2}   # the last rows\n")
	}
	marks := map[string]int{"": 1}
	for _, c := range t.columns {
		maps.Copy(marks, c.marks)
	}
	if len(marks) > 1 {
		fmt.Fprintf(&b, "  missing_values: %s\n", YAMLList(slices.Sorted(maps.Keys(marks))))
	}
	b.WriteString("  features:\n")
	kinds := map[string]int{}
	var left []string
	for _, c := range t.columns {
		if c == target {
			continue
		}
		if why := c.useless(); why != "" {
			fmt.Fprintf(&b, "    # %s: left out, %s\n", YAMLText(c.name), why)
			left = append(left, fmt.Sprintf("%s (%s)", show.Name(c.name), why))
			continue
		}
		settings, kind := c.feature()
		kinds[kind]++
		fmt.Fprintf(&b, "    %s: %s\n", YAMLText(c.name), settings)
		if kind == "date" && c.dayOrMonth() != "" {
			s.Notes = append(s.Notes, c.dayOrMonth())
		}
	}
	if len(kinds) == 0 {
		return nil, fmt.Errorf("%s: no column tells anything about %q: %s", o.Data, target.name, strings.Join(left, "; "))
	}
	fmt.Fprintf(&b, "  target: {column: %s", YAMLText(target.name))
	if a.classes != nil {
		fmt.Fprintf(&b, ", classes: %s", YAMLList(a.classes))
	}
	b.WriteString("}\nlayers:\n  - Dense: {name: hidden1, units: 32, activation: relu}\n  - Dense: {name: hidden2, units: 32, activation: relu}\n")
	b.WriteString(a.output() + a.training(t.rows, 20))
	s.Text = b.String()
	s.Notes = append(s.Notes, t.summary(target, guessed, a, kinds))
	if len(left) > 0 {
		s.Notes = append(s.Notes, "left out: "+strings.Join(left, ", "))
	}
	return s, nil
}

// summary says what is predicted from what.
func (t *tableFile) summary(target *column, guessed bool, a answer, kinds map[string]int) string {
	what := "a number"
	if a.classes != nil {
		what = show.Count(len(a.classes)) + " classes"
	}
	var from []string
	for _, kind := range []struct{ one, many string }{{"number", "numbers"}, {"category", "categories"}, {"date", "dates"}, {"text", "texts"}} {
		switch n := kinds[kind.one]; n {
		case 0:
		case 1:
			from = append(from, "1 "+kind.one)
		default:
			from = append(from, show.Count(n)+" "+kind.many)
		}
	}
	text := fmt.Sprintf("%s (%s) is predicted from %s", show.Name(target.name), what, strings.Join(from, ", "))
	if guessed {
		text += "; --target names another column"
	}
	return text
}

// settings are how the file is written.
func (t *tableFile) settings() string {
	s := ""
	if t.written.Separator != ',' {
		s += ", separator: " + strconv.Quote(string(t.written.Separator))
	}
	if t.written.Quote != "" {
		s += ", quote: " + t.written.Quote
	}
	if t.written.Encoding != "" {
		s += ", encoding: " + t.written.Encoding
	}
	s += marks(&t.written)
	if !t.header {
		var names []string
		for _, c := range t.columns {
			names = append(names, c.name)
		}
		s += ", header: " + YAMLList(names)
	}
	return s
}

// test finds a file of test rows beside that of training rows, or "". It has the
// target, which files for predictions have not.
func (t *tableFile) test(target string) (string, error) {
	base := filepath.Base(t.path)
	path := filepath.Join(filepath.Dir(t.path), strings.Replace(base, "train", "test", 1))
	if path == filepath.Clean(t.path) || !disk.Exists(path) {
		return "", nil
	}
	other, err := readTable(path)
	if err != nil || len(other.columns) != len(t.columns) || t.header && !slices.ContainsFunc(other.columns, func(c *column) bool { return c.name == target }) {
		return "", nil // it is not of that kind
	}
	return beside(path)
}

// splits reports whether the last fifth of the rows can be the test: every class
// is in it, and in the rest.
func (t *tableFile) splits(target *column, a answer) bool {
	if t.rows < 50 || !t.all {
		return t.rows >= 50
	}
	first, last := map[string]bool{}, map[string]bool{}
	for i, v := range target.order {
		if 5*i < 4*len(target.order) {
			first[v] = true
		} else {
			last[v] = true
		}
	}
	return a.classes == nil || len(first) == len(a.classes) && len(last) == len(a.classes)
}

// target finds the column to predict.
func (t *tableFile) target(name string) (c *column, guessed bool, err error) {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	if name != "" {
		if i := slices.Index(names, name); i >= 0 {
			return t.columns[i], false, nil
		}
		return nil, false, fmt.Errorf("%s: there is no column %q%s The columns are %s", t.path, name, diag.Hint(name, names), strings.Join(names, ", "))
	}
	for _, usual := range []string{"target", "label", "class", "y", "outcome"} {
		for _, c := range t.columns {
			if strings.EqualFold(c.name, usual) {
				return c, true, nil
			}
		}
	}
	return t.columns[len(t.columns)-1], true, nil
}
