package e2e

import (
	"context"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/app"
)

// process is one of several of the same part, that comes and goes by itself.
type process struct {
	t       testing.TB
	config  app.Config
	part    string
	address string
	orders  atomic.Int64 // how many an order service brought to its database
	cancel  context.CancelFunc
	ended   chan error
}

// start serves on the same address as before.
func (p *process) start(listener net.Listener) {
	p.t.Helper()
	if listener == nil { // a process that another test starts in this moment holds the old one until it is another program
		(&chain{t: p.t}).waitFor("the address is free", func() bool {
			var err error
			listener, err = net.Listen("tcp", p.address)
			return err == nil
		})
	}
	p.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, p.config, app.Options{
		Parts: []string{p.part}, Log: testLog(p.t), CallTimeout: patience,
		Listeners: map[string]net.Listener{p.part: listener},
		Step: func(name string) {
			if name == "after_commit" {
				p.orders.Add(1)
			}
		},
	})
	if err != nil {
		cancel()
		p.t.Fatal(err)
	}
	p.cancel, p.ended = cancel, make(chan error, 1)
	go func() { p.ended <- a.Run(ctx) }()
}

// stop ends it as SIGTERM does.
func (p *process) stop() {
	p.t.Helper()
	p.cancel()
	if err := <-p.ended; err != nil {
		p.t.Errorf("%s ended with %v", p.part, err)
	}
}

// startFleet is startSplitTLS with two processes of some parts.
func startFleet(t testing.TB, doubled ...string) (c *chain, fleet map[string][]*process) {
	t.Helper()
	host := loopback() // a port that is left for a moment is nobody else's
	listen := func() net.Listener {
		listener, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		return listener
	}
	listeners := map[string]net.Listener{}
	for _, part := range app.All() {
		listeners[part] = listen()
	}
	config := configure(t, t.TempDir(), listeners)
	config.Certs = makeCerts(t, app.Identified()...)
	config.DrainWait = time.Second // callers are to see it
	of := map[string][]net.Listener{}
	for part, listener := range listeners {
		of[part] = []net.Listener{listener}
		if slices.Contains(doubled, part) {
			of[part] = append(of[part], listen())
			config.Address[part] += "," + of[part][1].Addr().String() // of a gateway nobody reads it
		}
	}
	fleet = map[string][]*process{}
	for _, part := range app.All() {
		for _, listener := range of[part] {
			p := &process{t: t, config: config, part: part}
			p.start(listener)
			fleet[part] = append(fleet[part], p)
		}
	}
	c = &chain{t: t, config: config, gateway: "http://" + fleet["gateway"][0].address}
	stop := sync.OnceFunc(func() {
		for _, part := range slices.Backward(app.All()) {
			var ends sync.WaitGroup
			for _, p := range fleet[part] {
				ends.Go(p.stop)
			}
			ends.Wait()
		}
	})
	c.stop = stop
	t.Cleanup(stop)
	token, err := os.ReadFile(config.Data + "/operator.token")
	if err != nil {
		t.Fatal(err)
	}
	c.operator = strings.TrimSpace(string(token))
	for _, p := range fleet["gateway"] {
		c.waitFor("a gateway", func() bool {
			response, err := http.Get("http://" + p.address + "/health/ready")
			if err != nil {
				return false
			}
			defer response.Body.Close()
			return response.StatusCode == http.StatusOK
		})
	}
	return c, fleet
}

// TestRollingRestart restarts one of two order services after the other under a shop at work: nothing fails, and both do
// their share. As in a fleet, the next one waits until the one before is found again.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	c, fleet := startFleet(t, "order")
	s := newShop(c, "Café Salam")
	till := s.counter("Nadia")
	working, rest := context.WithCancel(t.Context())
	var atWork sync.WaitGroup
	var calls, failed atomic.Int64
	do := func(method, path string, body any) {
		a, err := till.try(method, path, body)
		calls.Add(1)
		if err != nil || a.status != http.StatusOK {
			failed.Add(1)
			t.Errorf("%s %s: %v %d %s", method, path, err, a.status, a.raw)
		}
	}
	for range 4 {
		atWork.Go(func() {
			for working.Err() == nil {
				id := newID()
				do("PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}, "tenders": cash(priceLatteM)})
				do("POST", "/api/v1/orders/"+id+"/lines", object{"to": "making"})
				do("GET", "/api/v1/orders/"+id, nil)
				do("GET", "/api/v1/cafes/"+s.id+"/menu", nil)
			}
		})
	}
	both := fleet["order"]
	worksAgain := func(p *process) {
		t.Helper()
		before := p.orders.Load()
		c.waitFor("an order service places orders", func() bool { return p.orders.Load() > before })
	}
	for _, p := range both {
		worksAgain(p)
	}
	for range 2 {
		for _, p := range both {
			p.stop()
			p.start(nil)
			worksAgain(p)
		}
	}
	rest()
	atWork.Wait()
	t.Logf("%d calls, %d failed; orders placed by each: %d, %d", calls.Load(), failed.Load(), both[0].orders.Load(), both[1].orders.Load())
	c.stop()
	c.verifyClean()
}

// TestTwoGateways: a session is the chain's, not a gateway's. Whoever signs in at one is known at the other, and whoever
// signs out at one is gone from both.
func TestTwoGateways(t *testing.T) {
	t.Parallel()
	c, fleet := startFleet(t, "gateway")
	other := *c
	other.gateway = "http://" + fleet["gateway"][1].address
	s := newShop(c, "Café Salam")
	here := s.counter("Nadia")
	there := &browser{c: &other, client: here.client} // the same cookies
	wantText(t, there.ok("GET", "/session", nil), "person.name", "Nadia")
	id := newID()
	there.ok("PUT", "/api/v1/orders/"+id, s.croissantOrder())
	wantText(t, here.ok("GET", "/api/v1/orders/"+id, nil), "id", id)

	kept := here.client.Jar.Cookies(mustURL(t, c.gateway))
	there.ok("POST", "/logout", object{})
	for name, gateway := range map[string]*chain{"the first gateway": c, "the second gateway": &other} {
		request, err := http.NewRequest(http.MethodGet, gateway.gateway+"/api/v1/orders/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range kept {
			request.AddCookie(cookie)
		}
		a, err := gateway.browser().do(request)
		if err != nil || a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
			t.Errorf("%s takes a cookie after its end: %v %d %s", name, err, a.status, a.raw)
		}
	}
}
