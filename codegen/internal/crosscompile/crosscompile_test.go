package crosscompile

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A product that is added without being rounded is seen in a listing, and one
// that is rounded is not; imports are those of the other processor.
func TestListing(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n\ngo 1.24\n",
		"a.go":   "package m\n\nimport \"math\"\n\nfunc fused(x, y, z float64) float64 { return math.Sqrt(x*y + z) }\n\nfunc rounded(x, y, z float64) float64 { return math.Floor(float64(x*y) + z) }\n",
		// Only the other processor has it.
		"a_arm64.go": "package m\n\nimport \"strings\"\n\nfunc arm(s string) string { return strings.ToUpper(s) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for processor, fused := range map[string]string{
		"GOOS=linux GOARCH=arm64":            `\sFMADDD\s`,
		"GOOS=linux GOARCH=amd64 GOAMD64=v3": `\sVFMADD\d+SD\s`,
	} {
		out, err := Listing(dir, []string{"GOWORK=off", "GOFLAGS="}, strings.Fields(processor), ".")
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(fused).FindAll(out, -1); len(found) != 1 {
			t.Errorf("%s: %d fused products in\n%s", processor, len(found), out)
		}
		if arm := strings.Contains(string(out), "m.arm STEXT"); arm != strings.Contains(processor, "arm64") {
			t.Errorf("%s: files for arm64: %v", processor, arm)
		}
	}
	if _, err := Listing(dir, nil, nil, "./absent"); err == nil {
		t.Error("a package that is absent is listed")
	}
}
