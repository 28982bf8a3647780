// Command coffee is the whole system in one binary: a table of subcommands, nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // cafés have zones; a container may have none

	"github.com/spf13/cobra"

	"coffee/app"
	"coffee/tool/admin"
	"coffee/tool/certs"
	"coffee/tool/demo"
	"coffee/tool/importer"
	"coffee/tool/verify"
)

// databases are the database URLs of the configuration in force.
func databases() (map[string]string, error) {
	config, err := app.Load(app.Getenv)
	return config.Database, err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(os.Stderr, "coffee:", err)
		}
		os.Exit(1)
	}
}

// forgetSignIns removes the sign-ins of the demonstration from the data folder in force.
func forgetSignIns() error {
	config, err := app.Load(app.Getenv)
	if err != nil {
		return err
	}
	return app.ForgetFirstRun(config)
}

func command() *cobra.Command {
	root := runCommand()
	root.AddCommand(
		serveCommand(),
		migrateCommand(),
		secretsCommand(),
		importer.Command(),
		admin.Command(),
		verify.Command(databases),
		demo.LeaveCommand(forgetSignIns),
		certs.Command(app.Identified(), app.CertsFolder(app.Getenv)),
		configCommand(),
		healthCommand(),
		versionCommand(),
	)
	for _, group := range root.Commands() {
		if group.HasSubCommands() && !group.Runnable() {
			// Else a slip such as "certs rotaet" prints help and ends well, which no script notices.
			group.Args = cobra.NoArgs
			group.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
	return root
}
