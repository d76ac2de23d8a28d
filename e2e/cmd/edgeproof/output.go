package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// output is the value of -o. It accepts the names of formats and the old name of one of them.
type output struct {
	cmd  *cobra.Command
	name *string
}

func (o output) String() string { return *o.name }

func (output) Type() string { return "format" }

func (o output) Set(name string) error {
	if name == "md" {
		_, _ = fmt.Fprintln(o.cmd.ErrOrStderr(), "-o md is deprecated: use -o markdown")
		name = "markdown"
	}
	*o.name = name
	return nil
}

// bindOutput registers -o with the formats that the command can write; the default is text.
func bindOutput(cmd *cobra.Command, name *string, formats []string) {
	*name = "text"
	cmd.Flags().VarP(output{cmd, name}, "output", "o", "format: "+strings.Join(formats, ", "))
	// the flag is there
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}
