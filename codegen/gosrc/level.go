package gosrc

import "github.com/nngen-go/nngen/codegen/asm"

// levelDecls prints how the level of the machine code is chosen, and returns
// what the levels are called. A trainable package asks the runtime; one that
// only predicts looks for itself.
func (e *emitter) levelDecls(f *file) map[asm.Level]string {
	if !e.cfg.PredictOnly {
		f.add(`// cpu is the set of instructions that the kernels are chosen for.
var cpu = §nn.CPU()`)
		return map[asm.Level]string{asm.AVX512: "§nn.AVX512", asm.AVX2: "§nn.AVX2"}
	}
	f.add(`// level is a set of instructions that kernels are written for.
type level uint8

const (
	portable level = iota // the Go bodies
	avx2                  // AVX2 and FMA
	avx512                // AVX-512 F, DQ, BW and VL
)

// cpu is the level that the kernels are chosen for. The environment variable
// NNGEN_CPU (go, avx2, avx512) may lower it, to reproduce the bits of another
// computer.
var cpu = min(supported(), allowed(§os.Getenv("NNGEN_CPU")))

func allowed(wish string) level {
	switch wish {
	case "go":
		return portable
	case "avx2":
		return avx2
	}
	return avx512
}

// supported asks the processor for its instructions, and the operating system
// for the registers that it keeps (Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 1, chapters 14 and 15).
func supported() level {
	const (
		fma, osxsave, avx  = 1 << 12, 1 << 27, 1 << 28
		avx2Bit            = 1 << 5
		avx512Bits         = 1<<16 | 1<<17 | 1<<30 | 1<<31 // F, DQ, BW, VL
		ymmState, zmmState = 0x06, 0xe6
	)
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return portable
	}
	_, _, basic, _ := cpuid(1, 0)
	if basic&(fma|osxsave|avx) != fma|osxsave|avx {
		return portable
	}
	state := xgetbv()
	_, extended, _, _ := cpuid(7, 0)
	switch {
	case state&ymmState != ymmState || extended&avx2Bit == 0:
		return portable
	case state&zmmState != zmmState || extended&avx512Bits != avx512Bits:
		return avx2
	}
	return avx512
}

func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)

func xgetbv() uint32`)
	return map[asm.Level]string{asm.AVX512: "avx512", asm.AVX2: "avx2"}
}
