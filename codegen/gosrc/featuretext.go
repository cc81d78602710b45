package gosrc

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/ir/loop"
)

// textHelpers cut texts into words and look these up, as Keras's
// TextVectorization does.
func (e *emitter) textHelpers() []helper {
	var list []helper
	seen := map[string]bool{}
	for i := range e.features {
		x := &e.features[i]
		if x.Type == loop.TextFeature && !seen[x.words] {
			seen[x.words] = true
			list = append(list, helper{x.words + "(", wordsFunction(x)})
		}
	}
	return append(list,
		helper{"ngrams(", `// ngrams are the words themselves, then all runs of two successive ones, and so
// on up to the longest.
func ngrams(words §iter.Seq[[]byte], longest int) §iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var all []byte // the words, a space behind each
		var at []int   // where they begin
		for w := range words {
			at = append(at, len(all))
			all = append(append(all, w...), ' ')
		}
		count := len(at)
		at = append(at, len(all))
		for n := 1; n <= longest; n++ {
			for i := 0; i+n <= count; i++ {
				if !yield(all[at[i] : at[i+n]-1]) {
					return
				}
			}
		}
	}
}`},
		helper{".multiHot(", `// multiHot sets the value of every word that occurs to 1, value 0 for unknown
// ones.
func (v *vocabulary) multiHot(dst []float32, words §iter.Seq[[]byte]) {
	clear(dst)
	for w := range words {
		dst[v.index[string(w)]] = 1
	}
}`},
		helper{".count(", `// count counts the words, in value 0 the unknown ones.
func (v *vocabulary) count(dst []float32, words §iter.Seq[[]byte]) {
	clear(dst)
	for w := range words {
		dst[v.index[string(w)]]++
	}
}`},
		helper{".tfIDF(", `// tfIDF counts the words, in value 0 the unknown ones, each with its weight.
func (v *vocabulary) tfIDF(dst []float32, words §iter.Seq[[]byte], weights []float64) {
	clear(dst)
	for w := range words {
		i := v.index[string(w)]
		dst[i] += float32(weights[i])
	}
}`},
		helper{".ids(", `// ids cuts a text to the length of dst and fills it up with zeros.
func (v *vocabulary) ids(dst []int32, words §iter.Seq[[]byte]) {
	clear(dst)
	n := 0
	for w := range words {
		if n == len(dst) {
			return
		}
		dst[n] = v.id(w)
		n++
	}
}`},
		helper{".appendIDs(", `// appendIDs appends the ids of the words.
func (v *vocabulary) appendIDs(dst []int32, words §iter.Seq[[]byte]) []int32 {
	for w := range words {
		dst = append(dst, v.id(w))
	}
	return dst
}`},
		helper{"v.id(", `// id is the number of a word: 0 is padding, 1 an unknown word.
func (v *vocabulary) id(word []byte) int32 {
	if i, ok := v.index[string(word)]; ok {
		return int32(i)
	}
	return 1
}`})
}

// wordsFunction prints the function that cuts a text into words.
func wordsFunction(x *feature) string {
	lower := x.Standardize == "lower" || x.Standardize == "lower_and_strip_punctuation"
	strip := x.Standardize == "strip_punctuation" || x.Standardize == "lower_and_strip_punctuation"
	var how []string
	cases := ""
	if lower {
		how = append(how, "ASCII letters in lower case")
	}
	if strip {
		how = append(how, "without ASCII punctuation")
		cases += "case '!' <= r && r <= '/', ':' <= r && r <= '@', '[' <= r && r <= '`', '{' <= r && r <= '~': // left out\n"
	}
	if x.Split == "character" {
		doc := fmt.Sprintf("%s are the characters of a text, %s.", x.words, strings.Join(append(how, "each by itself"), ", "))
		if strip {
			cases += "continue\n"
		}
		if lower {
			cases += "case 'A' <= r && r <= 'Z':\nr += 'a' - 'A'\n"
		}
		if cases != "" {
			cases = "switch {\n" + cases + "}\n"
		}
		return docComment(doc) + fmt.Sprintf(`func %s(text string) §iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var buf [§utf8.UTFMax]byte
		for _, r := range text {
			%sif !yield(§utf8.AppendRune(buf[:0], r)) {
				return
			}
		}
	}
}`, x.words, cases)
	}
	doc := fmt.Sprintf("%s are the words of a text, %s.", x.words, strings.Join(append(how, "cut at white space"), ", "))
	cases = strings.NewReplacer("<= r", "<= b", "r <=", "b <=").Replace(cases)
	if lower {
		cases += "case 'A' <= b && b <= 'Z':\nword = append(word, b+'a'-'A')\n"
	}
	return docComment(doc) + fmt.Sprintf(`func %s(text string) §iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		text := §strings.ToValidUTF8(text, "\uFFFD")
		word := make([]byte, 0, 32)
		for i := range len(text) {
			switch b := text[i]; {
			case b == ' ' || '\t' <= b && b <= '\r':
				if len(word) > 0 && !yield(word) {
					return
				}
				word = word[:0]
			%sdefault:
				word = append(word, b)
			}
		}
		if len(word) > 0 {
			yield(word)
		}
	}
}`, x.words, cases)
}
