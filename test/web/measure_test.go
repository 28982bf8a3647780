package webtest

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// Latencies, measured in the page itself, from the end of the touch or from the placing to the frame after what people see of it. They
// depend on the machine, so nothing here fails for being slow: `make audit` prints them, and docs/performance.md keeps
// what was measured.

// spread reports the middle and the worst of the measured milliseconds.
func spread(b *testing.B, all []float64) {
	b.Helper()
	slices.Sort(all)
	b.ReportMetric(0, "ns/op") // a turn of the loop is not what is measured
	b.ReportMetric(all[len(all)/2], "ms-median")
	b.ReportMetric(all[len(all)*95/100], "ms-p95")
	b.ReportMetric(all[len(all)-1], "ms-worst")
}

// watchReaction makes window.coffeeReaction the milliseconds from the end of the next touch to the frame after the next
// change below the element; it stays undefined until then. The end, because how long a finger stays down is its own
// affair (and here the time that the test needs to lift it): before that nobody knows whether it is a long press.
const watchReaction = `(selector) => {
	const root = document.querySelector(selector);
	if (!root) throw new Error('there is no ' + selector);
	window.coffeeReaction = undefined;
	let begun;
	addEventListener('pointerup', (e) => { begun = e.timeStamp }, { capture: true, once: true });
	const observer = new MutationObserver(() => {
		if (begun === undefined) return;
		observer.disconnect();
		requestAnimationFrame(() => setTimeout(() => { window.coffeeReaction = performance.now() - begun }));
	});
	observer.observe(root, { subtree: true, childList: true, characterData: true });
}`

// reaction is the milliseconds from a touch to its effect below an element.
func (p *page) reaction(selector string, act func()) float64 {
	p.t.Helper()
	run(p, fmt.Sprintf("(%s)(%q)", watchReaction, selector))
	act()
	p.until("the touch has an effect in "+selector, func() bool { return evaluate[bool](p, "window.coffeeReaction !== undefined") })
	return evaluate[float64](p, "window.coffeeReaction")
}

// BenchmarkTapToCart: a tile is touched at the counter until its line is in the cart.
func BenchmarkTapToCart(b *testing.B) {
	w := aWorld(b)
	p := visitor(b, w.frontend, tablet).with(w.counter("barista")).open("/counter")
	p.drawn(measured.cart)
	p.settled()
	var all []float64
	for b.Loop() {
		all = append(all, p.reaction(measured.cart, func() { p.tapFirst(w.drink()) }))
	}
	spread(b, all)
}

// measured says where the screens have what is measured: the selectors that the measures depend on.
var measured = struct {
	cart   string // the cart at the counter
	charts string // the dashboard's charts
}{
	cart:   "aside.cart",
	charts: "main .plot canvas",
}

// BenchmarkPlacedToBar: from the answer to an order until its ticket can be read at the bar.
func BenchmarkPlacedToBar(b *testing.B) {
	w := aWorld(b)
	till := w.counter("barista")
	drink := w.variations()[0]
	p := visitor(b, w.frontend, tablet).with(w.counter("lead")).open("/bar")
	p.settled()
	var all []float64
	for b.Loop() {
		name := "Zineb " + newID()[30:]
		run(p, fmt.Sprintf(`(() => {
			window.coffeeSeen = undefined;
			const look = () => {
				if (!document.body.textContent.includes(%q)) return;
				observer.disconnect();
				requestAnimationFrame(() => setTimeout(() => { window.coffeeSeen = Date.now() }));
			};
			const observer = new MutationObserver(look);
			observer.observe(document.body, { subtree: true, childList: true, characterData: true });
		})()`, name))
		a := till.ok("PUT", "/api/v1/orders/"+newID(), object{"customer_name": name, "lines": []object{{"variation_id": drink, "quantity": 1}}})
		placed := time.Now().UnixMilli()
		p.until("the bar shows the order", func() bool { return evaluate[bool](p, "window.coffeeSeen !== undefined") })
		all = append(all, max(0, evaluate[float64](p, "window.coffeeSeen")-float64(placed)))
		b.StopTimer() // a board that fills up is another measure
		till.ok("POST", "/api/v1/orders/"+a.text("id")+"/lines", object{"to": "ready"})
		till.ok("POST", "/api/v1/orders/"+a.text("id")+"/lines", object{"to": "handed_over"})
		b.StartTimer()
	}
	spread(b, all)
}

// BenchmarkDashboard: from opening the dashboard of a chain with 100,000 orders to its drawn charts.
func BenchmarkDashboard(b *testing.B) {
	w := aWorld(b)
	w.importOrders(100_000)
	v := visitor(b, w.frontend, desk).with(w.head())
	p := v.open("/admin")
	var all []float64
	for b.Loop() {
		p.goTo("about:blank")
		run(p, "0")
		begun := time.Now()
		p.goTo("/admin")
		p.drawn(measured.charts)
		run(p, "new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
		all = append(all, float64(time.Since(begun).Milliseconds()))
	}
	spread(b, all)
}

// importOrders brings sales of the last 60 days in, spread over the hours of opening, and waits until the dashboard's
// figures have followed.
func (w *world) importOrders(count int) {
	w.t.Helper()
	type product struct{ item, itemName, variation, category, categoryName string }
	menu := w.client().ok("GET", "/api/v1/cafes/"+w.cafe+"/menu", nil)
	categories := map[string]string{}
	for _, c := range menu.list("categories") {
		categories[c.(object)["id"].(string)] = c.(object)["name"].(string)
	}
	var products []product
	for _, i := range menu.list("items") {
		item := i.(object)
		for _, v := range item["variations"].([]any) {
			category := item["category_id"].(string)
			products = append(products, product{item["id"].(string), item["name"].(string), v.(object)["id"].(string), category, categories[category]})
		}
	}
	head := w.asOperator()
	before := w.soldOrders()
	const batch = 500
	end := time.Now().Add(-48 * time.Hour).UTC().Truncate(24 * time.Hour)
	for sent := 0; sent < count; sent += batch {
		var orders []object
		for i := sent; i < min(sent+batch, count); i++ {
			sold := end.AddDate(0, 0, -(i % 60)).Add(8*time.Hour + time.Duration(i*7919%36000)*time.Second)
			var lines []object
			for l := range 1 + i%3 {
				p := products[(i*31+l*17)%len(products)]
				lines = append(lines, object{
					"item_id": p.item, "variation_id": p.variation, "item_name": p.itemName, "category_id": p.category, "category_name": p.categoryName,
					"quantity": 1 + (i+l)%2, "unit_price": 1500 + i*13%20*100,
				})
			}
			orders = append(orders, object{"id": newID(), "cafe_id": w.signs.Cafes[i%2].ID, "sold_at": sold.Format(time.RFC3339), "lines": lines})
		}
		head.ok("POST", "/api/v1/imports/orders", object{"source": "measure", "orders": orders})
	}
	w.until("the dashboard's figures have followed", func() bool { return w.soldOrders() >= before+int64(count) })
}

// soldOrders are the orders of three months that analytics knows of.
func (w *world) soldOrders() int64 {
	w.t.Helper()
	var sum int64
	for back := range 3 {
		first := time.Now().UTC().AddDate(0, 0, 1-time.Now().UTC().Day()).AddDate(0, -back, 0)
		a := w.asOperator().ok("GET", "/api/v1/analytics/month?currency=MAD&month="+first.Format("2006-01"), nil)
		sum += a.number("orders")
	}
	return sum
}
