package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// shells are those that completion can serve.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the script that completes command lines in a shell",
		Long: `completion prints a script for bash, zsh, fish or powershell. With it the shell
completes the names of commands, flags, descriptions and weights, of layers and
optimizers, and the values of flags.`,
		Example: `  source <(nngen completion bash)                                   # this shell
  nngen completion bash >/etc/bash_completion.d/nngen               # every shell
  nngen completion zsh >"${fpath[1]}/_nngen"
  nngen completion fish >~/.config/fish/completions/nngen.fish
  nngen completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef(cmd, "which shell? %s", strings.Join(shells, ", "))
			case len(args) > 1:
				return usagef(cmd, "one shell at a time: unexpected argument %s", diag.Quote(args[1]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, w := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(w, true)
			case "zsh":
				return root.GenZshCompletion(w)
			case "fish":
				return root.GenFishCompletion(w, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(w)
			}
			return usagef(cmd, "there is no script for %s%s It knows: %s", diag.Quote(args[0]), diag.Hint(args[0], shells), strings.Join(shells, ", "))
		},
	}
}

// completeModel lets a shell complete the command's arguments with descriptions,
// and the values of its flags.
func completeModel(cmd *cobra.Command) {
	cmd.ValidArgsFunction = files("yaml", "yml", "json")
	for name, complete := range map[string]cobra.CompletionFunc{
		"weights": files("safetensors"), "data": folders, "tensorboard": folders,
		"optimizer": words(func([]string) []string { return kindCalled("optimizers").complete() }),
		"freeze":    words(layerNames),
		"set":       words(settingKeys),
		"format":    words(programs.FormatNames),
		"dump":      words(func([]string) []string { return append([]string{"all", "spec", "program", "kernels"}, pass.Names()...) }),
	} {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(fmt.Sprint("completion of --", name, ": ", err)) // registered twice
		}
	}
	output := folders
	switch cmd.Name() {
	case "plot":
		output = files("png", "svg")
	case "predict":
		output = files("csv", "jsonl")
	case "writeback":
		output = files("onnx")
	}
	if cmd.Flags().Lookup("output") != nil {
		if err := cmd.RegisterFlagCompletionFunc("output", output); err != nil {
			panic(fmt.Sprint("completion of --output: ", err)) // registered twice
		}
	}
}

// files completes with files of the extensions.
func files(extensions ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

func folders(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// words completes with a list that may depend on the arguments before.
func words(of func(args []string) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp
		var list []string
		for _, w := range of(args) {
			if strings.HasPrefix(w, begun) {
				list = append(list, w)
				if strings.HasSuffix(w, "=") || strings.HasSuffix(w, ".") {
					directive |= cobra.ShellCompDirectiveNoSpace
				}
			}
		}
		return list, directive
	}
}

// layerNames are the layers of the description that the command line names, those
// with weights of another one left out.
func layerNames(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	src, err := network.ReadDescription(args[0])
	if err != nil {
		return nil
	}
	m, err := spec.Parse(args[0], src)
	if err != nil {
		return nil
	}
	var names []string
	for i, name := range m.Names() {
		if m.Layers[i].Shared.Name == "" {
			names = append(names, name)
		}
	}
	return names
}

// settingKeys are the settings that --set may change, and the arguments of the
// description's optimizer.
func settingKeys(args []string) []string {
	keys := []string{"compile.optimizer="}
	var schema struct {
		Properties struct {
			Fit struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(spec.Schema(build.Catalog()), &schema); err != nil {
		panic(fmt.Sprint("the schema: ", err)) // which is ours
	}
	for name := range schema.Properties.Fit.Properties {
		keys = append(keys, "fit."+name+"=")
	}
	slices.Sort(keys)
	optimizer := "rmsprop"
	if len(args) > 0 {
		if src, err := network.ReadDescription(args[0]); err == nil {
			if m, err := spec.Parse(args[0], src); err == nil && m.Compile != nil {
				optimizer = m.Compile.Optimizer.Name
			}
		}
	}
	if e, ok := kindCalled("optimizers").find(optimizer); ok {
		for _, a := range e.Args {
			keys = append(keys, "compile.optimizer."+e.Name+"."+a.Name+"=")
		}
	}
	return keys
}
