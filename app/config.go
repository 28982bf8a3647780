// Package app is the composition root: configuration, the table of parts, and the one place that knows whether a
// call stays in the process or crosses the network. It imports everything and decides nothing about coffee.
package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// Services are the seven gRPC services with their ports. The order is the order they start in.
var Services = []Service{
	{"cafe", "coffee.cafe.v1.CafeService", 5004},
	{"login", "coffee.login.v1.LoginService", 5001},
	{"adminlogin", "coffee.adminlogin.v1.AdminLoginService", 50011},
	{"menu", "coffee.menu.v1.MenuService", 5005},
	{"inventory", "coffee.inventory.v1.InventoryService", 5006},
	{"order", "coffee.order.v1.OrderService", 5002},
	{"analytics", "coffee.analytics.v1.AnalyticsService", 5003},
}

// Service is one row of the port table.
type Service struct {
	Name     string
	Contract string
	Port     int
}

// The ports of the two parts that speak HTTP.
const (
	GatewayPort  = 5000
	FrontendPort = 8080
)

// Config is everything that can be set from outside. Every value has a default that runs.
type Config struct {
	Data           string
	PublicURL      string
	GatewayListen  string
	FrontendListen string
	GatewayURL     string            // where the frontend finds the gateway
	Listen         map[string]string // by service: where it listens when it runs over TCP
	Address        map[string]string // by service: where others find it
	Database       map[string]string // by service, and gateway: its database URL
	Chain          string
	TrustedKeys    string
	TrustedProxies []netip.Prefix
	LogLevel       string
	LogFormat      string
}

// setting is one row of the configuration reference: the README's table and `coffee config` are made from it.
type setting struct {
	name, fallback, what string
	secret               bool
}

// settings lists every variable with its default and meaning.
func settings() []setting {
	rows := []setting{
		{"COFFEE_DATA", "./data", "folder of the SQLite files, keys and the operator token", false},
		{"COFFEE_PUBLIC_URL", fmt.Sprintf("http://localhost:%d", FrontendPort), "the address browsers use; https unless it is loopback", false},
		{"COFFEE_FRONTEND_LISTEN", fmt.Sprintf("localhost:%d", FrontendPort), "where the frontend listens", false},
		{"COFFEE_GATEWAY_LISTEN", fmt.Sprintf("localhost:%d", GatewayPort), "where the gateway listens", false},
		{"COFFEE_GATEWAY_URL", fmt.Sprintf("http://localhost:%d", GatewayPort), "where the frontend finds the gateway", false},
		{"COFFEE_GATEWAY_DATABASE", "sqlite:<data>/gateway.db", "database URL of the sessions", true},
	}
	for _, s := range Services {
		upper := strings.ToUpper(s.Name)
		rows = append(
			rows,
			setting{"COFFEE_" + upper + "_LISTEN", fmt.Sprintf("localhost:%d", s.Port), "where " + s.Name + " listens under `coffee serve`", false},
			setting{"COFFEE_" + upper + "_ADDRESS", fmt.Sprintf("localhost:%d", s.Port), "where other parts find " + s.Name, false},
			setting{"COFFEE_" + upper + "_DATABASE", "sqlite:<data>/" + s.Name + ".db", "database URL of " + s.Name, true},
		)
	}
	return append(
		rows,
		setting{"COFFEE_CHAIN", "coffee", "name of the chain: passports are made out to it", false},
		setting{"COFFEE_TRUSTED_KEYS", "", "issuer=base64 public key, comma separated; empty: the keys in <data>/keys", false},
		setting{"COFFEE_TRUSTED_PROXIES", "127.0.0.0/8,::1/128", "networks whose X-Forwarded-For is believed", false},
		setting{"COFFEE_LOG_LEVEL", "info", "debug, info, warn or error", false},
		setting{"COFFEE_LOG_FORMAT", "text", "text or json", false},
	)
}

