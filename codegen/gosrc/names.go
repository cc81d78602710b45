package gosrc

import (
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// longest is how many characters of a user's name an identifier keeps.
const longest = 40

// words cuts a name that may hold anything into runs of letters and digits.
func words(s string) []string {
	n := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		n++
		return n > longest || r == unicode.ReplacementChar || !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r)
	})
}

// lower is a name as an unexported identifier: "hidden.pre" gives hiddenPre,
// "1st" layer1st.
func lower(s string) string {
	w := words(s)
	for i := range w {
		if i > 0 {
			w[i] = capital(w[i])
		}
	}
	id := small(strings.Join(w, ""))
	if id == "" || !unicode.IsLetter([]rune(id)[0]) || token.IsExported(id) {
		id = "layer" + id
	}
	return id
}

// upper is a name as an exported identifier.
func upper(s string) string {
	id := capital(lower(s))
	if !token.IsExported(id) { // letters without case
		id = "Layer" + id
	}
	return id
}

func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// small lowers the first letter, or all of an initial abbreviation: LSTM, URLs.
func small(s string) string {
	r := []rune(s)
	for i := range r {
		if !unicode.IsUpper(r[i]) || i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// PackageName turns any name into that of a package: ASCII letters in lower
// case and digits.
func PackageName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if ('a' <= r && r <= 'z' || b.Len() > 0 && '0' <= r && r <= '9') && b.Len() < longest {
			b.WriteRune(r)
		}
	}
	id := b.String()
	if id == "" || id == "main" || id == "internal" || id == "vendor" || token.IsKeyword(id) || predeclared.has(id) {
		id += "model"
	}
	return id
}

// names hands out identifiers, each once. A taken one is more than zero: of one
// that many have asked for, the number that the next bearer may get.
type names map[string]int

// take makes identifiers somebody's.
func (n names) take(ids ...string) {
	for _, id := range ids {
		n[id] = max(n[id], 1)
	}
}

func (n names) has(id string) bool { return n[id] > 0 }

// pick gives the identifier itself, or with the first suffix that makes it new.
func (n names) pick(id string) string {
	for i := 1; ; i++ {
		if i == crowd {
			i = max(i, n[id])
		}
		try := id
		if i > 1 {
			try = id + suffix(id, i)
		}
		if !n.has(try) && !token.IsKeyword(try) && !predeclared.has(try) {
			n.take(try)
			if i >= crowd {
				n[id] = i + 1
			}
			return try
		}
	}
}

// crowd is how many bearers of a name are looked for one by one.
const crowd = 16

// suffix tells the i-th bearer of a name apart: a number, or letters where the
// name ends in a digit already.
func suffix(id string, i int) string {
	if last := id[len(id)-1]; last < '0' || last > '9' {
		return strconv.Itoa(i)
	}
	s := ""
	for i--; i >= 0; i = i/26 - 1 {
		s = string(rune('A'+i%26)) + s
	}
	return s
}

// quote is a user's text as a Go string literal without the mark of code.
func quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "§", `\u00a7`) }

// mention is a user's text for a comment: quoted, on one line, not too long,
// and no build tag (for which go vet looks anywhere in a line).
// Its spaces are marked so that no line is broken within it.
func mention(s string) string {
	return strings.NewReplacer("§", `\u00a7`, "+build", `\x2bbuild`, " ", fixedSpace).Replace(diag.Quote(s))
}

// fixedSpace stands for a space at which no line is broken, until the file is
// rendered. Quoted text cannot hold it.
const fixedSpace = "\x1f"

// harmless matches names that need no quotes, whatever their length.
var harmless = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_./-]{0,79}$`)

// plain is a user's text for a comment without quotes, where it is harmless.
func plain(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	q := mention(s)
	if first, _ := utf8.DecodeRuneInString(s); q == `"`+s+`"` && unicode.IsLetter(first) && !strings.Contains(s, " ") {
		return s
	}
	return q
}

var predeclared = set(`any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32 float64 imag int int8 int16
	int32 int64 iota len make max min new nil panic print println real recover rune string true uint uint8 uint16 uint32 uint64 uintptr`)

// reserved are the identifiers that the emitted files declare or import
// themselves: nothing made from a user's name may shadow them.
var reserved = set(`a ai b c d e f g h i j k l m n o p q r s t u v w x y z Apply Batch Callback Class Classes Clone Dataset Embedded ErrStop Evaluate Example Fit FitConfig FitState
	BackupAndRestore CSVLogger EarlyStopping Freeze Frozen Funcs LearningRateScheduler ModelCheckpoint ReduceLROnPlateau StatefulCallback TensorBoard TerminateOnNaN Unfreeze
	Gradients History Input InputFrom InputsFrom LoadMatching LoadReport Model ModelID New NewOptimizer NopCallback Open OpenFS Option Optimizer Output Params ParseClass Predict PredictArenaBytes PredictBatch
	PredictBatchArenaBytes Read Result Rule Seed Slices Target TrainArenaBytes WeightedSlices adapter appendDistinct appendIDs arena backward batchRows
	bitset checkTarget compiled engine errors evaluate forward freeList header init main newEngine parse predict predictRow predictRows prepare
	regenerate_with_nngen AllowNonFinite rowScratch batchScratch segments tensor trainable weightsFile workspace share invTotal step ctx err out dst first key kernel
	float64s cfg offsets metadata count n0 r0 r1 i0 exp expm1 log log1p sqrt rsqrt tanh sigmoid erf pow abs sign floor where num
	params64 testing sample samples expected targets loaded newTest predictAll bits step64 float64s in64 fillInput fillTarget weightsOf embedded tensors
	readNamed truncated work cpu level portable avx2 avx512 cpuid xgetbv supported allowed Workers workFloats trainShare predictShare predictWhole networkAVX512 networkAVX2 i1 team part forwardF64 backwardF64 parseHeader entry maxHeader updateState rows rowsIn open checkIDs peak repeated withWorkers
	Features Step Value FeatureNames FeatureSet FeatureSlices ReadCSV StreamCSV ReadTexts ReadImages StreamImages ReadTokens ReadIDX ReadNPY ReadNPZ Adapt FitFeatures missingText
	setNumber setCategory setDate setTokens setTarget setRow setImage setSample setLabel unknownFeature errNotAdapted coder encoding encodingID parseEncoding standard minMax categories
	vocabulary finite learnWords weigh or oneHot cyclic days words ngrams between gray rgb steps withUnknown orOne targetColumn table series window spellings classOf madeUp
	encoded featureRow featureRows likeness likenesses alikeClasses learnCategories`)

func init() {
	for name := range imports {
		reserved.take(name)
	}
}

func set(list string) names {
	n := names{}
	for _, w := range strings.Fields(list) {
		n.take(w)
	}
	return n
}
