package starter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
)

// dateForms are the forms of days that are told apart; of two that a text fits
// both, the first is taken. Those without leading zeros read such zeros too.
var dateForms = []string{
	"2006-01-02", "2006/01/02", "2006.01.02", "02.01.2006", "01/02/2006", "02/01/2006", "01-02-2006", "02-01-2006",
	"2006-1-2", "2006/1/2", "2.1.2006", "1/2/2006", "2/1/2006", "1-2-2006", "2-1-2006",
	"02.01.06", "2.1.06", "01/02/06", "02/01/06", "1/2/06", "2/1/06",
	"2 Jan 2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006", "January 2, 2006", "2 January 2006",
}

// layouts are the forms of dates with and without a time.
var layouts = func() []string {
	list := []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST"}
	for _, clock := range []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"} {
		for _, day := range dateForms {
			list = append(list, day+clock)
		}
	}
	return list
}()

// swapped is the layout with day and month exchanged, "" where letters or the
// year in front tell them apart, or points, between which the day comes first.
func swapped(layout string) string {
	day, clock, _ := strings.Cut(layout, " ")
	if strings.HasPrefix(day, "2006") || strings.ContainsAny(day, ".J") {
		return ""
	}
	sep := "/"
	if strings.Contains(day, "-") {
		sep = "-"
	}
	parts := strings.Split(day, sep)
	if len(parts) != 3 {
		return ""
	}
	other := parts[1] + sep + parts[0] + sep + parts[2]
	if clock != "" {
		other += " " + clock
	}
	return other
}

// date looks at a value that may be a date.
func (c *column) date(text string) {
	fits := func(layout string) bool {
		_, err := time.Parse(layout, text)
		return err == nil
	}
	if c.dates < c.present()-1 {
		c.layouts = nil
		return // an earlier value was none
	}
	left := slices.DeleteFunc(slices.Clone(c.layouts), func(layout string) bool { return !fits(layout) })
	switch {
	case len(left) > 0, slices.ContainsFunc(layouts, fits):
		if c.dates++; len(left) == 0 && len(c.layouts) > 0 {
			c.unlike = [2]string{c.lastDate, text}
		}
		c.lastDate = text
	}
	c.layouts = left
}

func (c *column) isDate() bool {
	return c.present() > 0 && len(c.layouts) > 0 && c.numbers[c.form].n == 0
}

// mixedDates reports dates that no form fits all of.
func (c *column) mixedDates() bool {
	return c.present() > 1 && c.dates == c.present() && len(c.layouts) == 0 && c.numbers[c.form].n < c.present()
}

// dayOrMonth says that nothing in a column of dates tells the day from the month,
// or "".
func (c *column) dayOrMonth() string {
	other := swapped(c.layouts[0])
	if other == "" || !slices.Contains(c.layouts, other) {
		return ""
	}
	is := []string{"month/day", "day/month"}
	if strings.HasPrefix(c.layouts[0], "02") || strings.HasPrefix(c.layouts[0], "2") {
		slices.Reverse(is)
	}
	example := ""
	for text := range c.distinct {
		a, _ := time.Parse(c.layouts[0], text)
		if b, _ := time.Parse(other, text); !a.Equal(b) && (example == "" || text < example) {
			example = text
		}
	}
	if example == "" {
		return "" // every day is that of its month
	}
	return fmt.Sprintf("%s: %q may be month/day or day/month, and no value above 12 tells which: it is taken for %s; if it is %s, write format: %q", show.Name(c.name), example, is[0], is[1], other)
}
