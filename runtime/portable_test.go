package runtime

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// TestNoFusedProducts holds the runtime to the same bits on every processor: no
// product is added to something without being rounded, in what the compiler
// makes of it for arm64. Packages that draw and
// print are free to.
func TestNoFusedProducts(t *testing.T) {
	build := exec.Command("go", "build", "-gcflags=-S", "./data", "./internal/portable", "./metric", "./nn", "./optim", "./train", "./weights")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil || !regexp.MustCompile(`\sFMUL[SD]\s`).Match(out) {
		t.Fatalf("no listing: %v\n%.2000s", err, out)
	}
	for _, line := range regexp.MustCompile(`.*\sFN?M(ADD|SUB)[SD]\s.*`).FindAll(out, -1) {
		t.Errorf("%s", line)
	}
}
