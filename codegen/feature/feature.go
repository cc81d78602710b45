package feature

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/encoding"
)

// feature is one feature with the names that the package gives it.
type feature struct {
	encoding.Feature
	field   string // in Features and in what has been learned
	tag     string // in JSON
	fixed   string // the variable that holds a listed vocabulary
	since   string // the variable that holds the date that stands for a missing one
	local   string // inputs as they are and lookups: the variable of Encode that holds the values, or the slots
	weights string // texts of a preprocessing layer: the variable that holds the weights of their words
	wide    string // lookups: the variable that holds what they read in another type
	of      string // texts of a preprocessing layer: the variable that holds what it reads
}

// datePart is a part of a date: as an int of the variable date, and, where it
// comes again and again, from which number on and how many there are.
type datePart struct {
	text          string
	first, period int
}

var dateParts = map[string]datePart{
	"year": {"date.Year()", 0, 0}, "month": {"int(date.Month())", 1, 12}, "day": {"date.Day()", 1, 31}, "weekday": {"int(date.Weekday())", 0, 7},
	"day_of_year": {"date.YearDay()", 1, 366}, "hour": {"date.Hour()", 0, 24}, "minute": {"date.Minute()", 0, 60},
}

// dateNumber is a part of a date as a float64.
func dateNumber(part string) string {
	if part == "days" {
		return "§encode.Days(date)"
	}
	return "float64(" + dateParts[part].text + ")"
}

// validTag reports whether a name can stand in a json tag as it is
// (encoding/json, isValidTag, without the name that leaves a field out).
func validTag(s string) bool {
	return s != "" && s != "-" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// part is something that is learned about a feature.
type part struct{ name, tag, goType string }

// parts is what is learned about a feature from the training rows.
func (f *feature) parts() []part {
	var list []part
	switch f.Type {
	case encoding.Number:
		if f.Missing.Kind == "mean" || f.Missing.Kind == "median" {
			list = append(list, part{"Missing", "missing", "float64"})
		}
		if s := f.scaling(); s != "" {
			list = append(list, part{"Scale", "scale", "§encode." + s})
		}
	case encoding.Category:
		if f.fixed == "" {
			list = append(list, part{"Categories", "categories", "§encode.Categories"})
		}
		if f.Missing.Kind == "most_frequent" {
			list = append(list, part{"Missing", "missing", "string"})
		}
	case encoding.Date:
		for _, p := range f.Parts {
			if !f.Cyclic(p) {
				list = append(list, part{gotree.Upper(p), p, "§encode.Standard"})
			}
		}
	case encoding.Text:
		if f.fixed == "" {
			list = append(list, part{"Vocabulary", "vocabulary", "§encode.Vocabulary"})
		}
		if f.Encode == "tf_idf" && (f.Layer == nil || f.Layer.Weights == nil) {
			list = append(list, part{"IDF", "idf", "[]float64"})
		}
	case encoding.Lookup:
		list = lookupPart(f)
	}
	return list
}

// learned is the place of a part of what has been learned.
func (f *feature) learned(name string) string {
	if len(f.parts()) == 1 {
		return "e." + f.field
	}
	return "e." + f.field + "." + name
}

// scaling is the type of the numbers that scale a number: "" where there are
// none.
func (f *feature) scaling() string {
	switch {
	case slices.Contains(f.Scale, "standard"):
		return "Standard"
	case slices.Contains(f.Scale, "min_max"):
		return "MinMax"
	}
	return ""
}

func (f *feature) logged() bool { return slices.Contains(f.Scale, "log1p") }

// goType is the type of the feature's field in Features.
func (f *feature) goType() string {
	switch f.Type {
	case encoding.Number:
		return "*float64"
	case encoding.Category:
		return "*string"
	case encoding.Date:
		return "*§time.Time"
	case encoding.Text:
		return "string"
	case encoding.Image:
		return "§image.Image"
	case encoding.Strings, encoding.Integers, encoding.Values:
		switch {
		case f.Size > 1:
			return "[]" + f.element()
		case f.Type == encoding.Strings:
			return "string"
		}
		return "*" + f.element()
	}
	return "[]int32"
}

// vocabulary is the vocabulary of a category or a text, listed or learned.
func (f *feature) vocabulary() string {
	switch {
	case f.fixed != "":
		return f.fixed
	case f.Type == encoding.Category:
		return f.learned("Categories")
	}
	return f.learned("Vocabulary")
}

// words is the words of a text.
func (f *feature) words(row string) string {
	var how []string
	switch f.Standardize {
	case "lower":
		how = []string{"§encode.LowerCase"}
	case "strip_punctuation":
		how = []string{"§encode.Unpunctuated"}
	case "lower_and_strip_punctuation":
		how = []string{"§encode.LowerCase", "§encode.Unpunctuated"}
	}
	if how == nil {
		how = []string{"0"}
	}
	cut := map[string]string{"character": "Characters", "none": "Whole"}[f.Split]
	if cut == "" {
		cut = "Words"
	}
	from := row + "." + f.field
	if f.of != "" {
		from = f.of
	}
	text := fmt.Sprintf("§encode.%s(%s, %s)", cut, from, strings.Join(how, "|"))
	if f.Runs != nil {
		return fmt.Sprintf("§encode.Runs(%s, %s)", text, strings.Trim(strings.ReplaceAll(fmt.Sprint(f.Runs), " ", ", "), "[]"))
	}
	if f.NGrams > 1 {
		text = fmt.Sprintf("§encode.NGrams(%s, %d)", text, f.NGrams)
	}
	return text
}

// sentence says in a comment how a feature is encoded.
func (f *feature) sentence() string {
	missing := map[string]string{"mean": "missing: the mean", "median": "missing: the median", "most_frequent": "missing: the most frequent", "oov": "missing: as unknown"}[f.Missing.Kind]
	switch f.Missing.Kind {
	case "value":
		missing = fmt.Sprint("missing: ", f.Missing.Value)
	case "text":
		missing = "missing: " + gotree.Mention(f.Missing.Text)
	case "error":
		missing = "must be there"
	}
	var list []string
	switch f.Type {
	case encoding.Number:
		list = append(list, f.Scale...)
	case encoding.Category:
		list = append(list, fmt.Sprintf("%s, %d slots", f.Encode, f.Slots))
	case encoding.Date:
		list = append(list, strings.Join(f.Parts, ", "), f.Encode)
	case encoding.Text:
		return fmt.Sprintf("%s, %d slots", f.Encode, f.Slots)
	case encoding.Image:
		return fmt.Sprintf("resized to %d×%d, %s", f.Height, f.Columns, map[bool]string{true: "gray", false: "rgb"}[f.Channels == 1])
	case encoding.Tokens:
		return "ids"
	case encoding.Strings, encoding.Integers, encoding.Values:
		if f.Size > 1 {
			return fmt.Sprintf("%d values as they are", f.Size)
		}
		return "as it is"
	}
	if missing != "" {
		list = append(list, missing)
	}
	return strings.Join(list, "; ")
}
