package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteJSON writes the record with the attribute names of Keras's History, one
// column per line:
//
//	{
//	  "epoch": [0, 1],
//	  "history": {
//	    "accuracy": [0.81, 0.86],
//	    "loss": [0.44, 0.3]
//	  }
//	}
//
// JSON has no NaN and no infinities: such a value is null.
func (h *History) WriteJSON(w io.Writer) error {
	b := []byte("{\n  \"epoch\": [")
	for i, e := range h.Epochs {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, int64(e), 10)
	}
	b = append(b, "],\n  \"history\": {"...)
	for i, c := range h.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(c.Name)
		if err != nil {
			return fmt.Errorf("train: writing the history: %w", err)
		}
		b = append(append(b, "\n    "...), name...)
		b = append(b, ": ["...)
		for j, v := range c.Values {
			if j > 0 {
				b = append(b, ", "...)
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendFloat(b, v, 'g', -1, 64)
			}
		}
		b = append(b, ']')
	}
	if len(h.Columns) > 0 {
		b = append(b, "\n  "...)
	}
	b = append(b, "}\n}\n"...)
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("train: writing the history: %w", err)
	}
	return nil
}

// MarshalJSON returns what [History.WriteJSON] writes.
func (h *History) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := h.WriteJSON(&b)
	return b.Bytes(), err
}
