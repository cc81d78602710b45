package proto

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// kinds are other things that are found under the name of a model, by how they begin.
var kinds = []struct{ begin, what string }{
	{"version https://git-lfs.github.com", "this is a pointer of Git LFS, not the model; git lfs pull fetches it"},
	{"PK\x03\x04", "this is a zip archive; the model may be a file in it"},
	{"\x1f\x8b", "this is compressed by gzip; unpack it"},
	{"\x89HDF\r\n\x1a\n", "this is an HDF5 file, as Keras writes .h5"},
	{"<", "this is a page of HTML or XML, as a download that failed leaves it"},
}

// foreign says what a file is that is no model, where it can be told.
func foreign(b []byte) string {
	if len(b) == 0 {
		return "the file is empty"
	}
	for _, k := range kinds {
		if bytes.HasPrefix(b, []byte(k.begin)) {
			return k.what
		}
	}
	begin := b[:min(len(b), 40)]
	for len(begin) > 0 && !utf8.Valid(begin) && len(b) > len(begin) && len(begin) > 36 { // within a letter
		begin = begin[:len(begin)-1]
	}
	if utf8.Valid(begin) && bytes.IndexFunc(begin, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) < 0 {
		return fmt.Sprintf("this is text, no ONNX model: it begins with %q", begin)
	}
	return ""
}
