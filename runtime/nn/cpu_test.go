package nn

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestLevelNames(t *testing.T) {
	for l, want := range map[Level]string{Go: "go", AVX2: "avx2", AVX512: "avx512"} {
		if l.String() != want {
			t.Errorf("level %d is %q, want %q", l, l, want)
		}
	}
}

// The variable lowers and never raises.
func TestLowered(t *testing.T) {
	for _, c := range []struct {
		has  Level
		wish string
		want Level
	}{
		{AVX512, "", AVX512},
		{AVX512, "avx512", AVX512},
		{AVX512, "avx2", AVX2},
		{AVX512, "go", Go},
		{AVX2, "avx512", AVX2},
		{AVX2, "go", Go},
		{Go, "avx2", Go},
		{AVX512, "sse", AVX512},
	} {
		if got := lowered(c.has, c.wish); got != c.want {
			t.Errorf("lowered(%v, %q) = %v, want %v", c.has, c.wish, got, c.want)
		}
	}
}

// A program started with NNGEN_CPU runs at that level, if it has it.
func TestLevelOfTheEnvironment(t *testing.T) {
	if os.Getenv("NNGEN_TEST_PRINT_CPU") != "" {
		fmt.Printf("level %v\n", CPU())
		return
	}
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		return // no processes
	}
	for _, wish := range []string{"", "go", "avx2", "avx512"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestLevelOfTheEnvironment$")
		cmd.Env = append(os.Environ(), "NNGEN_TEST_PRINT_CPU=1", "NNGEN_CPU="+wish)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if want := "level " + lowered(detect(), wish).String() + "\n"; !strings.Contains(string(out), want) {
			t.Errorf("NNGEN_CPU=%s: %q, want %q", wish, out, want)
		}
	}
}

// On Linux the kernel lists what it supports: an independent reading of the
// same registers.
func TestDetect(t *testing.T) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || runtime.GOARCH != "amd64" || !machineCode {
		if detect() > Go && !machineCode {
			t.Errorf("level %v without machine code", detect())
		}
		return
	}
	var flags []string
	for line := range strings.Lines(string(text)) {
		if name, list, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			flags = strings.Fields(list)
			break
		}
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(flags, n) })
	}
	want := Go
	if has("avx", "avx2", "fma") {
		want = AVX2
	}
	if want == AVX2 && has("avx512f", "avx512dq", "avx512bw", "avx512vl") {
		want = AVX512
	}
	if got := detect(); got != want {
		t.Errorf("detect() = %v, the kernel's flags say %v", got, want)
	}
}
