package e2e

import (
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// try is a request that is repeated, the same each time, until it is answered.
type try struct {
	method, path, key string
	body              object
	order             *stormOrder
	then              func(o *stormOrder)
}

// stormOrder is what a writer knows of an order that was acknowledged.
type stormOrder struct {
	id                 string
	total              int64
	paid, voided       bool
	lattes, croissants int64
}

// writer places, settles and voids until the process under it is gone.
type writer struct {
	t      *testing.T
	s      *shop
	b      *browser
	r      *rand.Rand
	open   *try // sent, and not answered
	orders []*stormOrder
}

func (w *writer) next() *try {
	if n := len(w.orders); n > 0 && w.r.IntN(2) == 0 {
		switch o := w.orders[w.r.IntN(n)]; {
		case o.voided:
		case !o.paid:
			return &try{method: "POST", path: "/api/v1/settlements", key: newID(), order: o, body: object{
				"order_ids": []string{o.id}, "tenders": []object{{"id": newID(), "kind": "card", "amount": o.total}},
			}, then: func(o *stormOrder) { o.paid = true }}
		case o.croissants == 0: // a croissant is handed over when it is paid
			return &try{
				method: "POST", path: "/api/v1/orders/" + o.id + "/voids", key: newID(), order: o,
				body: object{"made": false, "reason": "the lights went out"}, then: func(o *stormOrder) { o.voided = true },
			}
		}
	}
	o := &stormOrder{id: newID(), lattes: 1 + int64(w.r.IntN(2)), croissants: int64(w.r.IntN(2))}
	o.total = o.lattes*priceLatteM + o.croissants*priceCroissant
	lines := []object{{"variation_id": w.s.latteM, "quantity": o.lattes}}
	if o.croissants > 0 {
		lines = append(lines, object{"variation_id": w.s.croissantOne, "quantity": o.croissants})
	}
	return &try{
		method: "PUT", path: "/api/v1/orders/" + o.id, order: o, body: object{"service": "take_away", "lines": lines},
		then: func(o *stormOrder) { w.orders = append(w.orders, o) },
	}
}

// work goes on until the process is gone or the time is over. What was not answered is sent again first.
func (w *writer) work(until time.Time) {
	for time.Now().Before(until) || w.open != nil {
		if w.open == nil {
			w.open = w.next()
		}
		p := w.open
		var headers []string
		if p.key != "" {
			headers = []string{"Idempotency-Key", p.key}
		}
		a, err := w.b.try(p.method, p.path, p.body, headers...)
		if err != nil {
			return // killed: it is sent again after the next start
		}
		if a.status != 200 {
			w.t.Errorf("%s %s: %d %s", p.method, p.path, a.status, a.raw)
			return
		}
		if p.method == "PUT" && a.number("total") != p.order.total {
			w.t.Errorf("order %s is acknowledged at %d, it is %d", p.order.id, a.number("total"), p.order.total)
		}
		p.then(p.order)
		w.open = nil
	}
}

// TestKilledAtAnyMoment kills the process (SIGKILL) at random moments under eight writers. What was not answered is
// sent again, the same; then every acknowledged order is there once with its total, and everything adds up.
func TestKilledAtAnyMoment(t *testing.T) {
	seeds := modelSeeds(t)
	seed := seeds[len(seeds)-1]
	r := rand.New(rand.NewPCG(seed, 0))
	data := filepath.Join(t.TempDir(), "data")
	c := killable(t, data)
	s := newShop(c, "Café Salam")
	c.asOperator().keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{
		"lines": []object{{"ingredient_id": s.croissStk, "quantity": 100000000}},
	})
	before := s.onHand()
	var writers []*writer
	for n := range 8 {
		writers = append(writers, &writer{t: t, s: s, b: s.counter([]string{"Omar", "Salma"}[n%2]), r: rand.New(rand.NewPCG(seed, uint64(n)+1))})
	}
	kills := 4
	if testing.Short() {
		kills = 2
	}
	for kill := range kills + 1 {
		var wait sync.WaitGroup
		until := time.Now().Add(time.Hour)
		if kill == kills {
			until = time.Now().Add(200 * time.Millisecond)
		}
		for _, w := range writers {
			w.b.c = c
			wait.Go(func() { w.work(until) })
		}
		if kill < kills {
			time.Sleep(300*time.Millisecond + time.Duration(r.IntN(900))*time.Millisecond)
			c.stop()
		}
		wait.Wait()
		if t.Failed() {
			t.Fatalf("after %d kills, with seed %d", kill, seed)
		}
		if kill < kills {
			c = killable(t, data)
			s.c = c
		}
	}
	orders, want := 0, map[string]int64{}
	head := c.asOperator()
	for _, w := range writers {
		for _, o := range w.orders {
			orders++
			total, paid := o.total, int64(0)
			if o.paid {
				paid = o.total
			}
			if o.voided {
				total = 0
			} else {
				want[s.beans] -= 18000 * o.lattes
				want[s.cow] -= 240000 * o.lattes
				want[s.cupM] -= 1000 * o.lattes
				want[s.lid] -= 1000 * o.lattes
				want[s.croissStk] -= 1000 * o.croissants
			}
			got := head.ok("GET", "/api/v1/orders/"+o.id, nil)
			if got.number("total") != total || got.number("paid") != paid {
				t.Errorf("order %s is at %d with %d paid, want %d and %d", o.id, got.number("total"), got.number("paid"), total, paid)
			}
		}
	}
	listed, cursor := 0, ""
	for more := true; more; more = cursor != "" {
		page := head.ok("GET", "/api/v1/cafes/"+s.id+"/orders?limit=200&cursor="+cursor, nil)
		listed, cursor = listed+len(page.list("orders")), page.text("next_cursor")
	}
	if listed != orders {
		t.Errorf("%d orders are there, %d were acknowledged", listed, orders)
	}
	c.waitFor("the stock of what died on its way is back", func() bool {
		for ingredient, n := range s.onHand() {
			if n != before[ingredient]+want[ingredient] {
				return false
			}
		}
		return true
	})
	t.Logf("seed %d: %d orders over %d kills", seed, orders, kills)
	c.stop()
	c.verifyClean()
}
