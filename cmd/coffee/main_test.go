package main

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
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
		{[]string{"brew"}, "unknown command"},
		{[]string{"start-for-real"}, "say --yes"},
		{[]string{"admin", "list"}, "operator token"},
		{[]string{"health", "--url", "http://127.0.0.1:1"}, "not ready"},
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
	t.Setenv("COFFEE_LOG_FORMAT", "xml")
	if _, err := execute(t, "config"); err == nil || !strings.Contains(err.Error(), "COFFEE_LOG_FORMAT") {
		t.Errorf("a configuration that does not start: %v", err)
	}
	if out, err := execute(t, "version"); err != nil || !strings.HasPrefix(out, "coffee ") {
		t.Errorf("version: %q %v", out, err)
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
