package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Lines reads a text file line by line, compressed with gzip or not, in the
// encoding "utf-8", "latin-1", "windows-1252" or "utf-16", "" being the first;
// name stands for it in errors. A line comes without its end, which is "\n",
// "\r\n" or "\r". A line of more than 16 MiB is an error. The sequence ends after the
// first error.
func Lines(r io.Reader, name, encoding string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		b, err := plain(r, name)
		if err == nil {
			b, err = newText(b, name, encoding, encoding != "")
		}
		if err != nil {
			yield(Line{}, err)
			return
		}
		in := bufio.NewScanner(b)
		in.Buffer(make([]byte, 1<<16), maxLine)
		n := 0
		for in.Scan() {
			n++
			if !yield(Line{n, in.Text()}, nil) {
				return
			}
		}
		if err := in.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(Line{}, fmt.Errorf("%s:%d: the line is longer than %d bytes", name, n+1, maxLine))
		} else if err != nil {
			yield(Line{}, textError(name, err))
		}
	}
}

// Line is a line of a text file.
type Line struct {
	Number int // counted from 1
	Text   string
}
