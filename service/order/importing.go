package order

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/money"
	"coffee/internal/rpc"
	"coffee/service/order/price"
)

// Imported is a historical order. Its JSON is what its fingerprint covers.
type Imported struct {
	ID        string         `json:"-"`
	Cafe      string         `json:"cafe"`
	SoldAt    time.Time      `json:"sold_at"`
	Service   string         `json:"service,omitempty"`
	Lines     []ImportedLine `json:"lines"`
	Reference string         `json:"reference,omitempty"`
	Tender    string         `json:"tender,omitempty"`
}

// ImportedLine is one line as it was sold, in minor units of the café's currency.
type ImportedLine struct {
	Item          string `json:"item"`
	Variation     string `json:"variation"`
	ItemName      string `json:"item_name"`
	VariationName string `json:"variation_name,omitempty"`
	Category      string `json:"category"`
	CategoryName  string `json:"category_name"`
	Quantity      int32  `json:"quantity"`
	UnitPrice     int64  `json:"unit_price"`
	Discount      int64  `json:"discount,omitempty"`
	Surcharge     int64  `json:"surcharge,omitempty"`
	TaxRate       int32  `json:"tax_rate,omitempty"`
	// What was chosen with it; their prices are within UnitPrice.
	Modifiers []Modifier `json:"modifiers,omitempty"`
}

// Refusal is an order that was not taken, and why.
type Refusal struct{ ID, Code, Detail string }

// ImportResult counts a batch.
type ImportResult struct {
	Added, Unchanged int32
	Refused          []Refusal
}

// Import takes historical orders at their own price and time: no stock, closed days allowed, handed over and paid. An
// id that is known with the same content is unchanged; each refusal stands for itself: order_exists, not_found (the
// café), sold_in_future, discount_too_large, amount_too_large.
func (s *Service) Import(ctx context.Context, caller rpc.Caller, source string, orders []Imported) (ImportResult, error) {
	var result ImportResult
	refuse := func(id string, err error) error {
		e, ok := errs.As(err)
		if !ok || e.Kind == errs.KindUnavailable || e.Kind == errs.KindInternal {
			return err
		}
		result.Refused = append(result.Refused, Refusal{ID: id, Code: e.Code, Detail: e.Detail})
		return nil
	}
	cafes := map[string][]*Order{}
	var named []string
	now := s.now()
	for _, in := range orders {
		o, err := s.historical(ctx, caller, source, in, now)
		if err != nil {
			if err := refuse(in.ID, err); err != nil {
				return result, err
			}
			continue
		}
		if cafes[o.Cafe] == nil {
			named = append(named, o.Cafe)
		}
		cafes[o.Cafe] = append(cafes[o.Cafe], o)
	}
	slices.Sort(named)
	for _, cafe := range named {
		part, err := s.importCafe(ctx, caller, source, cafes[cafe], now)
		if err != nil {
			return result, err
		}
		result.Added += part.Added
		result.Unchanged += part.Unchanged
		result.Refused = append(result.Refused, part.Refused...)
	}
	return result, nil
}

// importCafe writes one café's orders of a batch in one transaction.
func (s *Service) importCafe(ctx context.Context, caller rpc.Caller, source string, orders []*Order, now time.Time) (ImportResult, error) {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	var result ImportResult
	var err error
	for range 5 {
		err = s.Store.Write(ctx, func(tx Tx) error {
			result = ImportResult{}
			known, err := tx.Fingerprints(ids)
			if err != nil {
				return err
			}
			var fresh []*Order
			var entries []entry
			for _, o := range orders {
				content, ok := known[o.ID]
				switch {
				case !ok:
					o.Receipt = 0 // this closure may run more than once
					known[o.ID] = o.Fingerprint
					fresh = append(fresh, o)
					entries = append(entries, entry{kind: kindImported, after: o, by: caller, reason: source})
				case bytes.Equal(content, o.Fingerprint):
					result.Unchanged++
				default:
					result.Refused = append(result.Refused, Refusal{ID: o.ID, Code: "order_exists", Detail: "There is another order with this id."})
				}
			}
			result.Added = int32(len(fresh))
			if len(fresh) == 0 {
				return nil
			}
			// Numbered before they are written: their receipt numbers go in with the rows.
			rows, _, err := s.chain(tx, now, entries)
			if err != nil {
				return err
			}
			if err := tx.Insert(fresh); err != nil {
				return err
			}
			if err := tx.Audit(audit.Entry{
				At: now, Actor: caller.Actor(), Action: "import_orders", Object: "cafe/" + fresh[0].Cafe,
				After: map[string]any{"source": source, "orders": len(fresh)},
			}); err != nil {
				return err
			}
			return tx.Append(rows, nil)
		})
		if !errors.Is(err, ErrTaken) { // taken: the same batch at the same moment; look again
			break
		}
	}
	if err == nil && result.Added > 0 {
		s.boards.wake(orders[0].Cafe)
	}
	return result, err
}

