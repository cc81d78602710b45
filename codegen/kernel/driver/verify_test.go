package driver_test

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/ir/machine"
)

// Calls that the scheduler would have to wait for too long are refused.
func TestVerify(t *testing.T) {
	for _, tt := range []struct {
		stub amd64.Stub
		want string
	}{
		{amd64.Stub{Name: "right", MulAdds: machine.Server().CallMulAdds, Bytes: machine.Server().CallBytes}, ""},
		{amd64.Stub{Name: "long", MulAdds: machine.Server().CallMulAdds + 1}, "a call of long takes 2097153 multiply-adds"},
		{amd64.Stub{Name: "large", Bytes: machine.Server().CallBytes + 1}, "a call of large touches 524289 bytes"},
	} {
		err := (&driver.Body{Stubs: []amd64.Stub{{Name: "other"}, tt.stub}}).Verify(machine.Server())
		if got := errorText(err); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.stub.Name, got, tt.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
