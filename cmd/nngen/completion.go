package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/diag"
)

// shells are those that completion can serve.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the script that completes command lines in a shell",
		Long: `completion prints a script for bash, zsh, fish or powershell. With it the shell
completes the names of commands, flags, descriptions and weights.`,
		Example: `  source <(nngen completion bash)                                   # this shell
  nngen completion bash >/etc/bash_completion.d/nngen               # every one
  nngen completion zsh >"${fpath[1]}/_nngen"
  nngen completion fish >~/.config/fish/completions/nngen.fish
  nngen completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef(cmd, "which shell? %s", strings.Join(shells, ", "))
			case len(args) > 1:
				return usagef(cmd, "one shell at a time: %s is too much", diag.Quote(args[1]))
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
			return usagef(cmd, "there is no script for %s%s It knows: %s", diag.Quote(args[0]), hint(args[0], shells), strings.Join(shells, ", "))
		},
	}
}

// hint ends a sentence with the near name, where there is one.
func hint(name string, known []string) string {
	if s := diag.DidYouMean(name, known); s != "" {
		return s
	}
	return "."
}

// completeFiles lets a shell complete the command's arguments with files of the
// extensions, and those of its flags that name files.
func completeFiles(cmd *cobra.Command, extensions ...string) {
	files := func(extensions ...string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return extensions, cobra.ShellCompDirectiveFilterFileExt
		}
	}
	folders := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	cmd.ValidArgsFunction = files(extensions...)
	for name, complete := range map[string]cobra.CompletionFunc{"weights": files("safetensors"), "data": folders, "tensorboard": folders} {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(fmt.Sprint("completion of --", name, ": ", err)) // registered twice
		}
	}
}
