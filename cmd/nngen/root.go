package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/nn"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "nngen",
		Short: "Compile neural networks into Go packages",
		Long: `nngen compiles the description of a neural network into a Go package that
predicts and trains that one network.

Results go to standard output, progress and errors to standard error, where the
last line suggests the next command.

Exit codes:
  0    it worked
  1    it failed: a mistake in the description, the data or the weights, a
       package that --check found not to be current, a file that cannot be written
  2    the command line is wrong; nothing was done
  130  interrupted with Ctrl-C`,
		Example: `  nngen init churn --data train.csv --target churned # a description to start from
  nngen fit churn.yaml                               # trains it: weights and history in ./churn-run
  nngen evaluate churn.yaml --weights churn-run/weights.safetensors
  nngen predict churn.yaml --weights churn-run/weights.safetensors new.csv
  nngen generate churn.yaml                          # writes the package ./churn`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	models := []*cobra.Command{generateCommand(), summaryCommand(), fitCommand(), evaluateCommand(), predictCommand(), plotCommand(), benchCommand(), exportCommand(), writebackCommand()}
	for _, c := range models {
		completeModel(c)
	}
	root.AddCommand(models...)
	root.AddCommand(initCommand(), importCommand(), verifyCommand(), layersCommand(), listCommand(), schemaCommand(), versionCommand(), completionCommand())
	root.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return usagef(root, "unknown command %s%s", diag.Quote(args[0]), diag.DidYouMean(args[0], commandNames(root)))
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		return usagef(root, "which command? %s", strings.Join(commandNames(root), ", "))
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand(root))
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return checkLevel(root) }
	return root
}

// helpCommand is cobra's, but for names that are not commands.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef(cmd, "one command at a time: unexpected argument %s", diag.Quote(args[1]))
			case len(args) == 1 && !slices.Contains(commandNames(root), args[0]):
				return usagef(cmd, "unknown command %s%s", diag.Quote(args[0]), diag.DidYouMean(args[0], commandNames(root)))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, _, err := root.Find(args)
			if err != nil {
				return err
			}
			cmd.InitDefaultHelpFlag() // so that it is among the flags
			return cmd.Help()
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(root), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// checkLevel reports a level of machine code that does not exist. Packages
// take it for none, for they must neither print nor fail.
func checkLevel(root *cobra.Command) error {
	wish := os.Getenv("NNGEN_CPU")
	levels := []string{nn.Go.String(), nn.AVX2.String(), nn.AVX512.String()}
	if wish != "" && !slices.Contains(levels, wish) {
		return usagef(root, "the environment variable NNGEN_CPU is %s%s It is one of: %s", diag.Quote(wish), diag.Hint(wish, levels), strings.Join(levels, ", "))
	}
	return nil
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// oneModel is the argument check of the commands that take a description.
func oneModel(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usagef(cmd, "which model? Give the description's file: %s model.yaml", cmd.CommandPath())
	case len(args) > 1:
		return usagef(cmd, "one model at a time: unexpected argument %s", diag.Quote(args[1]))
	}
	return nil
}

// noArguments is the argument check of the commands that take none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef(cmd, "%s takes no argument: unexpected argument %s", cmd.Name(), diag.Quote(args[0]))
	}
	return nil
}

// usageError is a mistake in the command line.
type usageError struct {
	command string
	msg     string
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%s: %s\nRun '%s --help' for usage.", e.command, e.msg, e.command)
}

func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{cmd.CommandPath(), fmt.Sprintf(format, args...)}
}

// flagError explains a flag that the command line has wrong.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usagef(cmd, "%v", err)
	}
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		return usagef(cmd, "unknown flag %s", diag.Quote("-"+unknown.GetSpecifiedName()))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	name := "--" + strings.TrimLeft(unknown.GetSpecifiedName(), "-")
	return usagef(cmd, "unknown flag %s%s", diag.Quote(name), diag.DidYouMean(name, names))
}
