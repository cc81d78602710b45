package metric

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	textWidth   = 80 // columns of a terminal
	labelWidth  = 24 // longest name of a class that is printed whole
	longestList = 20 // classes, and kinds of mistakes, that are listed
)

// String gives the report and the matrix as text for 80 columns. Of many
// classes it lists those with the lowest F1, and in place of the matrix the
// most frequent mistakes.
func (c *Confusion) String() string {
	var b strings.Builder
	c.writeReport(&b)
	b.WriteByte('\n')
	if !c.writeMatrix(&b) {
		c.writeMistakes(&b)
	}
	return b.String()
}

// label is a name of at most that many characters, all printable.
func label(name string, width int) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, name)
	if utf8.RuneCountInString(clean) > width {
		clean = string([]rune(clean)[:width-1]) + "…"
	}
	return clean
}

// pad fills a text up to a width; a negative one puts it to the right.
func pad(s string, width int) string {
	n := utf8.RuneCountInString(s)
	if width < 0 {
		return strings.Repeat(" ", max(-width-n, 0)) + s
	}
	return s + strings.Repeat(" ", max(width-n, 0))
}

func longest(names []string) int {
	n := 0
	for _, s := range names {
		n = max(n, utf8.RuneCountInString(s))
	}
	return n
}

func (c *Confusion) writeReport(b *strings.Builder) {
	r := c.Report()
	writeFigures(b, r.Classes, "classes", []summary{
		{"accuracy", ClassReport{F1: r.Accuracy, Support: r.Macro.Support}, true},
		{"macro average", r.Macro, false},
		{"weighted average", r.Weighted, false},
	})
}

// summary is a line below the figures of all classes.
type summary struct {
	name string
	of   ClassReport
	one  bool // F1 alone is a figure
}

// writeFigures prints the figures of classes, or of labels, those with the lowest
// F1 where they are many, and below them those of all.
func writeFigures(b *strings.Builder, all []ClassReport, what string, below []summary) {
	listed := all
	if len(listed) > longestList {
		listed = slices.Clone(listed)
		slices.SortStableFunc(listed, func(x, y ClassReport) int {
			switch {
			case x.F1 < y.F1:
				return -1
			case x.F1 > y.F1:
				return 1
			}
			return 0
		})
		listed = listed[:longestList]
	}
	width, digits := 0, len("support")
	for _, s := range below {
		width = max(width, len(s.name))
		digits = max(digits, len(strconv.FormatInt(s.of.Support, 10)))
	}
	for _, of := range listed {
		width = max(width, utf8.RuneCountInString(label(of.Class, labelWidth)))
	}
	digits += 2
	line := func(name string, figures [3]string, support int64) {
		fmt.Fprintf(b, "%s  %9s %8s %8s%*d\n", pad(name, width), figures[0], figures[1], figures[2], digits, support)
	}
	text := func(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }
	figures := func(of ClassReport) [3]string { return [3]string{text(of.Precision), text(of.Recall), text(of.F1)} }
	fmt.Fprintf(b, "%s  %9s %8s %8s%*s\n", pad("", width), "precision", "recall", "f1", digits, "support")
	for _, of := range listed {
		line(label(of.Class, labelWidth), figures(of), of.Support)
	}
	if more := len(all) - len(listed); more > 0 {
		fmt.Fprintf(b, "(the %d %s with the lowest f1; %d more)\n", len(listed), what, more)
	}
	b.WriteByte('\n')
	for _, s := range below {
		if s.one {
			line(s.name, [3]string{"", "", text(s.of.F1)}, s.of.Support)
		} else {
			line(s.name, figures(s.of), s.of.Support)
		}
	}
}

// writeMatrix prints the matrix if it has room. Where the names have none above
// the columns, the classes are numbered.
func (c *Confusion) writeMatrix(b *strings.Builder) bool {
	n := len(c.classes)
	cell := 1
	for _, x := range c.counts {
		cell = max(cell, len(strconv.FormatInt(x, 10)))
	}
	rows := make([]string, n)
	for i, name := range c.classes {
		rows[i] = label(name, labelWidth)
	}
	heads := rows
	if longest(rows)+n*(max(cell, longest(heads))+2) > textWidth {
		heads = Numbered(n)
		for i, name := range c.classes {
			if name != heads[i] {
				rows[i] = heads[i] + " " + label(name, labelWidth)
			}
		}
	}
	width, column := max(longest(rows), len("target")), max(cell, longest(heads))+2
	if n == 0 || width+n*column > textWidth {
		return false
	}
	fmt.Fprintf(b, "%s  predicted\n%s", pad("", width), pad("target", width))
	for _, head := range heads {
		b.WriteString(pad(head, -column))
	}
	b.WriteByte('\n')
	for i, row := range rows {
		b.WriteString(pad(row, width))
		for j := range n {
			text := "."
			if x := c.At(i, j); x > 0 || i == j {
				text = strconv.FormatInt(x, 10)
			}
			b.WriteString(pad(text, -column))
		}
		b.WriteByte('\n')
	}
	return true
}

// writeMistakes lists what was most often taken for something else.
func (c *Confusion) writeMistakes(b *strings.Builder) {
	type mistake struct {
		target, predicted int
		rows              int64
	}
	var all []mistake
	var total int64
	for i := range c.classes {
		for j := range c.classes {
			if x := c.At(i, j); i != j && x > 0 {
				all = append(all, mistake{i, j, x})
				total += x
			}
		}
	}
	if total == 0 {
		b.WriteString("no mistakes\n")
		return
	}
	slices.SortStableFunc(all, func(x, y mistake) int { return int(max(min(y.rows-x.rows, 1), -1)) })
	kinds := len(all)
	all = all[:min(kinds, longestList)]
	digits, width := len("rows"), len("target")
	for _, m := range all {
		digits = max(digits, len(strconv.FormatInt(m.rows, 10)))
		width = max(width, utf8.RuneCountInString(label(c.classes[m.target], labelWidth)))
	}
	fmt.Fprintf(b, "%*s  %s  taken for\n", digits, "rows", pad("target", width))
	for _, m := range all {
		fmt.Fprintf(b, "%*d  %s  %s\n", digits, m.rows, pad(label(c.classes[m.target], labelWidth), width), label(c.classes[m.predicted], labelWidth))
	}
	if kinds > len(all) {
		fmt.Fprintf(b, "(the %d most frequent of %d kinds of mistakes, %d rows in all)\n", len(all), kinds, total)
	}
}
