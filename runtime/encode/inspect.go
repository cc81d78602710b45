package encode

import (
	"iter"
	"slices"
)

// Findings are the features of a row that are missing, and those whose category,
// or every word, is unknown.
type Findings struct{ Missing, Unknown []string }

// Note takes what was found about a feature.
func (f *Findings) Note(feature string, missing, unknown bool) {
	if missing || unknown { // seldom, so that calls cost next to nothing
		f.note(feature, missing)
	}
}

func (f *Findings) note(feature string, missing bool) {
	if missing {
		f.Missing = with(f.Missing, feature)
	} else {
		f.Unknown = with(f.Unknown, feature)
	}
}

// with is a list with a feature, once: the steps of a series may all lack it.
func with(list []string, feature string) []string {
	if slices.Contains(list, feature) {
		return list
	}
	return append(list, feature)
}

// NoteWords takes what was found about the words of a feature.
func (f *Findings) NoteWords(feature string, v *Vocabulary, words iter.Seq[[]byte]) {
	missing := true
	for w := range words {
		missing = false
		if _, ok := v.index[string(w)]; ok {
			return
		}
	}
	f.Note(feature, missing, true)
}
