package harness

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
)

// Numbers, and the elements of Lists and Rows, cross by their bits, little-endian and in
// base64: decimals of JSON have no NaN and no infinity. Float64 holds every value of int32
// and bool.
type (
	Numbers []float32
	Number  float32
	Lists   [][]float32
	Rows    [][]float64
)

func (n Numbers) MarshalJSON() ([]byte, error)     { return json.Marshal(bits(n)) }
func (n *Numbers) UnmarshalJSON(text []byte) error { return read((*[]float32)(n), text) }
func (n Number) MarshalJSON() ([]byte, error)      { return Numbers{float32(n)}.MarshalJSON() }
func (l Lists) MarshalJSON() ([]byte, error)       { return marshal(l) }
func (l *Lists) UnmarshalJSON(text []byte) error   { return unmarshal((*[][]float32)(l), text) }
func (l Rows) MarshalJSON() ([]byte, error)        { return marshal(l) }
func (l *Rows) UnmarshalJSON(text []byte) error    { return unmarshal((*[][]float64)(l), text) }

// bits are those of the numbers, one after another.
func bits[F float32 | float64](n []F) []byte {
	b, _ := binary.Append(nil, binary.LittleEndian, n) // which holds every slice of numbers
	return b
}

func (n *Number) UnmarshalJSON(text []byte) error {
	one := []float32{0}
	err := read(&one, text)
	*n = Number(one[0])
	return err
}

// read is the opposite of bits, in base64.
func read[F float32 | float64](to *[]F, text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, bytes.Trim(text, `"`))
	if err != nil || len(raw) == 0 {
		return err
	}
	*to = make([]F, len(raw)/binary.Size(F(0)))
	_, err = binary.Decode(raw, binary.LittleEndian, *to)
	return err
}

func marshal[F float32 | float64](lists [][]F) ([]byte, error) {
	list := make([][]byte, len(lists))
	for i, n := range lists {
		list[i] = bits(n)
	}
	return json.Marshal(list)
}

func unmarshal[F float32 | float64](to *[][]F, text []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*to = make([][]F, len(list))
	for i, text := range list {
		if err := read(&(*to)[i], text); err != nil {
			return err
		}
	}
	return nil
}
