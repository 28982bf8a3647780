package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coffee/internal/db"
	"coffee/tool/verify"
)

// command runs `coffee verify` with arguments.
func command(t *testing.T, urls map[string]string, args ...string) (string, error) {
	t.Helper()
	c := verify.Command(func() (map[string]string, error) { return urls, nil })
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestCommand(t *testing.T) {
	s := open(t, db.SQLite, 5)
	out, err := command(t, s.URLs)
	if err != nil || !strings.Contains(out, "everything adds up") || !strings.Contains(out, " orders,") {
		t.Errorf("%v: %s", err, out)
	}
	urls := copied(t, template(t, s))
	d, err := db.Open(t.Context(), db.Config{URL: urls["order"], Service: "order"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE orders SET total = total + 1 WHERE id = ?", db.ID(s.order["combo"]))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	out, err = command(t, urls, "--only", "5")
	if err == nil || err.Error() != "one thing does not add up" || !strings.Contains(out, "invariant 5: order/"+s.order["combo"]) ||
		strings.Contains(out, "Usage") {
		t.Errorf("%v: %s", err, out)
	}
	out, err = command(t, urls, "--json", "--only", "5", "--grace", "0s")
	var report struct {
		Findings []verify.Finding
		Checked  map[string]int64
	}
	first, _, _ := strings.Cut(out, "\n")
	if jsonErr := json.Unmarshal([]byte(first), &report); jsonErr != nil || err == nil ||
		len(report.Findings) != 1 || report.Findings[0].Cafe != s.cafe || report.Checked["orders"] == 0 {
		t.Errorf("%v, %v: %s", err, jsonErr, out)
	}
}

// TestCommandRefuses answers what cannot be looked at with an error, and makes nothing.
func TestCommandRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "order.db")
	urls := map[string]string{"order": "sqlite:" + missing}
	if out, err := command(t, urls, "--only", "13"); err == nil || !strings.Contains(err.Error(), "database of order") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("a database was made: %v", err)
	}
	if out, err := command(t, urls, "--only", "3"); err == nil || !strings.Contains(err.Error(), "no invariant 3") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := command(t, map[string]string{}, "--only", "13"); err == nil {
		t.Errorf("without a database: %s", out)
	}
	out, err := command(t, urls, "--help")
	if err != nil || !strings.Contains(out, "13  the journal of each café") || !strings.Contains(out, "It changes nothing") {
		t.Errorf("%v: %s", err, out)
	}
}
