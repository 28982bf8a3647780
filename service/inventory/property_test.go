package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/errs"
	"coffee/service/inventory"
)

// model is what a café's stock should be: the simplest thing that could be right.
type model struct {
	*kit
	t      *rapid.T
	cafe   string
	onHand map[string]int64
	orders []*sold
}

// sold is an order the model knows: its lines with what each takes, units that came back, and whether it was given up.
type sold struct {
	order     inventory.Order
	lines     [][]inventory.Use
	back      []int32
	abandoned bool
}

// On hand is the sum of the movements and what a simple model says, whatever happens in which order; counted goods
// never go below zero.
func TestStockAgainstModel(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		rapid.Check(t, func(t *rapid.T) {
			m := &model{kit: k, t: t, cafe: id(), onHand: map[string]int64{}}
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				k.pass(time.Second)
				switch rapid.SampledFrom([]string{"receive", "waste", "count", "sell", "sell", "again", "reverse", "abandon", "overtake"}).Draw(t, "step") {
				case "receive":
					m.receive()
				case "waste":
					m.waste()
				case "count":
					m.count()
				case "sell":
					m.sell()
				case "again":
					m.again()
				case "reverse":
					m.reverse()
				case "abandon":
					m.abandon()
				case "overtake":
					m.overtake()
				}
			}
			m.check()
		})
	})
}

func (m *model) author() inventory.Author { return inventory.Author{Manager: true} }

func (m *model) pick() string {
	return rapid.SampledFrom([]string{m.croissant, m.milk, m.beans}).Draw(m.t, "ingredient")
}

func (m *model) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) receive() {
	ingredient, quantity := m.pick(), rapid.Int64Range(1, 20).Draw(m.t, "quantity")*1000
	_, err := m.s.Receive(m.t.Context(), m.author(), m.cafe, "", "", inventory.TypeReceipt,
		[]inventory.ReceiptLine{{IngredientID: ingredient, Quantity: quantity}})
	m.must(err)
	m.onHand[ingredient] += quantity
}

func (m *model) waste() {
	ingredient, quantity := m.pick(), rapid.Int64Range(1, 5_000).Draw(m.t, "quantity")
	_, err := m.s.Waste(m.t.Context(), m.author(), m.cafe, "", []inventory.WasteLine{{IngredientID: ingredient, Quantity: quantity, Reason: "x"}})
	if ingredient == m.croissant && m.onHand[ingredient] < quantity {
		if !errs.HasCode(err, "out_of_stock") {
			m.t.Fatalf("waste of %d with %d there: %v", quantity, m.onHand[ingredient], err)
		}
		return
	}
	m.must(err)
	m.onHand[ingredient] -= quantity
}

func (m *model) count() {
	ingredient, counted := m.pick(), rapid.Int64Range(0, 30_000).Draw(m.t, "counted")
	_, err := m.s.Count(m.t.Context(), m.author(), m.cafe, []inventory.CountLine{{IngredientID: ingredient, Counted: counted}})
	m.must(err)
	m.onHand[ingredient] = counted
}

func (m *model) sell() {
	units := rapid.Int32Range(1, 4).Draw(m.t, "units")
	present := rapid.Bool().Draw(m.t, "present")
	o := inventory.Order{
		OrderID: id(), Attempt: 1, CafeID: m.cafe, BusinessDate: "2026-04-01", Service: inventory.EatIn, Type: inventory.TypeSale,
		Lines: []inventory.OrderLine{
			{Line: 1, VariationID: m.latte, Quantity: units},
			{Line: 2, VariationID: m.croissantV, Quantity: units, Present: present},
		},
	}
	c, err := m.s.Consume(m.t.Context(), o)
	need := int64(units) * 1000
	if short := m.onHand[m.croissant] < need; short && !present {
		if !errs.HasCode(err, "out_of_stock") {
			m.t.Fatalf("%d croissants sold of %d: %v", units, m.onHand[m.croissant], err)
		}
		return
	} else if short {
		m.onHand[m.croissant] = need
	}
	m.must(err)
	s := &sold{order: o, back: make([]int32, 2)}
	for _, l := range c.Snapshot {
		for _, u := range l.Uses {
			m.onHand[u.IngredientID] -= u.Quantity
		}
		s.lines = append(s.lines, l.Uses)
	}
	m.orders = append(m.orders, s)
}

