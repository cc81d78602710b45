package build

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/spec"
)

func header(t *testing.T, file string) *loop.Program {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	n, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return n.Header
}

func TestEncodings(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"../../testdata/models/iris.yaml", `encoding of csv, target "species", missing [""]
  number  "sepal_length"  input 0 at 0, 1 wide  missing error
  number  "sepal_width"   input 0 at 1, 1 wide  missing error
  number  "petal_length"  input 0 at 2, 1 wide  missing error
  number  "petal_width"   input 0 at 3, 1 wide  missing error
`},
		{"../../testdata/models/mnist.yaml", "encoding of idx\n"},
		{"../../testdata/models/imdb.yaml", `encoding of tokens
  tokens  "tokens"  input 0, any number  ids from 10000 on are 2
`},
		{"../spec/testdata/models/churn.yaml", `encoding of csv, separator ";", header ["age" "fare" "plan" "city" "joined" "seen" "review" "note" "a/b c" "churned" "w"], target "churned", weight "w", missing ["" "NA" "?" "-1"], spellings [["n" "0"] ["1"]]
  number    "age"     input 0 at 0, 1 wide   missing mean, scale standard
  number    "fare"    input 0 at 1, 1 wide   missing 0, scale log1p+min_max
  category  "plan"    input 0 at 2, 4 wide   missing "basic", encode one_hot, slots 4, oov, vocabulary ["basic" "2" "true"]
  category  "city"    input 1 at 0, 1 wide   missing most_frequent, encode integer, slots 500, oov
  category  "a/b c"   input 2 at 0, 1 wide   missing error, encode integer, slots 2, vocabulary ["a" "b"]
  date      "joined"  input 0 at 6, 5 wide   missing error, encode cyclic, format "2006-01-02", parts year+month+weekday
  date      "seen"    input 0 at 11, 2 wide  missing "01.01.00 00:00", encode number, format "02.01.06 15:04", parts days+hour
  text      "review"  input 3 at 0, 20 wide  encode integer, slots 1000, standardize lower_and_strip_punctuation, split whitespace, ngrams 1, length 20, padding pre, truncating post
  text      "note"    input 0 at 13, 3 wide  encode tf_idf, slots 3, vocabulary ["good" "very good"], standardize none, split whitespace, ngrams 2
`},
		{"../spec/testdata/models/series.yaml", `encoding of csv, target "passengers", missing [""], windows of 12 rows, target 1 behind, next 1 further
  number  "passengers"  input 0 at 0, 1 wide  missing error, scale standard
  date    "month"       input 0 at 1, 2 wide  missing error, encode cyclic, format "2006-01", parts month
`},
		{"../spec/testdata/models/reviews.yaml", `encoding of text_dir
  text  "text"  input 0 at 0, 200 wide  encode integer, slots 10000, standardize lower, split character, ngrams 1, length 200, padding post, truncating post
`},
		{"../spec/testdata/models/photos.yaml", `encoding of image_dir
  image  "image"  input 0 at 0, 768 wide  32x24x1
`},
		{"../spec/testdata/models/arrays.json", "encoding of npz, arrays [\"x_train\" \"y_train\"]\n"},
		{"../spec/testdata/models/house.yaml", "encoding of npz, target of the files, target of the files, classes [\"flat\" \"house\" \"farm\"], target same as \"rooms\", arrays [\"rooms\" \"readings\" \"price\" \"labels\"]\n"},
		{"../spec/testdata/models/repeat.yaml", "encoding of npy, target same as \"x\"\n"},
		{"../spec/testdata/models/groups.yaml", `encoding of csv, target ["lat" "lon"], target "kind", classes ["flat" "house"], target same as "rooms", missing [""]
  number    "area"    input 0 at 0, 1 wide  missing error, scale standard
  number    "height"  input 0 at 1, 1 wide  missing error, scale standard
  number    "doors"   input 1 at 0, 1 wide  missing error
  category  "north"   input 1 at 1, 3 wide  missing oov, encode one_hot, slots 3, oov, vocabulary ["a" "b"]
  category  "south"   input 1 at 4, 3 wide  missing oov, encode one_hot, slots 3, oov, vocabulary ["a" "b"]
`},
		{"../spec/testdata/models/ids.yaml", `encoding of tokens
  tokens  "tokens"  input 0 at 0, 20 wide  length 20, padding pre, truncating post, ids from 100 on are 1
`},
		{"../spec/testdata/models/adult.yaml", `encoding of csv, target "income", missing [""], spellings [["<=50K."] [">50K."]]
  number    "age"    input 2 at 0, 1 wide   missing error
  category  "plan"   input 2 at 1, 11 wide  missing oov, encode one_hot, slots 11, oov
  text      "notes"  input 1 at 0, 50 wide  encode multi_hot, slots 50, standardize lower_and_strip_punctuation, split whitespace, ngrams 1
  number    "x"      input 0 at 0, 1 wide   missing error
`},
	} {
		if got := header(t, tt.file).Encoding.String(); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.file, got, tt.want)
		}
	}
	if e := network(t, plain).Header.Encoding; e != nil {
		t.Errorf("without data: %v", e)
	}
}

