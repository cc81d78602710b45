// Package machine describes the processors that programs are planned for. Every
// number that a plan depends on (the sizes of caches, what one call of assembly
// may take, from what size on something is written otherwise) is a field here,
// so that tests plan for machines of a few bytes and find every cut, tail and
// share on shapes of a few elements. It is free of programs and of kernels.
package machine

// Machine is a processor as far as plans depend on it. Sizes are in bytes.
type Machine struct {
	// CallMulAdds and CallBytes bound one call of assembly, which the scheduler
	// cannot interrupt.
	CallMulAdds, CallBytes int
	// UnitMulAdds is the work that a worker takes at a time where a kernel
	// is shared by tiles.
	UnitMulAdds int
	// ShareMulAdds is the work of a step from which on a second worker pays.
	ShareMulAdds int

	// ArenaBytes is the arena that a training step should stay within: what the
	// micro-batch is chosen by.
	ArenaBytes int
	// PanelBytes is the most that a packed panel takes: it stays in the
	// second-level cache with what else is read.
	PanelBytes int
	// NearBytes is the size from which on a panel leaves the first-level
	// cache before it is read again.
	NearBytes int
	// CacheSets and CacheWays are the first-level cache's, of lines of 64 bytes;
	// some ways are left for the rest.
	CacheSets, CacheWays int
	// SumPoints is the most points that one accumulator adds up before its sum is
	// added to those of the other blocks.
	SumPoints int
	// KeptUses is how many products of a row a weight may take part in at most for
	// its packed copy to be kept between predictions, and KeptBytes is the memory of all
	// copies: they are read faster than made as long as they stay in a cache.
	KeptUses, KeptBytes int

	// WrittenTaps is how many taps of a clipped axis are written out at most, PoolTaps
	// how many of a pooling window, and PoolParts how many parts of an image with
	// taps of their own are.
	WrittenTaps, PoolTaps, PoolParts int

	// OwnKernels is how many kernel calls a step may take at most for every kernel
	// to be made for its sizes; layers of a larger network share them.
	OwnKernels int
}

// Server is what packages are made for: processors of the 2020s, with 32 KiB of
// first-level cache for data and 1 to 2 MiB of second-level cache a core. 2 M
// multiply-adds take about 30 µs.
func Server() Machine {
	return Machine{
		CallMulAdds:  2 << 20,
		CallBytes:    512 << 10,
		UnitMulAdds:  2 << 20 / 6,
		ShareMulAdds: 1 << 20,
		ArenaBytes:   2 << 20,
		PanelBytes:   208 << 10,
		NearBytes:    24 << 10,
		CacheSets:    64,
		CacheWays:    10, // of twelve
		SumPoints:    1024,
		KeptUses:     256,
		KeptBytes:    256 << 20,
		WrittenTaps:  11,
		PoolTaps:     64,
		PoolParts:    36,
		OwnKernels:   120,
	}
}

// Turns is how many turns of a loop fit one call if each takes so many
// multiply-adds and touches so many bytes; 0: not even one.
func (m Machine) Turns(mulAdds, bytes int) int {
	return min(m.CallMulAdds/max(1, mulAdds), m.CallBytes/max(1, bytes))
}

// LineFloats is a cache line in float32s.
const LineFloats = 16
