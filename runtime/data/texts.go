package data

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// mostTextBytes bounds a text file.
const mostTextBytes = 1 << 24

// ReadTexts reads a folder of text files into memory, dir/class/*.txt, the
// layout of the IMDB reviews (A. L. Maas et al., "Learning word vectors for
// sentiment analysis", ACL 2011) and of Keras's text_dataset_from_directory; set
// fills the input and the target from each. A class is its index in classes,
// the names of the folders; what is passed over besides is told to [PassedOver]. The rows come in a
// fixed order that looks random and depends on the names of the files alone.
// The data set is [Indexed] and [Placed]. A class without a folder or without a
// file, and a file that is not UTF-8, or what [Encoding] says, are errors; up to
// ten are reported at once.
func ReadTexts[X, Y any](dir string, classes []string, set func(x *X, y *Y, text string, class int), o ...ReadOption) (Dataset[X, Y], error) {
	s := &fileStream[X, Y]{options: collect(o)}
	s.files, s.err = listFolders(dir, classes, &textFiles, &s.options)
	s.read = func(x *X, y *Y, path string, class int) error {
		text, err := readText(path, s.options.encoding)
		if err == nil {
			set(x, y, text, class)
		}
		return err
	}
	return s.hold()
}

func readText(path, encoding string) (string, error) {
	b, err := readFile(path, mostTextBytes)
	if err != nil {
		return "", err
	}
	return DecodeText(b, path, encoding)
}

// DecodeText makes UTF-8 of a text in the encoding "utf-8", "latin-1",
// "windows-1252" or "utf-16", "" being the first; name stands for it in errors.
// Its lines end in "\n" then. What is not text in that encoding is an error that
// names the line and the column.
func DecodeText(b []byte, name, encoding string) (string, error) {
	t, err := newTextReader(bufio.NewReaderSize(bytes.NewReader(b), 4096), name, encoding, true)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.Grow(len(b))
	if _, err := io.Copy(&text, t); err != nil {
		return "", textError(name, err)
	}
	return text.String(), nil
}