// Columns name the values of an input.
func TestFields(t *testing.T) {
	series := header(t, "../spec/testdata/models/series.yaml")
	if got, want := strings.Join(series.Inputs[0].Fields, " "), "passengers month.month.sin month.month.cos"; got != want {
		t.Errorf("series: %s, want %s", got, want)
	}
	text := strings.Replace(columns, "income: {type: number}", "plan: {type: category, vocabulary: [basic, pro]}, city: {type: category, vocabulary: 2, oov: false}, joined: {type: date, encode: number}", 1)
	got := strings.Join(network(t, text).Header.Inputs[0].Fields, " ")
	if want := "age plan[unknown] plan=basic plan=pro city[0] city[1] joined.year joined.month joined.weekday"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	groups := header(t, "../spec/testdata/models/groups.yaml")
	for i, want := range []string{"lat lon", "kind", "area height"} {
		if got := strings.Join(groups.Targets[i].Fields, " "); got != want {
			t.Errorf("target %d: %s, want %s", i, got, want)
		}
	}
	churn := header(t, "../spec/testdata/models/churn.yaml")
	if f := churn.Inputs[0].Fields; f != nil {
		t.Errorf("a vector over words has names: %v", f)
	}
	if f := churn.Inputs[1].Fields; !slices.Equal(f, []string{"city"}) {
		t.Errorf("ids are called %v", f)
	}
	if f := header(t, "../../testdata/models/mnist.yaml").Inputs[0].Fields; f != nil {
		t.Errorf("pixels have names: %v", f)
	}
}

// What fit says of classes and callbacks reaches the program with the defaults
// that Keras has.
func TestFitSettings(t *testing.T) {
	h := network(t, columns+`fit: {stratify: true, validation_split: 0.2, steps_per_epoch: 7, class_weight: {"yes": 2.5}, callbacks: [EarlyStopping, {reduce_lr_on_plateau: {monitor: loss, patience: 0}}, terminate_on_nan, {early_stopping: {baseline: 0}}]}
`).Header.Training
	if !h.Stratify || h.StepsPerEpoch != 7 || !slices.Equal(h.ClassWeight, []float64{1, 2.5}) {
		t.Errorf("%+v", h)
	}
	var got []string
	for _, c := range h.Callbacks {
		got = append(got, c.Name)
		for _, a := range c.Args {
			got = append(got, " "+a.Name+"="+fmt.Sprint(a.Value))
		}
	}
	const want = "early_stopping monitor=val_loss min_delta=0 patience=0 mode=auto restore_best_weights=false start_from_epoch=0" +
		"reduce_lr_on_plateau monitor=loss factor=0.1 patience=1 mode=auto min_delta=0.0001 cooldown=0 min_lr=0" +
		"terminate_on_nan" +
		"early_stopping monitor=val_loss min_delta=0 patience=0 mode=auto baseline=0 restore_best_weights=false start_from_epoch=0"
	if s := strings.Join(got, ""); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
