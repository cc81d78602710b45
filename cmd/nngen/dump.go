package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/diag"
)

// printStages prints the stages that --dump names: "all", one by its whole name
// ("train/fuse"), those of one program ("train") or of one pass ("fuse").
func (o *generateOptions) printStages(cmd *cobra.Command) error {
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	set, err := o.settings(cmd)
	if err != nil {
		return err
	}
	var stages []string
	var text strings.Builder
	found := false
	dump := func(stage, dump string) {
		if !slices.Contains(stages, stage) {
			stages = append(stages, stage)
		}
		if o.dump == "all" || slices.Contains(aliases(stage), o.dump) {
			found = true
			fmt.Fprintf(&text, "== %s\n%s\n\n", stage, strings.TrimRight(dump, "\n"))
		}
	}
	net, err := network.Compile(ctx, o.model, set, dump)
	if err == nil {
		var list string
		if list, err = kernelText(net, o.predictOnly); err == nil {
			dump("kernels", list)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // the stages may be at work yet
	}
	// What came before a mistake is worth seeing.
	if _, writeErr := io.WriteString(w, text.String()); err == nil {
		err = writeErr
	}
	if err != nil {
		return err
	}
	if !found {
		return usagef(cmd, "--dump: there is no stage %s%s\nstages: all, %s", diag.Quote(o.dump), diag.DidYouMean(o.dump, stages), strings.Join(stages, ", "))
	}
	return nil
}

// kernelText lists the kernels of the package, with their shares of the operations and the
// levels that they have machine code for.
func kernelText(n *network.Network, predictOnly bool) (string, error) {
	kernels, err := codegen.Kernels(n.Program, codegen.Config{PredictOnly: predictOnly || !n.Trains()})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, k := range kernels {
		where := strings.Join(k.Levels, ", ")
		if where == "" {
			where = "portable at every level"
		}
		fmt.Fprintf(&b, "%6.1f %%  %-40s %s\n", 100*k.Share, k.Name, where)
	}
	return b.String(), nil
}

// aliases are the names that a stage goes by.
func aliases(stage string) []string {
	names := []string{stage}
	if plan, pass, ok := strings.Cut(stage, "/"); ok {
		names = append(names, plan, pass)
	}
	return names
}
