package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

// TestAnswersPrinted has rows answered by programs for every kind of answer. The
// outputs are the rows themselves: 2, -1 and 0.25, or 2 alone; where they spell, negated.
func TestAnswersPrinted(t *testing.T) {
	for _, c := range []struct {
		units  int
		answer loop.Answer
		flags  string
		want   string
	}{
		{3, loop.Answer{Kind: loop.Labels, Classes: 3, Probabilities: loop.BySigmoid}, "", "row,a,b,c\n0,0.8807971,0.26894143,0.5621765\n"},
		{3, loop.Answer{Kind: loop.Labels, Classes: 3, Probabilities: loop.BySigmoid}, "-json", `{"row":0,"probabilities":{"a":0.8807971,"b":0.26894143,"c":0.5621765}}` + "\n"},
		{3, loop.Answer{Kind: loop.Labels, Classes: 3, Probabilities: loop.Given}, "", "row,a,b,c\n0,2,-1,0.25\n"},
		{3, loop.Answer{Kind: loop.Labels, Classes: 3}, "-json", `{"row":0,"values":{"a":2,"b":-1,"c":0.25}}` + "\n"},
		{3, loop.Answer{Kind: loop.Choice, Classes: 3, Probabilities: loop.BySoftmax}, "-all", "row,class,a,b,c\n0,a,0.8172866,0.040690303,0.14202312\n"},
		{3, loop.Answer{Kind: loop.Choice, Classes: 3}, "-json -all", `{"row":0,"class":"a","value":2,"values":{"a":2,"b":-1,"c":0.25}}` + "\n"},
		{3, loop.Answer{Kind: loop.Spelling, Classes: 3}, "", "row,labels\n0,b\n"},
		{3, loop.Answer{}, "", "row,out_0,out_1,out_2\n0,2,-1,0.25\n"},
		{1, loop.Answer{Kind: loop.Choice, Classes: 2, Probabilities: loop.BySigmoid}, "-json", `{"row":0,"class":"1","probability":0.8807971}` + "\n"},
		{1, loop.Answer{Kind: loop.Choice, Classes: 2}, "", "row,class,value\n0,1,2\n"},
		{1, loop.Answer{}, "-json", `{"row":0,"value":2}` + "\n"},
	} {
		t.Run(fmt.Sprint(c.units, c.answer.Kind, c.answer.Probabilities, c.flags), func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "m.yaml")
			src := fmt.Sprintf("inputs: {x: {shape: [%[1]d]}}\nlayers: [{Dense: {name: out, units: %[1]d, use_bias: false}}]\n", c.units)
			if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
				t.Fatal(err)
			}
			net, err := compile(t.Context(), file, nil)
			if err != nil {
				t.Fatal(err)
			}
			net.Program.Answer = c.answer
			if c.units == 3 {
				net.Program.Classes = []string{"a", "b", "c"}
			}
			program, err := compiled(t.Context(), net, programs.PredictSource)
			if err != nil {
				t.Fatal(err)
			}
			defer program.Close()
			identity := make([]float32, c.units*c.units)
			for i := range c.units {
				if identity[i*c.units+i] = 1; c.answer.Kind == loop.Spelling {
					identity[i*c.units+i] = -1
				}
			}
			path := filepath.Join(dir, "w.safetensors")
			if err := weights.Save(path, nil, []nn.Segment{{Name: "out/kernel", Shape: []int{c.units, c.units}}}, identity); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"-weights", path, "-format", "csv"}, strings.Fields(c.flags)...)
			cmd := program.Command(t.Context(), args...)
			cmd.Stdin = strings.NewReader(map[int]string{1: "2\n", 3: "2,-1,0.25\n"}[c.units])
			var out, failed bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &failed
			if err := cmd.Run(); err != nil || out.String() != c.want {
				t.Errorf("got  %s%s, %v\nwant %s", out.String(), failed.String(), err, c.want)
			}
		})
	}
}
