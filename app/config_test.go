package app

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestDefaultsRun(t *testing.T) {
	c, err := Load(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Database["order"] != "sqlite:./data/order.db" || c.Listen["adminlogin"] != "localhost:50011" {
		t.Errorf("unexpected defaults: %+v", c)
	}
}

func TestSettingsThatDoNotStart(t *testing.T) {
	for name, value := range map[string]string{
		"COFFEE_PUBLIC_URL":      "http://coffee.example.com",
		"COFFEE_LOG_FORMAT":      "xml",
		"COFFEE_LOG_LEVEL":       "loud",
		"COFFEE_TRUSTED_PROXIES": "everyone",
		"COFFEE_ORDER_LISTEN":    "5002",
		"COFFEE_MENU_DATABASE":   "postgres://x",
	} {
		if _, err := Load(env(map[string]string{name: value})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v, want an error that names the variable", name, value, err)
		}
	}
	for name, pairs := range map[string]map[string]string{
		"COFFEE_ORDER_LISTEN":    {"COFFEE_ORDER_LISTEN": "0.0.0.0:5002", "COFFEE_PUBLIC_URL": "https://coffee.example.com"},
		"COFFEE_GATEWAY_LISTEN":  {"COFFEE_GATEWAY_LISTEN": ":5000"},
		"COFFEE_FRONTEND_LISTEN": {"COFFEE_FRONTEND_LISTEN": "192.168.1.7:8080"},
	} {
		if _, err := Load(env(pairs)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v, want a refusal that names %s", pairs, err, name)
		}
	}
	behindTLS := map[string]string{"COFFEE_PUBLIC_URL": "https://coffee.example.com", "COFFEE_FRONTEND_LISTEN": "0.0.0.0:8080"}
	if _, err := Load(env(behindTLS)); err != nil {
		t.Error(err)
	}
}

func TestPrintMasksSecrets(t *testing.T) {
	var out bytes.Buffer
	err := Print(&out, env(map[string]string{
		"COFFEE_ORDER_DATABASE": "mysql:order:s3cret:x@tcp(db:3306)/coffee_order",
		"COFFEE_MENU_DATABASE":  "mysql:nonsense-s3cret",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "s3cret") {
		t.Errorf("a password is printed:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "mysql:order:***@tcp(db:3306)/coffee_order") {
		t.Errorf("the rest of the URL is gone:\n%s", out.String())
	}
}

// TestReadmeConfiguration: the README's table is made from the settings; UPDATE=1 writes it.
func TestReadmeConfiguration(t *testing.T) {
	var table strings.Builder
	table.WriteString("| variable | default | what |\n| --- | --- | --- |\n")
	for _, s := range settings() {
		fallback := s.fallback
		if fallback != "" {
			fallback = "`" + fallback + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", s.name, fallback, s.what)
	}
	body, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(body), "<!-- configuration -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /configuration -->\n")
	if !found || !closed {
		t.Fatal("README.md has no configuration block")
	}
	want := before + "<!-- configuration -->\n" + table.String() + "<!-- /configuration -->\n" + after
	if string(body) == want {
		return
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("../README.md", []byte(want), 0o644); err != nil { //nolint:gosec // a page for everybody
			t.Fatal(err)
		}
		return
	}
	t.Error("README.md's configuration table is not what the binary reads: UPDATE=1 go test ./app -run Readme")
}
