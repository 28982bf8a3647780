package verify

import (
	"context"
)

// stockKey is an ingredient in a café.
type stockKey struct{ cafe, ingredient key }

// taken checks that an order took its stock once, and gave back what was taken back: 11.
func (t *trade) taken(b *bundle) {
	if !t.asked(11) {
		return
	}
	wrong := func(format string, args ...any) { t.find(11, b.cafe(), b.object(), format, args...) }
	own := t.live(b, wrong)
	if own != nil {
		t.snapshot(b, own, wrong)
		t.back(b, own, wrong)
	}
	t.movements(b, own, wrong)
}

// live finds the one consumption that is the order's; nil where there is none.
func (t *trade) live(b *bundle, wrong func(string, ...any)) *consumptionRow {
	var own *consumptionRow
	for i := range b.consumptions {
		c := &b.consumptions[i]
		switch {
		case b.order != nil && b.order.source != "import" && c.attempt == b.order.attempt:
			own = c
		case c.state != "consumed":
		case t.taking[taking{b.id, c.attempt}] || !micro(c.at).Before(t.oldest):
			// Somebody is at it, or the reconciler will be: 12 says when that takes too long.
		case b.order == nil:
			wrong("attempt %d took stock, but there is no order", c.attempt)
		case b.order.source == "import":
			wrong("it was imported, but attempt %d took stock", c.attempt)
		default:
			wrong("attempt %d took stock as well as attempt %d", c.attempt, b.order.attempt)
		}
	}
	o := b.order
	if o == nil || o.source == "import" {
		return nil
	}
	kind := "sale"
	if o.source == "remake" {
		kind = "waste"
	}
	switch {
	case own == nil:
		wrong("attempt %d took no stock", o.attempt)
	case own.state != "consumed":
		wrong("its consumption (attempt %d) is %s", o.attempt, own.state)
	case own.kind != kind || own.cafe != o.cafe:
		wrong("its consumption is a %s of café %s, it should be a %s of its own", own.kind, own.cafe, kind)
	default:
		return own
	}
	return nil
}

// snapshot holds the recipe snapshot that is stored with the lines against inventory's.
func (t *trade) snapshot(b *bundle, own *consumptionRow, wrong func(string, ...any)) {
	if len(own.snapshot) != len(b.lines) {
		wrong("it has %d lines, its snapshot %d", len(b.lines), len(own.snapshot))
	}
	for _, s := range own.snapshot {
		l := b.line(s.Line)
		if l == nil {
			wrong("its snapshot has a line %d, the order has not", s.Line)
			continue
		}
		same := s.Units == l.quantity && s.HasRecipe != l.detail.NoRecipe && len(s.Uses) == len(l.detail.Uses)
		for i := 0; same && i < len(s.Uses); i++ {
			u, v := s.Uses[i], l.detail.Uses[i]
			same = u.Ingredient == v.Ingredient && u.Slot == v.Slot && u.Quantity == v.Quantity
		}
		if !same {
			wrong("line %d stores another recipe snapshot than inventory", s.Line)
		}
	}
}

// back checks that what was voided or refunded came back, or is still owed.
func (t *trade) back(b *bundle, own *consumptionRow, wrong func(string, ...any)) {
	owed := map[int32]int32{}
	for _, d := range t.due[b.id] {
		for _, l := range d.lines {
			owed[l.Line] += l.Quantity
		}
	}
	for i := range b.lines {
		l := &b.lines[i]
		want, came := int32(0), int32(0)
		switch {
		case len(l.detail.Uses) == 0:
		case l.state == "voided":
			want = l.quantity
		default:
			want = l.refundedQuantity
		}
		for _, r := range b.reversed {
			if r.attempt == own.attempt && r.line == l.number {
				came = r.units
			}
		}
		switch {
		case came <= want && came+owed[l.number] >= want:
		case came > want && b.youngest() >= t.oldest.UnixMicro():
			// Taken back after the orders were read.
		default:
			wrong("of line %d %d units were taken back, %d came back or are waste, %d are owed", l.number, want, came, owed[l.number])
		}
	}
}

// youngest is when the last movement of the order was booked, in UTC microseconds.
func (b *bundle) youngest() int64 {
	var at int64
	for _, m := range b.moves {
		at = max(at, m.at)
	}
	return at
}

// tally is what the movements of one ingredient are, and what they must be.
type tally struct {
	ingredient                     key
	sale, reversal, waste, counted int64
	wantSale, wantReversal         int64
	leastWaste, mostWaste          int64
	goods                          bool
}

