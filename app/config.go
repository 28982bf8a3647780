// Package app is the composition root: configuration, the table of parts, and the one place that knows whether a
// call stays in the process or crosses the network. It imports everything and decides nothing about coffee.
package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"coffee/internal/httpx"
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
	MigrateDB      map[string]string // the same databases, as users who may change the schema
	AdminDB        string            // the database server's administrator; only for making schemas and users
	Keys           string            // folder of the signing keys
	OperatorToken  string            // empty: the file in the data folder
	Chain          string
	TrustedKeys    string
	SealKey        string // of the secrets that adminlogin keeps
	TrustedProxies []netip.Prefix
	Certs          string // folder of the certificates by which parts know each other
	TLSCert        string // what browsers are shown, with its key
	TLSKey         string
	ClearRPC       bool // calls between machines may go without TLS
	ClearHTTP      bool // so may requests to frontend and gateway
	OpsListen      string
	DrainWait      time.Duration
	LogLevel       string
	LogFormat      string
	TracesURL      string  // of an OTLP collector; empty: no traces
	TracesShare    float64 // of the requests that are traced
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
		{"COFFEE_GATEWAY_MIGRATE_DATABASE", "", migrateMeaning("GATEWAY"), true},
	}
	for _, s := range Services {
		upper := strings.ToUpper(s.Name)
		rows = append(
			rows,
			setting{"COFFEE_" + upper + "_LISTEN", fmt.Sprintf("localhost:%d", s.Port), "where " + s.Name + " listens under `coffee serve`", false},
			setting{"COFFEE_" + upper + "_ADDRESS", fmt.Sprintf("localhost:%d", s.Port), "where other parts find " + s.Name + ": a name (all its addresses are used in turn) or a comma-separated list", false},
			setting{"COFFEE_" + upper + "_DATABASE", "sqlite:<data>/" + s.Name + ".db", "database URL of " + s.Name, true},
			setting{"COFFEE_" + upper + "_MIGRATE_DATABASE", "", migrateMeaning(upper), true},
		)
	}
	return append(
		rows,
		setting{"COFFEE_CHAIN", "coffee", "name of the chain: passports are made out to it", false},
		setting{"COFFEE_ADMIN_DATABASE", "", "database URL of MySQL's administrator, for `coffee migrate --grants --apply` alone", true},
		setting{"COFFEE_KEYS", "<data>/keys", "folder of the keys that sign passports; what is missing is made there", false},
		setting{"COFFEE_TRUSTED_KEYS", "", "issuer=base64 public key, comma separated, an issuer twice while its key is replaced; empty: the keys in COFFEE_KEYS", false},
		setting{"COFFEE_OPERATOR_TOKEN", "", "token of the command line, for the gateway; empty: the one in <data>/operator.token", true},
		setting{httpx.URLVariable, httpx.LocalURL, "where the command line finds the gateway", false},
		setting{"COFFEE_CERTS", "", "folder of ca.pem, PART.pem and PART.key (`coffee certs`): calls between parts are TLS 1.3 with both ends known; needed beyond loopback", false},
		setting{"COFFEE_TLS_CERT", "", "certificate that frontend and gateway show to browsers; a gateway on loopback stays plain HTTP", false},
		setting{"COFFEE_TLS_KEY", "", "its key", false},
		setting{"COFFEE_INSECURE_NETWORK", "", "what may cross the network without TLS of ours: rpc, http (TLS is in front), or rpc,http", false},
		setting{"COFFEE_OPS_LISTEN", "", "where the process answers /health/live, /health/ready and /metrics for whoever watches over it; empty: nowhere", false},
		setting{"COFFEE_DRAIN_WAIT", "1s", "how long `coffee serve` goes on answering after it said it is not ready, for balancers to see it; at most 10s", false},
		setting{"COFFEE_ADMINLOGIN_SEAL_KEY", "", "base64 key of 32 bytes that seals second factors, the same for all replicas; empty: the one in COFFEE_KEYS", true},
		setting{"COFFEE_TRUSTED_PROXIES", "127.0.0.0/8,::1/128", "networks whose X-Forwarded-For is believed", false},
		setting{"COFFEE_TRACES_URL", "", "OTLP collector that traces go to, as http://localhost:4318; empty: no traces", false},
		setting{"COFFEE_TRACES_SHARE", "0.1", "share of the requests that are traced, from 0 to 1", false},
		setting{"COFFEE_LOG_LEVEL", "info", "debug, info, warn or error", false},
		setting{"COFFEE_LOG_FORMAT", "text", "text or json", false},
	)
}

