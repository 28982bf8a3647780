package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"coffee/internal/db"
)

// Databases opens by the URLs of a configuration, by service. Nothing is migrated, and a database that is not there
// is not made.
func Databases(urls map[string]string) func(ctx context.Context, service string) (*db.DB, error) {
	return func(ctx context.Context, service string) (*db.DB, error) {
		url := urls[service]
		if url == "" {
			return nil, errors.New("no database URL")
		}
		if path, ok := strings.CutPrefix(url, string(db.SQLite)+":"); ok {
			if _, err := os.Stat(path); err != nil {
				return nil, fmt.Errorf("nothing to read: %w", err)
			}
		}
		return db.Open(ctx, db.Config{URL: url, Service: service})
	}
}
