package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"coffee/internal/db"
)

// GrantOptions say what Grants does beside printing.
type GrantOptions struct {
	Host   string // where both users may come from; % is anywhere
	Apply  bool
	Revoke bool // with Apply: take back whatever else the two users may do
}

// Grants makes, on a MySQL server, one schema for each of the named parts (none: all) with two users: one that changes
// the schema and one that reads it and writes the rows its service writes. It prints the statements for an
// administrator to run, without passwords; or it runs them as COFFEE_ADMIN_DATABASE and migrates in between.
func Grants(ctx context.Context, c Config, parts []string, o GrantOptions, out io.Writer) error {
	if o.Apply && c.AdminDB == "" {
		return errors.New("COFFEE_ADMIN_DATABASE (or COFFEE_ADMIN_DATABASE_FILE) must name the server's administrator")
	}
	for _, part := range c.stores(parts) {
		upper := strings.ToUpper(part)
		grants := db.Grants{Migrate: c.MigrateDB[part], Run: c.Database[part], Host: o.Host, Rights: rights[part]}
		before, after, err := grants.Statements()
		if err != nil {
			return fmt.Errorf("COFFEE_%s_MIGRATE_DATABASE, COFFEE_%s_DATABASE: %w", upper, upper, err)
		}
		if o.Apply {
			if err := grants.Apply(ctx, c.AdminDB, o.Revoke, func() error { return c.migrate(ctx, part, nil) }); err != nil {
				return fmt.Errorf("%s: %w", part, err)
			}
			fmt.Fprintf(out, "%-11s schema, users and rights in force; up to date\n", part)
			continue
		}
		fmt.Fprintf(out, "-- %s: ? is the user's password, the one in COFFEE_%s_MIGRATE_DATABASE or COFFEE_%s_DATABASE\n", part, upper, upper)
		list := func(statements []db.Statement) {
			for _, s := range statements {
				fmt.Fprintln(out, s.Text+";")
			}
		}
		list(before)
		fmt.Fprintf(out, "-- then: coffee migrate %s; then:\n", part)
		list(after)
		fmt.Fprintln(out)
	}
	return nil
}
