package train

import (
	"io"
	"slices"

	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/weights"
)

// optimizerKey is where the metadata of a checkpoint without a position name the
// optimizer.
const optimizerKey = "optimizer"

// WriteBeginning writes a checkpoint of a training that was under way in another program:
// parameters and the state of the optimizer, but no place in the data. A training that
// goes on from it, see [BackupAndRestore], takes any rows in batches of any size and counts
// its epochs from the beginning. Meta is the metadata of the model's weights files.
func WriteBeginning(w io.Writer, meta map[string]string, params []weights.Tensor, o *optim.Optimizer) error {
	all := map[string]string{weights.KeyTraining: checkpointFormat, optimizerKey: o.Rule.Name()}
	for k, v := range meta {
		all[k] = v
	}
	_, err := weights.WriteTensors(w, all, append(slices.Clip(params), stateOf(o)...))
	return err
}

// stateOf are the tensors of the optimizer's state.
func stateOf(o *optim.Optimizer) (tensors []weights.Tensor) {
	segments, values := o.State()
	for _, s := range segments {
		tensors = append(tensors, weights.Tensor{Name: optimizerPrefix + s.Name, Shape: s.Shape, Data: s.Of(values)})
	}
	return tensors
}

// begins reports a checkpoint without a position.
func begins(file *weights.File) bool {
	return file.Meta[weights.KeyTraining] == checkpointFormat && file.Meta[optimizerKey] != "" && file.Tensor(positionName) == nil
}