// some is one of the orders, or nil while there is none.
func (m *model) some() *sold {
	if len(m.orders) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.orders).Draw(m.t, "order")
}

func (m *model) again() {
	s := m.some()
	if s == nil {
		return
	}
	c, err := m.s.Consume(m.t.Context(), s.order)
	if s.abandoned {
		if !errs.HasCode(err, "attempt_abandoned") {
			m.t.Fatal(err)
		}
		return
	}
	m.must(err)
	if !c.Repeated {
		m.t.Fatal("an order was consumed twice")
	}
}

func (m *model) reversal(s *sold, lines ...inventory.UndoLine) inventory.Reversal {
	return inventory.Reversal{
		ID: id(), OrderID: s.order.OrderID, Attempt: 1, CafeID: m.cafe, BusinessDate: "2026-04-01", Lines: lines,
	}
}

func (m *model) reverse() {
	s := m.some()
	if s == nil {
		return
	}
	at := rapid.IntRange(0, 1).Draw(m.t, "line")
	units := rapid.Int32Range(1, 4).Draw(m.t, "units back")
	to := rapid.SampledFrom([]string{inventory.ToRestock, inventory.ToWaste}).Draw(m.t, "to")
	r := m.reversal(s, inventory.UndoLine{Line: int32(at + 1), Units: units, To: to})
	_, err := m.s.Reverse(m.t.Context(), r)
	all := s.order.Lines[at].Quantity
	switch {
	case s.abandoned:
		m.must(err)
		return
	case units > all-s.back[at]:
		if !errs.HasCode(err, "reversal_too_large") {
			m.t.Fatal(err)
		}
		return
	}
	m.must(err)
	if again, err := m.s.Reverse(m.t.Context(), r); err != nil || !again {
		m.t.Fatal("the same reversal again:", again, err)
	}
	s.back[at] += units
	if to == inventory.ToRestock {
		for _, u := range s.lines[at] {
			m.onHand[u.IngredientID] += u.Quantity / int64(all) * int64(units) // these recipes divide evenly
		}
	}
}

func (m *model) abandon() {
	s := m.some()
	if s == nil {
		return
	}
	_, err := m.s.Reverse(m.t.Context(), m.reversal(s))
	m.must(err)
	if s.abandoned {
		return
	}
	s.abandoned = true
	for at, uses := range s.lines {
		all := s.order.Lines[at].Quantity
		for _, u := range uses {
			m.onHand[u.IngredientID] += u.Quantity / int64(all) * int64(all-s.back[at])
		}
	}
}

func (m *model) overtake() {
	s := &sold{order: inventory.Order{
		OrderID: id(), Attempt: 1, CafeID: m.cafe, BusinessDate: "2026-04-01", Service: inventory.EatIn, Type: inventory.TypeSale,
		Lines: []inventory.OrderLine{{Line: 1, VariationID: m.croissantV, Quantity: 1}, {Line: 2, VariationID: m.latte, Quantity: 1}},
	}, back: make([]int32, 2), abandoned: true}
	_, err := m.s.Reverse(m.t.Context(), m.reversal(s))
	m.must(err)
	m.orders = append(m.orders, s)
}

func (m *model) check() {
	rows, _, err := m.s.ListStock(m.t.Context(), m.cafe, "", false, 200, "")
	m.must(err)
	sum := map[string]int64{}
	for cursor := ""; ; {
		page, next, err := m.s.ListMovements(m.t.Context(), inventory.MovementFilter{CafeID: m.cafe}, 200, cursor)
		m.must(err)
		for _, move := range page {
			sum[move.IngredientID] += move.Quantity
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	got := map[string]int64{}
	for _, r := range rows {
		got[r.IngredientID] = r.OnHand
		if r.OnHand != sum[r.IngredientID] {
			m.t.Errorf("%s: on hand %d, movements %d", r.Name, r.OnHand, sum[r.IngredientID])
		}
		if r.Counted && r.OnHand < 0 {
			m.t.Errorf("%s: %d on hand", r.Name, r.OnHand)
		}
	}
	for ingredient, want := range m.onHand {
		if got[ingredient] != want {
			m.t.Errorf("%s: on hand %d, the model says %d (%s)", ingredient, got[ingredient], want, fmt.Sprint(m.names()[ingredient]))
		}
	}
}

func (m *model) names() map[string]string {
	return map[string]string{m.croissant: "croissant", m.milk: "milk", m.beans: "beans"}
}
