package train

// feed hands out the training batches of an epoch. A pass over the rows is an
// epoch, unless epochs are counted in steps: then a pass goes on from one epoch
// to the next.
type feed struct {
	rows  source
	steps int // batches of an epoch; 0: until the rows end
	done  int // batches of this epoch handed out
	at    place
}

// place is where a pass over the training rows stands.
type place struct {
	Open  bool   // a pass is under way
	Epoch int    // in which it began
	Step  uint64 // at which it began: it selects the order of the rows
	Rows  int    // handed out
}

// begin starts an epoch.
func (f *feed) begin(epoch int, seed, step uint64) {
	f.done = 0
	if !f.at.Open {
		f.start(place{Open: true, Epoch: epoch, Step: step}, seed)
	}
}

func (f *feed) start(at place, seed uint64) {
	f.at = at
	f.rows.begin(at.Epoch, seed, at.Step)
}

// resume goes on where another feed stood after that many batches of an epoch.
func (f *feed) resume(at place, done int, seed uint64) error {
	f.at, f.done = at, done
	if !at.Open {
		return nil
	}
	f.start(at, seed)
	return f.rows.skip(at.Rows)
}

// next fills b with the rows that follow. It leaves it empty at the end of the
// epoch.
func (f *feed) next(b *batch, epoch int, seed, step uint64) error {
	b.n = 0
	if !f.at.Open || f.steps > 0 && f.done == f.steps {
		return nil
	}
	if err := f.rows.next(b); err != nil {
		return err
	}
	if b.n == 0 && f.done == 0 && f.at.Rows > 0 {
		// The pass of an earlier epoch ended with it, which only this showed.
		f.close()
		f.start(place{Open: true, Epoch: epoch, Step: step}, seed)
		if err := f.rows.next(b); err != nil {
			return err
		}
	}
	if b.n == 0 {
		f.close()
		return nil
	}
	f.at.Rows += b.n
	f.done++
	return nil
}

// end ends an epoch.
func (f *feed) end() {
	if f.steps == 0 || f.rows.len() >= 0 && f.at.Rows >= f.rows.len() {
		f.close()
	}
}

// close ends a pass.
func (f *feed) close() {
	if f.at.Open {
		f.rows.end()
	}
	f.at = place{}
}
