package app

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

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
	schemas := migrations()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("COFFEE_DATA: %w", err)
	}
	for _, part := range All() {
		schema, ok := schemas[part]
		if !ok || (len(parts) > 0 && !slices.Contains(parts, part)) {
			continue
		}
		if err := db.Migrate(ctx, db.Config{URL: c.Database[part], Service: part}, schema); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
		fmt.Fprintf(out, "%-11s up to date\n", part)
	}
	return nil
}