func migrateMeaning(part string) string {
	return "the same database, as a user who may change its schema; empty: COFFEE_" + part + "_DATABASE"
}

// Load reads the configuration through getenv (os.Getenv in the binary) and checks it. Any setting may also be in a
// file, named by its variable with _FILE after it.
func Load(getenv func(string) string) (Config, error) {
	values := map[string]string{}
	var problems []error
	for _, s := range settings() {
		v, from, err := lookUp(getenv, s.name)
		if err != nil {
			problems = append(problems, err)
		}
		if values[s.name] = s.fallback; from != "default" {
			values[s.name] = v
		}
	}
	if len(problems) > 0 {
		return Config{}, errors.Join(problems...) // what is half read would only be complained of twice
	}
	data := values["COFFEE_DATA"]
	for name, v := range values {
		values[name] = strings.Replace(v, "<data>", data, 1)
	}
	c := Config{
		Data: data, PublicURL: strings.TrimSuffix(values["COFFEE_PUBLIC_URL"], "/"), GatewayListen: values["COFFEE_GATEWAY_LISTEN"],
		FrontendListen: values["COFFEE_FRONTEND_LISTEN"], GatewayURL: values["COFFEE_GATEWAY_URL"],
		Listen: map[string]string{}, Address: map[string]string{}, Database: map[string]string{}, MigrateDB: map[string]string{},
		AdminDB: values["COFFEE_ADMIN_DATABASE"], Keys: values["COFFEE_KEYS"], OperatorToken: values["COFFEE_OPERATOR_TOKEN"],
		TrustedProxies: []netip.Prefix{}, // an empty list ("," in the variable) trusts none, and is not the default
		Chain:          values["COFFEE_CHAIN"], TrustedKeys: values["COFFEE_TRUSTED_KEYS"], SealKey: values["COFFEE_ADMINLOGIN_SEAL_KEY"],
		Certs: values["COFFEE_CERTS"], TLSCert: values["COFFEE_TLS_CERT"], TLSKey: values["COFFEE_TLS_KEY"], OpsListen: values["COFFEE_OPS_LISTEN"],
		LogLevel: values["COFFEE_LOG_LEVEL"], LogFormat: values["COFFEE_LOG_FORMAT"], TracesURL: values["COFFEE_TRACES_URL"],
	}
	c.Database["gateway"] = values["COFFEE_GATEWAY_DATABASE"]
	c.MigrateDB["gateway"] = cmp.Or(values["COFFEE_GATEWAY_MIGRATE_DATABASE"], c.Database["gateway"])
	for _, s := range Services {
		upper := strings.ToUpper(s.Name)
		c.Listen[s.Name] = values["COFFEE_"+upper+"_LISTEN"]
		c.Address[s.Name] = values["COFFEE_"+upper+"_ADDRESS"]
		c.Database[s.Name] = values["COFFEE_"+upper+"_DATABASE"]
		c.MigrateDB[s.Name] = cmp.Or(values["COFFEE_"+upper+"_MIGRATE_DATABASE"], c.Database[s.Name])
	}
	share, err := strconv.ParseFloat(values["COFFEE_TRACES_SHARE"], 64)
	if c.TracesShare = share; err != nil || !(share >= 0 && share <= 1) {
		problems = append(problems, fmt.Errorf("COFFEE_TRACES_SHARE: %q is not a number from 0 to 1", values["COFFEE_TRACES_SHARE"]))
	}
	if u, err := url.Parse(c.TracesURL); c.TracesURL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		problems = append(problems, fmt.Errorf("COFFEE_TRACES_URL: %q is not an http or https address", c.TracesURL))
	}
	for text := range strings.SplitSeq(values["COFFEE_INSECURE_NETWORK"], ",") {
		switch strings.TrimSpace(text) {
		case "":
		case "rpc":
			c.ClearRPC = true
		case "http":
			c.ClearHTTP = true
		default:
			problems = append(problems, fmt.Errorf("COFFEE_INSECURE_NETWORK: %q is neither rpc nor http", text))
		}
	}
	if c.DrainWait, err = time.ParseDuration(values["COFFEE_DRAIN_WAIT"]); err != nil || c.DrainWait < 0 || c.DrainWait > drainWaitMost {
		problems = append(problems, fmt.Errorf("COFFEE_DRAIN_WAIT: %q is no time between 0s and %s", values["COFFEE_DRAIN_WAIT"], drainWaitMost))
	}
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
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path+u.RawQuery+u.Fragment != "" {
		problems = append(problems, fmt.Errorf("COFFEE_PUBLIC_URL: %q is not an http or https address such as https://coffee.example.com", c.PublicURL))
	} else if u.Scheme == "http" && !Loopback(u.Host) {
		problems = append(problems, errors.New("COFFEE_PUBLIC_URL: plain http is for loopback only; a public address needs https"))
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		problems = append(problems, fmt.Errorf("COFFEE_LOG_FORMAT: %q is neither text nor json", c.LogFormat))
	}
	if err := new(slog.Level).UnmarshalText([]byte(c.LogLevel)); err != nil {
		problems = append(problems, fmt.Errorf("COFFEE_LOG_LEVEL: %q is none of debug, info, warn, error", c.LogLevel))
	}
	problems = append(problems, c.validateNetwork()...)
	problems = append(problems, c.validateDatabases()...)
	if c.AdminDB != "" && (!strings.HasPrefix(c.AdminDB, "mysql:") || !isDatabaseURL(c.AdminDB)) {
		problems = append(problems, errors.New("COFFEE_ADMIN_DATABASE: it is mysql:user:password@tcp(host:port)/; SQLite has no users"))
	}
	if c.TrustedKeys != "" {
		_, err := trustedKeys(c.TrustedKeys)
		problems = append(problems, err)
	}
	if c.SealKey != "" {
		_, err := readSealKey(c.SealKey)
		problems = append(problems, err)
	}
	if c.OperatorToken != "" && len(c.OperatorToken) < 43 {
		problems = append(problems, errors.New("COFFEE_OPERATOR_TOKEN: too short; `coffee secrets` draws one of 256 bits"))
	}
	return errors.Join(problems...)
}

