package order

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
	"coffee/service/order/price"
)

// The limits of phone orders (domain.md).
const (
	phoneUnits     = 10
	phoneOpen      = 2
	pickupGrace    = 10 * time.Minute // how far a pickup time may lie in the past: clocks differ
	releaseStillOK = 60 * time.Minute // how long a cart opened under the release before is priced by it
)

// Request is what somebody wants to buy. Its JSON is the content that the order's fingerprint covers: fields are
// only ever added, and only with omitempty.
type Request struct {
	ID            string        `json:"-"`
	Cafe          string        `json:"cafe"`
	Release       int64         `json:"release,omitempty"`
	Service       string        `json:"service,omitempty"`
	Lines         []RequestLine `json:"lines"`
	Discount      Discount      `json:"discount,omitzero"`
	CallNumber    string        `json:"call_number,omitempty"`
	CustomerName  string        `json:"customer_name,omitempty"`
	Note          string        `json:"note,omitempty"`
	Table         string        `json:"table,omitempty"`
	PickupAt      time.Time     `json:"pickup_at,omitzero"`
	Tenders       []NewTender   `json:"tenders,omitempty"`
	HideName      bool          `json:"hide_name,omitempty"`
	ExpectedTotal *int64        `json:"-"`
	Approval      string        `json:"-"`
}

// RequestLine is one wish.
type RequestLine struct {
	Variation string    `json:"variation,omitempty"`
	Combo     *Combo    `json:"combo,omitempty"`
	Modifiers []Choice  `json:"modifiers,omitempty"`
	Quantity  int32     `json:"quantity"`
	Note      string    `json:"note,omitempty"`
	Discount  Discount  `json:"discount,omitzero"`
	Comp      bool      `json:"comp,omitempty"`
	Override  *Override `json:"override,omitempty"`
	Present   bool      `json:"present,omitempty"`
}

// Combo is a combo with its slots filled.
type Combo struct {
	ID    string `json:"id"`
	Parts []Part `json:"parts"`
}

// Part fills one slot of a combo.
type Part struct {
	Slot      string   `json:"slot"`
	Variation string   `json:"variation"`
	Modifiers []Choice `json:"modifiers,omitempty"`
}

// Choice is a modifier, chosen Quantity times; 0 counts as 1.
type Choice struct {
	Modifier string `json:"modifier"`
	Quantity int32  `json:"quantity,omitempty"`
}

// Discount is an amount in minor units or a share in basis points.
type Discount struct {
	Amount      int64  `json:"amount,omitempty"`
	BasisPoints int32  `json:"basis_points,omitempty"`
	Reason      string `json:"reason,omitempty"`
}

// Given tells whether anything is taken off.
func (d Discount) Given() bool { return d.Amount > 0 || d.BasisPoints > 0 }

// Override is another price for one unit.
type Override struct {
	UnitAmount int64  `json:"unit_amount"`
	Reason     string `json:"reason"`
}

// fingerprint is the SHA-256 of a content. kind keeps the contents of different calls apart.
func fingerprint(kind string, content any) []byte {
	body, err := json.Marshal(content)
	if err != nil {
		panic("order: a request that is no JSON: " + err.Error()) // a programming fault
	}
	sum := sha256.Sum256(append([]byte("coffee.order."+kind+".v1\n"), body...))
	return sum[:]
}

