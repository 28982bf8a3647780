package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"coffee/gateway/session"
	"coffee/internal/db"
	adminloginstore "coffee/service/adminlogin/store"
	analyticsstore "coffee/service/analytics/store"
	cafestore "coffee/service/cafe/store"
	inventorystore "coffee/service/inventory/store"
	loginstore "coffee/service/login/store"
	menustore "coffee/service/menu/store"
	orderstore "coffee/service/order/store"
)

// migrations are the schemas, by part.
func migrations() map[string]fs.FS {
	return map[string]fs.FS{
		"cafe": cafestore.Migrations(), "login": loginstore.Migrations(), "adminlogin": adminloginstore.Migrations(),
		"menu": menustore.Migrations(), "inventory": inventorystore.Migrations(), "order": orderstore.Migrations(),
		"analytics": analyticsstore.Migrations(), "gateway": session.Migrations(),
	}
}

// Migrate brings the databases of the named parts (none: all) to this version's schema and says so for each.
func Migrate(ctx context.Context, c Config, parts []string, out io.Writer) error {
	for _, part := range c.stores(parts) {
		if err := c.migrate(ctx, part, nil); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
		fmt.Fprintf(out, "%-11s up to date\n", part)
	}
	return nil
}

// stores are those of the named parts (none: of all) that have a database.
func (c Config) stores(parts []string) []string {
	return slices.DeleteFunc(All(), func(part string) bool {
		return c.Database[part] == "" || len(parts) > 0 && !slices.Contains(parts, part)
	})
}

// migrate brings one part's database to this version's schema. A user without the right to change it finds the schema
// current, or hears which command to run.
func (c Config) migrate(ctx context.Context, part string, log *slog.Logger) error {
	if strings.HasPrefix(c.MigrateDB[part], "sqlite:") {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return fmt.Errorf("COFFEE_DATA: %w", err)
		}
	}
	err := db.Migrate(ctx, db.Config{URL: c.MigrateDB[part], Service: part, Log: log}, migrations()[part])
	if errors.Is(err, db.ErrDenied) {
		return fmt.Errorf("the schema is behind this version, or not there, and this user may not change it: "+
			"run `coffee migrate %s` with COFFEE_%s_MIGRATE_DATABASE set (with --grants it makes schema and users): %w",
			part, strings.ToUpper(part), err)
	}
	return err
}
