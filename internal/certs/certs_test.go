package certs_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coffee/internal/certs"
	making "coffee/tool/certs"
)

// coffeeCerts runs `coffee certs` in a folder.
func coffeeCerts(t *testing.T, folder, line string) {
	t.Helper()
	c := making.Command([]string{"order", "menu"}, folder)
	c.SetOut(io.Discard)
	c.SetArgs(strings.Fields(line))
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("coffee certs %s: %v", line, err)
	}
}

// chain makes the certificates of a chain.
func chain(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, line := range []string{"init", "issue all", "issue --browser localhost"} {
		coffeeCerts(t, folder, line)
	}
	return folder
}

func watch(t *testing.T, files certs.Files, now func() time.Time) *certs.Watched {
	t.Helper()
	w, err := certs.Watch(files, slog.New(slog.NewTextHandler(t.Output(), nil)), now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// greet connects and says one word both ways; the errors are the client's and the server's.
func greet(t *testing.T, server, client *tls.Config) (called, served error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	end := make(chan error, 1)
	go func() {
		end <- func() error {
			conn, err := listener.Accept()
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close() }()
			secured := tls.Server(conn, server)
			if err := secured.HandshakeContext(t.Context()); err != nil {
				return err
			}
			_, err = io.WriteString(secured, "good morning")
			return errors.Join(err, secured.CloseWrite())
		}()
	}()
	called = func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		conn, err := (&tls.Dialer{Config: client}).DialContext(ctx, "tcp", listener.Addr().String())
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		_, err = io.ReadAll(conn)
		return err
	}()
	return called, <-end
}

