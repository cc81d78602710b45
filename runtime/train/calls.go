package train

import (
	"errors"
	"slices"
)

// call calls every callback, even if one of them stops the training, which
// f.stop keeps. It returns the first error that is not ErrStop.
func (f *fitting) call(method func(Callback, *State) error) error {
	f.state.Step = f.session.Step
	for _, c := range f.callbacks {
		if err := method(c, &f.state); errors.Is(err, ErrStop) {
			f.stop = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// ordered returns the callbacks in the order in which they are called: those
// that record what the others have done come last.
func ordered(callbacks []Callback) []Callback {
	all := slices.Clone(callbacks)
	slices.SortStableFunc(all, func(a, b Callback) int { return rank(a) - rank(b) })
	return all
}

func rank(c Callback) int {
	if _, ok := c.(*BackupAndRestore); ok {
		return 1
	}
	return 0
}
