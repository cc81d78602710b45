package train

import (
	"bytes"
	"encoding/gob"
	"fmt"
)

// StatefulCallback is a callback whose memory is part of a checkpoint, so that
// a training that is resumed by [BackupAndRestore] goes on with it.
type StatefulCallback interface {
	Callback
	// SaveState returns what the callback remembers of the training so far.
	SaveState() ([]byte, error)
	// RestoreState, called after OnTrainBegin, goes on from it.
	RestoreState(state []byte) error
}

// encodeState writes the exported fields of a struct, floats to the last bit.
func encodeState(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

// decodeState reads what encodeState has written, which may come from anywhere.
func decodeState(state []byte, v any) error {
	if err := gob.NewDecoder(bytes.NewReader(state)).Decode(v); err != nil {
		return fmt.Errorf("the state cannot be read: %w", err)
	}
	return nil
}
