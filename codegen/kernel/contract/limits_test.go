package contract_test

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// Large contractions are cut into calls that are short enough, and every tile
// says how long its calls are.
func TestContractLimits(t *testing.T) {
	conv3 := conv{h: 56, w: 56, c: 256, kh: 3, kw: 3, o: 256, pad: 1}
	for name, k := range map[string]*loop.Contract{
		"dense": denseForward(4096, 4096, relued), "gradX": denseGradX(4096, 4096, true), "gradW": denseGradW(4096, 4096),
		"wide": denseForward(200000, 10, nil), "conv": conv3.forward(relued), "conv gradX": conv3.gradX(), "conv gradW": conv3.gradW(),
		"depthwise": conv3.depthwise(relued), "depthwise gradW": conv3.depthwiseGradW(),
	} {
		bodies, err := kernel.Bodies(driver.NewUnit(machine.Server()), driver.Request{Name: "kernel", Kernel: k, Operands: kerneltest.OperandsOf(k)})
		if err != nil || len(bodies) == 0 {
			t.Errorf("%s: %d bodies, %v", name, len(bodies), err)
		}
		for _, b := range bodies {
			for _, s := range b.Stubs {
				if strings.Contains(s.Name, "Tile") && (s.MulAdds == 0 || s.Bytes == 0) {
					t.Errorf("%s: %s does not say how long its calls are", name, s.Name)
				}
			}
		}
	}
}
