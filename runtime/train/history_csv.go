package train

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// WriteCSV writes the record as a table with one line per epoch, like Keras's
// CSVLogger:
//
//	epoch,accuracy,loss
//	0,0.81,0.44
func (h *History) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	record := []string{"epoch"}
	for _, c := range h.Columns {
		record = append(record, c.Name)
	}
	// csv.Writer keeps the first error until the end.
	_ = out.Write(record)
	for i, e := range h.Epochs {
		record = append(record[:0], strconv.Itoa(e))
		for _, c := range h.Columns {
			record = append(record, strconv.FormatFloat(c.Values[i], 'g', -1, 64))
		}
		_ = out.Write(record)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("train: writing the history: %w", err)
	}
	return nil
}
