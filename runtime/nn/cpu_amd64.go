//go:build amd64 && !purego && !tinygo

package nn

import "unsafe"

// cpuid runs the instruction CPUID for a leaf and a sub-leaf.
//
//go:noescape
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)

// xgetbv reads XCR0, the register states that the operating system saves.
//
//go:noescape
func xgetbv() (eax, edx uint32)

// pause tells the processor n times that the caller is waiting for another
// core, for some 10 to 60 ns each.
//
//go:noescape
func pause(n int)

// prefetch fetches the cache lines of n bytes.
//
//go:noescape
func prefetch(p unsafe.Pointer, n int)

// detect asks the processor for its instructions and the operating system for
// the registers that it saves on a context switch: without the latter, using
// the former destroys data. Source: Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 1, sections 14.3, 14.5.3, 14.7.1 and 15.2 to 15.4.
func detect() Level {
	const (
		fma, osxsave, avx = 1 << 12, 1 << 27, 1 << 28 // leaf 1, ECX
		avx2              = 1 << 5                    // leaf 7, EBX, as the next
		f, dq, bw, vl     = 1 << 16, 1 << 17, 1 << 30, 1 << 31
		ymm               = 1<<1 | 1<<2 // XCR0: the states of xmm and ymm
		zmm               = ymm | 1<<5 | 1<<6 | 1<<7
	)
	if leaves, _, _, _ := cpuid(0, 0); leaves < 7 {
		return Go
	}
	_, _, has1, _ := cpuid(1, 0)
	if need := uint32(fma | osxsave | avx); has1&need != need {
		return Go
	}
	saved, _ := xgetbv()
	_, has7, _, _ := cpuid(7, 0)
	switch {
	case saved&ymm != ymm || has7&avx2 == 0:
		return Go
	case saved&zmm != zmm || has7&(f|dq|bw|vl) != f|dq|bw|vl:
		return AVX2
	}
	return AVX512
}
