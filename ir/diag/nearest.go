package diag

import "github.com/nngen-go/nngen/runtime/nearest"

// DidYouMean gives `; did you mean "units"?` for the nearest known name, or ""
// when none is near: the usual end of an error about an unknown name.
func DidYouMean(name string, known []string) string {
	if near, ok := nearest.Of(name, known); ok {
		return "; did you mean " + Quote(near) + "?"
	}
	return ""
}

// Hint ends a sentence with the near name, where there is one.
func Hint(name string, known []string) string {
	if s := DidYouMean(name, known); s != "" {
		return s
	}
	return "."
}
