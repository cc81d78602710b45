package gosrc

import (
	"os"
	"strings"
	"testing"
)

// TestLikenessText holds the printed function to the one of package loop.
func TestLikenessText(t *testing.T) {
	src, err := os.ReadFile("../../ir/loop/likeness.go")
	if err != nil {
		t.Fatal(err)
	}
	body := func(text string) string {
		_, body, ok := strings.Cut(text, "(dst []byte, text string) []byte {")
		if !ok {
			t.Fatalf("no function in %s", text)
		}
		return strings.TrimSpace(body)
	}
	if got, want := strings.ReplaceAll(body(likenessText), "§", ""), body(string(src)); got != want {
		t.Errorf("printed:\n%s\n\npackage loop:\n%s", got, want)
	}
}
