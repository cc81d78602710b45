package data

// Side is an end of a sequence.
type Side int

// The ends of a sequence.
const (
	Pre  Side = iota // the beginning
	Post             // the end
)

// PadSequence sets dst to the ids, as Keras's pad_sequences: where there are
// more of them than dst holds, it cuts at the side truncating; where there are
// fewer, it fills up with 0 at the side padding.
func PadSequence(dst, ids []int32, padding, truncating Side) {
	if cut := len(ids) - len(dst); cut > 0 {
		if truncating == Pre {
			ids = ids[cut:]
		} else {
			ids = ids[:len(dst)]
		}
	}
	at := 0
	if padding == Pre {
		at = len(dst) - len(ids)
	}
	clear(dst[:at])
	clear(dst[at+copy(dst[at:], ids):])
}
