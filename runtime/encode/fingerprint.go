package encode

// Factors of FarmHash.
const (
	farm0 = 0xc3a5c85c97cb3127
	farm1 = 0xb492b66fbe98f273
	farm2 = 0x9ae16a3b2f90404f
)

// letters are the bytes that are hashed.
type letters interface{ string | []byte }

// Fingerprint is FarmHash's Fingerprint64 of a text, by which TensorFlow's
// string_to_hash_bucket_fast puts it into a bin. Source: G. Pike, FarmHash,
// farmhashna::Hash64.
func Fingerprint[T letters](s T) uint64 {
	n := len(s)
	size := uint64(n)
	even := farm2 + 2*size
	switch {
	case n == 0:
		return farm2
	case n < 4:
		y := uint64(s[0]) + uint64(s[n/2])<<8
		z := size + uint64(s[n-1])<<2
		return mixed(y*farm2^z*farm0) * farm2
	case n < 8:
		return folded(size+uint64(word32(s, 0))<<3, uint64(word32(s, n-4)), even)
	case n <= 16:
		a, b := word(s, 0)+farm2, word(s, n-8)
		return folded(turned(b, 37)*even+a, (turned(a, 25)+b)*even, even)
	case n <= 64:
		return medium(s, even)
	}
	return long(s)
}

// medium is the fingerprint of 17 to 64 bytes.
func medium[T letters](s T, factor uint64) uint64 {
	n, first := len(s), uint64(farm1)
	if n > 32 {
		first = farm2
	}
	a, b := word(s, 0)*first, word(s, 8)
	c, d := word(s, n-8)*factor, word(s, n-16)*farm2
	y := turned(a+b, 43) + turned(c, 30) + d
	z := folded(y, a+turned(b+farm2, 18)+c, factor)
	if n <= 32 {
		return z
	}
	e, f := word(s, 16)*factor, word(s, 24)
	g, h := (y+word(s, n-32))*factor, (z+word(s, n-24))*factor
	return folded(turned(e+f, 43)+turned(g, 30)+h, e+turned(f+a, 18)+g, factor)
}

// long is the fingerprint of more than 64 bytes: whole blocks of 64, then the
// last 64 bytes once more.
func long[T letters](s T) uint64 {
	var v, w [2]uint64
	seed := uint64(81)
	x, y := seed*farm2+word(s, 0), seed*farm1+113
	z := mixed(y*farm2+113) * farm2
	round := func(at int, factor, w1, v0 uint64) {
		x = turned(x+y+v[0]+word(s, at+8), 37) * factor
		y = turned(y+v[1]+word(s, at+48), 42) * factor
		x ^= w1 * w[1]
		y += v0*v[0] + word(s, at+40)
		z = turned(z+w[0], 33) * factor
		v = weak(s, at, v[1]*factor, x+w[0])
		w = weak(s, at+32, z+w[1], y+word(s, at+16))
		z, x = x, z
	}
	end := (len(s) - 1) / 64 * 64
	for at := 0; at < end; at += 64 {
		round(at, farm1, 1, 1)
	}
	rest := (len(s) - 1) & 63
	factor := farm1 + z&0xff<<1
	w[0] += uint64(rest)
	v[0] += w[0]
	w[0] += v[0]
	round(end+rest-63, factor, 9, 9)
	return folded(folded(v[0], w[0], factor)+mixed(y)*farm0+z, folded(v[1], w[1], factor)+x, factor)
}

// weak mixes 32 bytes into two words.
func weak[T letters](s T, at int, a, b uint64) [2]uint64 {
	a += word(s, at)
	z := word(s, at+24)
	b = turned(b+a+z, 21)
	c := a
	a += word(s, at+8) + word(s, at+16)
	b += turned(a, 44)
	return [2]uint64{a + z, b + c}
}

func folded(u, v, factor uint64) uint64 {
	a := mixed((u ^ v) * factor)
	return mixed((v^a)*factor) * factor
}

func mixed(x uint64) uint64 { return x ^ x>>47 }

// turned rotates to the right.
func turned(x uint64, by uint) uint64 { return x>>by | x<<(64-by) }

func word32[T letters](s T, at int) uint32 {
	return uint32(s[at]) | uint32(s[at+1])<<8 | uint32(s[at+2])<<16 | uint32(s[at+3])<<24
}

func word[T letters](s T, at int) uint64 {
	return uint64(word32(s, at)) | uint64(word32(s, at+4))<<32
}

// sipHash is SipHash-2-4 of a text with a key of 128 bits, by which TensorFlow's
// string_to_hash_bucket_strong puts it into a bin. Source: J.-P. Aumasson, D. J.
// Bernstein, SipHash: a fast short-input PRF, 2012.
func sipHash[T letters](s T, key [2]uint64) uint64 {
	v := [4]uint64{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573}
	at := 0
	for ; at+8 <= len(s); at += 8 {
		v = sipRounds(v, word(s, at))
	}
	last := uint64(len(s)) << 56
	for i := range len(s) - at {
		last |= uint64(s[at+i]) << (8 * i)
	}
	v = sipRounds(v, last)
	v[2] ^= 0xff
	for range 4 {
		v = sipRound(v)
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3]
}

// sipRounds takes one word of the text.
func sipRounds(v [4]uint64, m uint64) [4]uint64 {
	v[3] ^= m
	v = sipRound(sipRound(v))
	v[0] ^= m
	return v
}

func sipRound(v [4]uint64) [4]uint64 {
	v[0] += v[1]
	v[2] += v[3]
	v[1] = turned(v[1], 51) ^ v[0]
	v[3] = turned(v[3], 48) ^ v[2]
	v[0] = turned(v[0], 32)
	v[2] += v[1]
	v[0] += v[3]
	v[1] = turned(v[1], 47) ^ v[2]
	v[3] = turned(v[3], 43) ^ v[0]
	v[2] = turned(v[2], 32)
	return v
}
