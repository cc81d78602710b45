package spec

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
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

// TestSchemaSays holds descriptions to their properties: what two properties
// share must not carry the description of either.
func TestSchemaSays(t *testing.T) {
	var root any
	if err := json.Unmarshal(Schema(testCatalog()), &root); err != nil {
		t.Fatal(err)
	}
	at := func(path string) any {
		node := root
		for key := range strings.SplitSeq(path, "/") {
			switch n := node.(type) {
			case map[string]any:
				node = n[key]
			case []any:
				i, err := strconv.Atoi(key)
				if err != nil { // of the alternative that has the property
					i = slices.IndexFunc(n, func(a any) bool { return a.(map[string]any)["properties"].(map[string]any)[key] != nil })
				}
				node = n[i]
			}
		}
		return node
	}
	for path, want := range map[string]any{
		"train/description":                                                 "The rows to train on. Settings beside the files hold for test and validation too.",
		"test/description":                                                  "The rows to test on: files of the same kind, or the last fraction of the rows of train.",
		"validation/description":                                            "The rows to measure training on, of the same kind, in place of fit: validation_split.",
		"train/anyOf/csv/properties/csv/description":                        "A table with a header line; .gz may follow.",
		"test/anyOf/csv/properties/csv/description":                         "A table with a header line; .gz may follow.",
		"train/anyOf/idx/properties/idx/description":                        "Images and labels as MNIST has them; .gz may follow.",
		"train/anyOf/idx/properties/idx/anyOf/1/items":                      map[string]any{"type": []any{"string", "number", "boolean"}, "minLength": 1.0},
		"train/anyOf/tokens/properties/tokens/description":                  "Lines of a label, a tab, and ids with spaces between them; .gz may follow.",
		"train/anyOf/text_dir/properties/text_dir/description":              "A folder with a folder of text files for every class.",
		"train/anyOf/ngrams/properties/ngrams/description":                  "The longest run of words that counts as one.",
		"train/anyOf/color/properties/color/description":                    "Three numbers per pixel, red, green and blue, or one.",
		"test/anyOf/8/properties/split/description":                         "This fraction of the rows of train, the last ones.",
		"target/anyOf/0/anyOf/0/properties/classes/description":             "The texts in the column, the first for class 0. A list is the name of a class and how else files write it.",
		"classes/description":                                               "For files other than csv: the names of the classes, the first for 0. Of text_dir and image_dir they are the names of the folders.",
		"features/additionalProperties/anyOf/0/description":                 "A number.",
		"features/additionalProperties/anyOf/3/properties/type/description": "A column of texts.",
	} {
		if got := at("properties/data/properties/" + path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
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