// movements holds the movements of an order against its snapshots and what came back of them.
func (t *trade) movements(b *bundle, own *consumptionRow, wrong func(string, ...any)) {
	if len(b.moves) == 0 && len(b.consumptions) == 0 {
		return
	}
	sums := make([]tally, 0, 16) // an order takes few ingredients
	of := func(ingredient key) *tally {
		for i := range sums {
			if sums[i].ingredient == ingredient {
				return &sums[i]
			}
		}
		sums = append(sums, tally{ingredient: ingredient})
		return &sums[len(sums)-1]
	}
	for _, m := range b.moves {
		s := of(m.ingredient)
		switch m.kind {
		case "sale":
			s.sale += m.quantity
		case "sale_reversal":
			s.reversal += m.quantity
		case "waste":
			s.waste += m.quantity
		case "count_adjustment":
			s.counted += m.quantity
		default:
			wrong("it has a movement of type %s", m.kind)
		}
	}
	for i := range b.consumptions {
		c := &b.consumptions[i]
		for _, s := range c.snapshot {
			back, wasted := b.reversedOf(c, own, s)
			for _, u := range s.Uses {
				of(parseKey(u.Ingredient)).expect(c.kind, u, part(u.Quantity, back, s.Units), wasted)
			}
		}
	}
	for i := range sums {
		s := &sums[i]
		switch {
		case s.sale != s.wantSale || s.reversal != s.wantReversal:
			wrong("of ingredient %s %d went and %d came back, by its snapshot %d and %d", s.ingredient, -s.sale, s.reversal,
				-s.wantSale, s.wantReversal)
		case s.waste < s.leastWaste || s.waste > s.mostWaste:
			wrong("of ingredient %s %d is waste, by its snapshot %d to %d", s.ingredient, -s.waste, -s.mostWaste, -s.leastWaste)
		case s.counted < 0 || (s.counted > 0 && !s.goods):
			// "It is here" is for counted goods.
			wrong("of ingredient %s %d was booked in with it", s.ingredient, s.counted)
		}
	}
}

// fate is what is known of the units that came back.
type fate int

const (
	either fate = iota
	restocked
	wasted
)

// reversedOf is how many units of a snapshot's line came back, and where they went as far as the order knows: a void
// says whether it was made, a refund may be of either.
func (b *bundle) reversedOf(c, own *consumptionRow, s snapshotLine) (units int32, where fate) {
	for _, r := range b.reversed {
		if r.attempt == c.attempt && r.line == s.Line {
			units = min(r.units, s.Units)
		}
	}
	if c != own {
		return units, restocked // an attempt that was given up
	}
	if l := b.line(s.Line); l != nil && l.state == "voided" {
		if l.detail.VoidedMade {
			return units, wasted
		}
		return units, restocked
	}
	return units, either
}

// expect adds what one use of a snapshot must have moved; back is the part of it that came back.
func (s *tally) expect(kind string, u snapshotUse, back int64, where fate) {
	s.goods = s.goods || u.Counted
	if kind == "waste" {
		s.leastWaste -= u.Quantity
		s.mostWaste -= u.Quantity
		if where != wasted {
			s.mostWaste += back
		}
		if where == restocked {
			s.leastWaste += back
		}
		return
	}
	s.wantSale -= u.Quantity
	s.wantReversal += back
	if where != restocked {
		s.leastWaste -= back
	}
	if where == wasted {
		s.mostWaste -= back
	}
}

// part is the share of a quantity that units of all are, rounded down, as reversals book it.
func part(quantity int64, units, all int32) int64 {
	if all <= 0 {
		return 0
	}
	return quantity * int64(units) / int64(all)
}

// shelves holds what is on hand against the movements: 9 and 10. The movements of orders are summed already.
func (t *trade) shelves(ctx context.Context) error {
	if !t.asked(9, 10) {
		return nil
	}
	n := 0
	err := each(ctx, t.stock, func(scan func(...any) error) error {
		var at stockKey
		var quantity int64
		err := scan(&at.cafe, &at.ingredient, &quantity)
		t.sums[at] += quantity
		n++
		return err
	}, "SELECT cafe_id, ingredient_id, quantity FROM movement WHERE order_id IS NULL")
	if err != nil {
		return err
	}
	t.count("movements", n)
	counted := map[key]bool{}
	err = each(ctx, t.stock, func(scan func(...any) error) error {
		var id key
		err := scan(&id)
		counted[id] = true
		return err
	}, "SELECT id FROM ingredient WHERE counted = ?", true)
	if err != nil {
		return err
	}
	rows := 0
	err = each(ctx, t.stock, func(scan func(...any) error) error {
		var at stockKey
		var onHand int64
		if err := scan(&at.cafe, &at.ingredient, &onHand); err != nil {
			return err
		}
		rows++
		object := "ingredient/" + at.ingredient.String()
		if sum := t.sums[at]; sum != onHand {
			t.find(9, at.cafe.String(), object, "%d thousandths are on hand, its movements sum to %d", onHand, sum)
		}
		delete(t.sums, at)
		if onHand < 0 && counted[at.ingredient] {
			t.find(10, at.cafe.String(), object, "it is a counted good, and %d thousandths are on hand", onHand)
		}
		return nil
	}, "SELECT cafe_id, ingredient_id, on_hand FROM stock")
	t.count("stock", rows)
	for at, sum := range t.sums {
		if sum != 0 {
			t.find(9, at.cafe.String(), "ingredient/"+at.ingredient.String(), "its movements sum to %d thousandths, and it has no stock", sum)
		}
	}
	return err
}
