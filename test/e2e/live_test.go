package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"coffee/internal/httpx"
	"coffee/tool/demo"

	"coffee/app"
)

// event is one server-sent event.
type event struct{ id, kind, data string }

// listenTo opens the board's stream through the frontend, as a browser does: from a position on, or else from that of
// the board. A stream without one begins at the moment that the order service comes to it, which may be after its first
// byte, and so after what a test does next.
func (b *browser) listenTo(t *testing.T, cafe, after string) <-chan event {
	t.Helper()
	if after == "" {
		after = fmt.Sprint(b.ok("GET", "/api/v1/cafes/"+cafe+"/board", nil).number("seq"))
	}
	return b.listenAt(t, "/api/v1/cafes/"+cafe+"/board/stream", after)
}

// listenAt opens any stream.
func (b *browser) listenAt(t *testing.T, path, after string) <-chan event {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.c.frontend+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.client.Jar.Cookies(mustURL(t, b.c.gateway)) {
		request.AddCookie(cookie)
	}
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := (&http.Client{}).Do(request) //nolint:bodyclose // closed by the reader below
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("the stream answered %s %s", response.Status, response.Header.Get("Content-Type"))
	}
	events := make(chan event, 100)
	go func() {
		defer close(events)
		defer func() { _ = response.Body.Close() }()
		var e event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				e.data = value
			case "":
				if e.data != "" {
					events <- e
				}
				e = event{}
			}
		}
	}()
	return events
}

// next waits for an event that holds a text.
func next(t *testing.T, events <-chan event, holding string) event {
	t.Helper()
	for limit := time.After(time.Minute); ; {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before an event with %q", holding)
			}
			if strings.Contains(e.data, holding) {
				return e
			}
		case <-limit:
			t.Fatalf("no event with %q in a minute", holding)
		}
	}
}

// TestLiveBoard: the bar sees orders as they come, through the frontend, and after a break goes on where it was.
func TestLiveBoard(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		bar, till := s.counter("Omar"), s.counter("Nadia")
		order := func() string {
			id := newID()
			till.ok("PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}, "customer_name": "Youssef"})
			return id
		}
		events := bar.listenTo(t, s.id, "")
		first := order()
		seen := next(t, events, first)
		if seen.id == "" || strings.Contains(seen.data, "unit_price") {
			t.Errorf("a ticket has a position and no money: %+v", seen)
		}
		till.ok("POST", "/api/v1/orders/"+first+"/lines", object{"to": "making"})
		next(t, events, `"making"`)
		second := order()
		next(t, events, second)

		again := bar.listenTo(t, s.id, seen.id)
		next(t, again, `"making"`) // what happened after the first event, the first event itself not again
		next(t, again, second)
		ready := c.browser().ok("GET", "/api/v1/cafes/"+s.id+"/ready", nil)
		if strings.Contains(ready.raw, first) || !strings.Contains(ready.raw, "Youssef") {
			t.Errorf("the ready board shows numbers and first names only: %s", ready.raw)
		}
	})
}

// TestStartForReal leaves the demonstration behind: its cafés go, its menu and its sales stay.
func TestStartForReal(t *testing.T) {
	c, _ := firstRun(t, t.TempDir(), app.FirstRunOptions{})
	client := &httpx.Client{URL: c.gateway, Token: c.operator}
	archived, err := demo.Leave(t.Context(), client)
	if err != nil || len(archived) != 3 {
		t.Fatalf("archived %v: %v", archived, err)
	}
	if again, err := demo.Leave(t.Context(), client); err != nil || len(again) != 0 {
		t.Errorf("a second time archived %v: %v", again, err)
	}
	if got := len(c.browser().ok("GET", "/api/v1/cafes", nil).list("cafes")); got != 0 {
		t.Errorf("%d cafés are still listed", got)
	}
	if got := len(c.asOperator().ok("GET", "/api/v1/menu/items?limit=200", nil).list("items")); got < 20 {
		t.Errorf("%d items stayed", got)
	}
	if got := len(c.asOperator().ok("GET", "/api/v1/recipes?limit=200", nil).list("recipes")); got < 20 {
		t.Errorf("%d recipes stayed", got)
	}
	if got := len(c.asOperator().ok("GET", "/api/v1/orders", nil).list("orders")); got == 0 {
		t.Error("the sales are gone")
	}
}
