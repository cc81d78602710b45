package encode

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// stored is an encoding of the type E in a weights file.
type stored[E any] struct {
	ID       string `json:"id"`
	Features *E     `json:"features"`
}

// Document is what has been learned, as weights files carry it: JSON with the ID
// of the encoding. Its numbers must be finite.
func Document[E any](id string, learned *E) string {
	text, err := json.Marshal(stored[E]{id, learned})
	if err != nil {
		panic(err) // cannot be: Learn and Check have seen every part
	}
	return string(text)
}

// Digest is the SHA-256 of a document.
func Digest(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// ParseDocument reads a document. Hint ends the error of files that have none.
func ParseDocument[E any](text, sum, id, hint string) (*E, error) {
	if text == "" {
		return nil, errors.New("the file holds no encoding, which this model learns from its training rows: " + hint)
	}
	if sum != Digest(text) {
		return nil, errors.New("damaged: the encoding does not match its digest")
	}
	var read stored[E]
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		return nil, fmt.Errorf("the encoding: %w", err)
	}
	if read.ID != id || read.Features == nil {
		return nil, fmt.Errorf("the encoding is that of other features: %.16q, this package has %q", read.ID, id)
	}
	return read.Features, nil
}
