package app

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SecretOptions say for whom a deployment's secrets are drawn.
type SecretOptions struct {
	Server string // how the parts reach MySQL: tcp(mysql:3306)
	Prefix string // of the schemas' and users' names: coffee_
}

// MakeSecrets writes what the parts of a deployment must not share into one folder each, and what belongs to all
// beside it. What is there already is kept, so that it may run before every start.
//
//	<part>/database        the run-time user's database URL
//	<part>/<part>.key      signs the part's passports
//	<part>/trusted-keys    the public keys of all, the same everywhere
//	gateway/operator-token the command line's way in
//	adminlogin/seal-key    seals second factors
//	migrate/…-database     the URLs that `coffee migrate --grants --apply` needs
//	mysql/root-password    for the server itself
//
// Certificates are not made here: `coffee secrets` puts them beside, by `coffee certs`.
func MakeSecrets(folder string, o SecretOptions) error {
	if !regexp.MustCompile(`^[a-z0-9]+\([^()@]+\)$`).MatchString(o.Server) {
		return fmt.Errorf("--server %q is not as tcp(host:port) or unix(/path)", o.Server)
	}
	write := func(name string, fresh func() string) (string, error) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		return secretFile(path, fresh)
	}
	password := func() string { return base64.RawURLEncoding.EncodeToString(drawn(24)) }
	url := func(user, schema string) func() string {
		return func() string {
			// Preferred: encrypted wherever the server can; who wants its certificate checked says tls=true.
			return fmt.Sprintf("mysql:%s:%s@%s/%s?tls=preferred", user, password(), o.Server, schema)
		}
	}
	root, err := write("mysql/root-password", password)
	if err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(folder, "mysql", "root-password"), 0o644); err != nil { //nolint:gosec // the server's own user reads it; the folder is closed
		return err
	}
	if _, err := write("migrate/admin-database", func() string { return "mysql:root:" + root + "@" + o.Server + "/?tls=preferred" }); err != nil {
		return err
	}
	for part := range migrations() {
		name := o.Prefix + part
		run, err := write(part+"/database", url(name, name))
		if err != nil {
			return err
		}
		if err := rewrite(filepath.Join(folder, "migrate", part+"-database"), run); err != nil {
			return err
		}
		if _, err := write("migrate/"+part+"-migrate-database", url(name+"_migrate", name)); err != nil {
			return err
		}
	}
	for name, fresh := range map[string]func() string{"gateway/operator-token": newOperatorToken, "adminlogin/seal-key": newSealKey} {
		if _, err := write(name, fresh); err != nil {
			return err
		}
	}
	return makeKeys(folder)
}

// Beside an issuer's key, while it is replaced: the one that comes, and the one that goes.
const nextKey, oldKey = "next.key", "old.key"

// makeKeys gives each issuer its signing key, and everybody the public keys of all.
func makeKeys(folder string) error {
	var all []string
	for _, issuer := range allIssuers() {
		own, err := privateKeys(filepath.Join(folder, issuer), []string{issuer})
		if err != nil {
			return err
		}
		all = append(all, trusted(issuer, own[issuer]))
		for _, name := range []string{nextKey, oldKey} {
			path := filepath.Join(folder, issuer, name)
			if !there(path) {
				continue
			}
			key, err := privateKey(path)
			if err != nil {
				return err
			}
			all = append(all, trusted(issuer, key))
		}
	}
	for _, issuer := range allIssuers() {
		if err := rewrite(filepath.Join(folder, issuer, "trusted-keys"), strings.Join(all, ",")); err != nil {
			return err
		}
	}
	return nil
}

// The steps that replace the key an issuer signs passports with. After each one all parts start again, one after the
// other: what is signed with either key is believed all the time.
const (
	DrawNextKey = "new"  // everybody learns of a second key
	UseNextKey  = "use"  // the issuer signs with it
	DropOldKey  = "drop" // nobody believes the first any more
)

// ReplaceKey takes a step in a folder of MakeSecrets.
func ReplaceKey(folder, issuer, step string) error {
	if !slices.Contains(allIssuers(), issuer) {
		return fmt.Errorf("%q signs no passports; these do: %s", issuer, strings.Join(allIssuers(), ", "))
	}
	current := filepath.Join(folder, issuer, issuer+".key")
	next, old := filepath.Join(folder, issuer, nextKey), filepath.Join(folder, issuer, oldKey)
	if !there(current) {
		return fmt.Errorf("%s has no key yet: coffee secrets draws one", issuer)
	}
	switch step {
	case DrawNextKey:
		if there(old) {
			return fmt.Errorf("%s still has an old key: drop that first", issuer)
		}
		if _, err := privateKey(next); err != nil {
			return err
		}
	case UseNextKey:
		if !there(next) {
			return fmt.Errorf("%s has no next key", issuer)
		}
		// A copy first: whenever this is cut off, it can be done again.
		body, err := os.ReadFile(current)
		if err != nil {
			return err
		}
		if err := rewrite(old, strings.TrimSpace(string(body))); err != nil {
			return err
		}
		if err := os.Rename(next, current); err != nil {
			return err
		}
	case DropOldKey:
		if there(next) {
			return fmt.Errorf("%s has a next key that is not in use yet", issuer)
		}
		if !there(old) {
			return fmt.Errorf("%s has no old key", issuer)
		}
		if err := os.Remove(old); err != nil {
			return err
		}
	default:
		return fmt.Errorf("no step %q", step)
	}
	return makeKeys(folder)
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// rewrite puts a copy of what is kept elsewhere.
func rewrite(path, content string) error {
	if err := os.WriteFile(path+".new", []byte(content+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
