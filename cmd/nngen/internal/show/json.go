package show

import (
	"encoding/json"
	"io"
)

// WriteJSON prints what a program is to read.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
