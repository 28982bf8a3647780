package app

import (
	"bytes"
	"fmt"
	"os"
	"slices"
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
	for _, setting := range [][2]string{
		{"COFFEE_PUBLIC_URL", "http://coffee.example.com"},
		{"COFFEE_PUBLIC_URL", "https://coffee.example.com/shop"}, // pages and cookies are for the whole of an address
		{"COFFEE_LOG_FORMAT", "xml"},
		{"COFFEE_TRUSTED_KEYS", "order=none"},
		{"COFFEE_ADMINLOGIN_SEAL_KEY", "c2hvcnQ="},
		{"COFFEE_LOG_LEVEL", "loud"},
		{"COFFEE_TRUSTED_PROXIES", "everyone"},
		{"COFFEE_ORDER_LISTEN", "5002"},
		{"COFFEE_MENU_DATABASE", "postgres://x"},
		{"COFFEE_CAFE_DATABASE", "mysql://coffee:x@tcp(db:3306)/coffee_cafe"}, // the driver would take "//coffee" for the user
		{"COFFEE_ADMIN_DATABASE", "mysql://root:x@tcp(db:3306)/"},
		{"COFFEE_GATEWAY_LISTEN", "localhost:99999"},
		{"COFFEE_LOGIN_ADDRESS", "localhost:http"},
	} {
		name, value := setting[0], setting[1]
		if _, err := Load(env(map[string]string{name: value})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v, want an error that names the variable", name, value, err)
		}
	}
}

// TestEachPartItsDatabase: migrations of two parts in one schema would be taken for each other's.
func TestEachPartItsDatabase(t *testing.T) {
	_, err := Load(env(map[string]string{
		"COFFEE_ORDER_DATABASE": "mysql:order:s3cret@tcp(db:3306)/coffee?tls=preferred", "COFFEE_MENU_DATABASE": "mysql:menu:s3cret@tcp(db:3306)/coffee",
	}))
	if err == nil || !strings.Contains(err.Error(), "COFFEE_MENU_DATABASE and COFFEE_ORDER_DATABASE name the same database") || strings.Contains(err.Error(), "s3cret") {
		t.Error(err)
	}
}

