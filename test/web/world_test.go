package webtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"coffee/internal/day/daytest"
)

// world is the demonstration chain on a busy morning: its first café is open at whatever hour the tests run, and has
// orders in every state. Tests share it, so they look at it and do not count on what it holds.
type world struct {
	demonstration
	cafe     string // its first café
	code     string
	customer *client // whoever placed the order from a phone
	ordered  string  // that order
}

// furnish makes the world, once for the test process.
var furnish = sync.OnceValues(func() (made *world, err error) {
	d, err := startDemonstration()
	if err != nil {
		return nil, err
	}
	c := *d.chain
	c.t = &outOfTest{}
	defer func() { // what ends a test ends the making
		if broken := recover(); broken != nil {
			made, err = nil, fmt.Errorf("the world of the tests: %v", broken)
		}
	}()
	w := &world{demonstration: demonstration{&c, d.signs}, cafe: d.signs.Cafes[0].ID, code: d.signs.Cafes[0].AccessCode}
	w.openAllDay()
	w.placeOrders()
	return w, nil
})

// aWorld is the world, for one test.
func aWorld(t testing.TB) *world {
	t.Helper()
	w, err := furnish()
	if err != nil {
		t.Fatal(err)
	}
	c := *w.chain
	c.t = t
	mine := *w
	mine.chain = &c
	return &mine
}

// outOfTest stands for a test while something is made that several will use.
type outOfTest struct{ testing.TB }

func (*outOfTest) Helper()                         {}
func (*outOfTest) Fatal(args ...any)               { panic(fmt.Sprint(args...)) }
func (*outOfTest) Fatalf(text string, args ...any) { panic(fmt.Sprintf(text, args...)) }

func (w *world) openAllDay() {
	head := w.asOperator()
	is := head.ok("GET", "/api/v1/cafes/"+w.cafe, nil)
	var hours []object
	for weekday := 1; weekday <= 7; weekday++ {
		hours = append(hours, object{"weekday": weekday, "opens": 0, "closes": 1440})
	}
	put := object{"hours": hours}
	for _, field := range []string{
		"name", "address", "city", "time_zone", "currency", "default_service", "tax", "latitude_e6", "longitude_e6", "tables", "origin", "version",
	} {
		if value, ok := is.body[field]; ok {
			put[field] = value
		}
	}
	put["cutoff_minutes"] = daytest.Cutoff(is.text("time_zone"))
	head.ok("PUT", "/api/v1/cafes/"+w.cafe, put)
	// The order service knows a café for some seconds before it asks again.
	for deadline := time.Now().Add(patience); w.client().ok("GET", "/api/v1/cafes/"+w.cafe+"/phone-orders", nil).body["open"] != true; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatal("the café does not open")
		}
	}
}

// placeOrders leaves one order in each state, from the counter and from a phone.
func (w *world) placeOrders() {
	drinks := w.variations()
	head, till := w.asOperator(), w.counter("barista")
	line := func(i, quantity int) object {
		return object{"variation_id": drinks[i%len(drinks)], "quantity": quantity}
	}
	for i, states := range [][]string{nil, nil, {"making"}, {"ready"}, {"ready", "handed_over"}} {
		id := newID()
		till.ok("PUT", "/api/v1/orders/"+id, object{
			"customer_name": []string{"Zineb", "Youssef", "Aïcha", "Mehdi", "Lina"}[i], "lines": []object{line(i, 1), line(i+3, 2)}, "note": "extra hot",
		})
		for _, state := range states {
			till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": state})
		}
	}
	w.customer = w.client()
	w.customer.ok("POST", "/api/v1/phones", object{})
	// The order service keeps what it knew of a café's hours for a while.
	w.until("phones may order", func() bool {
		open, _ := w.customer.ok("GET", "/api/v1/cafes/"+w.cafe+"/phone-orders", nil).at("open").(bool)
		return open
	})
	w.ordered = newID()
	w.customer.ok("PUT", "/api/v1/orders/"+w.ordered, object{"cafe_id": w.cafe, "customer_name": "Sara", "lines": []object{line(1, 1)}})
	placed := time.Now()
	w.until("the figures have followed", func() bool {
		a := head.ok("GET", "/api/v1/analytics/month", nil)
		asOf, err := time.Parse(time.RFC3339Nano, a.text("freshness.as_of"))
		return err == nil && asOf.After(placed) && a.number("freshness.behind") == 0
	})
}

// variations are what can be ordered as it comes, in the menu's order.
func (w *world) variations() []string {
	menu := w.client().ok("GET", "/api/v1/cafes/"+w.cafe+"/menu", nil)
	var ids []string
	for _, item := range menu.list("items") {
		variations, _ := item.(object)["variations"].([]any)
		if len(variations) > 0 {
			ids = append(ids, variations[0].(object)["id"].(string))
		}
	}
	if len(ids) == 0 {
		w.t.Fatal("the menu is empty")
	}
	return ids
}

// item is the first of the menu.
func (w *world) item() answer {
	w.t.Helper()
	items := w.client().ok("GET", "/api/v1/cafes/"+w.cafe+"/menu", nil).list("items")
	if len(items) == 0 {
		w.t.Fatal("the menu is empty")
	}
	return answer{body: items[0].(object)}
}

// drink is what it is called, in every language.
func (w *world) drink() string { return w.item().text("name") }
