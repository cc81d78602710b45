package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/nngen-go/nngen/ir/diag"
)

// Arg is a named argument.
type Arg struct {
	Name  string
	Pos   diag.Pos // of the name
	Value Value
}

// Kind is what a Value holds.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

// Value is a value as written: exactly the field that Kind names is set.
type Value struct {
	Kind  Kind
	Bool  bool
	Int   int64
	Float float64 // finite
	Str   string
	List  []Value
	Map   []Arg // in source order, keys unique
	Pos   diag.Pos

	text    string // of an unquoted scalar that is not a String: as it is written
	problem string // what keeps text from being read as the number that it looks like
}

// Text is a text.
func Text(s string) Value { return Value{Kind: String, Str: s} }

// Whole is a whole number.
func Whole(n int) Value { return Value{Kind: Int, Int: int64(n)} }

// Object is a map.
func Object(entries ...Arg) Value { return Value{Kind: Map, Map: entries} }

// ListOf is a list.
func ListOf(items ...Value) Value { return Value{Kind: List, List: items} }

// Named is an entry of a map.
func Named(s string, v Value) Arg { return Arg{Name: s, Value: v} }

// TextList is a list of texts.
func TextList(list []string) Value { return MapList(list, Text) }

// JsonText quotes a text; what cannot be printed is escaped, also where JSON
// allows it.
func JsonText(s string) string {
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("spec: " + err.Error()) // a text: nothing that JSON cannot hold
	}
	var b strings.Builder
	for _, r := range strings.TrimSuffix(quoted.String(), "\n") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

// MapList is a list of what becomes of some things.
func MapList[T any](list []T, tree func(T) Value) Value {
	v := Value{Kind: List}
	for _, e := range list {
		v.List = append(v.List, tree(e))
	}
	return v
}
