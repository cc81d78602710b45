package generated

import (
	"bytes"
	"context"
	"testing"

	"github.com/nngen-go/nngen/generated/adult"
	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/runtime/data"
)

// No data set is an error, not a panic.
func TestNoDataSet(t *testing.T) {
	m := adult.New(adult.Seed(1))
	if err := m.Adapt(nil); err == nil || err.Error() != "adult: Adapt: there is no data set" {
		t.Error(err)
	}
	if _, err := m.EvaluateFeatures(context.Background(), nil); err == nil {
		t.Error("EvaluateFeatures gives no error")
	}
	if _, err := m.FitFeatures(context.Background(), nil, adult.FitConfig{}); err == nil {
		t.Error("FitFeatures gives no error")
	}
}

// Rows that are read ahead of the training, as Encoded has them, give the bits of
// those that are read one by one.
func TestStreamReadAhead(t *testing.T) {
	const table = "../testdata/models/iris_train.csv"
	weights := func(encoded func(*iris.Model, iris.FeatureSet) (iris.Dataset, error)) []byte {
		m := iris.New(iris.Seed(1))
		set, err := encoded(m, iris.StreamCSV(table))
		if err != nil {
			t.Fatal(err)
		}
		if set.Len() >= 0 {
			t.Fatalf("%d rows are known before any has been read", set.Len())
		}
		if _, err := m.Fit(context.Background(), set, iris.FitConfig{Epochs: 3}); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	ahead := weights((*iris.Model).Encoded)
	plain := weights(func(m *iris.Model, d iris.FeatureSet) (iris.Dataset, error) { return data.Map(d, m.Encode) })
	if !bytes.Equal(ahead, plain) {
		t.Error("the weights differ")
	}
}
