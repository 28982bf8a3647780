package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"coffee/app"
)

// TestHTTPS: browsers come by TLS to the frontend and to a gateway that listens beyond this machine; the frontend passes
// on by TLS, too, and both are asked for their health as they are.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	folder := makeCerts(t, app.Identified()...)
	coffeeCerts(t, folder, nil, "issue", "--browser", "localhost")
	everywhere, err := net.Listen("tcp", ":0") // not loopback: TLS
	if err != nil {
		t.Fatal(err)
	}
	listeners := map[string]net.Listener{"frontend": listenLocal(t)}
	config := configure(t, t.TempDir(), listeners)
	listeners["gateway"] = everywhere
	public := "https://localhost:" + port(t, listeners["frontend"])
	direct := "https://localhost:" + port(t, everywhere)
	config.PublicURL, config.TLSCert, config.TLSKey = public, folder+"/browser.pem", folder+"/browser.key"
	config.GatewayListen, config.FrontendListen = everywhere.Addr().String(), listeners["frontend"].Addr().String()

	a, err := app.Open(t.Context(), config, app.Options{Listeners: listeners, Log: testLog(t), CallTimeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for _, part := range []string{"gateway", "frontend"} {
		if err := app.Ask(t.Context(), config, part); err != nil {
			t.Error(err)
		}
	}

	roots := x509.NewCertPool()
	body, err := os.ReadFile(folder + "/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	roots.AppendCertsFromPEM(body)
	browser := func(change func(*tls.Config)) *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
		if change != nil {
			change(transport.TLSClientConfig)
		}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Jar: jar, Transport: transport, Timeout: 2 * patience}
	}
	for _, address := range []string{public + "/", public + "/health/ready", direct + "/health/ready"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "cafe.example" // localhost is not told to be https only
		response, err := browser(nil).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 || response.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %d, HTTP/%d, %v", address, response.StatusCode, response.ProtoMajor, response.Header)
		}
	}
	// A phone gets its cookie through the frontend, for https only, and comes back with it.
	c := &chain{t: t, config: config, gateway: public}
	phone := c.browser()
	phone.client = browser(nil)
	first := phone.ok("POST", "/api/v1/phones", object{})
	if cookie := first.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
	wantText(t, phone.ok("GET", "/session", nil), "role", "customer")

	for name, change := range map[string]func(*tls.Config){
		"whoever does not know the authority": func(c *tls.Config) { c.RootCAs = x509.NewCertPool() },
		"TLS 1.1": func(c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 //nolint:gosec // that is what is refused
		},
	} {
		for _, address := range []string{public, direct} {
			if response, err := browser(change).Get(address + "/health/live"); err == nil {
				_ = response.Body.Close()
				t.Errorf("%s: %s came to %s", name, response.Status, address)
			}
		}
	}
	for _, address := range []string{public, direct} {
		response, err := http.Get(strings.Replace(address, "https:", "http:", 1) + "/health/live")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				t.Errorf("%s answers in the clear", address)
			}
		}
	}
}

func port(t *testing.T, listener net.Listener) string {
	t.Helper()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestLeaving: a process that is told to end says so before it stops answering. What comes in by HTTP finds its services
// until then, though they may be in the same process.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parts []string
		leave []string // the parts that say so
	}{
		"everything": {app.All(), []string{"gateway"}},
		"a service":  {[]string{"cafe"}, []string{"cafe"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listeners := map[string]net.Listener{"ops": listenLocal(t)}
			for _, part := range test.parts {
				listeners[part] = listenLocal(t)
			}
			config := configure(t, t.TempDir(), listeners)
			config.DrainWait = 15 * time.Second // long enough to be asked meanwhile, on a busy machine and under the race detector
			where := map[string]string{}
			for part, listener := range listeners {
				where[part] = listener.Addr().String()
				config.Listen[part] = where[part]
			}
			config.GatewayListen, config.FrontendListen = where["gateway"], where["frontend"]
			a, err := app.Open(t.Context(), config, app.Options{Parts: test.parts, Listeners: listeners, Log: testLog(t), CallTimeout: patience})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- a.Run(ctx) }()
			status := func(part, path string) int {
				response, err := http.Get("http://" + where[part] + path)
				if err != nil {
					return 0
				}
				_ = response.Body.Close()
				return response.StatusCode
			}
			c := &chain{t: t}
			c.waitFor("ready", func() bool { return status("ops", "/health/ready") == http.StatusOK })
			for _, part := range test.parts {
				if err := app.Ask(t.Context(), config, part); err != nil {
					t.Errorf("before the end: %v", err)
				}
			}

			cancel()
			c.waitFor("not ready any more", func() bool { return status("ops", "/health/ready") == http.StatusServiceUnavailable })
			if got := status("ops", "/health/live"); got != http.StatusOK {
				t.Errorf("while it leaves it is as good as dead: %d", got)
			}
			for _, part := range test.parts {
				err := app.Ask(t.Context(), config, part)
				if leaves := slices.Contains(test.leave, part); (err != nil) != leaves || (leaves && !strings.Contains(err.Error(), "not ready")) {
					t.Errorf("while it leaves, %s says %v", part, err)
				}
			}
			if slices.Contains(test.parts, "gateway") && status("gateway", "/api/v1/cafes") != http.StatusOK {
				t.Error("while it leaves, it does not answer")
			}
			for _, part := range []string{"gateway", "frontend"} {
				if !slices.Contains(test.parts, part) {
					continue
				}
				if response, err := http.Get("http://" + where[part] + "/api/v1/cafes"); err != nil || !response.Close {
					t.Errorf("while the %s leaves, it keeps a connection: %v", part, err)
				} else {
					_ = response.Body.Close()
				}
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if got := status("ops", "/health/live"); got != 0 {
				t.Errorf("after its end it answers %d", got)
			}
		})
	}
}
