package modeltest

import (
	"fmt"
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
	t.Run("Rows", e.rows)
	t.Run("Allocations", e.allocations)
	t.Run("Missing", e.missing)
	t.Run("Unknown", e.unknown)
	t.Run("Set", e.set)
}

// rows are encoded, and the same way again, to ids that are in range.
func (e Encoder[F, I]) rows(t *testing.T) {
	var list [20]I
	for i := range list {
		if err := e.Encode(&list[i], e.Row(i)); err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		if x, ok := any(&list[i]).(interface{ Check() error }); ok && x.Check() != nil {
			t.Errorf("row %d: %v", i, x.Check())
		}
	}
	for i, x := range list {
		var again I
		if err := e.Encode(&again, e.Row(i)); err != nil || fmt.Sprint(again) != fmt.Sprint(x) {
			t.Errorf("row %d is %v, then %v, %v", i, x, again, err)
		}
	}
}

func (e Encoder[F, I]) allocations(t *testing.T) {
	var x I
	f := e.Row(1)
	n := testing.AllocsPerRun(100, func() {
		if err := e.Encode(&x, f); err != nil {
			t.Error(err)
		}
	})
	if n != 0 && !e.Allocates {
		t.Errorf("Encode allocates %v times", n)
	}
}

func (e Encoder[F, I]) missing(t *testing.T) {
	missing, unknown := e.Inspect(e.Empty)
	if !slices.Equal(missing, e.Names) || len(unknown) != 0 {
		t.Errorf("of a row without values %q are missing, %q unknown", missing, unknown)
	}
	if err := e.Encode(new(I), e.Empty); (err != nil) != e.Fails {
		t.Errorf("a row without values: %v", err)
	}
}

func (e Encoder[F, I]) unknown(t *testing.T) {
	for _, name := range slices.Concat(e.Known, e.Open) {
		f := e.Row(1)
		if err := e.Set(&f, name, "never heard of"); err != nil {
			t.Fatal(err)
		}
		if _, unknown := e.Inspect(f); !slices.Contains(unknown, name) {
			t.Errorf("%s is strange, and %q are unknown", name, unknown)
		}
		if err := e.Encode(new(I), f); (err != nil) != slices.Contains(e.Known, name) {
			t.Errorf("a strange %s: %v", name, err)
		}
	}
}

func (e Encoder[F, I]) set(t *testing.T) {
	f := e.Empty
	if err := e.Set(&f, "no such feature, surely", "1"); err == nil {
		t.Error("a feature that does not exist was set")
	}
	if e.Number == "" {
		return
	}
	if err := e.Set(&f, e.Number, "twelve"); err == nil {
		t.Error("a word was taken")
	}
	f = e.Row(0)
	for _, text := range e.Missing {
		err := e.Set(&f, e.Number, text)
		if missing, _ := e.Inspect(f); err != nil || !slices.Contains(missing, e.Number) {
			t.Errorf("%q is not a missing value: %v", text, err)
		}
	}
}
