package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The state machine against a small model: several actors work on orders of their own, by chance, and each keeps in
// memory what must be true of them. What runs at the same moment on one order (races) is read back and held against
// the rules alone.

// modelLine is a line as the model knows it; its amounts are as placed and never change.
type modelLine struct {
	uses                   map[string]int64 // of the whole line, thousandths
	station                bool
	quantity               int64
	gross, discount, total int64
	state                  string
	made                   bool // voided as made
	refunded               int64
	reversed               map[string]int64
}

type modelOrder struct {
	id          string
	lines       []*modelLine
	paid, given int64
	remake      bool
}

// part is the first n units of a line, rounded as a refund rounds.
func (l *modelLine) part(n int64) int64 {
	if n == l.quantity {
		return l.total
	}
	return l.gross*n/l.quantity - (2*l.discount*n+l.quantity)/(2*l.quantity)
}

func (o *modelOrder) total() (total int64) {
	for _, l := range o.lines {
		if l.state != "voided" {
			total += l.total
		}
	}
	return total
}

// owed is what the guest should have paid in the end.
func (o *modelOrder) owed() int64 {
	owed := o.total()
	for _, l := range o.lines {
		owed -= l.part(l.refunded)
	}
	return owed
}

func (o *modelOrder) due() int64 { return max(0, o.owed()-(o.paid-o.given)) }

func (o *modelOrder) sales() int64 {
	if o.remake {
		return 0
	}
	return o.owed()
}

func (o *modelOrder) moneyState() string {
	owed := o.owed()
	switch {
	case o.given > 0 && o.given >= o.paid:
		return "refunded"
	case o.given > 0:
		return "part_refunded"
	case o.paid == 0 && (owed > 0 || o.state() == "voided"):
		return "unpaid"
	case o.paid < owed:
		return "part_paid"
	}
	return "paid"
}

func (o *modelOrder) state() string {
	live, made, handed, done, started := 0, 0, 0, 0, 0
	for _, l := range o.lines {
		if l.state == "voided" {
			continue
		}
		live++
		if l.state == "handed_over" {
			handed++
		}
		if l.station {
			made++
			if l.state != "queued" {
				started++
			}
			if l.state == "ready" || l.state == "handed_over" {
				done++
			}
		}
	}
	switch {
	case live == 0:
		return "voided"
	case handed == live:
		return "collected"
	case made > 0 && made == done:
		return "ready"
	case started > 0:
		return "in_progress"
	}
	return "placed"
}

// settle is what happens to the lines once nothing is due: what needs no making is handed over.
func (o *modelOrder) settle() {
	if o.due() > 0 || o.state() == "voided" {
		return
	}
	for _, l := range o.lines {
		if !l.station && l.state != "voided" {
			l.state = "handed_over"
		}
	}
}

// void takes lines back and gives the money beyond what is owed back.
func (o *modelOrder) void(made *bool, lines ...*modelLine) {
	for _, l := range lines {
		l.made = l.state != "queued"
		if made != nil {
			l.made = *made
		}
		l.state = "voided"
	}
	o.given += max(0, o.paid-o.given-o.owed())
	o.settle()
}

// refund gives n units back.
func (o *modelOrder) refund(l *modelLine, n int64, restock bool) {
	before := l.part(l.refunded)
	if restock {
		for ingredient, all := range l.uses {
			l.reversed[ingredient] += all*(l.refunded+n)/l.quantity - all*l.refunded/l.quantity
		}
	}
	l.refunded += n
	o.given += l.part(l.refunded) - before
}

// differs tells what a shown order says otherwise than the model.
func (o *modelOrder) differs(shown answer) string {
	var wrong []string
	want := func(what string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s is %v, the model has %v", what, got, want))
		}
	}
	want("total", shown.number("total"), o.total())
	want("paid", shown.number("paid"), o.paid)
	want("refunded", shown.number("refunded"), o.given)
	want("due", shown.number("due"), o.due())
	want("money_state", shown.text("money_state"), o.moneyState())
	want("state", shown.text("state"), o.state())
	want("lines", len(shown.list("lines")), len(o.lines))
	for i, l := range o.lines {
		at := fmt.Sprintf("lines.%d.", i)
		want(at+"state", shown.text(at+"state"), l.state)
		want(at+"total", shown.number(at+"total"), l.total)
		want(at+"refunded_quantity", shown.number(at+"refunded_quantity"), l.refunded)
		want(at+"refunded_amount", shown.number(at+"refunded_amount"), l.part(l.refunded))
	}
	return strings.Join(wrong, "; ")
}

// adopt takes over what concurrent calls made of an order: its lines' states and its money; the rest must follow.
func (o *modelOrder) adopt(shown answer) {
	for i, l := range o.lines {
		at := fmt.Sprintf("lines.%d.", i)
		l.state = shown.text(at + "state")
		l.made, _ = shown.at(at + "voided_made").(bool)
		l.refunded = shown.number(at + "refunded_quantity") // races refund into the bin: nothing comes back
	}
	o.paid, o.given = 0, 0
	for i := range shown.list("tenders") {
		at := fmt.Sprintf("tenders.%d.", i)
		switch amount := shown.number(at + "amount"); {
		case shown.text(at+"relabels") != "":
		case shown.text(at+"direction") == "payout":
			o.given += amount
		default:
			o.paid += amount
		}
	}
}

// modelShop is what all actors share.
type modelShop struct {
	*shop
	t        *testing.T
	replicas []*chain // processes over one data folder; calls go to them in turn
	turn     atomic.Int64
	mu       sync.Mutex
	combo    string
	slots    [2]string
	received map[string]int64 // goods in, less waste, beside the opening stock
	orders   []*modelOrder
	calls    map[string]string
	counts   map[string]int
}

const priceCombo = 3000

