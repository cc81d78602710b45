package gosrc

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// scalarFuncs are the functions that a package carries where its kernels call
// them, so that trainable and predict-only packages compute with the same ones.
// %[1]s is the element type, %[2]s its suffix; where the body is a plain
// conversion of a function of package math, the value is its name.
var scalarFuncs = map[string]string{
	"abs": "Abs", "floor": "Floor", "exp": "Exp", "expm1": "Expm1", "log": "Log", "log1p": "Log1p", "sqrt": "Sqrt", "tanh": "Tanh", "erf": "Erf",
	"pow": `func pow%[2]s(x, y %[1]s) %[1]s { return %[1]s(§math.Pow(float64(x), float64(y))) }`,
	"sigmoid": `// sigmoid%[2]s is 1 / (1 + exp(-x)).
func sigmoid%[2]s(x %[1]s) %[1]s { return %[1]s(1 / (1 + §math.Exp(-float64(x)))) }`,
	"sign": `// sign%[2]s is 1, -1, or x itself where x is zero or not a number.
func sign%[2]s(x %[1]s) %[1]s {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}`,
	"where": `// where%[2]s is a where the condition holds, else b.
func where%[2]s(condition bool, a, b %[1]s) %[1]s {
	if condition {
		return a
	}
	return b
}`,
}

// converted matches the conversion of a result to float64.
var converted = regexp.MustCompile(`return float64\((.*)\) }`)

// scalarDecls prints the scalar functions that have been asked for.
func (e *emitter) scalarDecls(f *file) {
	for _, fn := range slices.Sorted(maps.Keys(e.scalars)) {
		src := scalarFuncs[fn]
		if !strings.Contains(src, "func ") {
			src = fmt.Sprintf("func %s%%[2]s(x %%[1]s) %%[1]s { return %%[1]s(§math.%s(float64(x))) }", fn, src)
		}
		text := fmt.Sprintf(src, e.el.float, e.el.suffix)
		if e.el == double { // no conversions from float64 to float64
			text = strings.NewReplacer("float64(x)", "x", "float64(y)", "y").Replace(text)
			text = converted.ReplaceAllString(text, "return $1 }")
		}
		f.add("%s", text)
	}
}
