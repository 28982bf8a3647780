package main

import (
	"errors"

	"github.com/spf13/cobra"

	"coffee/app"
)

func migrateCommand() *cobra.Command {
	var grants bool
	var options app.GrantOptions
	c := &cobra.Command{
		Use:   "migrate [PART...]",
		Short: "Bring the databases of the named parts (or all) to this version's schema",
		Long: `Brings databases to the schema of this version, forward only. Starting a part does the same where
its user may; this command is for those who want to see it happen before, and for fleets whose
services have no right to change a schema: it uses COFFEE_<PART>_MIGRATE_DATABASE where that is
set. Safe to run from several places at once.

--grants prints the SQL that makes each part's MySQL schema and its two users: one that changes the
schema, and one that reads it and writes just the rows its service writes. --apply runs it as
COFFEE_ADMIN_DATABASE, and migrates; --revoke also takes back every other right of these users, and
is for when the version before runs nowhere any more. Names and passwords are those of the database
URLs; give them in files (COFFEE_<PART>_DATABASE_FILE and so on).`,
		Example: `  coffee migrate
  coffee migrate order menu
  coffee migrate --grants            for an administrator to read and run
  coffee migrate --grants --apply    again at every upgrade
  coffee migrate --grants --apply --revoke    when the upgrade is over`,
		ValidArgs: app.All(),
		Args:      parts(0),
		RunE: func(c *cobra.Command, parts []string) error {
			config, err := app.Load(app.Getenv)
			if err != nil {
				return err
			}
			switch {
			case options.Revoke && !options.Apply:
				return errors.New("--revoke goes with --grants --apply")
			case grants:
				return app.Grants(c.Context(), config, parts, options, c.OutOrStdout())
			case options.Apply:
				return errors.New("--apply goes with --grants")
			}
			return app.Migrate(c.Context(), config, parts, c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&grants, "grants", false, "print the SQL that makes schemas and users with the least rights")
	c.Flags().BoolVar(&options.Apply, "apply", false, "with --grants: run it, and migrate")
	c.Flags().BoolVar(&options.Revoke, "revoke", false, "with --apply: take back every other right of these users")
	c.Flags().StringVar(&options.Host, "host", "%", "with --grants: the host that both users come from; % is any")
	return c
}
