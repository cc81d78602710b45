package gosrc

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// helper is a function that Encode may call: printed where the text of the
// package so far holds the call.
type helper struct{ call, text string }

// helpers prints the functions that what has been printed calls, and those that
// they call in turn. It returns the text so far.
func (e *emitter) helpers(f *file, list []helper, sofar string) string {
	need := make([]bool, len(list))
	for again := true; again; {
		again = false
		for i, h := range list {
			if !need[i] && regexp.MustCompile(`(^|[^\w.]|§)`+regexp.QuoteMeta(h.call)).MatchString(sofar) || !need[i] && h.call[0] == '.' && strings.Contains(sofar, h.call) {
				need[i], again = true, true
				sofar += h.text
			}
		}
	}
	for i, h := range list {
		if need[i] {
			f.add("%s", h.text)
		}
	}
	return sofar
}

// coderHelpers are what Encode is made of, in the order they are printed in.
func (e *emitter) coderHelpers() []helper {
	where, step := "", ""
	if e.p.Encoding.Series != nil {
		where = "\n	step    int // 1: the oldest row; 0: none"
		step = "if c.step > 0 {\nformat = §fmt.Sprintf(\" in step %d\", c.step) + format\n}\n	"
	}
	number := `// number takes a number that must be there.
func (c *coder) number(feature string, v *float64) float64 {
	c.feature = feature
	switch {
	case v == nil:
		c.fail(" is missing, and nothing stands for it")
	case §math.IsNaN(*v) || §math.IsInf(*v, 0):
		c.fail(": %v is not a finite number", *v)
	default:
		return *v
	}
	return 0
}`
	or := `// or is a value, or what stands for it where it is missing.
func or[T any](v *T, missing T) *T {
	if v == nil {
		return &missing
	}
	return v
}`
	if e.asArray() {
		number = `// number takes a number that must be there.
func (c *coder) number(feature string, v float64) float64 {
	c.feature = feature
	switch {
	case §math.IsNaN(v):
		c.fail(" is missing, and nothing stands for it")
	case §math.IsInf(v, 0):
		c.fail(": %v is not a finite number", v)
	default:
		return v
	}
	return 0
}`
		or = `// or is a number, or what stands for it where it is missing.
func or(v, missing float64) float64 {
	if §math.IsNaN(v) {
		return missing
	}
	return v
}`
	}
	image := loop.Feature{}
	tokens := loop.Feature{}
	for _, x := range e.features {
		if x.Type == loop.ImageFeature {
			image = x.Feature
		}
		if x.Type == loop.TokensFeature {
			tokens = x.Feature
		}
	}
	return append([]helper{
		{"coder", fmt.Sprintf(`// coder notes what cannot be encoded.
type coder struct {
	feature string // at work%s
	failed  int
	err     error
}

func (c *coder) fail(format string, args ...any) {
	if c.failed++; c.failed > 10 {
		return
	}
	%sc.err = §errors.Join(c.err, §fmt.Errorf("%s: feature %%q"+format, append([]any{c.feature}, args...)...))
}`, where, step, e.cfg.Package)},
		{"or(", or},
		{"c.number(", number},
		{"c.log1p(", `// log1p is the logarithm of 1+x.
func (c *coder) log1p(x float64) float64 {
	if x <= -1 {
		c.fail(": %v is too small for log1p", x)
		return 0
	}
	return log1pOf(x)
}`},
		{"c.standard(", `// standard scales a number to mean 0 and deviation 1.
func (c *coder) standard(s standard, x float64) float32 {
	return c.float32((x - s.Mean) / s.Deviation)
}`},
		{"c.minMax(", `// minMax scales a number to 0 to 1.
func (c *coder) minMax(s minMax, x float64) float32 {
	return c.float32((x - s.Min) / s.Range)
}`},
		{"c.float32(", `// float32 rounds a number.
func (c *coder) float32(x float64) float32 {
	if !(§math.Abs(x) <= §math.MaxFloat32) {
		c.fail(": %v is beyond the range of float32", x)
		return 0
	}
	return float32(x)
}`},
		{"c.some(", `// some takes a category that must be there.
func (c *coder) some(feature string, v *string) *string {
	if c.feature = feature; v == nil {
		c.fail(" is missing, and nothing stands for it")
	}
	return v
}`},
		{"c.known(", `// known is the slot of a category that must be one of those known.
func (c *coder) known(feature string, v *categories, category *string) int {
	c.feature = feature
	if category == nil {
		c.fail(" is missing, and nothing stands for it")
		return 0
	}
	i, ok := v.find(*category)
	if !ok {
		c.fail(": %.80q is none of the %d categories known", *category, len(v.index))
	}
	return i
}`},
		{".slot(", `// slot is the slot of a category, 0 for one that is missing or unknown.
func (v *categories) slot(category *string) int {
	if category == nil {
		return 0
	}
	i, _ := v.find(*category)
	return i
}`},
		{"oneHot(", `// oneHot sets one value to 1 and the others to 0.
func oneHot(dst []float32, slot int) {
	clear(dst)
	dst[slot] = 1
}`},
		{"c.date(", `// date takes a date that must be there.
func (c *coder) date(feature string, v *§time.Time) §time.Time {
	if c.feature = feature; v == nil {
		c.fail(" is missing, and nothing stands for it")
		return §time.Time{}
	}
	return *v
}`},
		{"cyclic(", `// cyclic is a place on a circle: the sine and cosine of the part of a period
// that has passed. They are computed from the nearest eighth of the circle, with
// the first terms of their series.
func cyclic(passed, period int) (sin, cos float32) {
	quarter := (8*passed + period) / (2 * period) // the nearest one
	angle := mul(§math.Pi/2, float64(4*passed-quarter*period)/float64(period))
	z := mul(angle, angle)
	` + horner("s", "z", sinTerms) + `
	` + horner("c", "z", cosTerms) + `
	s = mul(angle, s)
	switch quarter % 4 {
	case 1:
		s, c = c, -s
	case 2:
		s, c = -s, -c
	case 3:
		s, c = -c, s
	}
	return float32(s), float32(c)
}`},
		{"days(", `// days counts from the beginning of 1970, as the clock of the date shows it.
func days(date §time.Time) float64 {
	_, zone := date.Zone()
	return float64(date.Unix()+int64(zone)) / (24 * 60 * 60)
}`},
	}, slices.Concat(e.textHelpers(), tokenHelpers(tokens), imageHelpers(image), inspectHelpers(), e.wordHelpers())...)
}

