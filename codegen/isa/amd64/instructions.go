package amd64

import (
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Instructions is what routines use of avo's build.Context. That has a method for
// each of 3,200 forms of instructions, all of which Routine, and every type that it is
// embedded in, would have again: compiling these methods would take longer than
// compiling everything else that prints machine code.
type Instructions interface {
	context
	general
	opmask
	vector
}

// context is what a function is apart from its instructions.
type context interface {
	AllocLocal(size int) operand.Mem
	Comment(lines ...string)
	Function(name string)
	GP32() reg.GPVirtual
	GP64() reg.GPVirtual
	Label(name string)
	Load(src gotypes.Component, dst reg.Register) reg.Register
	Param(name string) gotypes.Component
	Result() (*ir.File, error)
	Signature(s *gotypes.Signature)
}

// general are the instructions on general registers, and jumps. Parameters have the
// names that avo gives them: i for immediates, m for memory, r for registers.
type general interface {
	ADCQ(imr, mr operand.Op)
	ADDQ(imr, mr operand.Op)
	ANDQ(imr, mr operand.Op)
	CMOVQGT(mr, r operand.Op)
	CMOVQLT(mr, r operand.Op)
	CMPQ(mr, imr operand.Op)
	DECQ(mr operand.Op)
	IMUL3Q(i, mr, r operand.Op)
	IMULQ(ops ...operand.Op)
	INCQ(mr operand.Op)
	JCC(r operand.Op)
	JEQ(r operand.Op)
	JGE(r operand.Op)
	JL(r operand.Op)
	JLT(r operand.Op)
	JMP(mr operand.Op)
	JNZ(r operand.Op)
	JZ(r operand.Op)
	LEAQ(m, r operand.Op)
	MOVL(imr, mr operand.Op)
	MOVLQSX(mr, r operand.Op)
	MOVQ(imrx, mrx operand.Op)
	NEGQ(mr operand.Op)
	PREFETCHT0(m operand.Op)
	RET()
	SHLQ(ops ...operand.Op)
	SHRQ(ops ...operand.Op)
	SUBQ(imr, mr operand.Op)
	TESTQ(ir, mr operand.Op)
	XORL(imr, emr operand.Op)
	XORQ(imr, mr operand.Op)
}

// opmask are those on opmask registers.
type opmask interface {
	KMOVW(kmr, kmr1 operand.Op)
	KNOTW(k, k1 operand.Op)
}

// vector are those on vector registers. _BCST spreads an operand from memory, _Z
// makes lanes zero that a mask leaves out.
type vector interface {
	VADDPD(ops ...operand.Op)
	VADDPS(ops ...operand.Op)
	VADDPS_BCST(ops ...operand.Op)
	VADDSD(ops ...operand.Op)
	VANDNPS(ops ...operand.Op)
	VANDPS(ops ...operand.Op)
	VANDPS_BCST(ops ...operand.Op)
	VBLENDMPS(ops ...operand.Op)
	VBLENDMPS_BCST(ops ...operand.Op)
	VBLENDVPS(xy, mxy, xy1, xy2 operand.Op)
	VBROADCASTSD(ops ...operand.Op)
	VBROADCASTSS(ops ...operand.Op)
	VBROADCASTSS_Z(mx, k, yz operand.Op)
	VCMPPS(ops ...operand.Op)
	VCMPPS_BCST(ops ...operand.Op)
	VCVTDQ2PS(ops ...operand.Op)
	VCVTPD2PS(ops ...operand.Op)
	VCVTPD2PSY(ops ...operand.Op)
	VCVTPS2DQ(ops ...operand.Op)
	VCVTPS2PD(ops ...operand.Op)
	VCVTSI2SSQ(mr, x, x1 operand.Op)
	VDIVPD(ops ...operand.Op)
	VDIVPS(ops ...operand.Op)
	VDIVPS_BCST(ops ...operand.Op)
	VEXTRACTF128(i, y, mx operand.Op)
	VEXTRACTF32X8(ops ...operand.Op)
	VEXTRACTF64X4(ops ...operand.Op)
	VFMADD213PD(ops ...operand.Op)
	VFMADD213PS(ops ...operand.Op)
	VFMADD213PS_BCST(ops ...operand.Op)
	VFMADD231PD(ops ...operand.Op)
	VFMADD231PS(ops ...operand.Op)
	VFMADD231PS_BCST(ops ...operand.Op)
	VFPCLASSPSY(ops ...operand.Op)
	VFPCLASSPSZ(ops ...operand.Op)
	VGETEXPPS(ops ...operand.Op)
	VGETMANTPS(ops ...operand.Op)
	VINSERTF128(i, mx, y, y1 operand.Op)
	VINSERTF32X4(ops ...operand.Op)
	VINSERTF32X8(ops ...operand.Op)
	VINSERTI128(i, mx, y, y1 operand.Op)
	VMASKMOVPS(mxy, xy, mxy1 operand.Op)
	VMAXPD(ops ...operand.Op)
	VMAXPS(ops ...operand.Op)
	VMAXPS_BCST(ops ...operand.Op)
	VMINPD(ops ...operand.Op)
	VMINPS(ops ...operand.Op)
	VMINPS_BCST(ops ...operand.Op)
	VMOVAPS(ops ...operand.Op)
	VMOVAPS_Z(mxyz, k, mxyz1 operand.Op)
	VMOVD(mrx, mrx1 operand.Op)
	VMOVDQU(mxy, mxy1 operand.Op)
	VMOVDQU32(ops ...operand.Op)
	VMOVQ(mrx, mrx1 operand.Op)
	VMOVSD(ops ...operand.Op)
	VMOVSS(ops ...operand.Op)
	VMOVUPS(ops ...operand.Op)
	VMOVUPS_Z(mxyz, k, mxyz1 operand.Op)
	VMULPD(ops ...operand.Op)
	VMULPS(ops ...operand.Op)
	VMULPS_BCST(ops ...operand.Op)
	VORPS(ops ...operand.Op)
	VORPS_BCST(ops ...operand.Op)
	VPADDD(ops ...operand.Op)
	VPBLENDD(i, mxy, xy, xy1 operand.Op)
	VPCMPEQD(ops ...operand.Op)
	VPCMPEQD_BCST(ops ...operand.Op)
	VPERM2F128(i, my, y, y1 operand.Op)
	VPERMILPD(ops ...operand.Op)
	VPERMILPS(ops ...operand.Op)
	VPMINSD(ops ...operand.Op)
	VPMULUDQ(ops ...operand.Op)
	VPSHUFD(ops ...operand.Op)
	VPSLLD(ops ...operand.Op)
	VPSRAD(ops ...operand.Op)
	VPSRLD(ops ...operand.Op)
	VPSUBD(ops ...operand.Op)
	VPTERNLOGD(ops ...operand.Op)
	VPTERNLOGD_BCST(ops ...operand.Op)
	VPUNPCKLQDQ(ops ...operand.Op)
	VPXOR(mxy, xy, xy1 operand.Op)
	VPXORD(ops ...operand.Op)
	VRANGEPS(ops ...operand.Op)
	VRNDSCALEPD(ops ...operand.Op)
	VRNDSCALEPS(ops ...operand.Op)
	VROUNDPD(i, mxy, xy operand.Op)
	VROUNDPS(i, mxy, xy operand.Op)
	VSCALEFPS(ops ...operand.Op)
	VSHUFF32X4(ops ...operand.Op)
	VSHUFI32X4(ops ...operand.Op)
	VSQRTPS(ops ...operand.Op)
	VSUBPD(ops ...operand.Op)
	VSUBPS(ops ...operand.Op)
	VSUBPS_BCST(ops ...operand.Op)
	VUNPCKHPD(ops ...operand.Op)
	VUNPCKHPS(ops ...operand.Op)
	VUNPCKLPD(ops ...operand.Op)
	VUNPCKLPS(ops ...operand.Op)
	VXORPS(ops ...operand.Op)
	VXORPS_BCST(ops ...operand.Op)
	VZEROUPPER()
}
