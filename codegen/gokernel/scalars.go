package gokernel

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// scalarFunc is a function for elements of a type %[1]s, with type parameters %[2]s
// where its kernels have such.
type scalarFunc struct {
	text   string
	parts  []string // that it and they call
	double string   // the value in double precision, which %[3]s returns
}

// scalarFuncs are the functions that a package carries where its kernels call
// them, so that trainable and predict-only packages compute with the same ones.
// They are not those of package math, some of which differ between processors
// in their last bits, and then in those of every result: here there are only
// additions, multiplications that are rounded, and quotients, which IEEE 754
// defines. Everything runs in double precision, with polynomials (of
// ../asm/testdata/minimax.py) that are just exact enough: of float32 results,
// none is further off than 0.51 units in the last place.
var scalarFuncs = map[string]scalarFunc{
	"abs":   {text: `func abs%[2]s(x %[1]s) %[1]s { return %[1]s(§math.Abs(float64(x))) }`},
	"floor": {text: `func floor%[2]s(x %[1]s) %[1]s { return %[1]s(§math.Floor(float64(x))) }`},
	"sqrt":  {text: `func sqrt%[2]s(x %[1]s) %[1]s { return %[1]s(§math.Sqrt(float64(x))) }`},
	"exp": {text: `func exp%[2]s(x %[1]s) %[1]s {
%[3]s	scale, rest := powerOfE(float64(min(max(x, -104), 89))) // beyond these, 0 and infinity
	return %[1]s(scale + mul(scale, rest))
}`, parts: []string{"mul", "powerOfE"}, double: "§math.Exp(float64(x))"},
	"expm1": {text: `// expm1 is eˣ - 1.
func expm1%[2]s(x %[1]s) %[1]s {
%[3]s	scale, rest := powerOfE(float64(min(max(x, -104), 89)))
	return %[1]s(mul(scale, rest) - (1 - scale))
}`, parts: []string{"mul", "powerOfE"}, double: "§math.Expm1(float64(x))"},
	"log": {text: `func log%[2]s(x %[1]s) %[1]s {
%[3]s	if x > 0 && x <= §math.MaxFloat32 {
		return %[1]s(logOf(float64(x)))
	}
	return %[1]s(§math.Log(float64(x))) // infinite, or not a number
}`, parts: []string{"mul", "logOf", "logRatio"}, double: "§math.Log(float64(x))"},
	"log1p": {text: `// log1p is the logarithm of 1 + x.
func log1p%[2]s(x %[1]s) %[1]s {
%[3]s	if x > -1 && x <= §math.MaxFloat32 {
		return %[1]s(log1pOf(float64(x)))
	}
	return %[1]s(§math.Log1p(float64(x))) // infinite, or not a number
}`, parts: []string{"mul", "logOf", "log1pOf", "logRatio"}, double: "§math.Log1p(float64(x))"},
	"tanh": {text: `// tanh is (e²ˣ - 1) / (e²ˣ + 1).
func tanh%[2]s(x %[1]s) %[1]s {
%[3]s	scale, rest := powerOfE(float64(min(max(2*x, -40), 40)))
	m := mul(scale, rest) - (1 - scale)
	return %[1]s(m / (m + 2))
}`, parts: []string{"mul", "powerOfE"}, double: "§math.Tanh(float64(x))"},
	"sigmoid": {text: `// sigmoid is 1 / (1 + exp(-x)).
func sigmoid%[2]s(x %[1]s) %[1]s {
%[3]s	scale, rest := powerOfE(float64(min(max(-x, -89), 104)))
	return %[1]s(1 / (1 + scale + mul(scale, rest)))
}`, parts: []string{"mul", "powerOfE"}, double: "1 / (1 + §math.Exp(-float64(x)))"},
	"erf": {text: `// erf is the error function: x·P(x²) near 0, else 1 - exp(-|x|·G(|x|)), with
// the sign of x.
func erf%[2]s(x %[1]s) %[1]s {
%[3]s	t := §math.Abs(float64(x))
	if t < 1 {
		z := mul(t, t)
		` + horner("p", "z", erfNearTerms) + `
		return %[1]s(mul(float64(x), p))
	}
	t = min(t, 4) // from where on single precision holds nothing below 1
	z := mul(t, t)
	` + horner("even", "z", erfFarEven) + `
	` + horner("odd", "z", erfFarOdd) + `
	scale, rest := powerOfE(-mul(t, even+mul(t, odd)))
	return %[1]s(§math.Copysign(1-(scale+mul(scale, rest)), float64(x)))
}`, parts: []string{"mul", "powerOfE"}, double: "§math.Erf(float64(x))"},
	"pow": {text: `// pow is x to the power y.
func pow%[2]s(x, y %[1]s) %[1]s {
%[3]s	switch {
	case !(§math.Abs(float64(x)) <= §math.MaxFloat32 && §math.Abs(float64(y)) <= §math.MaxFloat32), x == 0,
		x < 0 && §math.Floor(float64(y)) != float64(y):
		return %[1]s(§math.Pow(float64(x), float64(y))) // 0, 1, infinite, or not a number
	case x < 0 && §math.Mod(float64(y), 2) != 0:
		return -pow(-x, y)
	}
	power := mul(float64(y), logOf(§math.Abs(float64(x))))
	scale, rest := powerOfE(min(max(power, -104), 89))
	return %[1]s(scale + mul(scale, rest))
}`, parts: []string{"mul", "powerOfE", "logOf", "logRatio"}, double: "§math.Pow(float64(x), float64(y))"},
	"sign": {text: `// sign is 1, -1, or x itself where x is zero or not a number.
func sign%[2]s(x %[1]s) %[1]s {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}`},
	"where": {text: `// where is a where the condition holds, else b.
func where%[2]s(condition bool, a, b %[1]s) %[1]s {
	if condition {
		return a
	}
	return b
}`},
}

