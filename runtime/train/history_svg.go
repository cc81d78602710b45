package train

import (
	"fmt"
	"io"

	"github.com/nngen-go/nngen/runtime/internal/chart"
)

// WriteSVG draws the record: one panel for the loss and one for every metric,
// each with its training and its validation curve over the epochs and the best
// epoch, see [History.Best]. The picture is self-contained and has a white
// background.
func (h *History) WriteSVG(w io.Writer) error {
	c := chart.Chart{Epochs: h.Epochs}
	c.Best, c.Figure = h.Best()
	for _, column := range h.Columns {
		c.Columns = append(c.Columns, chart.Column(column))
	}
	if _, err := io.WriteString(w, c.SVG()); err != nil {
		return fmt.Errorf("train: drawing the history: %w", err)
	}
	return nil
}
