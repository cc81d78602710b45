package machine

// Tiny lists machines for tests, so small that shapes of a few elements take every cut,
// tail, share and packing that plans have.
func Tiny() []Machine {
	return []Machine{
		// Panels of a few points, calls of a tile or two.
		{CallMulAdds: 4096, CallBytes: 16 << 10, UnitMulAdds: 256, ShareMulAdds: 1, ArenaBytes: 256, PanelBytes: 512, NearBytes: 256,
			CacheSets: 4, CacheWays: 2, SumPoints: 4, KeptUses: 256, KeptBytes: 1 << 20, WrittenTaps: 2, PoolTaps: 3, PoolParts: 4},
		// Panels of two points, everything written out that can be.
		{CallMulAdds: 1024, CallBytes: 6 << 10, UnitMulAdds: 64, ShareMulAdds: 1, ArenaBytes: 4 << 10, PanelBytes: 128, NearBytes: 64,
			CacheSets: 2, CacheWays: 1, SumPoints: 2, KeptUses: 16, KeptBytes: 4 << 10, WrittenTaps: 11, PoolTaps: 64, PoolParts: 36},
		// Long panels, short calls.
		{CallMulAdds: 2048, CallBytes: 4 << 10, UnitMulAdds: 512, ShareMulAdds: 1, ArenaBytes: 1 << 10, PanelBytes: 4 << 10, NearBytes: 1 << 10,
			CacheSets: 64, CacheWays: 10, SumPoints: 64, KeptUses: 4, KeptBytes: 1 << 20, WrittenTaps: 4, PoolTaps: 9, PoolParts: 9},
	}
}
