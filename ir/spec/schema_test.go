package spec

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/ir/internal/golden"
)

func testCatalog() Catalog {
	type dense struct {
		Units int  `arg:"units,required,min=1" doc:"size of the output"`
		Act   Call `arg:"activation,of=activation" doc:"applied to the output"`
		Init  Call `arg:"kernel_initializer,of=initializer"`
	}
	type dropout struct {
		Rate float64 `arg:"rate,required,positional,min=0,max=1"`
		Seed *int64  `arg:"seed"`
	}
	type embedding struct {
		In   int    `arg:"input_dim,required,min=1"`
		Out  int    `arg:"output_dim,required,min=1"`
		Mode string `arg:"mode,oneof=a|b"`
	}
	type sgd struct {
		Rate float64 `arg:"learning_rate,above=0"`
	}
	return Catalog{
		Layers: []EntryDoc{
			{Name: "Flatten", Doc: "Makes one axis of all."},
			{Name: "Embedding", Doc: "Looks rows up.", Args: DocOf(embedding{Mode: "a"})},
			{Name: "Dense", Doc: "Multiplies by a matrix.", Args: DocOf(dense{Act: Call{Name: "linear"}})},
			{Name: "Dropout", Doc: "Sets values to zero.", Args: DocOf(dropout{})},
		},
		Activations: []EntryDoc{{Name: "relu"}, {Name: "linear"}},
		Optimizers:  []EntryDoc{{Name: "sgd", Args: DocOf(sgd{Rate: 0.01})}},
		Losses:      []EntryDoc{{Name: "mean_squared_error", Aliases: []string{"mse", "MSE"}}},
	}
}

func TestSchema(t *testing.T) {
	c := testCatalog()
	text := Schema(c)
	golden.File(t, "testdata/schema.json", string(text))
	if !json.Valid(text) {
		t.Error("the schema is not JSON")
	}
	slices.Reverse(c.Layers)
	slices.Reverse(c.Activations)
	if again := Schema(c); string(again) != string(text) {
		t.Error("the order of the catalog's lists changes the schema")
	}
}