// tokenHelpers cut lists of ids to size.
func tokenHelpers(x loop.Feature) []helper {
	known := "id := id\n"
	if x.NumWords > 0 {
		known = fmt.Sprintf("if id >= %d {\nid = %d // rare\n}\n", x.NumWords, x.OOVID)
	}
	check := `if id < 0 {
			c.fail(": id %d at position %d is negative", id, i)
			id = 0
		}
		` + strings.TrimPrefix(known, "id := id\n")
	cut := "ids = ids[len(ids)-n:]"
	if x.Truncating == "post" {
		cut = "ids = ids[:n]"
	}
	pad := "to = dst[n-len(ids):]"
	if x.Padding == "post" {
		pad = "to = dst"
	}
	last := "last"
	if x.Truncating == "post" {
		last = "first"
	}
	return []helper{
		{"c.tokens(", fmt.Sprintf(`// tokens cuts or fills a list of ids to the length of dst: of a long one the %s
// ids stay, and zeros stand %s those of a short one.
func (c *coder) tokens(dst []int32, feature string, ids []int32) {
	c.feature = feature
	clear(dst)
	n := len(dst)
	if len(ids) > n {
		%s
	}
	%s
	for i, id := range ids {
		%sto[i] = id
	}
}`, last, map[bool]string{true: "behind", false: "before"}[x.Padding == "post"], cut, strings.Replace(pad, "to =", "to :=", 1), check)},
		{"c.appendTokens(", fmt.Sprintf(`// appendTokens appends ids.
func (c *coder) appendTokens(dst []int32, feature string, ids []int32) []int32 {
	c.feature = feature
	for i, id := range ids {
		%sdst = append(dst, id)
	}
	return dst
}`, check)},
	}
}
