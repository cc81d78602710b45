package train

import (
	"fmt"

	"github.com/nngen-go/nngen/runtime/weights"
)

// carriedName is the tensor of a checkpoint that holds the states of stateful layers.
const carriedName = weights.TrainingPrefix + "carried"

// checkCarried reports a batch of n rows, or one out of the so many rows of an epoch
// that do not make whole batches (-1: not known), of a network with stateful layers.
func checkCarried(e Network, kind string, n, of int) error {
	c, ok := e.(Carrier)
	if !ok {
		return nil
	}
	size := c.CarriedRows()
	const why = "the network has stateful layers, whose row i goes on where row i of the batch before has ended"
	switch {
	case n != size:
		return fmt.Errorf("train: a %s batch has %d rows, and must have %d: %s, and its description has batches of %d", kind, n, size, why, size)
	case of > 0 && of%size != 0:
		return fmt.Errorf("train: %d %s rows make no whole batches of %d: %s; leave out %d rows", of, kind, size, why, of%size)
	}
	return nil
}

// restoreCarried brings the states of a checkpoint back.
func restoreCarried(e Network, file *weights.File) error {
	c, ok := e.(Carrier)
	if !ok {
		return nil
	}
	t := file.Tensor(carriedName)
	if t == nil || len(t.Data) != len(c.Carried()) {
		return fmt.Errorf("train: the states of its stateful layers are missing")
	}
	copy(c.Carried(), t.Data)
	return nil
}