func newModelShop(t *testing.T, c *chain) *modelShop {
	s := &modelShop{
		shop: newShop(c, "Café Salam"), t: t, combo: newID(), slots: [2]string{newID(), newID()}, received: map[string]int64{},
		calls: map[string]string{}, counts: map[string]int{},
	}
	head := c.asOperator()
	head.ok("PUT", "/api/v1/menu/combos/"+s.combo, object{
		"name": "Breakfast", "category_id": s.category, "prices": []object{mad(priceCombo)}, "slots": []object{
			{"id": s.slots[0], "name": "Drink", "variation_ids": []string{s.latteM}},
			{"id": s.slots[1], "name": "Pastry", "variation_ids": []string{s.croissantOne}},
		},
	})
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "breakfast"})
	c.waitFor("the combo is sold", func() bool {
		return len(c.browser().ok("GET", "/api/v1/cafes/"+s.id+"/menu", nil).list("combos")) == 1
	})
	return s
}

func (s *modelShop) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

// drink is what one latte takes.
func (s *modelShop) drink(large, oat, shot, away bool) map[string]int64 {
	milk, cup, ml := s.cow, s.cupM, int64(240000)
	if large {
		cup, ml = s.cupL, 320000
	}
	if oat {
		milk = s.oatMilk
	}
	uses := map[string]int64{s.beans: 18000, milk: ml}
	if shot {
		uses[s.beans] += 9000
	}
	if away {
		uses[cup], uses[s.lid] = 1000, 1000
	}
	return uses
}

// wish is a random cart: its request, and the lines that must come of it, before discounts.
func (s *modelShop) wish(r *rand.Rand) (object, []*modelLine) {
	away := r.IntN(2) == 0
	cart := object{"service": map[bool]string{true: "take_away", false: "eat_in"}[away]}
	var requests []object
	var lines []*modelLine
	add := func(uses map[string]int64, unit, n int64, station bool) {
		all := map[string]int64{}
		for ingredient, q := range uses {
			all[ingredient] = q * n
		}
		lines = append(lines, &modelLine{
			uses: all, quantity: n, gross: unit * n, station: station, state: "queued", reversed: map[string]int64{},
		})
	}
	for range 1 + r.IntN(3) {
		n := int64(1 + r.IntN(3))
		request := object{"quantity": n}
		switch r.IntN(4) {
		case 0:
			request["variation_id"] = s.croissantOne
			add(map[string]int64{s.croissStk: 1000}, priceCroissant, n, false)
		case 1:
			request["combo"] = object{"combo_id": s.combo, "parts": []object{
				{"slot_id": s.slots[0], "variation_id": s.latteM}, {"slot_id": s.slots[1], "variation_id": s.croissantOne},
			}}
			drink := int64(2027) // 3000 shared 25 : 12, by largest remainder
			add(s.drink(false, false, false, away), drink, n, true)
			add(map[string]int64{s.croissStk: 1000}, priceCombo-drink, n, false)
		default:
			large, oat, shot := r.IntN(2) == 0, r.IntN(3) == 0, r.IntN(3) == 0
			unit, modifiers := int64(priceLatteM), []object{}
			request["variation_id"] = s.latteM
			if large {
				unit, request["variation_id"] = priceLatteL, s.latteL
			}
			if oat {
				unit, modifiers = unit+priceOat, append(modifiers, object{"modifier_id": s.oat})
			}
			if shot {
				unit, modifiers = unit+priceShot, append(modifiers, object{"modifier_id": s.shot})
			}
			request["modifiers"] = modifiers
			add(s.drink(large, oat, shot, away), unit, n, true)
		}
		requests = append(requests, request)
	}
	cart["lines"] = requests
	return cart, lines
}

// onHandWanted is what the model says is on the shelf.
func (s *modelShop) onHandWanted(opening map[string]int64) map[string]int64 {
	want := map[string]int64{}
	for ingredient, n := range opening {
		want[ingredient] = n + s.received[ingredient]
	}
	for _, o := range s.orders {
		for _, l := range o.lines {
			for ingredient, n := range l.uses {
				if l.state != "voided" || l.made {
					want[ingredient] -= n - l.reversed[ingredient]
				}
			}
		}
	}
	return want
}

// check ends a run: every order is as the model has it, there is no other, stock and sales are their sums.
func (s *modelShop) check(seed uint64, opening map[string]int64) {
	s.t.Logf("seed %d: %v", seed, s.counts)
	head, month, sales := s.c.asOperator(), "", int64(0)
	for _, o := range s.orders {
		shown := head.ok("GET", "/api/v1/orders/"+o.id, nil)
		if wrong := o.differs(shown); wrong != "" {
			s.t.Errorf("seed %d: order %s: %s", seed, o.id, wrong)
		}
		month = shown.text("business_date")[:7]
		sales += o.sales()
	}
	listed, cursor := 0, ""
	for {
		page := head.ok("GET", "/api/v1/cafes/"+s.id+"/orders?limit=200&cursor="+cursor, nil)
		listed += len(page.list("orders"))
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	if listed != len(s.orders) {
		s.t.Errorf("seed %d: %d orders are listed, the model has %d", seed, listed, len(s.orders))
	}
	want := s.onHandWanted(opening)
	var wrong []string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		wrong = nil
		for ingredient, n := range s.onHand() {
			if n != want[ingredient] {
				wrong = append(wrong, fmt.Sprintf("%s: %d on hand, the model has %d", s.ingredientName(ingredient), n, want[ingredient]))
			}
		}
		if len(wrong) == 0 {
			break
		}
	}
	slices.Sort(wrong)
	for _, w := range wrong {
		s.t.Errorf("seed %d: %s", seed, w)
	}
	s.c.seesSales(month, s.id, sales)
}
