package train

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// field is a place of a file name that is filled in: {epoch:02d}, {val_loss:.2f}.
var field = regexp.MustCompile(`\{([^{}:]*)(?::([^{}]*))?\}`)

// format is the part of Python's format specifications that file names use.
var format = regexp.MustCompile(`^(0?)([0-9]{0,3})(?:\.([0-9]{1,2}))?([dfeg]?)$`)

// expand fills in a file name. Epoch and batch count from 1 there, as in Keras.
func expand(pattern string, epoch, batch int, logs []NamedValue) (string, error) {
	var failure error
	path := field.ReplaceAllStringFunc(pattern, func(text string) string {
		parts := field.FindStringSubmatch(text)
		name, spec := parts[1], format.FindStringSubmatch(parts[2])
		var value float64
		whole := true
		switch name {
		case "epoch":
			value = float64(epoch + 1)
		case "batch":
			value = float64(batch + 1)
		default:
			v, ok := find(logs, name)
			if !ok && failure == nil {
				names := []string{"epoch", "batch"}
				for _, v := range logs {
					names = append(names, v.Name)
				}
				failure = fmt.Errorf("%q names %q, which is not known then%s; known are %s", pattern, name, nearest.Question(name, names), strings.Join(names, ", "))
			}
			value, whole = v, false
		}
		if spec == nil || spec[4] == "d" && !whole {
			if failure == nil {
				failure = fmt.Errorf("%q: the format %q of %q is not one like 02d or .2f", pattern, parts[2], name)
			}
			return text
		}
		return number(value, whole, spec)
	})
	return path, failure
}

// number formats one value.
func number(value float64, whole bool, spec []string) string {
	precision := -1
	if spec[3] != "" {
		precision, _ = strconv.Atoi(spec[3])
	} else if spec[4] != "" {
		precision = 6
	}
	var digits string
	switch {
	case whole && (spec[4] == "d" || spec[4] == "" && spec[3] == ""):
		digits = strconv.Itoa(int(value))
	case spec[4] == "" || spec[4] == "d":
		digits = strconv.FormatFloat(value, 'g', precision, 64)
	default:
		digits = strconv.FormatFloat(value, spec[4][0], precision, 64)
	}
	width, _ := strconv.Atoi(spec[2])
	if missing := width - len(digits); missing > 0 {
		fill := " "
		if spec[1] != "" {
			fill = "0"
		}
		sign := ""
		if fill == "0" && strings.HasPrefix(digits, "-") {
			sign, digits = "-", digits[1:]
		}
		digits = sign + strings.Repeat(fill, missing) + digits
	}
	return digits
}
