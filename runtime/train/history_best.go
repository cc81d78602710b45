package train

import "github.com/nngen-go/nngen/runtime/internal/chart"

// Best finds the epoch with the lowest val_loss, or without validation the
// lowest loss: its index in Epochs, and which figure it is. The index is -1
// where there is no finite one.
func (h *History) Best() (i int, figure string) {
	for _, figure := range []string{"val_loss", "loss"} {
		best := -1
		values := h.Column(figure)
		for i, v := range values {
			if chart.Drawable(v) && (best < 0 || v < values[best]) {
				best = i
			}
		}
		if best >= 0 {
			return best, figure
		}
	}
	return -1, ""
}
