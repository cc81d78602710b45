package amd64

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Features writes the two instructions that tell what a processor is capable
// of, for packages that import nothing which knows:
//
//	func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
//	func xgetbv() (eax, edx uint32)
func (u *Unit) Features() error {
	c := build.NewContext()
	c.Function("cpuid")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)")
	c.Load(c.Param("leaf"), reg.EAX)
	c.Load(c.Param("subleaf"), reg.ECX)
	c.CPUID()
	for i, r := range []reg.Register{reg.EAX, reg.EBX, reg.ECX, reg.EDX} {
		c.Store(r, c.ReturnIndex(i))
	}
	c.RET()

	c.Function("xgetbv")
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func() (eax, edx uint32)")
	c.MOVL(operand.U32(0), reg.ECX)
	c.XGETBV()
	c.Store(reg.EAX, c.ReturnIndex(0))
	c.Store(reg.EDX, c.ReturnIndex(1))
	c.RET()

	f, err := c.Result()
	if err != nil {
		return err
	}
	u.functions = append(u.functions, f.Sections...)
	return nil
}
