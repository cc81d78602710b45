package data

import (
	"errors"
	"fmt"
)

// ReadTokenRows reads a token file, as [ReadTokens] describes it, into memory:
// set fills the input and the target from each row and says what is wrong with
// them; it may keep the ids. The data set is [Indexed] and [Placed]. Up to ten
// mistakes are reported at once; a file without rows is an error.
func ReadTokenRows[X, Y any](path string, t TokenOptions, set func(x *X, y *Y, ids []int32, label float32) error, o ...ReadOption) (Dataset[X, Y], error) {
	f, err := openFile(path, collect(o))
	if err != nil {
		return nil, err
	}
	tokens, err := ReadTokens(f, path, t)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if tokens.Len() == 0 {
		return nil, noRows(path)
	}
	p := problems{name: path}
	m := &memory[X, Y]{x: make([]X, tokens.Len()), y: make([]Y, tokens.Len())}
	m.place = func(i int) string { return fmt.Sprintf("%s:%d", path, tokens.Line(i)) }
	for i := range m.x {
		if err := set(&m.x[i], &m.y[i], tokens.Row(i), tokens.Labels[i]); err != nil && !p.addOnce(m.place(i), err) {
			break
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return m, nil
}
