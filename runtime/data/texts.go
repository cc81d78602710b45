package data

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// mostTextBytes bounds a text file.
const mostTextBytes = 1 << 24

// ReadTexts reads a folder of text files into memory, dir/class/*.txt, the
// layout of the IMDB reviews (A. L. Maas et al., "Learning word vectors for
// sentiment analysis", ACL 2011) and of Keras's text_dataset_from_directory; set
// fills the input and the target from each. A class is its index in classes,
// the names of the folders; other folders are passed over. The rows come in a
// fixed order that looks random and depends on the names of the files alone.
// The data set is [Indexed] and [Placed]. A class without a folder or without a
// file, and a file that is not UTF-8, are errors; up to ten are reported at
// once.
func ReadTexts[X, Y any](dir string, classes []string, set func(x *X, y *Y, text string, class int), o ...ReadOption) (Dataset[X, Y], error) {
	files, err := listFolders(dir, classes, []string{".txt"})
	s := &fileStream[X, Y]{files: files, err: err, options: collect(o)}
	s.read = func(x *X, y *Y, path string, class int) error {
		text, err := readText(path)
		if err == nil {
			set(x, y, text, class)
		}
		return err
	}
	return s.hold()
}

func readText(path string) (string, error) {
	b, err := readFile(path, mostTextBytes)
	if err != nil {
		return "", err
	}
	text := strings.TrimPrefix(string(b), "\uFEFF")
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			line := 1 + strings.Count(text[:i], "\n")
			return "", fmt.Errorf("%s:%d: byte %#x is not UTF-8", path, line, text[i])
		}
		i += size
	}
	return text, nil
}
