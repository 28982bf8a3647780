package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coffee/app"
)

// chain is a running system.
type chain struct {
	t        testing.TB // nil for a chain that tests share
	gateway  string     // http://127.0.0.1:port
	frontend string
	data     string // its folder
	operator string // token
	config   app.Config
	stop     func() error
}

// empty starts a system with nothing in it; it ends with the test.
func empty(t testing.TB) *chain {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	c, _, err := start(t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	c.t = t
	t.Cleanup(func() {
		if err := c.stop(); err != nil {
			t.Errorf("the chain ended with %v", err)
		}
	})
	return c
}

// start runs everything in this process, as bare `coffee` does.
func start(data string, log *slog.Logger) (*chain, *app.App, error) {
	listeners := map[string]net.Listener{}
	for _, part := range []string{"gateway", "frontend"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		listeners[part] = listener
	}
	environment := map[string]string{
		"COFFEE_DATA":        data,
		"COFFEE_GATEWAY_URL": "http://" + listeners["gateway"].Addr().String(),
		"COFFEE_PUBLIC_URL":  "http://" + listeners["frontend"].Addr().String(),
	}
	config, err := app.Load(func(name string) string { return environment[name] })
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, config, app.Options{Listeners: listeners, Log: log, CallTimeout: patience})
	if err != nil {
		cancel()
		return nil, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	c := &chain{gateway: environment["COFFEE_GATEWAY_URL"], frontend: environment["COFFEE_PUBLIC_URL"], data: data, config: config}
	c.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	token, err := os.ReadFile(filepath.Join(data, "operator.token"))
	if err == nil {
		c.operator = strings.TrimSpace(string(token))
		err = c.ready()
	}
	if err != nil {
		_ = c.stop()
		return nil, nil, err
	}
	return c, a, nil
}

// ready waits until the gateway answers.
func (c *chain) ready() error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		response, err := http.Get(c.gateway + "/health/ready")
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("the gateway is not ready after %v", patience)
}

// signIns is first-run.json of the demonstration chain.
type signIns struct {
	Admin struct{ Username, Password string }
	Cafes []struct {
		ID, Name   string
		AccessCode string `json:"access_code"`
		People     []struct{ Name, Role, PIN string }
	}
}

type demonstration struct {
	*chain
	signs signIns
}

var stopShared []func()

// stopSharedChains ends what tests shared; TestMain calls it.
func stopSharedChains() {
	for _, stop := range stopShared {
		stop()
	}
}

// startDemonstration makes the chain of a first start, once for the whole test process.
var startDemonstration = sync.OnceValues(func() (demonstration, error) {
	data, err := os.MkdirTemp("", "coffee-web-")
	if err != nil {
		return demonstration{}, err
	}
	stopShared = append(stopShared, func() { _ = os.RemoveAll(data) })
	c, a, err := start(data, slog.New(slog.DiscardHandler))
	if err != nil {
		return demonstration{}, err
	}
	stopShared = append([]func(){func() { _ = c.stop() }}, stopShared...)
	if err := a.FirstRun(context.Background(), io.Discard, app.FirstRunOptions{}); err != nil {
		return demonstration{}, err
	}
	d := demonstration{chain: c}
	body, err := os.ReadFile(filepath.Join(data, "first-run.json"))
	if err != nil {
		return demonstration{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	return d, decoder.Decode(&d.signs)
})

// head signs in at head office.
func (d demonstration) head() *client {
	d.t.Helper()
	b := d.client()
	b.ok("POST", "/adminlogin", object{"username": d.signs.Admin.Username, "password": d.signs.Admin.Password})
	return b
}

// counter signs somebody of a role in on a device of the first café.
func (d demonstration) counter(role string) *client {
	d.t.Helper()
	cafe := d.signs.Cafes[0]
	for _, p := range cafe.People {
		if p.Role == role {
			b := d.client()
			b.ok("POST", "/login", object{"cafe_id": cafe.ID, "access_code": cafe.AccessCode, "person": p.Name, "pin": p.PIN, "device_name": "Till 1"})
			return b
		}
	}
	d.t.Fatalf("%s has no %s", cafe.Name, role)
	return nil
}
