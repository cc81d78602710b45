package starter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// plainYAML is a text that YAML takes for itself without quotes.
var plainYAML = regexp.MustCompile(`^(\.\./)*[A-Za-z_][A-Za-z0-9_./-]*$`)

// YAMLText writes a text as a value or a key.
func YAMLText(s string) string {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf":
	default:
		if plainYAML.MatchString(s) {
			return s
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a text
	}
	return strings.TrimSpace(b.String())
}

// YAMLList writes texts as a list on one line.
func YAMLList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = YAMLText(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// answer is what a network is to give.
type answer struct {
	classes []string // nil: a number
	numbers int      // classes without names; 0: none
	// mean and deviation are those of a number.
	mean, deviation float64
}

// count is how many classes there are.
func (a answer) count() int { return max(len(a.classes), a.numbers) }

// output writes the last layer.
func (a answer) output() string {
	switch n := a.count(); {
	case n == 0 && a.deviation > 0 && (math.Abs(a.mean) > 10 || a.deviation > 10 || a.deviation < 0.1):
		return fmt.Sprintf("  - Dense: {name: output, units: 1}\n  - Rescaling: {scale: %s, offset: %s}   # to the deviation and the mean of the target: networks learn numbers near 0\n", rounded(a.deviation), rounded(a.mean))
	case n == 0:
		return "  - Dense: {name: output, units: 1}\n"
	case n == 2:
		return "  - Dense: {name: output, units: 1, activation: sigmoid}\n"
	default:
		return fmt.Sprintf("  - Dense: {name: output, units: %d, activation: softmax}\n", n)
	}
}

// training writes the sections compile and fit for so many rows. A split class
// by class needs rows that can be looked at in any order.
func (a answer) training(rows, epochs int) string {
	batch := 32
	if rows > 50_000 {
		batch = 128
	}
	compile := map[bool]string{true: "binary_crossentropy", false: "sparse_categorical_crossentropy"}[a.count() == 2]
	metrics, stratify := "accuracy", ", stratify: true"
	if a.count() == 0 {
		compile, metrics, stratify = "mean_squared_error", "mean_absolute_error", ""
	}
	return fmt.Sprintf("compile: {optimizer: adam, loss: %s, metrics: [%s]}\nfit: {batch_size: %d, epochs: %d, validation_split: 0.2%s}\n", compile, metrics, batch, epochs, stratify)
}

// rounded is a number with three digits.
func rounded(v float64) string {
	v, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		panic(err) // it has just been written
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
