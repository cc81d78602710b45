package main

import (
	"bytes"
	"testing"
)

// Large files are announced on terminals alone: what reads the output of a command sees
// no lines that depend on sizes.
func TestAnnounce(t *testing.T) {
	if got, want := announcement("reading", "a.h5", 1234<<20), "reading a.h5 (1,234 MB) ..."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var b bytes.Buffer
	announce(&b, "reading", "a.h5", 1234<<20)
	if b.Len() > 0 {
		t.Errorf("a buffer is no terminal, and has %q", b.String())
	}
}
