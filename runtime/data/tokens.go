package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// TokenOptions says how [ReadTokens] treats rare words, as
// keras.datasets.imdb.load_data does.
type TokenOptions struct {
	// NumWords is the size of the vocabulary: ids of NumWords and above become
	// OOVID. 0: every id is kept.
	NumWords int
	// OOVID stands for the words outside the vocabulary.
	OOVID int
}

// Tokens holds token lists of any length, one after the other, and their labels.
type Tokens struct {
	Name    string
	Labels  []float32
	IDs     []int32
	Offsets []int // row i is IDs[Offsets[i]:Offsets[i+1]]
	lines   []int // of the file
}

// Len is the number of rows.
func (t *Tokens) Len() int { return len(t.Labels) }

// Row returns the ids of row i, 0 <= i < Len().
func (t *Tokens) Row(i int) []int32 {
	return t.IDs[t.Offsets[i]:t.Offsets[i+1]:t.Offsets[i+1]]
}

// Line is the line of the file that row i is on, 0 <= i < Len(), counted
// from 1.
func (t *Tokens) Line(i int) int { return t.lines[i] }

// maxLine bounds a line of a token file, in bytes.
const maxLine = 1 << 24

// OpenTokens reads the token file of that path, compressed with gzip or not.
func OpenTokens(path string, o TokenOptions) (*Tokens, error) {
	return open(path, func(r io.Reader, name string) (*Tokens, error) { return ReadTokens(r, name, o) })
}

// ReadTokens reads a text file with one row per line, a label, a tab and ids
// separated by spaces, compressed with gzip or not; name stands for it in
// errors:
//
//	1	1 14 22 16 43 530
//
// Labels that are not finite numbers and ids that are negative, not whole numbers
// or beyond int32 are errors that name the line; up to ten are reported at
// once.
func ReadTokens(r io.Reader, name string, o TokenOptions) (*Tokens, error) {
	if o.NumWords < 0 {
		return nil, fmt.Errorf("%s: num_words is %d", name, o.NumWords)
	}
	if o.OOVID < 0 || o.NumWords > 0 && o.OOVID >= o.NumWords {
		return nil, fmt.Errorf("%s: oov_id is %d, it must be an id from 0 to %d", name, o.OOVID, max(o.NumWords-1, 0))
	}
	b, err := plain(r, name)
	if err != nil {
		return nil, err
	}
	if b, err = newText(b, name, "", false); err != nil {
		return nil, err
	}
	t := &Tokens{Name: name, Offsets: []int{0}}
	p := problems{name: name}
	in := lineReader{b: b}
	for !p.full() {
		text, err := in.readLine(maxLine)
		if err == io.EOF {
			break
		}
		if err == errLongLine {
			p.add(in.lines+1, "the line is longer than %d bytes", maxLine)
			break
		}
		if err != nil {
			return nil, errors.Join(p.err(), textError(name, err))
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if problem := t.readLine(text, o); problem != "" {
			p.add(in.lines, "%s", problem)
			continue
		}
		t.lines = append(t.lines, in.lines)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// readLine adds a row, or says what is wrong with it.
func (t *Tokens) readLine(line []byte, o TokenOptions) (problem string) {
	label, ids, ok := bytes.Cut(line, []byte{'\t'})
	if !ok {
		return "no tab: a line is a label, a tab and ids separated by spaces"
	}
	v, problem := number(string(label))
	if problem != "" {
		return "label: " + problem
	}
	for at := 0; at < len(ids); {
		if blank(ids[at]) {
			at++
			continue
		}
		// A corpus holds millions of ids: digits are read here, and whatever
		// else there is gets its message from badID.
		from, n := at, int64(0)
		for at < len(ids) && ids[at]-'0' <= 9 && n <= math.MaxInt32 {
			n = 10*n + int64(ids[at]-'0')
			at++
		}
		if at < len(ids) && !blank(ids[at]) || n > math.MaxInt32 {
			for at < len(ids) && !blank(ids[at]) {
				at++
			}
			return badID(string(ids[from:at]))
		}
		if o.NumWords > 0 && n >= int64(o.NumWords) {
			n = int64(o.OOVID)
		}
		t.IDs = append(t.IDs, int32(n))
	}
	t.Labels = append(t.Labels, v)
	t.Offsets = append(t.Offsets, len(t.IDs))
	return ""
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// badID says why a text is not an id.
func badID(text string) (problem string) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && n < 0:
		return fmt.Sprintf("id %d is negative", n)
	case err == nil && n > math.MaxInt32 || errors.Is(err, strconv.ErrRange):
		return fmt.Sprintf("id %.40q is beyond the largest possible, %d", text, math.MaxInt32)
	}
	return fmt.Sprintf("id %.40q is not a whole number", text)
}
