package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coffee/internal/db"
	"coffee/internal/rpc"
)

// TestMakeSecrets: what is drawn is what the parts read, each part's folder holds nothing of another's, and a second
// run changes nothing.
func TestMakeSecrets(t *testing.T) {
	folder := t.TempDir()
	run := func() map[string]string {
		if err := MakeSecrets(folder, SecretOptions{Server: "tcp(mysql:3306)", Prefix: "coffee_"}); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			body, err := os.ReadFile(path)
			name, _ := filepath.Rel(folder, path)
			files[filepath.ToSlash(name)] = strings.TrimSpace(string(body))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	first := run()
	for name, body := range run() {
		if first[name] != body {
			t.Errorf("%s changed", name)
		}
		part, _, _ := strings.Cut(name, "/")
		if strings.HasSuffix(name, ".key") && part+"/"+part+".key" != name {
			t.Errorf("%s is another's", name)
		}
	}
	environment := map[string]string{"COFFEE_ADMIN_DATABASE_FILE": filepath.Join(folder, "migrate", "admin-database")}
	for part := range migrations() {
		upper := "COFFEE_" + strings.ToUpper(part)
		environment[upper+"_DATABASE_FILE"] = filepath.Join(folder, "migrate", part+"-database")
		environment[upper+"_MIGRATE_DATABASE_FILE"] = filepath.Join(folder, "migrate", part+"-migrate-database")
		if first[part+"/database"] != first["migrate/"+part+"-database"] || first[part+"/database"] == "" {
			t.Errorf("%s: the part and the migrator know two URLs", part)
		}
		if _, err := loadKeys(Config{Keys: filepath.Join(folder, part), TrustedKeys: first[part+"/trusted-keys"]}, []string{part}); err != nil {
			t.Errorf("%s: %v", part, err)
		}
	}
	c, err := Load(env(environment))
	if err != nil {
		t.Fatal(err)
	}
	for part := range migrations() {
		if _, _, err := (db.Grants{Migrate: c.MigrateDB[part], Run: c.Database[part], Host: "%"}).Statements(); err != nil {
			t.Errorf("%s: %v", part, err)
		}
	}
}

// TestReplaceKey: through every step, passports of parts that have taken it and of those that have not are believed by
// both; after the last one the former key opens nothing.
func TestReplaceKey(t *testing.T) {
	folder := t.TempDir()
	if err := MakeSecrets(folder, SecretOptions{Server: "tcp(mysql:3306)", Prefix: "coffee_"}); err != nil {
		t.Fatal(err)
	}
	started := func() *keys { // a gateway, as it starts now
		t.Helper()
		list, err := os.ReadFile(filepath.Join(folder, "gateway", "trusted-keys"))
		if err != nil {
			t.Fatal(err)
		}
		k, err := loadKeys(Config{Chain: "chain", Keys: filepath.Join(folder, "gateway"), TrustedKeys: strings.TrimSpace(string(list))}, []string{"gateway"})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	believes := func(by, of *keys) bool {
		token, err := of.signers["gateway"].Sign(rpc.Passport{Kind: rpc.KindAdmin, Subject: "a", Role: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = by.verifier.Verify(token)
		return err == nil
	}
	first := started()
	before := first
	for _, step := range []string{DrawNextKey, UseNextKey, DropOldKey} {
		if err := ReplaceKey(folder, "gateway", step); err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		after := started()
		if !believes(before, after) || !believes(after, before) {
			t.Errorf("%s: those before and after it do not believe each other", step)
		}
		if step != DrawNextKey {
			if err := ReplaceKey(folder, "gateway", step); err == nil {
				t.Errorf("%s: twice", step)
			}
		}
		before = after
	}
	if believes(before, first) {
		t.Error("the dropped key opens something")
	}
	for what, err := range map[string]error{
		"a part without a key": ReplaceKey(folder, "frontend", DrawNextKey),
		"an unknown step":      ReplaceKey(folder, "gateway", "turn"),
		"no folder of secrets": ReplaceKey(t.TempDir(), "gateway", DrawNextKey),
	} {
		if err == nil {
			t.Errorf("%s: taken", what)
		}
	}
	// A key that its own list does not name would be believed by nobody.
	if _, err := loadKeys(Config{Chain: "chain", Keys: filepath.Join(folder, "order"), TrustedKeys: trusted("order", first.signers["gateway"].Key)}, []string{"order"}); err == nil {
		t.Error("a part starts with a key that nobody believes")
	}
}
