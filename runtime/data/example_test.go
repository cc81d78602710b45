package data_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/runtime/data"
)

func ExampleReadCSV() {
	file := strings.NewReader(`sepal_length,petal_length,species
5.1,1.4,setosa
6.3,6.0,virginica
`)
	t, err := data.ReadCSV(file, "iris.csv", data.CSVOptions{
		Columns: []string{"petal_length", "sepal_length"},
		Target:  "species",
		Classes: []string{"setosa", "versicolor", "virginica"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range t.Len() {
		fmt.Println(t.Row(i), t.Targets[i])
	}
	// Output:
	// [1.4 5.1] 0
	// [6 6.3] 2
}

func ExampleReadCSV_mistake() {
	file := strings.NewReader("sepal_length,species\n5.1,setosa\nabc,virginca\n")
	_, err := data.ReadCSV(file, "iris.csv", data.CSVOptions{
		Target:  "species",
		Classes: []string{"setosa", "virginica"},
	})
	fmt.Println(err)
	// Output:
	// iris.csv:3: column "sepal_length": "abc" is not a number
	// iris.csv:3: column "species": unknown class "virginca" (did you mean "virginica"?); the classes are "setosa", "virginica"
}

func ExampleReadTokens() {
	file := strings.NewReader("1\t1 14 22 25000\n0\t1 9\n")
	t, err := data.ReadTokens(file, "reviews.txt", data.TokenOptions{NumWords: 10000, OOVID: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range t.Len() {
		fmt.Println(t.Labels[i], t.Row(i))
	}
	// Output:
	// 1 [1 14 22 2]
	// 0 [1 9]
}

func ExampleSplit() {
	d := data.Slices([]int{1, 2, 3, 4, 5}, []string{"a", "b", "c", "d", "e"})
	train, validation, err := data.Split(d, 0.2)
	fmt.Println(train.Len(), validation.Len(), err)
	// Output: 4 1 <nil>
}

func ExampleReadRecords() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "train.csv")
	if err := os.WriteFile(path, []byte("plan,age,churned\nbasic,41,no\ngold,,yes\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	type row struct {
		age  float32
		plan string
	}
	columns := data.CSV{Columns: []string{"age", "plan", "churned"}}
	d, err := data.ReadRecords(path, columns, func(x *row, y *bool, r *data.Record) {
		if r.Text(0) == "" {
			x.age = -1 // missing
		} else {
			x.age = r.Number(0)
		}
		x.plan = r.Text(1)
		*y = r.Text(2) == "yes"
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range d.Rows(0) {
		fmt.Println(e.X, e.Y)
	}
	// Output:
	// {41 basic} false
	// {-1 gold} true
}

func ExampleCSV_Records() {
	table := data.CSV{Columns: []string{"b", "a"}}
	for r, err := range table.Records(strings.NewReader("a,b\n1,x\n2,y\n3\n"), "in.csv") {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(r.Line(), r.Text(0), r.Text(1))
	}
	// Output:
	// 2 x 1
	// 3 y 2
	// in.csv:4: 1 field, the header has 2
}

func ExampleMap() {
	d := data.Slices([]string{"1", "2", "x"}, []int{1, 0, 1})
	_, err := data.Map(d, func(dst *float64, x string) (err error) {
		*dst, err = strconv.ParseFloat(x, 64)
		return err
	})
	fmt.Println(err)
	// Output: row 2: strconv.ParseFloat: parsing "x": invalid syntax
}

func ExampleWindows() {
	type window [3]int
	series := data.Slices([]int{1, 2, 3, 4, 5, 6}, []int{10, 20, 30, 40, 50, 60})
	d, err := data.Windows(series, data.Series{Length: 3, Offset: 1, Stride: 1}, func(rows []int) *window {
		return (*window)(rows)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range d.Rows(0) {
		fmt.Println(e.X, e.Y)
	}
	// Output:
	// [1 2 3] 40
	// [2 3 4] 50
	// [3 4 5] 60
}

func ExampleVocabularyCounter() {
	var c data.VocabularyCounter
	for _, word := range strings.Fields("the film was the best of the year of film") {
		c.Add(word)
	}
	fmt.Println(c.Words(4))
	// Output: [the of film year]
}
