package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"coffee/app"
)

// run executes the command line in a data folder of its own.
func execute(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	t.Setenv("COFFEE_DATA", filepath.Join(t.TempDir(), "data"))
	root := command()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(arguments)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// TestEveryCommandTeaches: a sentence, and where there is something to know, a paragraph.
func TestEveryCommandTeaches(t *testing.T) {
	var seen int
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		seen++
		if c.Short == "" {
			t.Errorf("%s says nothing of itself", c.CommandPath())
		}
		if !c.HasParent() || c.HasSubCommands() {
			if c.Long == "" {
				t.Errorf("%s --help teaches nothing", c.CommandPath())
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(command())
	if seen < 12 {
		t.Errorf("only %d commands", seen)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	t.Setenv("COFFEE_GATEWAY_LISTEN", busy.Addr().String())
	t.Setenv("COFFEE_ORDER_LISTEN", busy.Addr().String())
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{nil, "set COFFEE_GATEWAY_LISTEN to use another address"},
		{[]string{"serve", "order"}, "set COFFEE_ORDER_LISTEN to use another address"},
		{[]string{"serve"}, "the parts are cafe, login"},
		{[]string{"serve", "espresso"}, `there is no part "espresso"`},
		{[]string{"migrate", "espresso"}, `there is no part "espresso"`},
		{[]string{"migrate", "--apply"}, "--apply goes with --grants"},
		{[]string{"migrate", "--grants", "--revoke"}, "--revoke goes with --grants --apply"},
		{[]string{"migrate", "--grants", "--apply"}, "COFFEE_ADMIN_DATABASE"},
		{[]string{"migrate", "--grants"}, "only a MySQL URL"},
		{[]string{"brew"}, "unknown command"},
		{[]string{"certs", "rotaet"}, "unknown command"},
		{[]string{"admin", "lists"}, "unknown command"},
		{[]string{"import", "receipt"}, "unknown command"},
		{[]string{"start-for-real"}, "say --yes"},
		{[]string{"admin", "list"}, "operator token"},
		{[]string{"health", "--url", "http://127.0.0.1:1"}, "not ready"},
		{[]string{"health", "order"}, "order is not ready"},
		{[]string{"health", "espresso"}, `there is no part "espresso"`},
		{[]string{"certs", "issue", "all"}, "coffee certs init"},
	} {
		if _, err := execute(t, test.arguments...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("coffee %v: %v, want it to say %q", test.arguments, err, test.want)
		}
	}
}

func TestConfigAndVersion(t *testing.T) {
	t.Setenv("COFFEE_ORDER_DATABASE", "mysql:order:s3cret@tcp(db:3306)/coffee_order")
	out, err := execute(t, "config")
	if err != nil || strings.Contains(out, "s3cret") || !strings.Contains(out, "COFFEE_PUBLIC_URL") {
		t.Errorf("config: %v\n%s", err, out)
	}
	t.Setenv("COFFEE_ORDRE_LISTEN", "localhost:1")
	t.Setenv("COFFEE_ORDER_LISTEN_FILE", "")
	if out, err := execute(t, "config"); err != nil || !strings.Contains(out, "nobody reads COFFEE_ORDRE_LISTEN\n") || strings.Contains(out, "LISTEN_FILE") {
		t.Errorf("a variable that nobody reads: %v\n%s", err, out)
	}
	t.Setenv("COFFEE_LOG_FORMAT", "xml")
	if _, err := execute(t, "config"); err == nil || !strings.Contains(err.Error(), "COFFEE_LOG_FORMAT") {
		t.Errorf("a configuration that does not start: %v", err)
	}
	if out, err := execute(t, "version"); err != nil || !strings.HasPrefix(out, "coffee ") {
		t.Errorf("version: %q %v", out, err)
	}
}

// TestJSONLogIsWhole: with COFFEE_LOG_FORMAT=json the reason for an end is a line of the log as all others.
func TestJSONLogIsWhole(t *testing.T) {
	for name, value := range map[string]string{
		"COFFEE_LOG_FORMAT": "json", "COFFEE_ORDER_LISTEN": "localhost:0",
		"COFFEE_TRUSTED_KEYS": "order=" + strings.Repeat("A", 43) + "=", "COFFEE_KEYS": t.TempDir(), "COFFEE_ORDRE_LISTEN": "localhost:1",
	} {
		t.Setenv(name, value)
	}
	out, err := execute(t, "serve", "order")
	if !errors.Is(err, errSaid) {
		t.Errorf("it ended with %v", err)
	}
	for _, want := range []string{"order.key is not there", "COFFEE_ORDRE_LISTEN"} {
		if !strings.Contains(out, want) {
			t.Errorf("no word of %s:\n%s", want, out)
		}
	}
	t.Setenv("COFFEE_ADMIN_DATABASE_FILE", filepath.Join(t.TempDir(), "none")) // a configuration that is not read to its end
	refused, err := execute(t, "serve", "order")
	if !errors.Is(err, errSaid) || !strings.Contains(refused, "COFFEE_ADMIN_DATABASE_FILE") {
		t.Errorf("it ended with %v: %s", err, refused)
	}
	for line := range strings.Lines(out + refused) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestMigrateThenVerify(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, arguments := range [][]string{{"migrate"}, {"migrate", "order"}, {"verify"}} {
		root := command()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(arguments)
		t.Setenv("COFFEE_DATA", data)
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Errorf("coffee %v: %v\n%s", arguments, err, out.String())
		}
	}
}

// TestSecrets: every part has what it shows and trusts, nobody else's key, and a second run keeps all of it.
func TestSecrets(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "secrets")
	run := func() map[string]string {
		if out, err := execute(t, "secrets", folder); err != nil || strings.Contains(out, "mysql:") {
			t.Fatalf("%v %s", err, out)
		}
		found := map[string]string{}
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			body, err := os.ReadFile(path)
			found[strings.TrimPrefix(path, folder+"/")] = string(body)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := run()
	if again := run(); !maps.Equal(first, again) {
		t.Error("a second run changed something")
	}
	for _, want := range []string{"order/certs/ca.pem", "order/certs/order.pem", "gateway/certs/browser.key", "frontend/certs/browser.pem", "authority/ca.key"} {
		if first[want] == "" {
			t.Errorf("no %s", want)
		}
	}
	for name := range first {
		part, rest, _ := strings.Cut(name, "/")
		if !slices.Contains(append(app.All(), "authority", "mysql", "migrate"), part) {
			t.Errorf("%s is in a folder that deploy/compose.yaml keeps no volume for", name)
		}
		if base := path.Base(rest); strings.HasSuffix(base, ".key") && part != "authority" && base != part+".key" && base != "browser.key" {
			t.Errorf("%s holds %s", part, base)
		}
	}
	if out, err := execute(t, "secrets", folder, "--server", "tcp(elsewhere:3306)"); err != nil || !strings.Contains(out, "another server than tcp(elsewhere:3306)") {
		t.Errorf("a server that does not count any more: %v %s", err, out)
	}
	if _, err := execute(t, "secrets", filepath.Join(t.TempDir(), "new"), "--server", "db.internal:3306"); err == nil || !strings.Contains(err.Error(), "tcp(host:port)") {
		t.Errorf("a server that no URL can name: %v", err)
	}
	held := t.TempDir() // to a domain, as docs/tls.md advises
	for _, arguments := range [][]string{
		{"certs", "init", "--domain", "cafe.example.com", "--dir", filepath.Join(held, "authority")},
		{"secrets", held, "--browser", "cafe.example.com"},
	} {
		if out, err := execute(t, arguments...); err != nil {
			t.Errorf("coffee %v: %v %s", arguments, err, out)
		}
	}
	for _, step := range []string{"--new-key=till", "--use-key=gateway", "--new-key=gateway --use-key=gateway"} {
		if out, err := execute(t, append([]string{"secrets", folder}, strings.Fields(step)...)...); err == nil {
			t.Errorf("%s: %s", step, out)
		}
	}
	for _, step := range []struct {
		flag string
		keys int
	}{{"--new-key", 2}, {"--use-key", 2}, {"--drop-key", 1}} {
		if out, err := execute(t, "secrets", folder, step.flag, "gateway"); err != nil {
			t.Fatalf("%s: %v %s", step.flag, err, out)
		}
		if list, err := os.ReadFile(filepath.Join(folder, "order", "trusted-keys")); err != nil || strings.Count(string(list), "gateway=") != step.keys {
			t.Errorf("%s: order believes %s, %v", step.flag, list, err)
		}
	}
}