// validateDatabases refuses URLs that are none, and one database for two parts: each counts its own migrations.
func (c Config) validateDatabases() []error {
	var problems []error
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Database)) {
		variable := "COFFEE_" + strings.ToUpper(name) + "_DATABASE"
		if !isDatabaseURL(c.Database[name]) {
			problems = append(problems, fmt.Errorf("%s: %w", variable, errDatabaseURL))
			continue
		}
		if !isDatabaseURL(c.MigrateDB[name]) {
			problems = append(problems, fmt.Errorf("COFFEE_%s_MIGRATE_DATABASE: %w", strings.ToUpper(name), errDatabaseURL))
		}
		place := databasePlace(c.Database[name])
		if other := owner[place]; other != "" {
			problems = append(problems, fmt.Errorf("%s and %s name the same database: each part needs its own", other, variable))
		}
		owner[place] = variable
	}
	return problems
}

var errDatabaseURL = errors.New("a database URL is sqlite:/path or mysql:user:password@tcp(host:port)/schema, without //; this one is not")

func isDatabaseURL(text string) bool {
	return strings.HasPrefix(text, "sqlite:") || (strings.HasPrefix(text, "mysql:") && !strings.HasPrefix(text, "mysql://"))
}

// databasePlace is a database URL without its user and its options.
func databasePlace(databaseURL string) string {
	if strings.HasPrefix(databaseURL, "mysql:") {
		databaseURL = databaseURL[strings.LastIndex(databaseURL, "@")+1:]
	}
	place, _, _ := strings.Cut(databaseURL, "?")
	return place
}

// Print writes every setting with its value in force; secrets are masked.
func Print(w io.Writer, getenv func(string) string) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VARIABLE\tVALUE\tFROM\tMEANING")
	for _, s := range settings() {
		value, from, err := lookUp(getenv, s.name)
		switch {
		case err != nil:
			value, from = "?", "file" // Load says what is wrong
		case from == "default":
			value = s.fallback
		case s.secret:
			value = mask(value)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.name, value, from, s.what)
	}
	return table.Flush()
}

// mask hides the password of a database URL; any other secret, and a URL it cannot read, is hidden whole.
func mask(databaseURL string) string {
	if strings.HasPrefix(databaseURL, "sqlite:") {
		return databaseURL
	}
	if !strings.HasPrefix(databaseURL, "mysql:") {
		return "***"
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