// scalarParts are what scalarFuncs are made of, in the order in which they are printed.
var scalarParts = []struct{ name, text string }{
	{"mul", `// mul is x·y, rounded. Without the conversion it would be added unrounded on
// some processors.
func mul(x, y float64) float64 { return float64(x * y) }`},
	{"powerOfE", `// powerOfE is eˣ as scale·(1 + rest): the integer and the fraction of the power
// of 2, which is at most 0.5 in size.
func powerOfE(x float64) (scale, rest float64) {
	const nearest = 0x1.8p52 // added and taken away, it rounds to an integer
	y := mul(x, §math.Log2E)
	n := (y + nearest) - nearest
	f := y - n
	` + horner("p", "f", exp2Terms) + `
	return §math.Float64frombits(uint64(int64(n)+1023) << 52), mul(f, p)
}`},
	{"logOf", `// logOf is the logarithm of a positive number m·2ⁿ, m from √½ to √2.
func logOf(x float64) float64 {
	const half = 0x3fe6a09e667f3bcd // the bits of √½
	bits := §math.Float64bits(x)
	n := int64(bits-half) >> 52
	m := §math.Float64frombits(bits - uint64(n)<<52)
	return mul(float64(n), §math.Ln2) + logRatio((m-1)/(m+1))
}`},
	{"log1pOf", `func log1pOf(x float64) float64 {
	if -0.25 < x && x < 0.4 {
		return logRatio(x / (2 + x))
	}
	return logOf(1 + x)
}`},
	{"logRatio", `// logRatio is the logarithm of (1+s)/(1-s), for |s| up to 0.172.
func logRatio(s float64) float64 {
	z := mul(s, s)
	` + horner("p", "z", logTerms) + `
	return mul(s, p)
}`},
}

// Coefficients, lowest power first.
var (
	exp2Terms    = []float64{0.69314718058156854, 0.24022650920050945, 0.055504107276023201, 0.0096180570371499872, 0.0013333669445231113, 0.00015461329846243172, 1.5252721526698969e-5}
	logTerms     = []float64{2.0000000000085087, 0.66666665230064681, 0.40000387830051387, 0.28534868701607286, 0.23619637405962393}
	erfFarEven   = []float64{1.1284834400997696, 0.10435634338317216, 0.0019532963276579687, -0.0001983125986167887, -1.9292360320989211e-6}
	erfFarOdd    = []float64{0.63600582922061244, -0.021469475739040216, 0.00044510047720068172, 3.1217982503762067e-5}
	erfNearTerms = []float64{1.128379167094713, -0.37612638890097866, 0.11283791318298059, -0.026866134009238637, 0.00522378651400013, -0.00085427026994529048, 0.00011957326363022797, -1.3914035472414215e-5, 1.0601108232087938e-6}
)

// horner prints the value of a polynomial in x.
func horner(dst, x string, terms []float64) string {
	text := fmt.Sprint(terms[len(terms)-1])
	lines := []string{dst + " := " + text}
	for _, c := range slices.Backward(terms[:len(terms)-1]) {
		lines = append(lines, fmt.Sprintf("%s = %v + mul(%s, %s)", dst, c, x, dst))
	}
	return strings.Join(lines, "\n\t")
}

// scalarText is the text of a scalar function. In double precision, which is where
// the test of a package takes differences, those that are only just exact enough for
// single precision are others: there they need not be the same on every processor.
func (e *Printer) scalarText(fn string) string {
	s, double := scalarFuncs[fn], ""
	if e.elem == generic && s.double != "" {
		double = "if §unsafe.Sizeof(x) > 4 { // in double precision\nreturn " + e.elem.float + "(" + s.double + ")\n}\n"
	}
	return fmt.Sprintf(s.text, e.elem.float, e.elem.params(), double)
}

// ScalarDecls prints the scalar functions that have been asked for, and what
// they are made of.
func (e *Printer) ScalarDecls(f *gotree.File) {
	var parts []string
	for _, fn := range slices.Sorted(maps.Keys(e.scalars)) {
		f.Add("%s", e.scalarText(fn))
		parts = append(parts, scalarFuncs[fn].parts...)
	}
	for _, part := range scalarParts {
		if slices.Contains(parts, part.name) {
			f.Add("%s", part.text)
		}
	}
}
