package dbtest_test

import (
	"context"
	"testing"
	"testing/fstest"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

var schema = fstest.MapFS{"00001_one.sql": {Data: []byte("-- +goose Up\nCREATE TABLE one (n INT NOT NULL, PRIMARY KEY (n));\n")}}

// Two databases of one service do not see each other, and are gone after their test.
func TestFresh(t *testing.T) {
	for _, engine := range dbtest.Engines(t) {
		var gone db.Config
		t.Run(string(engine), func(t *testing.T) {
			gone = dbtest.Config(t, engine, "order")
			for _, cfg := range []db.Config{gone, dbtest.Config(t, engine, "order")} {
				d := dbtest.Open(t, cfg, schema)
				if d.Engine() != engine {
					t.Errorf("a %s database for %s", d.Engine(), engine)
				}
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO one (n) VALUES (1)")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		if d, err := db.Open(t.Context(), gone); err == nil {
			t.Errorf("%s: the database outlived its test", engine)
			_ = d.Close()
		}
	}
}
