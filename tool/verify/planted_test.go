package verify_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coffee/internal/db"
	"coffee/tool/demo"
	"coffee/tool/verify"
)

// template is a good system's databases as files, to be copied for each violation.
func template(t *testing.T, s *shop) map[string]string {
	t.Helper()
	files := map[string]string{}
	for service, url := range s.URLs {
		files[service] = strings.TrimPrefix(url, "sqlite:")
	}
	return files
}

// copied is a copy of the databases. Nobody writes to the originals meanwhile.
func copied(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	folder, urls := t.TempDir(), map[string]string{}
	for service, file := range files {
		to := filepath.Join(folder, service+".db")
		urls[service] = "sqlite:" + to
		for _, suffix := range []string{"", "-wal"} {
			body, err := os.ReadFile(file + suffix)
			if err == nil {
				err = os.WriteFile(to+suffix, body, 0o600)
			}
			if err != nil && suffix == "" {
				t.Fatal(err)
			}
		}
	}
	return urls
}

// planter changes one row behind the services' backs.
type planter struct {
	*testing.T
	*shop
	tx db.Tx
}

// exec changes exactly one row.
func (p planter) exec(query string, args ...any) {
	p.T.Helper()
	result, err := p.tx.ExecContext(p.T.Context(), query, args...)
	if err != nil {
		p.T.Fatal(err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		p.T.Fatalf("%s changed %d rows: %v", query, n, err)
	}
}

func (p planter) id(order string) db.ID { return db.ID(p.order[order]) }

// detail edits the details of an order's first line, or of the order.
func (p planter) detail(table, where, old, replacement string, id db.ID) {
	p.T.Helper()
	var body []byte
	if err := p.tx.QueryRowContext(p.T.Context(), "SELECT detail FROM "+table+" WHERE "+where, id).Scan(&body); err != nil {
		p.T.Fatal(err)
	}
	if !bytes.Contains(body, []byte(old)) {
		p.T.Fatalf("%s is not in %s", old, body)
	}
	p.exec("UPDATE "+table+" SET detail = ? WHERE "+where, bytes.Replace(body, []byte(old), []byte(replacement), 1), id)
}

var planted = []struct {
	name      string
	invariant int
	service   string
	plant     func(p planter)
	object    func(s *shop) string // of the finding; nil: any
}{
	{"the attempt is gone", 4, "order", func(p planter) { p.exec("DELETE FROM attempt WHERE order_id = ?", p.id("latte")) }, of("latte")},
	{"placed twice", 4, "order", func(p planter) {
		p.exec("INSERT INTO attempt (order_id, n, outcome, at) VALUES (?, 2, 'placed', 1)", p.id("mint"))
	}, of("mint")},
	{"another variation", 4, "order", func(p planter) {
		p.exec("UPDATE order_line SET variation_id = ? WHERE order_id = ? AND line = 2", db.ID(variation("Latte/M")), p.id("latte"))
	}, of("latte")},
	{"the order is gone", 4, "order", func(p planter) { p.exec("DELETE FROM orders WHERE id = ?", p.id("water")) }, of("water")},
	{"a line is gone", 4, "order", func(p planter) { p.exec("DELETE FROM order_line WHERE order_id = ? AND line = 1", p.id("combo")) }, of("combo")},

	{"tax is moved", 5, "order", func(p planter) {
		p.exec("UPDATE order_line SET tax = tax + 1, net = net - 1 WHERE order_id = ? AND line = 1", p.id("latte"))
	}, of("latte")},
	{"the total is edited", 5, "order", func(p planter) { p.exec("UPDATE orders SET total = total - 100 WHERE id = ?", p.id("combo")) }, of("combo")},
	{"a discount is edited", 5, "order", func(p planter) {
		p.exec("UPDATE order_line SET discount = discount + 50 WHERE order_id = ? AND line = 3", p.id("by hand"))
	}, of("by hand")},

	{"a cheaper price, all sums right", 6, "order", func(p planter) {
		p.exec("UPDATE order_line SET unit_price = unit_price - 200, gross = gross - 200, amount = amount - 200 WHERE order_id = ? AND line = 1", p.id("mint"))
	}, of("mint")},
	{"a combo's part", 6, "order", func(p planter) {
		p.exec("UPDATE order_line SET unit_price = unit_price + 1 WHERE order_id = ? AND line = 2", p.id("combo"))
	}, of("combo")},
	{"a release nobody knows", 6, "order", func(p planter) { p.exec("UPDATE orders SET release_number = 99 WHERE id = ?", p.id("latte")) }, of("latte")},
	{"an override without its author", 6, "order", func(p planter) {
		p.detail("order_line", "order_id = ? AND line = 1", `"ob":`, `"xx":`, p.id("by hand"))
	}, of("by hand")},

	{"paid more than was taken", 7, "order", func(p planter) { p.exec("UPDATE orders SET paid = paid + 100 WHERE id = ?", p.id("water")) }, of("water")},
	{"a smaller tender", 7, "order", func(p planter) {
		p.exec("UPDATE tender SET amount = amount - 100 WHERE order_id = ? AND n = 1", p.id("latte"))
	}, of("latte")},
	{"refunded twice", 7, "order", func(p planter) {
		p.exec("UPDATE order_line SET refunded_amount = refunded_amount * 2 WHERE order_id = ?", p.id("refunded"))
	}, of("refunded")},
	{"nothing is due", 7, "order", func(p planter) {
		p.exec("UPDATE orders SET due = 0, money_state = 'paid' WHERE id = ?", p.id("head office"))
	}, of("head office")},

	{"a movement is gone", 9, "inventory", func(p planter) {
		p.exec("DELETE FROM movement WHERE type = 'waste' AND reason = 'spilt' AND order_id IS NULL")
	}, ingredient("Espresso beans")},
	{"more on hand", 9, "inventory", func(p planter) {
		p.exec("UPDATE stock SET on_hand = on_hand + 1 WHERE cafe_id = ? AND ingredient_id = ?", db.ID(p.cafe), db.ID(demo.ID("ingredient", "Honey")))
	}, ingredient("Honey")},

	{"croissants below zero", 10, "inventory", func(p planter) { p.below("Croissant") }, ingredient("Croissant")},
	{"cookies below zero", 10, "inventory", func(p planter) { p.below("Sesame cookie") }, ingredient("Sesame cookie")},

	{"no consumption", 11, "inventory", func(p planter) { p.exec("DELETE FROM consumption WHERE order_id = ?", p.id("latte")) }, of("latte")},
	{"a void that did not come back", 11, "inventory", func(p planter) { p.exec("DELETE FROM reversed_line WHERE order_id = ?", p.id("voided")) }, of("voided")},
	{"a consumption of nobody", 11, "inventory", func(p planter) {
		p.exec("UPDATE consumption SET state = 'consumed' WHERE order_id = ?", p.id("abandoned"))
	}, of("abandoned")},
	{"a movement of an order is gone", 11, "inventory", func(p planter) {
		p.exec("DELETE FROM movement WHERE order_id = ? AND ingredient_id = ?", p.id("latte"), db.ID(demo.ID("ingredient", "Oat drink")))
	}, of("latte")},
	{"a void that was made goes back on the shelf", 11, "inventory", func(p planter) {
		p.exec("DELETE FROM movement WHERE order_id = ? AND type = 'waste' AND ingredient_id = ?", p.id("wasted"), db.ID(demo.ID("ingredient", "Dark chocolate")))
	}, of("wasted")},
	{"another snapshot", 11, "order", func(p planter) {
		p.detail("order_line", "order_id = ? AND line = 1", `"us":[`, `"us":[{"id":"x","n":"x","q":1,"u":"g"},`, p.id("remake"))
	}, of("remake")},

	{"a consumption is left open", 12, "inventory", func(p planter) {
		p.exec("INSERT INTO open_consumption (order_id, attempt, cafe_id, business_date, at) VALUES (?, 1, ?, '2026-03-26', ?)",
			p.id("latte"), db.ID(p.cafe), start.UnixMicro())
	}, of("latte")},
	{"stock is owed", 12, "order", func(p planter) {
		p.exec("INSERT INTO stock_due (id, order_id, attempt, cafe_id, business_date, reversal, person, at, next_at, tries) VALUES (?, ?, 1, ?, '2026-03-26', '[]', '', ?, 0, 9)",
			db.ID(newID()), p.id("voided"), db.ID(p.cafe), start.UnixMicro())
	}, of("voided")},

	{"an entry is edited", 13, "order", func(p planter) {
		var payload []byte
		if err := p.tx.QueryRowContext(p.T.Context(), "SELECT payload FROM journal WHERE cafe_id = ? AND seq = 70", db.ID(p.cafe)).Scan(&payload); err != nil {
			p.T.Fatal(err)
		}
		payload[len(payload)-1] ^= 1
		p.exec("UPDATE journal SET payload = ? WHERE cafe_id = ? AND seq = 70", payload, db.ID(p.cafe))
	}, text("entry/70")},
	{"an entry is gone", 13, "order", func(p planter) { p.exec("DELETE FROM journal WHERE cafe_id = ? AND seq = 32", db.ID(p.cafe)) }, text("entry/33")},
	{"the last entry is gone", 13, "order", func(p planter) {
		p.exec("DELETE FROM journal WHERE cafe_id = ? AND seq = (SELECT seq FROM head WHERE cafe_id = ?)", db.ID(p.cafe), db.ID(p.cafe))
	}, text("entry/")},
	{"the head is set back", 13, "order", func(p planter) { p.exec("UPDATE head SET seq = seq - 1 WHERE cafe_id = ?", db.ID(p.cafe)) }, text("entry/")},
	{"the head is gone", 13, "order", func(p planter) { p.exec("DELETE FROM head WHERE cafe_id = ?", db.ID(p.cafe)) }, text("journal")},

	{"a figure is edited", 14, "analytics", func(p planter) {
		p.exec("UPDATE hour_fact SET sales = sales + 1 WHERE cafe_id = ? AND business_date = '2026-03-26' AND hour = 10", db.ID(p.cafe))
	}, text("hour_fact/MAD/2026-03-26/10")},
	{"a day is gone", 14, "analytics", func(p planter) {
		p.exec("DELETE FROM cafe_day WHERE cafe_id = ? AND business_date = '2026-03-12'", db.ID(p.cafe))
	}, text("cafe_day/MAD/2026-03-12")},
	{"a month of an item is edited", 14, "analytics", func(p planter) {
		p.exec("UPDATE item_month SET units = units + 1 WHERE cafe_id = ? AND item_id = ?", db.ID(p.cafe), db.ID(demo.ID("item", "Latte")))
	}, func(*shop) string { return "item_month/MAD/2026-03/" + demo.ID("item", "Latte") }},
	{"a modifier nobody asked for", 14, "analytics", func(p planter) {
		p.exec("INSERT INTO modifier_day (cafe_id, business_date, item_id, modifier_id, units) VALUES (?, '2026-03-26', ?, ?, 1)",
			db.ID(p.cafe), db.ID(demo.ID("item", "Espresso")), db.ID(demo.ID("modifier", "Nobody/Ever")))
	}, func(*shop) string {
		return "modifier_day/2026-03-26/" + demo.ID("item", "Espresso") + "/" + demo.ID("modifier", "Nobody/Ever")
	}},
	{"modifiers counted beyond the journal", 14, "analytics", func(p planter) { p.exec("UPDATE follow SET modifiers_seq = seq + 1 WHERE cafe_id = ?", db.ID(p.cafe)) }, text("cursor")},
	{"modifiers are counted twice", 14, "analytics", func(p planter) {
		p.exec("UPDATE follow SET modifiers_seq = modifiers_seq - 60 WHERE cafe_id = ?", db.ID(p.cafe))
	}, nil},
	{"an entry is counted twice", 14, "analytics", func(p planter) { p.exec("UPDATE follow SET seq = seq - 1 WHERE cafe_id = ?", db.ID(p.cafe)) }, nil},

	{"handed over without being made", 15, "order", func(p planter) {
		p.exec("UPDATE order_line SET state = 'handed_over' WHERE order_id = ? AND line = 1", p.id("head office"))
	}, of("head office")},
	{"a state there is not", 15, "order", func(p planter) { p.exec("UPDATE orders SET state = 'brewing' WHERE id = ?", p.id("latte")) }, of("latte")},
	{"an open order that no bar sees", 15, "order", func(p planter) { p.exec("DELETE FROM open_order WHERE order_id = ?", p.id("head office")) }, of("head office")},
	{"a step of the bar is gone", 15, "order", func(p planter) {
		p.exec("DELETE FROM journal WHERE order_id = ? AND kind = 'collected'", p.id("wasted"))
	}, of("wasted")},

	{"another day", 16, "order", func(p planter) { p.exec("UPDATE orders SET business_date = '2026-03-25' WHERE id = ?", p.id("latte")) }, of("latte")},
	{"another cut-off", 16, "order", func(p planter) { p.exec("UPDATE orders SET cutoff_minutes = 1430 WHERE id = ?", p.id("mint")) }, of("mint")},

	{"a receipt number is gone", 17, "order", func(p planter) { p.exec("UPDATE orders SET receipt_number = 0 WHERE id = ?", p.id("latte")) }, of("latte")},
	{"a receipt number twice", 17, "order", func(p planter) {
		p.exec("UPDATE orders SET receipt_number = 1 WHERE id = ?", p.id("evening"))
	}, of("evening")},
	{"a number that no order has", 17, "order", func(p planter) { p.exec("UPDATE head SET receipt = receipt + 1 WHERE cafe_id = ?", db.ID(p.cafe)) }, text("receipt/")},

	{"the device of another café", 18, "login", func(p planter) {
		p.exec("UPDATE device SET cafe_id = ? WHERE id = ?", db.ID(newID()), db.ID(p.device))
	}, of("latte")},
	{"a device nobody enrolled", 18, "order", func(p planter) {
		p.detail("orders", "id = ?", p.device, newID(), p.id("mint"))
	}, of("mint")},
}

// below takes more of a counted good than there is, with its movement.
func (p planter) below(name string) {
	id := db.ID(demo.ID("ingredient", name))
	p.exec("UPDATE stock SET on_hand = on_hand - 1000000 WHERE cafe_id = ? AND ingredient_id = ?", db.ID(p.cafe), id)
	p.exec(`INSERT INTO movement (cafe_id, at, id, ingredient_id, type, quantity, reason, order_id, business_date, actor, cost, currency)
VALUES (?, 1, ?, ?, 'waste', -1000000, '', NULL, '2026-03-26', '', NULL, '')`, db.ID(p.cafe), db.ID(newID()), id)
}

func of(order string) func(*shop) string {
	return func(s *shop) string { return "order/" + s.order[order] }
}

func text(object string) func(*shop) string { return func(*shop) string { return object } }

func ingredient(name string) func(*shop) string {
	return text("ingredient/" + demo.ID("ingredient", name))
}

// TestPlantedViolations plants each violation into a copy of a good system, and sees it named: by its invariant, with
// the object. At least two of each invariant.
func TestPlantedViolations(t *testing.T) {
	s := open(t, db.SQLite, 60)
	files := template(t, s)
	if report := run(t, copied(t, files), s.Now()); report.Count() != 0 {
		t.Fatalf("the copy of a good system: %v", report.Findings)
	}
	perInvariant := map[int]int{}
	for _, c := range planted {
		perInvariant[c.invariant]++
		t.Run(c.name, func(t *testing.T) {
			urls := copied(t, files)
			d, err := db.Open(t.Context(), db.Config{URL: urls[c.service], Service: c.service})
			if err != nil {
				t.Fatal(err)
			}
			err = d.Write(t.Context(), func(_ context.Context, tx db.Tx) error {
				c.plant(planter{t, s, tx})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			report := run(t, urls, s.Now())
			named := func(f verify.Finding) bool {
				return f.Invariant == c.invariant && (c.object == nil || strings.HasPrefix(f.Object, c.object(s)))
			}
			if !slices.ContainsFunc(report.Findings, named) {
				t.Errorf("not named: %v", report.Findings)
			}
			if len(report.Findings) > 40 && c.service != "login" { // a device is that of many orders
				t.Errorf("one violation gives %d findings", len(report.Findings))
			}
			alone := run(t, urls, s.Now(), c.invariant)
			if !slices.ContainsFunc(alone.Findings, named) || slices.ContainsFunc(alone.Findings, func(f verify.Finding) bool { return f.Invariant != c.invariant }) {
				t.Errorf("asked for alone: %v", alone.Findings)
			}
		})
	}
	for _, invariant := range slices.Sorted(maps.Keys(verify.Invariants)) {
		if perInvariant[invariant] < 2 {
			t.Errorf("invariant %d is planted %d times", invariant, perInvariant[invariant])
		}
	}
}
