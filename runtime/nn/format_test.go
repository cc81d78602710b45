package nn

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"testing"
)

// The constant of a generated package type-checks for the formats that this
// runtime supports and for no others.
func TestFormatTripwire(t *testing.T) {
	pkg := types.NewPackage("generated", "generated")
	for name, value := range map[string]int64{"Format": Format, "OldestFormat": OldestFormat} {
		pkg.Scope().Insert(types.NewConst(token.NoPos, pkg, name, types.Typ[types.UntypedInt], constant.MakeInt64(value)))
	}
	for f := OldestFormat - 1; f <= Format+1; f++ {
		expr := fmt.Sprintf("uint(Format-(%d)) + uint((%d)-OldestFormat)", f, f)
		_, err := types.Eval(token.NewFileSet(), pkg, token.NoPos, expr)
		if supported := f >= OldestFormat && f <= Format; supported != (err == nil) {
			t.Errorf("format %d: supported %t, %s: %v", f, supported, expr, err)
		}
	}
}
