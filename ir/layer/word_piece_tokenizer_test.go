package layer

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/nngen-go/nngen/runtime/encode"
)

// accentsTable is Go that the runtime has, which has no library for what it says.
var update = flag.Bool("update", false, "write runtime/encode/accents_table.go")

const accentsTable = "../../runtime/encode/accents_table.go"

// The runtime takes marks off every letter of Unicode as its canonical decomposition
// says, and has the table that this one writes with -update.
func TestAccents(t *testing.T) {
	var entries []string
	for r := rune(0); r <= unicode.MaxRune; r++ {
		var want strings.Builder
		for _, c := range norm.NFD.String(string(r)) {
			if !unicode.Is(unicode.Mn, c) {
				want.WriteRune(c)
			}
		}
		hangul := 0xAC00 <= r && r <= 0xD7A3
		if got := want.String(); got != string(r) && !hangul && !unicode.Is(unicode.Mn, r) && strings.TrimSpace(got) != "" {
			entries = append(entries, string(r)+got)
		}
		if got := string(encode.AppendUnaccented(nil, r)); got != want.String() && !unicode.IsSpace(r) && !*update {
			t.Fatalf("%U becomes %+q, want %+q", r, got, want.String())
		}
	}
	var b strings.Builder
	b.WriteString("package encode\n\n// accents is letters, each before what is left of it without its marks (Unicode " + norm.Version + "; written by TestAccents\n// of ir/layer).\nconst accents = \"\"")
	for list := range slices.Chunk(entries, 12) {
		fmt.Fprintf(&b, " +\n\t%s", strconv.QuoteToASCII(strings.Join(list, " ")+" "))
	}
	b.WriteByte('\n')
	if *update {
		if err := os.WriteFile(accentsTable, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(accentsTable); err != nil || string(got) != b.String() {
		t.Errorf("%s is not current (%v); write it with go test ./ir/layer -run TestAccents -update", accentsTable, err)
	}
}
