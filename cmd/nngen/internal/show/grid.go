package show

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Grid prints a table in the lines that Keras draws. The first row is the
// header; right marks the columns that are aligned to the right.
func Grid(w io.Writer, rows [][]string, right map[int]bool) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(left, fill, cross, end string) {
		var parts []string
		for _, n := range widths {
			parts = append(parts, strings.Repeat(fill, n+2))
		}
		fmt.Fprintln(w, left+strings.Join(parts, cross)+end)
	}
	row := func(cells []string, bar string) {
		for i, cell := range cells {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if right[i] {
				cell = pad + cell
			} else {
				cell += pad
			}
			fmt.Fprint(w, bar+" "+cell+" ")
		}
		fmt.Fprintln(w, bar)
	}
	line("┏", "━", "┳", "┓")
	row(rows[0], "┃")
	line("┡", "━", "╇", "┩")
	for i, r := range rows[1:] {
		if i > 0 {
			line("├", "─", "┼", "┤")
		}
		row(r, "│")
	}
	line("└", "─", "┴", "┘")
}
