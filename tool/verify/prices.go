package verify

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"coffee/internal/db"
	"coffee/service/order/price"
)

// menuName is a release in a café.
type menuName struct {
	cafe    key
	release int64
}

func (n menuName) String() string {
	return "menu/" + n.cafe.String() + "/" + strconv.FormatInt(n.release, 10)
}

// readMenus gives every order of a chunk the release it names, as the order service keeps it. Each is read once, and
// cafés that sell the same menu share it.
func (t *trade) readMenus(ctx context.Context, c chunk) error {
	wanted := map[string]menuName{}
	for _, b := range c {
		if b.order == nil || b.order.source == "import" || b.order.source == "remake" {
			continue
		}
		name := menuName{b.order.cafe, b.order.release}
		if _, known := t.menus[name]; !known {
			wanted[name.String()] = name
		}
	}
	var names []any
	for text, name := range wanted {
		names = append(names, text)
		t.menus[name] = nil
	}
	const atOnce = 200
	for len(names) > 0 {
		part := names[:min(atOnce, len(names))]
		names = names[len(part):]
		err := each(ctx, t.orders, func(scan func(...any) error) error {
			var name string
			var body raw
			if err := scan(&name, &body); err != nil {
				return err
			}
			menu, err := t.menu(body)
			if err != nil {
				t.find(6, wanted[name].cafe.String(), name, "the release cannot be read: %v", err)
				return nil
			}
			t.menus[wanted[name]] = menu
			return nil
		}, "SELECT name, body FROM release_cache WHERE name IN ("+db.In(len(part))+")", part...)
		if err != nil {
			return err
		}
	}
	for _, b := range c {
		if b.order != nil {
			b.menu = t.menus[menuName{b.order.cafe, b.order.release}]
		}
	}
	return nil
}

func (t *trade) menu(body []byte) (*price.Menu, error) {
	var release struct{ Menu json.RawMessage }
	if err := json.Unmarshal(body, &release); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(release.Menu)
	if menu := t.contents[sum]; menu != nil {
		return menu, nil
	}
	menu := new(price.Menu)
	if err := json.Unmarshal(release.Menu, menu); err != nil {
		return nil, err
	}
	t.contents[sum] = menu
	return menu, nil
}

// linePrices holds each line's price against the release: 6.
func (t *trade) linePrices(b *bundle) {
	o := b.order
	if o.source == "import" || o.source == "remake" || !t.asked(6) {
		return // sold at a price of its own time; sold for nothing
	}
	if b.menu == nil {
		t.find(6, b.cafe(), b.object(), "it names menu release %d, which is not kept for its café", o.release)
		return
	}
	calendar, err := t.calendar(o.zone, o.cutoff)
	if err != nil {
		return // 16 says so
	}
	cart := price.Cart{Service: price.TakeAway, At: micro(o.soldAt).In(calendar.Zone)}
	for _, w := range b.wishes(b.menu) {
		cart.Lines = []price.CartLine{w.line}
		priced, err := price.Price(*b.menu, price.Tax{}, cart)
		if err != nil {
			t.find(6, b.cafe(), b.object(), "line %d cannot be had by release %d: %v", w.lines[0].number, o.release, err)
			continue
		}
		for i, l := range w.lines {
			if i < len(priced.Lines) && l.unitPrice != priced.Lines[i].UnitPrice {
				t.find(6, b.cafe(), b.object(), "line %d is sold at %d, release %d says %d, and nobody set another price",
					l.number, l.unitPrice, o.release, priced.Lines[i].UnitPrice)
			}
		}
	}
}

// wish is what somebody must have asked for, and the lines it became.
type wish struct {
	line  price.CartLine
	lines []*lineRow
}

// wishes takes an order's lines back to what was asked for. Lines with an override are left out: their price has an
// author.
func (b *bundle) wishes(menu *price.Menu) []wish {
	var out []wish
	combos := map[int32]int{} // where in out
	for i := range b.lines {
		l := &b.lines[i]
		if l.detail.OverrideBy != "" {
			continue
		}
		choices := make([]price.Choice, len(l.detail.Modifiers))
		for k, m := range l.detail.Modifiers {
			choices[k] = price.Choice{ID: m.ID, Quantity: m.Quantity}
		}
		if l.detail.ComboGroup == 0 {
			out = append(out, wish{
				price.CartLine{VariationID: l.variation.String(), Modifiers: choices, Quantity: l.quantity}, []*lineRow{l},
			})
			continue
		}
		at, begun := combos[l.detail.ComboGroup]
		if !begun {
			at = len(out)
			combos[l.detail.ComboGroup] = at
			out = append(out, wish{line: price.CartLine{Combo: &price.ComboChoice{ID: l.detail.Combo}, Quantity: l.quantity}})
		}
		w := &out[at]
		part := price.Part{VariationID: l.variation.String(), Modifiers: choices}
		// Parts stand in the order of the combo's slots.
		if slots := menu.Combos[l.detail.Combo].Slots; len(w.lines) < len(slots) {
			part.SlotID = slots[len(w.lines)].ID
		}
		w.line.Combo.Parts = append(w.line.Combo.Parts, part)
		w.lines = append(w.lines, l)
	}
	return out
}

// list writes numbers for a sentence.
func list[T any](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ", ")
}
