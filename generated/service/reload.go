package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"time"

	"github.com/nngen-go/nngen/generated/adultpredict"
)

// snapshot is a model that never changes. A request works with one from
// beginning to end; a reload puts another in its place.
type snapshot struct {
	model   *adultpredict.Model
	weights string // the beginning of the SHA-256 of the file, or "embedded"
	state   fileState
}

// load reads a weights file. The bytes that are hashed are those that are read:
// the file may be replaced at any moment.
func load(path string) (*snapshot, error) {
	state := stateOf(path) // before it is read: what comes later is a change
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := adultpredict.Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return &snapshot{m, hex.EncodeToString(sum[:8]), state}, nil
}

// watch takes up every new state of the weights file until ctx ends. Save puts
// its files in place whole, so a file is either the old one or the new one; one
// that cannot be read is logged, and the model in use stays.
func (s *service) watch(ctx context.Context, path string, every time.Duration) {
	last := s.current.Load().state
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		now := stateOf(path)
		if now == last {
			continue
		}
		last = now
		if err := s.reload(path); err != nil {
			s.failedReloads.Add(1)
			slog.Warn("weights not taken up", "path", path, "error", err)
		}
	}
}

// reload swaps the model for that of the file.
func (s *service) reload(path string) error {
	next, err := load(path)
	if err != nil {
		return err
	}
	before := s.current.Swap(next)
	s.reloads.Add(1)
	slog.Info("weights taken up", "path", path, "weights", next.weights, "before", before.weights)
	return nil
}

// fileState tells one state of a file from the next.
type fileState struct {
	modified time.Time
	size     int64
}

func stateOf(path string) fileState {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}
	}
	return fileState{info.ModTime(), info.Size()}
}