// historical is the order that was: handed over and paid, at the moment it was sold.
func (s *Service) historical(ctx context.Context, caller rpc.Caller, source string, in Imported, now time.Time) (*Order, error) {
	cafe, err := s.cafe(ctx, in.Cafe)
	if err != nil {
		return nil, err
	}
	calendar, err := s.calendar(cafe.Zone, cafe.CutoffMinutes)
	if err != nil {
		return nil, fmt.Errorf("café %s: %w", cafe.ID, err)
	}
	if in.SoldAt.After(now) {
		return nil, errs.Invalid("sold_in_future", "It was sold in the future: look at the dates and the café's time zone.")
	}
	in.SoldAt = in.SoldAt.UTC().Truncate(time.Microsecond)
	o := &Order{
		ID: in.ID, Cafe: in.Cafe, BusinessDate: calendar.Date(in.SoldAt), SoldAt: in.SoldAt, PlacedAt: now,
		Service: in.Service, Source: FromImport, Note: in.Reference, Currency: cafe.Currency, TaxMode: taxMode(cafe.Tax),
		PlacedBy: caller.Subject, Zone: cafe.Zone, CutoffMinutes: cafe.CutoffMinutes, Version: 1,
		Fingerprint: fingerprint("import", in),
	}
	if o.Service == "" {
		o.Service = cafe.DefaultService
	}
	for i, l := range in.Lines {
		line := Line{
			Number: int32(i + 1), ItemID: l.Item, VariationID: l.Variation, ItemName: l.ItemName, VariationName: l.VariationName,
			CategoryID: l.Category, CategoryName: l.CategoryName, Quantity: l.Quantity, UnitPrice: l.UnitPrice,
			Discount: l.Discount, TaxRate: l.TaxRate, State: HandedOver, QueuedAt: in.SoldAt, HandedOverAt: in.SoldAt, NoRecipe: true,
			Modifiers: l.Modifiers,
		}
		gross, ok := money.Multiply(l.UnitPrice, int64(l.Quantity))
		if ok {
			line.Gross, ok = money.Add(gross, l.Surcharge)
		}
		path := "lines[" + strconv.Itoa(i) + "]"
		switch {
		case !ok:
			return nil, errs.Invalid("amount_too_large", "An amount is larger than can be counted.").Field(path, "is too large")
		case l.Discount > line.Gross:
			return nil, errs.Invalid("discount_too_large", "Line %d: the discount is more than the line.", i+1).Field(path+".discount", "is too large")
		}
		line.Amount = line.Gross - line.Discount
		o.Lines = append(o.Lines, line)
	}
	historicalTax(o)
	o.derive(in.SoldAt)
	if o.Total > 0 {
		kind := in.Tender
		if kind == "" {
			kind = "card"
		}
		o.Tenders = []Tender{{
			// Derived, so that a batch that is sent again makes the same tender.
			ID: reversalOf(o.ID, 0), Kind: kind, Amount: o.Total, TakenAt: in.SoldAt, Direction: Capture, Reference: cut(in.Reference, 40),
		}}
		o.derive(in.SoldAt)
	}
	return o, nil
}

func cut(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}

// historicalTax books tax once per rate and shares it over the lines, as for every sale.
func historicalTax(o *Order) {
	byRate := map[int32][]int{}
	for i, l := range o.Lines {
		byRate[l.TaxRate] = append(byRate[l.TaxRate], i)
	}
	for rate, lines := range byRate {
		var sum int64
		weights := make([]int64, len(lines))
		for k, i := range lines {
			weights[k] = o.Lines[i].Amount
			sum += weights[k]
		}
		tax := money.InclusiveTax(sum, rate)
		if o.TaxMode == price.Exclusive {
			tax = money.ExclusiveTax(sum, rate)
		}
		for k, share := range money.Share(tax, weights) {
			l := &o.Lines[lines[k]]
			l.Tax, l.Net, l.Total = share, l.Amount-share, l.Amount
			if o.TaxMode == price.Exclusive {
				l.Net, l.Total = l.Amount, l.Amount+share
			}
		}
	}
}
