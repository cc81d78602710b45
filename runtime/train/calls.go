package train

import "errors"

// call calls every callback outside the batch loop, where it may change the
// parameters.
func (f *fitting[X, Y]) call(method func(Callback, *State) error) error {
	if len(f.callbacks) == 0 {
		return nil
	}
	err := f.callEach(method)
	f.engine.Prepare()
	return err
}

// callEach calls every callback, even if one of them stops the training, and
// returns the first error that is not ErrStop, else ErrStop if there was one.
func (f *fitting[X, Y]) callEach(method func(Callback, *State) error) error {
	var stop error
	f.state.Step = f.session.Step
	for _, c := range f.callbacks {
		if err := method(c, &f.state); errors.Is(err, ErrStop) {
			stop = err
		} else if err != nil {
			return err
		}
	}
	return stop
}
