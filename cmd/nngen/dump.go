package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/diag"
)

// printStages prints the stages that --dump names: "all", one by its whole name
// ("train/fuse"), those of one program ("train") or of one pass ("fuse").
func (o *generateOptions) printStages(cmd *cobra.Command) error {
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	var stages []string
	var text strings.Builder
	found := false
	_, err := compile(ctx, o.model, func(stage, dump string) {
		if !slices.Contains(stages, stage) {
			stages = append(stages, stage)
		}
		if o.dump == "all" || slices.Contains(aliases(stage), o.dump) {
			found = true
			fmt.Fprintf(&text, "== %s\n%s\n\n", stage, strings.TrimRight(dump, "\n"))
		}
	})
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

// aliases are the names that a stage goes by.
func aliases(stage string) []string {
	names := []string{stage}
	if plan, pass, ok := strings.Cut(stage, "/"); ok {
		names = append(names, plan, pass)
	}
	return names
}
