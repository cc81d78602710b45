package data

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestIntegers writes random whole numbers in every type of NPY and IDX, those of
// the ends of the types among them, and reads them without a difference.
func TestIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	types := map[string]func(b []byte, v int64) []byte{}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		sign := map[bool]string{true: ">", false: "<"}[order == binary.BigEndian]
		for _, kind := range "iu" {
			types[sign+string(kind)+"2"] = func(b []byte, v int64) []byte { return order.AppendUint16(b, uint16(v)) }
			types[sign+string(kind)+"4"] = func(b []byte, v int64) []byte { return order.AppendUint32(b, uint32(v)) }
			types[sign+string(kind)+"8"] = func(b []byte, v int64) []byte { return order.AppendUint64(b, uint64(v)) }
		}
		types[sign+"f4"] = func(b []byte, v int64) []byte { return order.AppendUint32(b, math.Float32bits(float32(v))) }
		types[sign+"f8"] = func(b []byte, v int64) []byte { return order.AppendUint64(b, math.Float64bits(float64(v))) }
	}
	types["|i1"] = func(b []byte, v int64) []byte { return append(b, byte(v)) }
	types["|u1"] = types["|i1"]
	idx := map[string]IDXType{"|u1": IDXUint8, "|i1": IDXInt8, ">i2": IDXInt16, ">i4": IDXInt32, ">f4": IDXFloat32, ">f8": IDXFloat64}
	for name, write := range types {
		low, high := int64(math.MinInt32), int64(math.MaxInt32)
		bits := 8 * int(name[2]-'0')
		switch {
		case name[1] == 'u':
			low = 0
			high = min(high, 1<<min(bits, 62)-1)
		case name[1] == 'i':
			low, high = max(low, -1<<(bits-1)), min(high, 1<<(bits-1)-1)
		case name == "<f4" || name == ">f4":
			low, high = -1<<24, 1<<24
		}
		var b []byte
		var want []int32
		for i := range 40 {
			v := []int64{low, high, 0, low + r.Int64N(high-low+1)}[min(i, 3)]
			want = append(want, int32(v))
			b = write(b, v)
		}
		a, err := ReadNPY(strings.NewReader(npyText(name, "(20, 2)")+string(b)), "a.npy")
		if err != nil {
			t.Fatal(name, err)
		}
		arrays := []Array{a}
		if kind, ok := idx[name]; ok {
			arrays = append(arrays, &IDX{Type: kind, Shape: []int{20, 2}, Data: b})
		}
		for _, a := range arrays {
			for i := range 20 {
				var got [2]int32
				if err := readIntegers(a, i, got[:]); err != nil || got != [2]int32(want[2*i:]) {
					t.Fatalf("%s, %T: row %d: %v (%v), want %v", name, a, i, got, err, want[2*i:2*i+2])
				}
				for k, v := range got {
					if text := a.(interface{ Text(i, k int) string }).Text(i, k); text != fmt.Sprint(v) {
						t.Fatalf("%s, %T: row %d: %s, want %d", name, a, i, text, v)
					}
				}
			}
		}
	}
}

// npyText is the header of a NumPy file.
func npyText(descr, shape string) string {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	return "\x93NUMPY\x01\x00" + string(rune(len(text))) + "\x00" + text
}

func TestIntegersErrors(t *testing.T) {
	u64 := func(v uint64) string { return string(binary.LittleEndian.AppendUint64(nil, v)) }
	f64 := func(v float64) string { return u64(math.Float64bits(v)) }
	const beyond = "; the largest whole number that is read is 2147483647, and the smallest -2147483648"
	for _, c := range []struct{ descr, value, want string }{
		{"<u8", u64(math.MaxUint64), "value 0 is 18446744073709551615" + beyond},
		{"<u8", u64(1 << 31), "value 0 is 2147483648" + beyond},
		{"<i8", u64(1 << 63), "value 0 is -9223372036854775808" + beyond},
		{"<i8", u64(9007199254740993), "value 0 is 9007199254740993" + beyond},
		{"<f8", f64(0.5), "value 0 is 0.5, where a whole number belongs"},
		{"<f8", f64(3.0000000001), "value 0 is 3.0000000001, where a whole number belongs"},
		{"<f8", f64(math.NaN()), "value 0 is NaN, where a whole number belongs"},
		{"<f8", f64(math.Inf(1)), "value 0 is +Inf, which is beyond the whole numbers that a float holds"},
		{"<f8", f64(3e9), "value 0 is 3000000000" + beyond},
		{"<f8", f64(1e300), "value 0 is 1e+300, which is beyond the whole numbers that a float holds"},
		{"|b1", "\x07", ""},
	} {
		a, err := ReadNPY(strings.NewReader(npyText(c.descr, "(1,)")+c.value), "a.npy")
		if err != nil {
			t.Fatal(err)
		}
		var dst [1]int32
		if err := a.Integers(0, dst[:]); c.want == "" && (err != nil || dst[0] != 1) || c.want != "" && fmt.Sprint(err) != c.want {
			t.Errorf("%s %q: %v, %v; want %s", c.descr, c.value, dst, err, c.want)
		}
	}
	if err := readIntegers(halves{}, 0, make([]int32, 1)); fmt.Sprint(err) != "value 0 is 0.5, where a whole number belongs" {
		t.Error(err)
	}
}

// halves is an array of a type that this package does not know.
type halves struct{}

func (halves) Len() int                 { return 1 }
func (halves) Width() int               { return 1 }
func (halves) Row(_ int, dst []float32) { dst[0] = 0.5 }

func TestRecordInteger(t *testing.T) {
	const beyond = "; the largest whole number that is read is 2147483647, and the smallest -2147483648"
	for text, want := range map[string]string{
		"16777217": "16777217", " -3 ": "-3", "2.0": "2", "1e3": "1000", "2147483647": "2147483647", "2.147.483.647": "2147483647", "2,0": "2", "1.777": "1777",
		"2,5": `"2.5" is not a whole number`, "2,0000000001": `"2.0000000001" is not a whole number`, "2147483648": "2147483648" + beyond, "99999999999999999999": `"99999999999999999999" is not a whole number`,
		" ": "the field is empty", "x": `"x" is not a number`, "NaN": `"NaN" is not a number`, "Inf": `"Inf" is not a whole number`, "1.7": `"1.7" is not grouped by thousands: the mark '.' comes before every three digits, as in 1.234.567`,
	} {
		c := CSV{Separator: ';'}
		if strings.Contains(text, ",") || strings.Contains(want, "grouped") || strings.Count(text, ".") > 1 || text == "1.777" {
			c.Decimal, c.Thousands = ',', '.'
		}
		got := ""
		err := c.read(strings.NewReader("a;b\n"+text+";1\n"), "t.csv", func(r *Record) bool { got = fmt.Sprint(r.Integer(0)); return true })
		if err != nil {
			got = strings.TrimPrefix(err.Error(), `t.csv:2: column "a": `)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
