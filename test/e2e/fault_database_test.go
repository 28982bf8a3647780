package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/internal/db/dbtest"
)

// clerk places one order after the other. What is refused for now is sent again, the same, or else given up.
type clerk struct {
	s       *shop
	b       *browser
	acked   map[string]int64 // order → total
	givenUp map[string]bool
}

// desk is what several clerks see together.
type desk struct {
	t              *testing.T
	acked, refused atomic.Int64
	mu             sync.Mutex
	codes          map[string]int
	longest        time.Duration // that a refusal took
}

func (d *desk) work(k *clerk, until func() bool) {
	// Drawn together: the tenders have ids, and the same order with others is another one. Where the database committed
	// and nobody heard of it, that would be refused as order_exists.
	id, body := newID(), k.s.threeLines()
	for !until() {
		began := time.Now()
		a, err := k.b.try("PUT", "/api/v1/orders/"+id, body)
		if err == nil && a.status == 200 {
			k.acked[id] = a.number("total")
			d.acked.Add(1)
			id, body = newID(), k.s.threeLines()
			continue
		}
		d.refuse(time.Since(began), a, err)
		if rand.N(3) == 0 {
			k.givenUp[id] = true
			id, body = newID(), k.s.threeLines()
		}
		time.Sleep(50 * time.Millisecond) // as Retry-After asks, but sooner
	}
	k.givenUp[id] = true // never sent, or not answered
}

func (d *desk) refuse(took time.Duration, a answer, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refused.Add(1)
	d.longest = max(d.longest, took)
	d.codes[a.text("code")]++
	if err != nil || a.status != 503 || a.header.Get("Retry-After") == "" {
		d.t.Errorf("while the database is away a clerk gets %v %d %s, Retry-After %q", err, a.status, a.raw, a.header.Get("Retry-After"))
	}
}

// TestFaultDatabase kills MariaDB under sixteen writers, starts it again, and then lets it hang. Every acknowledged order
// is there once; whatever was not answered is there once or not at all; and nobody waits for longer than the deadline.
func TestFaultDatabase(t *testing.T) {
	server := dbtest.StartPrivate(t)
	f := newFleet(t)
	f.server = server.DSN()
	c := f.deploy()
	first := newShop(c, "Café Salam")
	d := &desk{t: t, codes: map[string]int{}}
	var clerks []*clerk
	for n := range 16 {
		s := first
		if n%4 == 0 {
			s = first.branch(c, fmt.Sprint("Café ", n))
		} else {
			s = clerks[n-1].s
		}
		clerks = append(clerks, &clerk{s, s.counter("Salma"), map[string]int64{}, map[string]bool{}})
	}
	var over atomic.Bool
	var working sync.WaitGroup
	for _, k := range clerks {
		working.Go(func() { d.work(k, over.Load) })
	}
	defer func() { over.Store(true); working.Wait() }()

	moreAcked := func() {
		n := d.acked.Load()
		c.waitFor("orders are placed", func() bool { return d.acked.Load() >= n+32 })
	}
	var report strings.Builder
	fault := func(name string, begin, end func()) {
		moreAcked()
		d.mu.Lock()
		d.codes, d.longest = map[string]int{}, 0
		d.mu.Unlock()
		refused := d.refused.Load()
		begin()
		end()
		back := time.Now()
		acked := d.acked.Load()
		for deadline := back.Add(time.Minute); d.acked.Load() == acked; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: no order in the minute after the database was back", name)
			}
		}
		took := time.Since(back)
		moreAcked() // by then every answer to what was sent before has come, or is slow indeed
		d.mu.Lock()
		defer d.mu.Unlock()
		fmt.Fprintf(&report, "%s: %d refused (%v), the longest after %v; orders again %v after the server\n", name, d.refused.Load()-refused, d.codes,
			d.longest.Round(time.Millisecond), took.Round(time.Millisecond))
		if d.longest > 20*time.Second { // the bound is 5 s; a busy machine may add to it
			t.Errorf("%s: an answer took %v", name, d.longest)
		}
	}
	for n := range inFull(1, 10) {
		fault(fmt.Sprint("kill ", n+1), func() {
			refused := d.refused.Load()
			server.Kill()
			c.waitFor("somebody is refused", func() bool { return d.refused.Load() > refused })
		}, server.Start)
	}
	fault("hang", func() {
		server.Hang()
		time.Sleep(inFull(3*time.Second, 30*time.Second)) // how long it hangs
	}, server.Resume)
	over.Store(true)
	working.Wait()

	acked, unanswered := 0, 0
	for _, k := range clerks {
		acked, unanswered = acked+len(k.acked), unanswered+len(k.givenUp)
	}
	t.Logf("%d orders acknowledged, %d never answered\n%s", acked, unanswered, report.String())
	listed := listOrders(c.asOperator(), clerks)
	for _, k := range clerks {
		for id, total := range k.acked {
			if got, ok := listed[id]; !ok || got != total {
				t.Errorf("order %s was acknowledged at %d, it is at %d, there: %v", id, total, got, ok)
			}
			delete(listed, id)
		}
		for id := range k.givenUp {
			delete(listed, id) // there or not
		}
	}
	for id := range listed {
		t.Errorf("nobody placed order %s", id)
	}
	c.stop()
	c.verifyClean()
}

// listOrders reads all orders of the clerks' cafés, with their totals; each may be there once only.
func listOrders(head *browser, clerks []*clerk) map[string]int64 {
	head.c.t.Helper()
	totals, seen := map[string]int64{}, map[string]bool{}
	for _, k := range clerks {
		if seen[k.s.id] {
			continue
		}
		seen[k.s.id] = true
		cursor := ""
		for more := true; more; more = cursor != "" {
			page := head.ok("GET", "/api/v1/cafes/"+k.s.id+"/orders?limit=200&cursor="+cursor, nil)
			for _, o := range page.list("orders") {
				order := o.(object)
				id := order["id"].(string)
				if _, twice := totals[id]; twice {
					head.c.t.Errorf("order %s is there twice", id)
				}
				totals[id] = int64(order["total"].(float64))
			}
			cursor = page.text("next_cursor")
		}
	}
	return totals
}
