package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSettingsFromFiles: every setting can come from a file, which is how secrets reach a container.
func TestSettingsFromFiles(t *testing.T) {
	const url = "mysql:coffee_order:s3cret@tcp(db:3306)/coffee_order"
	folder := t.TempDir()
	file := func(name, body string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := env(map[string]string{
		"COFFEE_ORDER_DATABASE_FILE": file("url", url+"\n"), "COFFEE_OPERATOR_TOKEN_FILE": file("token", strings.Repeat("t", 43)),
	})
	c, err := Load(good)
	if err != nil || c.Database["order"] != url || c.MigrateDB["order"] != url || len(c.OperatorToken) != 43 {
		t.Errorf("%q %q, %v", c.Database["order"], c.MigrateDB["order"], err)
	}
	var out bytes.Buffer
	if err := Print(&out, good); err != nil || strings.Contains(out.String(), "s3cret") || strings.Contains(out.String(), "tttt") {
		t.Errorf("a secret is printed (%v):\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "mysql:coffee_order:***@tcp(db:3306)/coffee_order  file") {
		t.Errorf("not said where it comes from:\n%s", out.String())
	}

	for want, pairs := range map[string]map[string]string{
		"both set":                      {"COFFEE_ORDER_DATABASE": url, "COFFEE_ORDER_DATABASE_FILE": file("url", url)},
		"COFFEE_ORDER_DATABASE_FILE":    {"COFFEE_ORDER_DATABASE_FILE": filepath.Join(folder, "nothing here")},
		"is empty":                      {"COFFEE_ORDER_DATABASE_FILE": file("empty", "\n")},
		"COFFEE_CAFE_MIGRATE_DATABASE":  {"COFFEE_CAFE_MIGRATE_DATABASE": "postgres:s3cret@x"},
		"SQLite has no users":           {"COFFEE_ADMIN_DATABASE": "sqlite:s3cret"},
		"COFFEE_OPERATOR_TOKEN: too sh": {"COFFEE_OPERATOR_TOKEN": "s3cret"},
	} {
		if _, err := Load(env(pairs)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v, want %q and no secret", pairs, err, want)
		}
	}
}

// TestKeysAreOnlyRead: a folder that holds the keys may be read-only, and trusts nobody but the list.
func TestKeysAreOnlyRead(t *testing.T) {
	folder := t.TempDir()
	all, err := privateKeys(folder, []string{"order"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, ".lock")); err != nil {
		t.Fatal(err)
	}
	c := Config{Keys: folder, TrustedKeys: trusted("order", all["order"])}
	if _, err := loadKeys(c, []string{"order"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("reading the keys left %v, %v", entries, err)
	}
	c.Keys = filepath.Join(folder, "none")
	if _, err := loadKeys(c, []string{"order"}); err == nil || !strings.Contains(err.Error(), "order.key is not there") {
		t.Errorf("a trusted key that is missing: %v", err)
	}
	if _, err := loadKeys(Config{Keys: filepath.Join(folder, "none")}, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "none")); !os.IsNotExist(err) {
		t.Errorf("the frontend made keys: %v", err)
	}
}
