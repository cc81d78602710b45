package modeltest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// Encoder is what the tests of an encoding need to know of a package: F is its
// Features, I its Input.
type Encoder[F, I any] struct {
	Encode  func(dst *I, f F) error
	Inspect func(f F) (missing, unknown []string)
	Set     func(f *F, name, text string) error
	Row     func(i int) F // makes up a row
	Empty   F             // a row without values
	Fails   bool          // is it encoded? true: something must be there
	Names   []string      // of the features

	Known, Open []string // categories that must be known, and those that need not be
	Number      string   // a feature that words are no values of; "": there is none
	Missing     []string // texts that mean a missing value
	Allocates   bool     // it may
}

// Test runs the tests of an encoding.
func (e Encoder[F, I]) Test(t *testing.T) {
	u := &plainEncoder{
		input: reflect.TypeFor[I](),
		encodeOf: func(dst, f any) func() error {
			input, features := dst.(*I), f.(*F)
			return func() error { return e.Encode(input, *features) }
		},
		inspect: func(f any) (missing, unknown []string) { return e.Inspect(*f.(*F)) },
		setText: func(f any, name, text string) error { return e.Set(f.(*F), name, text) },
		row: func(i int) any {
			f := e.Row(i)
			return &f
		},
		empty: func() any {
			f := e.Empty
			return &f
		},
		fails: e.Fails, names: e.Names, known: e.Known, open: e.Open, number: e.Number, texts: e.Missing, allocates: e.Allocates,
	}
	u.test(t)
}

// plainEncoder is an Encoder without its types: rows and inputs are pointers.
type plainEncoder struct {
	input              reflect.Type
	encodeOf           func(dst, f any) (encode func() error)
	inspect            func(f any) (missing, unknown []string)
	setText            func(f any, name, text string) error
	row                func(i int) any
	empty              func() any
	names, known, open []string
	number             string
	texts              []string // that mean a missing value
	fails, allocates   bool
}

// encode encodes a row.
func (e *plainEncoder) encode(dst, f any) error { return e.encodeOf(dst, f)() }

func (e *plainEncoder) test(t *testing.T) {
	t.Run("Rows", e.rows)
	t.Run("Allocations", e.allocations)
	t.Run("Missing", e.missing)
	t.Run("Unknown", e.unknown)
	t.Run("Set", e.set)
}

// rows are encoded, and the same way again, to ids that are in range.
func (e *plainEncoder) rows(t *testing.T) {
	rows := makeTestList(e.input, 20, nil).all()
	for i, x := range rows {
		if err := e.encode(x, e.row(i)); err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		if x, ok := x.(interface{ Check() error }); ok && x.Check() != nil {
			t.Errorf("row %d: %v", i, x.Check())
		}
	}
	for i, x := range rows {
		again := freshValue(e.input)
		if err := e.encode(again, e.row(i)); err != nil || pointedText(again) != pointedText(x) {
			t.Errorf("row %d is %s, then %s, %v", i, pointedText(x), pointedText(again), err)
		}
	}
}

// pointedText prints what x points to.
func pointedText(x any) string { return fmt.Sprint(reflect.ValueOf(x).Elem()) }

func (e *plainEncoder) allocations(t *testing.T) {
	encode := e.encodeOf(freshValue(e.input), e.row(1))
	n := testing.AllocsPerRun(100, func() {
		if err := encode(); err != nil {
			t.Error(err)
		}
	})
	if n != 0 && !e.allocates {
		t.Errorf("Encode allocates %v times", n)
	}
}

func (e *plainEncoder) missing(t *testing.T) {
	missing, unknown := e.inspect(e.empty())
	if !slices.Equal(missing, e.names) || len(unknown) != 0 {
		t.Errorf("of a row without values %q are missing, %q unknown", missing, unknown)
	}
	if err := e.encode(freshValue(e.input), e.empty()); (err != nil) != e.fails {
		t.Errorf("a row without values: %v", err)
	}
}

func (e *plainEncoder) unknown(t *testing.T) {
	for _, name := range slices.Concat(e.known, e.open) {
		f := e.row(1)
		if err := e.setText(f, name, "never heard of"); err != nil {
			t.Fatal(err)
		}
		if _, unknown := e.inspect(f); !slices.Contains(unknown, name) {
			t.Errorf("%s is strange, and %q are unknown", name, unknown)
		}
		if err := e.encode(freshValue(e.input), f); (err != nil) != slices.Contains(e.known, name) {
			t.Errorf("a strange %s: %v", name, err)
		}
	}
}

func (e *plainEncoder) set(t *testing.T) {
	f := e.empty()
	if err := e.setText(f, "no such feature, surely", "1"); err == nil {
		t.Error("a feature that does not exist was set")
	}
	if e.number == "" {
		return
	}
	if err := e.setText(f, e.number, "twelve"); err == nil {
		t.Error("a word was taken")
	}
	f = e.row(0)
	for _, text := range e.texts {
		err := e.setText(f, e.number, text)
		if missing, _ := e.inspect(f); err != nil || !slices.Contains(missing, e.number) {
			t.Errorf("%q is not a missing value: %v", text, err)
		}
	}
}
