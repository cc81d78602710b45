package train

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"math"
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

// weightBlock is a block of parameters in a state: its bytes, which gob would
// otherwise encode one number at a time.
type weightBlock []float32

// GobEncode implements gob.GobEncoder.
func (w weightBlock) GobEncode() ([]byte, error) {
	b := make([]byte, 0, 4*len(w))
	for _, v := range w {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b, nil
}

// GobDecode implements gob.GobDecoder.
func (w *weightBlock) GobDecode(b []byte) error {
	if len(b)%4 != 0 {
		return fmt.Errorf("weights of %d bytes", len(b))
	}
	*w = make(weightBlock, len(b)/4)
	for i := range *w {
		(*w)[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return nil
}
