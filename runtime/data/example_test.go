package data_test

import (
	"fmt"
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