func TestWhoUnderstandsWhom(t *testing.T) {
	ours, theirs := chain(t), chain(t)
	order := certs.Server(watch(t, certs.In(ours, "order"), nil))
	with := func(config *tls.Config, change func(*tls.Config)) *tls.Config {
		change(config)
		return config
	}
	menu := func() *tls.Config { return certs.Client(watch(t, certs.In(ours, "menu"), nil), "order") }
	shows := func(folder, name string) func(*tls.Config) {
		pair, err := tls.LoadX509KeyPair(filepath.Join(folder, name+".pem"), filepath.Join(folder, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return func(c *tls.Config) { c.Certificates = []tls.Certificate{pair} }
	}
	for name, test := range map[string]struct {
		client *tls.Config
		want   bool
	}{
		"menu calls order":                      {menu(), true},
		"menu looks for inventory, finds order": {certs.Client(watch(t, certs.In(ours, "menu"), nil), "inventory"), false},
		"nobody calls order":                    {with(menu(), func(c *tls.Config) { c.Certificates = nil }), false},
		"another chain's menu":                  {certs.Client(watch(t, certs.In(theirs, "menu"), nil), "order"), false},
		"another chain's certificate alone":     {with(menu(), shows(theirs, "menu")), false},
		"the certificate for browsers":          {with(menu(), shows(ours, "browser")), false},
		"the authority's own":                   {with(menu(), shows(ours, "ca")), false},
		"TLS 1.2":                               {with(menu(), func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }), false},
	} {
		called, served := greet(t, order, test.client)
		if got := called == nil && served == nil; got != test.want {
			t.Errorf("%s: caller %v, server %v", name, called, served)
		}
	}
}

// TestChangedFilesCount: certificates and authorities are replaced under a listener that goes on, at each step of
// rotate, and rubbish changes nothing.
func TestChangedFilesCount(t *testing.T) {
	folder := chain(t)
	at := time.Now()
	now := func() time.Time { return at }
	orders, menus := watch(t, certs.In(folder, "order"), now), watch(t, certs.In(folder, "menu"), now)
	browsers := watch(t, certs.Files{Certificate: filepath.Join(folder, "browser.pem"), Key: filepath.Join(folder, "browser.key")}, now)
	server, shop := certs.Server(orders), certs.Browsers(browsers)
	roots, err := certs.WatchRoots([]string{filepath.Join(folder, "ca.pem")})
	if err != nil {
		t.Fatal(err)
	}
	talk := func(when string) {
		t.Helper()
		if called, served := greet(t, server, certs.Client(menus, "order")); called != nil || served != nil {
			t.Errorf("%s: caller %v, server %v", when, called, served)
		}
		if called, served := greet(t, shop, &tls.Config{RootCAs: roots(), ServerName: "localhost"}); called != nil || served != nil {
			t.Errorf("%s: browser %v, server %v", when, called, served)
		}
	}
	serial := func() string { return orders.Present().Certificate.Leaf.SerialNumber.String() }
	first := serial()
	talk("at first")
	for _, step := range []string{"rotate --ca", "rotate", "rotate --drop-old"} {
		coffeeCerts(t, folder, step)
		at = at.Add(time.Minute)
		talk("after " + step)
	}
	if serial() == first {
		t.Error("the certificate was not read again")
	}
	second := serial()
	whole, err := os.ReadFile(filepath.Join(folder, "order.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rubbish := range [][]byte{nil, whole[:len(whole)/2], readFile(t, folder, "menu.pem")} {
		if err := os.WriteFile(filepath.Join(folder, "order.pem"), rubbish, 0o600); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Minute)
		if serial() != second {
			t.Error("rubbish replaced a certificate")
		}
		talk("with half a file")
	}
	// So does a whole pair that nobody would believe: another part's.
	for from, to := range map[string]string{"menu.pem": "order.pem", "menu.key": "order.key"} {
		if err := os.WriteFile(filepath.Join(folder, to), readFile(t, folder, from), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at = at.Add(time.Minute)
	talk("with another part's certificate")
	if serial() != second {
		t.Error("another part's certificate replaced ours")
	}
	// Not looked at more often than every other second.
	coffeeCerts(t, folder, "rotate menu")
	before := menus.Present().Certificate.Leaf.SerialNumber
	at = at.Add(time.Second)
	if menus.Present().Certificate.Leaf.SerialNumber.Cmp(before) != 0 {
		t.Error("the files were read again within a second")
	}
}

// TestAuthorityBesideAHalfWrittenPair: a new authority counts at once, though a key is just being replaced.
func TestAuthorityBesideAHalfWrittenPair(t *testing.T) {
	folder := chain(t)
	at := time.Now()
	orders := watch(t, certs.In(folder, "order"), func() time.Time { return at })
	server := certs.Server(orders)
	coffeeCerts(t, folder, "rotate --ca")
	coffeeCerts(t, folder, "rotate menu")
	if err := os.WriteFile(filepath.Join(folder, "order.key"), readFile(t, folder, "menu.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Minute)
	menu := watch(t, certs.In(folder, "menu"), nil) // signed by the new authority
	if called, served := greet(t, server, certs.Client(menu, "order")); called != nil || served != nil {
		t.Errorf("while a key is replaced: caller %v, server %v", called, served)
	}
}

func readFile(t *testing.T, folder, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestFilesThatDoNotStart(t *testing.T) {
	folder := chain(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	for name, files := range map[string]certs.Files{
		"no folder":                  certs.In(filepath.Join(folder, "nowhere"), "order"),
		"another's key":              {Certificate: filepath.Join(folder, "order.pem"), Key: filepath.Join(folder, "menu.key")},
		"authorities that are a key": {Authorities: filepath.Join(folder, "ca.key")},
	} {
		if _, err := certs.Watch(files, log, nil); err == nil {
			t.Errorf("%s starts", name)
		}
	}
	later := func() time.Time { return time.Now().AddDate(2, 0, 0) }
	if _, err := certs.Watch(certs.In(folder, "order"), log, later); err == nil || !strings.Contains(err.Error(), "ended on") {
		t.Errorf("a certificate that has ended: %v", err)
	}
	earlier := func() time.Time { return time.Now().AddDate(0, 0, -1) }
	if _, err := certs.Watch(certs.In(folder, "order"), log, earlier); err == nil || !strings.Contains(err.Error(), "the clock here") {
		t.Errorf("a certificate that does not count yet: %v", err)
	}
	other := chain(t)
	for want, of := range map[string][2]string{"is not for order.coffee.internal": {folder, "menu"}, "is of no authority": {other, "order"}} {
		mixed := t.TempDir()
		for name, from := range map[string]string{
			"ca.pem":    filepath.Join(folder, "ca.pem"),
			"order.pem": filepath.Join(of[0], of[1]+".pem"), "order.key": filepath.Join(of[0], of[1]+".key"),
		} {
			if err := os.WriteFile(filepath.Join(mixed, name), readFile(t, filepath.Dir(from), filepath.Base(from)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := certs.Watch(certs.In(mixed, "order"), log, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the certificate of %s: %v, want it to say %q", of[1], err, want)
		}
	}
	var said strings.Builder
	soon := func() time.Time { return time.Now().AddDate(0, 0, 390) }
	if _, err := certs.Watch(certs.In(folder, "order"), slog.New(slog.NewTextHandler(&said, nil)), soon); err != nil || !strings.Contains(said.String(), "ends soon") {
		t.Errorf("a certificate that ends in a week: %v, %q", err, said.String())
	}
}
