package order

import (
	"cmp"
	"slices"
	"strings"

	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// requestFrom reads what somebody wants to buy. Errors: NotFound for a café, Invalid what the contract cannot say.
func requestFrom(p *orderpb.PlaceOrderRequest) (Request, error) {
	cafe, err := cafeID(p.GetCafeId())
	if err != nil {
		return Request{}, err
	}
	r := Request{
		ID: id(p.GetId()), Cafe: cafe, Release: p.GetRelease(), Service: p.GetService(), Discount: discountFrom(p.GetDiscount()),
		CallNumber: p.GetCallNumber(), CustomerName: strings.TrimSpace(p.GetCustomerName()), Note: p.GetNote(), Table: p.GetTable(),
		PickupAt: timeFrom(p.GetPickupAt()), Tenders: tendersFrom(p.GetTenders()), ExpectedTotal: p.ExpectedTotal, Approval: p.GetApproval(),
		HideName: p.GetHideName(),
	}
	if r.ID == "" {
		return Request{}, errs.Invalid("invalid_request", "Some fields are not valid.").Field("id", "is missing")
	}
	for _, l := range p.GetLines() {
		line := RequestLine{
			Variation: id(l.GetVariationId()), Modifiers: choicesFrom(l.GetModifiers()), Quantity: l.GetQuantity(), Note: l.GetNote(),
			Discount: discountFrom(l.GetDiscount()), Comp: l.GetComp(), Present: l.GetPresent(),
		}
		if o := l.GetPriceOverride(); o != nil {
			line.Override = &Override{UnitAmount: o.GetUnitAmount(), Reason: o.GetReason()}
		}
		if c := l.GetCombo(); c != nil {
			line.Combo = &Combo{ID: id(c.GetComboId())}
			for _, part := range c.GetParts() {
				line.Combo.Parts = append(line.Combo.Parts, Part{
					Slot: id(part.GetSlotId()), Variation: id(part.GetVariationId()), Modifiers: choicesFrom(part.GetModifiers()),
				})
			}
		}
		r.Lines = append(r.Lines, line)
	}
	return r, nil
}

func choicesFrom(in []*orderpb.ModifierChoice) []Choice {
	var out []Choice
	for _, c := range in {
		out = append(out, Choice{Modifier: id(c.GetModifierId()), Quantity: c.GetQuantity()})
	}
	return out
}

func discountFrom(d *orderpb.Discount) Discount {
	return Discount{Amount: d.GetAmount(), BasisPoints: d.GetBasisPoints(), Reason: d.GetReason()}
}

func tendersFrom(in []*orderpb.TenderRequest) []NewTender {
	var out []NewTender
	for _, t := range in {
		out = append(out, NewTender{
			ID: id(t.GetId()), Kind: t.GetKind(), Amount: t.GetAmount(), Tendered: t.GetTendered(), Tip: t.GetTip(),
			Drawer: t.GetDrawer(), Reference: t.GetReference(),
		})
	}
	return out
}

func importedFrom(p *orderpb.ImportOrder) Imported {
	in := Imported{
		ID: id(p.GetId()), Cafe: id(p.GetCafeId()), SoldAt: timeFrom(p.GetSoldAt()), Service: p.GetService(),
		Reference: p.GetReference(), Tender: p.GetTender(),
	}
	for _, l := range p.GetLines() {
		in.Lines = append(in.Lines, ImportedLine{
			Item: id(l.GetItemId()), Variation: id(l.GetVariationId()), ItemName: l.GetItemName(), VariationName: l.GetVariationName(),
			Category: id(l.GetCategoryId()), CategoryName: l.GetCategoryName(), Quantity: l.GetQuantity(), UnitPrice: l.GetUnitPrice(),
			Discount: l.GetDiscount(), Surcharge: l.GetSurcharge(), TaxRate: l.GetTaxRate(), Modifiers: importedModifiers(l.GetModifiers()),
		})
	}
	return in
}

func importedModifiers(in []*orderpb.ImportModifier) []Modifier {
	var out []Modifier
	for _, m := range in {
		out = append(out, Modifier{
			ID: id(m.GetModifierId()), Name: m.GetName(), Group: m.GetGroupName(), Quantity: max(1, m.GetQuantity()), Price: m.GetPrice(),
		})
	}
	return out
}

// orderTo shows an order; the recipe snapshot only to those who may see recipes.
func orderTo(o *Order, recipes bool) *orderpb.Order {
	p := &orderpb.Order{
		Id: o.ID, CafeId: o.Cafe, BusinessDate: o.BusinessDate, SoldAt: timeTo(o.SoldAt), PlacedAt: timeTo(o.PlacedAt),
		State: string(o.State), MoneyState: string(o.MoneyState), Service: o.Service, Source: string(o.Source), Release: o.Release,
		CallNumber: o.CallNumber, ReceiptNumber: o.Receipt, CustomerName: o.CustomerName, Note: o.Note, Table: o.Table,
		PickupAt: timeTo(o.PickupAt), Currency: o.Currency, Taxes: taxesTo(o), Discount: o.Discount, Total: o.Total, Paid: o.Paid,
		Refunded: o.Refunded, Due: o.Due, LinkedOrderId: o.Linked, PlacedBy: o.PlacedBy, DeviceId: o.Device, Version: o.Version,
		ReadyAt: timeTo(o.ReadyAt), CollectedAutomatically: o.CollectedAutomatically, TaxMode: o.TaxMode, Shortages: o.Shortages,
		PromisedAt: timeTo(o.PromisedAt), StartAt: timeTo(o.StartAt), ExpectedAt: timeTo(o.ExpectedAt), HideName: o.HideName,
	}
	for i := range o.Lines {
		p.Lines = append(p.Lines, lineTo(&o.Lines[i], recipes))
	}
	for _, t := range o.Tenders {
		p.Tenders = append(p.Tenders, &orderpb.Tender{
			Id: t.ID, Kind: t.Kind, Amount: t.Amount, Tendered: t.Tendered, Change: t.Change, Tip: t.Tip, Drawer: t.Drawer,
			Reference: t.Reference, TakenBy: t.TakenBy, TakenAt: timeTo(t.TakenAt), Direction: t.Direction, Relabels: t.Relabels,
			ShiftId: t.ShiftID, LateFromZ: t.LateFromZ, DeviceId: t.Device,
		})
	}
	return p
}

func lineTo(l *Line, recipes bool) *orderpb.OrderLine {
	p := &orderpb.OrderLine{
		Line: l.Number, ItemId: l.ItemID, VariationId: l.VariationID, ItemName: l.ItemName, VariationName: l.VariationName,
		CategoryId: l.CategoryID, CategoryName: l.CategoryName, Station: l.Station, Modifiers: modifiersToProto(l.Modifiers),
		Quantity: l.Quantity, UnitPrice: l.UnitPrice, Gross: l.Gross, Discount: l.Discount, Amount: l.Amount, TaxCode: l.TaxCode,
		TaxRate: l.TaxRate, Tax: l.Tax, Net: l.Net, Total: l.Total, State: string(l.State), Note: l.Note, ComboId: l.ComboID,
		ComboName: l.ComboName, ComboGroup: l.ComboGroup, Comp: l.Comp, RefundedQuantity: l.RefundedQuantity,
		RefundedAmount: l.RefundedAmount, QueuedAt: timeTo(l.QueuedAt), MakingAt: timeTo(l.MakingAt), ReadyAt: timeTo(l.ReadyAt),
		HandedOverAt: timeTo(l.HandedOverAt), VoidedAt: timeTo(l.VoidedAt), VoidReason: l.VoidReason, VoidedMade: l.VoidedMade,
		NoRecipe: l.NoRecipe, PriceWindow: l.PriceWindow, OverrideBy: l.OverrideBy, BarSeconds: l.BarSeconds,
		Allergens: allergensOf(l.Uses), AllergensUnknown: l.NoRecipe || l.Unexpanded, Problem: l.Problem, VoidSeenAt: timeTo(l.VoidSeenAt),
	}
	if recipes {
		for _, u := range l.Uses {
			p.Uses = append(p.Uses, &inventorypb.Use{
				IngredientId: u.IngredientID, IngredientName: u.Name, Slot: u.Slot, Quantity: u.Quantity, Unit: u.Unit,
				Counted: u.Counted, Allergens: u.Allergens,
			})
		}
	}
	return p
}

// allergensOf is what ingredients bring, each once, sorted.
func allergensOf(uses []Use) []string {
	var all []string
	for _, u := range uses {
		all = append(all, u.Allergens...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func modifiersToProto(in []Modifier) []*orderpb.OrderModifier {
	var out []*orderpb.OrderModifier
	for _, m := range in {
		out = append(out, &orderpb.OrderModifier{ModifierId: m.ID, Name: m.Name, GroupName: m.Group, Quantity: m.Quantity, Price: m.Price})
	}
	return out
}

// taxesTo sums what is not voided by rate, ascending.
func taxesTo(o *Order) []*orderpb.TaxLine {
	var out []*orderpb.TaxLine
	for _, l := range o.Lines {
		if l.State == Voided {
			continue
		}
		i := slices.IndexFunc(out, func(t *orderpb.TaxLine) bool { return t.GetRate() == l.TaxRate })
		if i < 0 {
			i = len(out)
			out = append(out, &orderpb.TaxLine{Rate: l.TaxRate, TaxCode: l.TaxCode})
		}
		t := out[i]
		if l.TaxCode != "" && !slices.Contains(strings.Split(t.TaxCode, ","), l.TaxCode) {
			t.TaxCode = strings.Trim(t.TaxCode+","+l.TaxCode, ",")
		}
		t.Gross, t.Net, t.Tax = t.Gross+l.Total, t.Net+l.Net, t.Tax+l.Tax
	}
	slices.SortFunc(out, func(a, b *orderpb.TaxLine) int { return cmp.Compare(a.GetRate(), b.GetRate()) })
	return out
}
