package document

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	decimal = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
	hexa    = regexp.MustCompile(`^0x[0-9a-fA-F]+$`)
	float   = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	grouped = regexp.MustCompile(`^[-+]?[0-9]+([_'][0-9]+)+$`)
	leading = regexp.MustCompile(`^[-+]?0[0-9]+$`)
	based   = regexp.MustCompile(`^[-+]?0[ob][0-7]+$`)
)

// These stand for numbers that cannot be read.
var (
	someInt   = Value{Kind: Int, Int: 1}
	someFloat = Value{Kind: Float, Float: 0.5}
)

// scalar reads an unquoted YAML scalar by the core schema of YAML 1.2 (section
// 10.3). What readers of different YAML versions take for different numbers is
// a problem, said in words, and never a guess; v is then of the kind that was
// meant, so that one mistake is one error.
func scalar(s string) (v Value, problem string) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return Value{Kind: Null}, ""
	case "true", "True", "TRUE":
		return Value{Kind: Bool, Bool: true}, ""
	case "false", "False", "FALSE":
		return Value{Kind: Bool}, ""
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
		return someFloat, s + " is not a finite number"
	}
	switch {
	case decimal.MatchString(s):
		return integer(s, 10)
	case hexa.MatchString(s):
		return integer(s[2:], 16)
	case leading.MatchString(s):
		return someInt, "a number that begins with 0 means different things to different readers; write " + trimZeros(s) + `, or "` + short(s) + `" for a text`
	case grouped.MatchString(s):
		return someInt, "write the number " + short(s) + " without separators: " + short(strings.NewReplacer("_", "", "'", "").Replace(s))
	case based.MatchString(s):
		return someInt, "write the number " + short(s) + " in decimal digits"
	case float.MatchString(s):
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) {
			return someFloat, "the number " + short(s) + " is too large for a float"
		}
		if f == 0 {
			f = 0 // one zero: -0.0 is the same number
		}
		return Value{Kind: Float, Float: f}, ""
	}
	return Value{Kind: String, Str: s}, ""
}

func integer(digits string, base int) (Value, string) {
	n, err := strconv.ParseInt(digits, base, 64)
	if errors.Is(err, strconv.ErrRange) {
		return someInt, "the number " + short(digits) + " is too large: it does not fit into 64 bits"
	}
	return Value{Kind: Int, Int: n}, ""
}

func trimZeros(s string) string {
	sign := ""
	if s[0] == '-' || s[0] == '+' {
		sign, s = s[:1], s[1:]
	}
	s = strings.TrimLeft(s, "0")
	if s == "" {
		return "0"
	}
	return strings.TrimPrefix(sign, "+") + short(s)
}

// short cuts a long row of digits.
func short(s string) string {
	if len(s) > 24 {
		return s[:21] + "…"
	}
	return s
}
