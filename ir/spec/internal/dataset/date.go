package dataset

import (
	"slices"
	"strings"
	"time"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// DefaultFormat is the layout of dates where none is said.
const DefaultFormat = "2006-01-02"

var (
	DefaultParts = []string{"year", "month", "weekday"}
	DateParts    = []string{"year", "month", "day", "weekday", "day_of_year", "hour", "minute", "days"}
)

// dateKeys are the settings of dates.
func (r *featureReader) dateKeys() []document.Key {
	return []document.Key{
		{Name: "format", Take: func(a document.Arg) { r.f.Format = r.format(a.Value) }},
		{Name: "parts", Take: func(a document.Arg) { r.f.Parts = r.parts(a.Value) }},
		{Name: "encode", Take: func(a document.Arg) {
			r.f.Encode = r.Choose(r.title, a, []string{"cyclic", "number"}, map[string]string{
				"cyclical": "cyclic", "sincos": "cyclic", "sin": "cyclic", "periodic": "cyclic", "circular": "cyclic", "numeric": "number", "linear": "number", "integer": "number", "ordinal": "number",
			})
		}},
		{Name: "missing", Take: func(a document.Arg) { r.f.Missing = r.missingDate(a.Value) }},
	}
}

// format reads the layout of dates, which is that of Go's package time.
func (r *featureReader) format(v document.Value) string {
	s, ok := r.Single(v)
	if !ok {
		r.Fail(v.Pos, `%s: format takes a layout of Go's package time, not %s; write format: "2006-01-02"`, r.title, v.Describe())
		return ""
	}
	if problem := document.BadColumn(s); problem != "" {
		r.Fail(v.Pos, `%s: format %s; write format: "2006-01-02"`, r.title, problem)
		return ""
	}
	if len(held(s)) > 0 && !strings.Contains(s, "%") && document.Folded(s) != "iso8601" {
		return s
	}
	write := DefaultFormat
	if f := document.Folded(s); f == "iso" || f == "iso8601" || f == "rfc3339" {
		write = time.RFC3339
	}
	if got := strptime.Replace(s); strings.Contains(s, "%") && !strings.Contains(got, "%") && len(held(got)) > 0 {
		write = got
	} else if got := letters.Replace(s); got != s && len(held(got)) > 0 {
		write = got
	}
	r.Fail(v.Pos, "%s: format %s is not a layout of Go's package time, which is written with the date 2006-01-02 15:04:05; write format: %s", r.title, diag.Quote(s), diag.Quote(write))
	return ""
}

var (
	// strptime translates the layouts of C and Python.
	strptime = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "01", "%d", "02", "%e", "_2", "%b", "Jan", "%h", "Jan", "%B", "January", "%a", "Mon", "%A", "Monday", "%H", "15",
		"%I", "03", "%p", "PM", "%M", "04", "%S", "05", "%f", "000000", "%j", "002", "%z", "-0700", "%Z", "MST", "%F", "2006-01-02", "%T", "15:04:05", "%D", "01/02/06", "%R", "15:04")
	// letters translates those of Java, spreadsheets and Unicode.
	letters = strings.NewReplacer("yyyy", "2006", "YYYY", "2006", "yy", "06", "YY", "06", "MMMM", "January", "MMM", "Jan", "MM", "01", "dd", "02", "DD", "02", "HH", "15", "hh", "15",
		"mm", "04", "ss", "05", "SS", "05", "'T'", "T")
)

// held lists the parts of a date that a layout holds: those that come back when
// a date is written and read.
func held(layout string) []string {
	at := time.Date(2013, time.November, 24, 17, 38, 49, 0, time.UTC)
	got, err := time.Parse(layout, at.Format(layout))
	if err != nil {
		return nil
	}
	var parts []string
	for _, part := range []struct {
		name string
		ok   bool
	}{
		{"year", got.Year() == at.Year()},
		{"month", got.Month() == at.Month()},
		{"day", got.Day() == at.Day()},
		{"hour", got.Hour() == at.Hour()},
		{"minute", got.Minute() == at.Minute()},
	} {
		if part.ok {
			parts = append(parts, part.name)
		}
	}
	return parts
}

// parts reads which parts of a date are used.
func (r *featureReader) parts(v document.Value) []string {
	items := []document.Value{v}
	if v.Kind == document.List {
		items = v.List
	}
	if len(items) == 0 || v.Kind != document.List && v.Kind != document.String {
		r.Fail(v.Pos, "%s: parts takes a list of %s, not %s", r.title, document.OrList(DateParts), v.Describe())
		return nil
	}
	var parts []string
	for _, e := range items {
		part := r.Choose(r.title, document.Arg{Name: "parts", Value: e}, DateParts, map[string]string{
			"dayofweek": "weekday", "dow": "weekday", "wday": "weekday", "dayofyear": "day_of_year", "doy": "day_of_year", "yday": "day_of_year", "mday": "day", "dayofmonth": "day",
			"timestamp": "days", "epoch": "days", "unix": "days", "ordinal": "days", "min": "minute",
		})
		if part != "" && slices.Contains(parts, part) {
			r.Fail(e.Pos, "%s: parts has %s twice", r.title, part)
		}
		parts = append(parts, part)
	}
	return parts
}

// missingDate reads the date that stands for a missing one.
func (r *featureReader) missingDate(v document.Value) encoding.Missing {
	switch s, ok := r.Single(v); {
	case !ok:
		r.Fail(v.Pos, `%s: missing takes a date or error, not %s`, r.title, v.Describe())
	case s == "error":
	case slices.Contains([]string{"mean", "median", "mostfrequent", "mode"}, document.Folded(s)):
		r.Fail(v.Pos, "%s: missing takes a date or error; %s is not supported for dates", r.title, s)
	default:
		return encoding.Missing{Kind: "text", Text: s}
	}
	return encoding.Missing{Kind: "error"}
}

// date compares the settings of a date.
func (r *featureReader) date(v document.Value) {
	at := r.f.Pos
	if a, ok := v.Get("parts"); ok {
		at = a.Value.Pos
	} else if a, ok := v.Get("format"); ok {
		at = a.Value.Pos
	}
	has := held(r.f.Format)
	for _, part := range r.f.Parts {
		for _, need := range map[string][]string{
			"year": {"year"}, "month": {"month"}, "day": {"day"}, "hour": {"hour"}, "minute": {"minute"},
			"weekday": {"year", "month", "day"}, "day_of_year": {"year", "month", "day"}, "days": {"year", "month", "day"},
		}[part] {
			if !slices.Contains(has, need) {
				r.Fail(at, "%s: part %s needs the %s, which format %s does not hold; write parts: without %s, or another format", r.title, part, need, diag.Quote(r.f.Format), part)
				return
			}
		}
	}
	if r.f.Missing.Kind != "text" {
		return
	}
	if _, err := time.Parse(r.f.Format, r.f.Missing.Text); err != nil {
		a, _ := v.Get("missing")
		r.Fail(a.Value.Pos, "%s: missing is %s, which is not a date of format %s", r.title, diag.Quote(r.f.Missing.Text), diag.Quote(r.f.Format))
	}
}