// forCustomers refuses what only staff may ask for.
func (r Request) forCustomers() error {
	refused := errs.Forbidden("not_for_customers", "This cannot be asked for from a phone. Ask at the counter.")
	field := func(on bool, path string) {
		if on {
			refused.Field(path, "is for staff")
		}
	}
	field(r.Discount.Given(), "discount")
	field(r.CallNumber != "", "call_number")
	field(len(r.Tenders) > 0, "tenders")
	for i, l := range r.Lines {
		path := fmt.Sprintf("lines[%d].", i)
		field(l.Discount.Given(), path+"discount")
		field(l.Comp, path+"comp")
		field(l.Override != nil, path+"price_override")
		field(l.Present, path+"present")
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// needsLead names what a barista may not do alone; empty: nothing.
func (r Request) needsLead() string {
	if r.Discount.Given() {
		return "discount"
	}
	for i, l := range r.Lines {
		switch {
		case l.Override != nil:
			return fmt.Sprintf("lines[%d].price_override", i)
		case l.Comp:
			return fmt.Sprintf("lines[%d].comp", i)
		case l.Discount.Given():
			return fmt.Sprintf("lines[%d].discount", i)
		}
	}
	return ""
}

// phoneRules holds a phone's order against the café's hours and the phone's limits. Errors: closed, too_many_units,
// pickup_not_today.
func (r Request) phoneRules(hours day.Hours, calendar day.Calendar, now time.Time) error {
	units := int64(0)
	for _, l := range r.Lines {
		n := int64(1)
		if l.Combo != nil {
			n = int64(len(l.Combo.Parts))
		}
		units += n * int64(l.Quantity)
	}
	if units > phoneUnits {
		return errs.Conflict("too_many_units", "An order from a phone holds at most %d things. Order the rest at the counter.", phoneUnits).
			With("limit", itoa(phoneUnits))
	}
	at := now
	if !r.PickupAt.IsZero() {
		if r.PickupAt.Before(now.Add(-pickupGrace)) || calendar.Date(r.PickupAt) != calendar.Date(now) {
			return errs.Invalid("pickup_not_today", "An order from a phone is picked up later the same day.").
				Field("pickup_at", "is not later today")
		}
		if r.PickupAt.After(now) {
			at = r.PickupAt
		}
	}
	if !hours.OpenAt(now) || !hours.OpenAt(at) {
		return errs.Conflict("closed", "The café is closed at that time. Look at its opening hours.")
	}
	return nil
}

// cart is the request as price reads it, at the café's wall clock.
func (r Request) cart(service string, local time.Time) price.Cart {
	cart := price.Cart{Service: service, At: local, Discount: price.Discount(r.Discount)}
	for _, l := range r.Lines {
		line := price.CartLine{
			VariationID: l.Variation, Modifiers: choices(l.Modifiers), Quantity: l.Quantity, Note: l.Note,
			Discount: price.Discount(l.Discount), Comp: l.Comp, Present: l.Present,
		}
		if l.Override != nil {
			line.Override = &price.Override{UnitAmount: l.Override.UnitAmount, Reason: l.Override.Reason}
		}
		if l.Combo != nil {
			line.Combo = &price.ComboChoice{ID: l.Combo.ID}
			for _, p := range l.Combo.Parts {
				line.Combo.Parts = append(line.Combo.Parts, price.Part{
					SlotID: p.Slot, VariationID: p.Variation, Modifiers: choices(p.Modifiers),
				})
			}
		}
		cart.Lines = append(cart.Lines, line)
	}
	return cart
}

func choices(in []Choice) []price.Choice {
	out := make([]price.Choice, len(in))
	for i, c := range in {
		out[i] = price.Choice{ID: c.Modifier, Quantity: c.Quantity}
	}
	return out
}

// linesOf turns priced lines into an order's, all waiting.
func linesOf(priced price.Priced, overrideBy string, now time.Time) []Line {
	lines := make([]Line, len(priced.Lines))
	for i, p := range priced.Lines {
		l := Line{
			Number: p.Number, ItemID: p.ItemID, VariationID: p.VariationID, ItemName: p.ItemName,
			VariationName: p.VariationName, CategoryID: p.CategoryID, CategoryName: p.CategoryName, Station: p.Station,
			Quantity: p.Quantity, UnitPrice: p.UnitPrice, Gross: p.Gross, Discount: p.Discount, Amount: p.Amount,
			TaxCode: p.TaxCode, TaxRate: p.TaxRate, Tax: p.Tax, Net: p.Net, Total: p.Total, State: Queued, Note: p.Note,
			ComboID: p.ComboID, ComboName: p.ComboName, ComboGroup: p.ComboGroup, Comp: p.Comp, QueuedAt: now,
			PriceWindow: p.PriceWindow, BarSeconds: p.BarSeconds,
		}
		if p.Overridden {
			l.OverrideBy, l.OverrideReason = overrideBy, p.OverrideReason
		}
		for _, m := range p.Modifiers {
			l.Modifiers = append(l.Modifiers, Modifier{ID: m.ID, Name: m.Name, Group: m.GroupName, Quantity: m.Quantity, Price: m.Price})
		}
		lines[i] = l
	}
	return lines
}

// soldOut holds priced lines against what is sold out. Error: sold_out, with a field for each.
func soldOut(lines []price.Line, gone SoldOut) error {
	refused := errs.Conflict("sold_out", "Something in the order is sold out. Take it off or choose another.")
	for _, l := range lines {
		path := fmt.Sprintf("lines[%d]", l.Request)
		if gone.Items[l.ItemID] || gone.Variations[l.VariationID] {
			refused.Field(path, "%s is sold out", l.ItemName)
		}
		for _, m := range l.Modifiers {
			if gone.Modifiers[m.ID] {
				refused.Field(path+".modifiers", "%s is sold out", m.Name)
			}
		}
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// SoldOut is what is 86'd in a café right now.
type SoldOut struct {
	Items, Variations, Modifiers map[string]bool
	Ingredients                  []string
}