// Load reads the configuration through getenv (os.Getenv in the binary) and checks it.
func Load(getenv func(string) string) (Config, error) {
	values := map[string]string{}
	for _, s := range settings() {
		values[s.name] = s.fallback
		if v := getenv(s.name); v != "" {
			values[s.name] = v
		}
	}
	data := values["COFFEE_DATA"]
	for name, v := range values {
		values[name] = strings.Replace(v, "<data>", data, 1)
	}
	c := Config{
		Data: data, PublicURL: strings.TrimSuffix(values["COFFEE_PUBLIC_URL"], "/"), GatewayListen: values["COFFEE_GATEWAY_LISTEN"],
		FrontendListen: values["COFFEE_FRONTEND_LISTEN"], GatewayURL: values["COFFEE_GATEWAY_URL"],
		Listen: map[string]string{}, Address: map[string]string{}, Database: map[string]string{},
		Chain: values["COFFEE_CHAIN"], TrustedKeys: values["COFFEE_TRUSTED_KEYS"],
		LogLevel: values["COFFEE_LOG_LEVEL"], LogFormat: values["COFFEE_LOG_FORMAT"],
	}
	c.Database["gateway"] = values["COFFEE_GATEWAY_DATABASE"]
	for _, s := range Services {
		upper := strings.ToUpper(s.Name)
		c.Listen[s.Name] = values["COFFEE_"+upper+"_LISTEN"]
		c.Address[s.Name] = values["COFFEE_"+upper+"_ADDRESS"]
		c.Database[s.Name] = values["COFFEE_"+upper+"_DATABASE"]
	}
	var problems []error
	for text := range strings.SplitSeq(values["COFFEE_TRUSTED_PROXIES"], ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("COFFEE_TRUSTED_PROXIES: %q is not a network such as 10.0.0.0/8", text))
			continue
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	return c, errors.Join(append(problems, c.validate())...)
}

func (c Config) validate() error {
	var problems []error
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		problems = append(problems, fmt.Errorf("COFFEE_PUBLIC_URL: %q is not an http or https address", c.PublicURL))
	} else if u.Scheme == "http" && !Loopback(u.Host) {
		problems = append(problems, errors.New("COFFEE_PUBLIC_URL: plain http is for loopback only; a public address needs https"))
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		problems = append(problems, fmt.Errorf("COFFEE_LOG_FORMAT: %q is neither text nor json", c.LogFormat))
	}
	if err := new(slog.Level).UnmarshalText([]byte(c.LogLevel)); err != nil {
		problems = append(problems, fmt.Errorf("COFFEE_LOG_LEVEL: %q is none of debug, info, warn, error", c.LogLevel))
	}
	for name, listen := range c.Listen {
		if _, _, err := net.SplitHostPort(listen); err != nil {
			problems = append(problems, fmt.Errorf("COFFEE_%s_LISTEN: %q is not host:port", strings.ToUpper(name), listen))
		} else if !Loopback(listen) {
			problems = append(problems, fmt.Errorf("COFFEE_%s_LISTEN: services speak without TLS in this version, so they listen on loopback only, not on %s", strings.ToUpper(name), listen))
		}
	}
	for name, listen := range map[string]string{"GATEWAY": c.GatewayListen, "FRONTEND": c.FrontendListen} {
		if _, _, err := net.SplitHostPort(listen); err != nil {
			problems = append(problems, fmt.Errorf("COFFEE_%s_LISTEN: %q is not host:port", name, listen))
		} else if !Loopback(listen) && !strings.HasPrefix(c.PublicURL, "https:") {
			problems = append(problems, fmt.Errorf("COFFEE_%s_LISTEN: on %s cookies would travel in the clear; put TLS in front and say so with an https COFFEE_PUBLIC_URL", name, listen))
		}
	}
	for name, database := range c.Database {
		if !strings.HasPrefix(database, "sqlite:") && !strings.HasPrefix(database, "mysql:") {
			problems = append(problems, fmt.Errorf("COFFEE_%s_DATABASE: a database URL begins with \"sqlite:\" or \"mysql:\", this one does not", strings.ToUpper(name)))
		}
	}
	return errors.Join(problems...)
}

// Loopback tells whether host (with or without port) can only be reached from this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}

// Print writes every setting with its value in force; secrets are masked.
func Print(w io.Writer, getenv func(string) string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tVALUE\tFROM\tMEANING")
	for _, s := range settings() {
		value, from := s.fallback, "default"
		if v := getenv(s.name); v != "" {
			value, from = v, "environment"
			if s.secret {
				value = mask(v)
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.name, value, from, s.what)
	}
	return table.Flush()
}

// mask hides the password of a database URL; a URL it cannot read is hidden whole.
func mask(databaseURL string) string {
	if strings.HasPrefix(databaseURL, "sqlite:") {
		return databaseURL
	}
	at := strings.LastIndex(databaseURL, "@")
	user, _, found := strings.Cut(strings.TrimPrefix(databaseURL, "mysql:"), ":")
	if at < 0 || !found {
		return "mysql:***"
	}
	return "mysql:" + user + ":***" + databaseURL[at:]
}

// path is a file in the data folder.
func (c Config) path(elements ...string) string {
	return filepath.Join(append([]string{c.Data}, elements...)...)
}

// Getenv is the process's environment, so that cmd needs no os.
func Getenv(name string) string { return os.Getenv(name) }