// TestNothingInTheClear: what would cross the network without TLS starts only when somebody said so.
func TestNothingInTheClear(t *testing.T) {
	const public = "https://coffee.example.com"
	for name, test := range map[string]struct {
		set  map[string]string
		want string // the variable that the refusal names; empty: it starts
	}{
		"a service that listens beyond this machine": {map[string]string{"COFFEE_ORDER_LISTEN": "0.0.0.0:5002"}, "COFFEE_ORDER_LISTEN"},
		"a service elsewhere":                        {map[string]string{"COFFEE_MENU_ADDRESS": "menu:5005"}, "COFFEE_MENU_ADDRESS"},
		"one of several elsewhere":                   {map[string]string{"COFFEE_MENU_ADDRESS": "localhost:5005, 10.0.0.7:5005"}, "COFFEE_MENU_ADDRESS"},
		"several here":                               {map[string]string{"COFFEE_MENU_ADDRESS": "localhost:5005,127.0.0.1:5105"}, ""},
		"a list with a hole":                         {map[string]string{"COFFEE_MENU_ADDRESS": "localhost:5005,,"}, "COFFEE_MENU_ADDRESS"},
		"certificates":                               {map[string]string{"COFFEE_ORDER_LISTEN": "0.0.0.0:5002", "COFFEE_MENU_ADDRESS": "menu:5005", "COFFEE_CERTS": "certs"}, ""},
		"calls in the clear, as said":                {map[string]string{"COFFEE_ORDER_LISTEN": ":5002", "COFFEE_INSECURE_NETWORK": "rpc"}, ""},
		"calls in the clear, something else said":    {map[string]string{"COFFEE_ORDER_LISTEN": ":5002", "COFFEE_INSECURE_NETWORK": "http"}, "COFFEE_ORDER_LISTEN"},
		"something else that is not known":           {map[string]string{"COFFEE_INSECURE_NETWORK": "yes"}, "COFFEE_INSECURE_NETWORK"},
		"a gateway beyond this machine":              {map[string]string{"COFFEE_GATEWAY_LISTEN": ":5000", "COFFEE_PUBLIC_URL": public}, "COFFEE_GATEWAY_LISTEN"},
		"a frontend beyond this machine":             {map[string]string{"COFFEE_FRONTEND_LISTEN": "192.168.1.7:8080", "COFFEE_PUBLIC_URL": public}, "COFFEE_FRONTEND_LISTEN"},
		"a frontend without a public address":        {map[string]string{"COFFEE_FRONTEND_LISTEN": "192.168.1.7:8080", "COFFEE_INSECURE_NETWORK": "http"}, "COFFEE_FRONTEND_LISTEN"},
		"a frontend behind TLS, as said":             {map[string]string{"COFFEE_FRONTEND_LISTEN": ":8080", "COFFEE_PUBLIC_URL": public, "COFFEE_INSECURE_NETWORK": "rpc, http"}, ""},
		"a frontend with its certificate":            {map[string]string{"COFFEE_FRONTEND_LISTEN": ":8080", "COFFEE_PUBLIC_URL": public, "COFFEE_TLS_CERT": "c", "COFFEE_TLS_KEY": "k"}, ""},
		"a certificate without its key":              {map[string]string{"COFFEE_PUBLIC_URL": public, "COFFEE_TLS_CERT": "c"}, "COFFEE_TLS_KEY"},
		"a certificate, but a plain public address":  {map[string]string{"COFFEE_TLS_CERT": "c", "COFFEE_TLS_KEY": "k"}, "COFFEE_PUBLIC_URL"},
		"a gateway elsewhere in the clear":           {map[string]string{"COFFEE_GATEWAY_URL": "http://gateway:5000"}, "COFFEE_GATEWAY_URL"},
		"a gateway elsewhere by https":               {map[string]string{"COFFEE_GATEWAY_URL": "https://gateway:5000"}, ""},
		"a gateway that is no address":               {map[string]string{"COFFEE_GATEWAY_URL": "gateway:5000"}, "COFFEE_GATEWAY_URL"},
		"a door for operations that is no address":   {map[string]string{"COFFEE_OPS_LISTEN": "9000"}, "COFFEE_OPS_LISTEN"},
		"a wait that would outlast the supervisor":   {map[string]string{"COFFEE_DRAIN_WAIT": "30s"}, "COFFEE_DRAIN_WAIT"},
		"a wait that is none":                        {map[string]string{"COFFEE_DRAIN_WAIT": "soon"}, "COFFEE_DRAIN_WAIT"},
	} {
		_, err := Load(env(test.set))
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want a refusal that names %q", name, err, test.want)
		}
	}
}

// An empty list of proxies is kept as such: the gateway's default for no list is to trust this machine.
func TestNoProxyTrusted(t *testing.T) {
	c, err := Load(env(map[string]string{"COFFEE_TRUSTED_PROXIES": ","}))
	if err != nil || c.TrustedProxies == nil || len(c.TrustedProxies) != 0 {
		t.Errorf("%v, %v", c.TrustedProxies, err)
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

// TestReadmeConfiguration: the README's table is made from the settings, with one row for what every service has;
// UPDATE=1 writes it.
func TestReadmeConfiguration(t *testing.T) {
	var table strings.Builder
	table.WriteString("| variable | default | what |\n| --- | --- | --- |\n")
	said := map[string]bool{}
	for _, s := range settings() {
		s = ofEveryService(s)
		if said[s.name] {
			continue
		}
		said[s.name] = true
		fallback := s.fallback
		if fallback != "" {
			fallback = "`" + fallback + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", s.name, fallback, strings.ReplaceAll(s.what, "<", "&lt;"))
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

// ofEveryService writes a setting of one service as it is for all of them.
func ofEveryService(s setting) setting {
	for _, service := range Services {
		upper, port := strings.ToUpper(service.Name), fmt.Sprintf(":%d", service.Port)
		if !slices.Contains([]string{"LISTEN", "ADDRESS", "DATABASE", "MIGRATE_DATABASE"}, strings.TrimPrefix(s.name, "COFFEE_"+upper+"_")) {
			continue
		}
		general := strings.NewReplacer(upper, "<SERVICE>", service.Name, "<service>", port, ":<port>")
		return setting{name: general.Replace(s.name), fallback: general.Replace(s.fallback), what: general.Replace(s.what)}
	}
	return s
}
