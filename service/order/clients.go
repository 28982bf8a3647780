package order

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	menupb "coffee/proto/coffee/menu/v1"
	"coffee/service/order/price"
)

// FromCafe asks the cafe service.
func FromCafe(client cafepb.CafeServiceClient) Cafes { return cafes{client} }

type cafes struct{ cafepb.CafeServiceClient }

func (c cafes) Cafe(ctx context.Context, id string) (Cafe, error) {
	p, err := c.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id})
	if err != nil {
		return Cafe{}, err
	}
	cafe := Cafe{
		ID: p.GetId(), Zone: p.GetTimeZone(), CutoffMinutes: int(p.GetCutoffMinutes()), Currency: p.GetCurrency(),
		DefaultService: p.GetDefaultService(), Archived: p.GetArchivedAt() != nil, Version: p.GetVersion(),
		Tax:   price.Tax{Mode: p.GetTax().GetMode(), Rates: map[string]price.TaxRate{}},
		Hours: day.Hours{Exceptions: map[string][]day.Span{}},
	}
	if cafe.DefaultService == "" {
		cafe.DefaultService = price.TakeAway
	}
	for _, r := range p.GetTax().GetRates() {
		cafe.Tax.Rates[r.GetCode()] = price.TaxRate{EatIn: r.GetEatIn(), TakeAway: r.GetTakeAway()}
	}
	for _, h := range p.GetHours() {
		weekday := h.GetWeekday() % 7 // 7 is Sunday, which Go calls 0
		cafe.Hours.Weekly[weekday] = append(cafe.Hours.Weekly[weekday], day.Span{Opens: int(h.GetOpens()), Closes: int(h.GetCloses())})
	}
	for _, e := range p.GetExceptions() {
		spans := []day.Span{}
		for _, span := range e.GetSpans() {
			spans = append(spans, day.Span{Opens: int(span.GetOpens()), Closes: int(span.GetCloses())})
		}
		cafe.Hours.Exceptions[e.GetDate()] = spans
	}
	return cafe, nil
}

// FromMenu asks the menu service.
func FromMenu(client menupb.MenuServiceClient) Menus { return menus{client} }

type menus struct{ menupb.MenuServiceClient }

func (m menus) Menu(ctx context.Context, cafe string, release int64) (Release, error) {
	p, err := m.GetMenu(ctx, &menupb.GetMenuRequest{CafeId: cafe, Release: release})
	if err != nil {
		return Release{}, err
	}
	r := Release{Number: p.GetRelease(), StartsAt: timeFrom(p.GetStartsAt()), SupersededAt: timeFrom(p.GetSupersededAt()), Menu: price.Menu{
		Release: p.GetRelease(), Currency: p.GetCurrency(), Items: map[string]price.Item{}, Groups: map[string]price.Group{},
		Combos: map[string]price.Combo{},
	}}
	categories := map[string]string{}
	for _, c := range p.GetCategories() {
		categories[c.GetId()] = c.GetName()
	}
	for _, item := range p.GetItems() {
		for _, v := range item.GetVariations() {
			r.Menu.Items[v.GetId()] = itemFrom(item, v, categories[item.GetCategoryId()])
		}
	}
	for _, g := range p.GetModifierGroups() {
		group := price.Group{ID: g.GetId(), Name: g.GetName(), Min: g.GetMin(), Max: g.GetMax(), Free: g.GetFreeCount()}
		for _, modifier := range g.GetModifiers() {
			group.Modifiers = append(group.Modifiers, price.Modifier{
				ID: modifier.GetId(), Name: modifier.GetName(), Delta: modifier.GetPriceDelta().GetAmount(), Default: modifier.GetIsDefault(),
			})
		}
		r.Menu.Groups[g.GetId()] = group
	}
	for _, c := range p.GetCombos() {
		combo := price.Combo{ID: c.GetId(), Name: c.GetName(), Price: c.GetPrice().GetAmount()}
		for _, slot := range c.GetSlots() {
			combo.Slots = append(combo.Slots, price.Slot{ID: slot.GetId(), Name: slot.GetName(), VariationIDs: slot.GetVariationIds()})
		}
		r.Menu.Combos[c.GetId()] = combo
	}
	return r, nil
}

func itemFrom(item *menupb.MenuItem, v *menupb.MenuVariation, category string) price.Item {
	out := price.Item{
		ItemID: item.GetId(), VariationID: v.GetId(), ItemName: item.GetName(), VariationName: v.GetName(),
		CategoryID: item.GetCategoryId(), CategoryName: category, TaxCode: item.GetTaxCode(), Station: item.GetStation(),
		BarSeconds: v.GetBarSeconds(), Price: v.GetPrice().GetAmount(), GroupIDs: item.GetModifierGroupIds(),
	}
	for _, w := range v.GetPriceWindows() {
		out.Windows = append(out.Windows, price.Window{
			Name: w.GetName(), Weekdays: w.GetWeekdays(), From: w.GetFromMinute(), To: w.GetToMinute(), Price: w.GetPrice().GetAmount(),
		})
	}
	return out
}

func (m menus) SoldOut(ctx context.Context, cafe string) (SoldOut, error) {
	p, err := m.ListSoldOut(ctx, &menupb.ListSoldOutRequest{CafeId: cafe})
	if err != nil {
		return SoldOut{}, err
	}
	gone := SoldOut{Items: map[string]bool{}, Variations: map[string]bool{}, Modifiers: map[string]bool{}}
	for _, s := range p.GetSoldOut() {
		switch s.GetKind() {
		case "item":
			gone.Items[s.GetId()] = true
		case "variation":
			gone.Variations[s.GetId()] = true
		case "modifier":
			gone.Modifiers[s.GetId()] = true
		case "ingredient":
			gone.Ingredients = append(gone.Ingredients, s.GetId())
		}
	}
	return gone, nil
}

// FromInventory asks the inventory service.
func FromInventory(client inventorypb.InventoryServiceClient) Inventory { return inventory{client} }

type inventory struct {
	inventorypb.InventoryServiceClient
}

func (i inventory) Consume(ctx context.Context, c Consumption) (Expansion, error) {
	request := &inventorypb.ConsumeRequest{
		OrderId: c.OrderID, Attempt: c.Attempt, CafeId: c.Cafe, BusinessDate: c.BusinessDate, Service: c.Service, Type: c.Type,
		Reason: c.Reason, By: actor(c.By), SoldOutIngredientIds: c.SoldOutIngredients, Lines: linesTo(c.Lines),
	}
	p, err := i.InventoryServiceClient.Consume(ctx, request)
	if err != nil {
		return Expansion{}, err
	}
	var out Expansion
	for _, s := range p.GetShortages() {
		out.Shortages = append(out.Shortages, s.GetIngredientName())
	}
	out.Lines = expandedFrom(p.GetLines())
	return out, nil
}

// actor is a person's id as inventory takes it; longer names are no ids.
func actor(id string) string {
	if len(id) > 36 {
		return ""
	}
	return id
}

func (i inventory) OpenConsumptions(ctx context.Context, olderThan time.Duration, limit int) ([]OpenConsumption, error) {
	p, err := i.ListOpenConsumption(ctx, &inventorypb.ListOpenConsumptionRequest{
		OlderThanMs: olderThan.Milliseconds(), Limit: int32(limit),
	})
	if err != nil {
		return nil, err
	}
	out := make([]OpenConsumption, len(p.GetOpen()))
	for k, o := range p.GetOpen() {
		out[k] = OpenConsumption{OrderID: o.GetOrderId(), Attempt: o.GetAttempt(), Cafe: o.GetCafeId(), BusinessDate: o.GetBusinessDate()}
	}
	return out, nil
}

func (i inventory) Confirm(ctx context.Context, confirmed []OpenConsumption) error {
	request := &inventorypb.ConfirmConsumptionRequest{}
	for _, c := range confirmed {
		request.Confirmed = append(request.Confirmed, &inventorypb.OpenConsumption{
			OrderId: c.OrderID, Attempt: c.Attempt, CafeId: c.Cafe, BusinessDate: c.BusinessDate,
		})
	}
	_, err := i.ConfirmConsumption(ctx, request)
	return err
}

func (i inventory) Reverse(ctx context.Context, r Reversal) error {
	request := &inventorypb.ReverseRequest{
		OrderId: r.OrderID, Attempt: r.Attempt, ReversalId: r.ID, CafeId: r.Cafe, BusinessDate: r.BusinessDate, By: actor(r.By),
	}
	for _, l := range r.Lines {
		request.Lines = append(request.Lines, &inventorypb.ReverseLine{Line: l.Line, Quantity: l.Quantity, To: l.To, Reason: l.Reason})
	}
	_, err := i.InventoryServiceClient.Reverse(ctx, request)
	return err
}

func (i inventory) Expand(ctx context.Context, service string, lines []ConsumptionLine) ([]ExpandedLine, error) {
	p, err := i.ExpandLines(ctx, &inventorypb.ExpandLinesRequest{Service: service, Lines: linesTo(lines)})
	if err != nil {
		return nil, err
	}
	return expandedFrom(p.GetLines()), nil
}

func linesTo(in []ConsumptionLine) []*inventorypb.ConsumeLine {
	out := make([]*inventorypb.ConsumeLine, len(in))
	for i, l := range in {
		out[i] = &inventorypb.ConsumeLine{Line: l.Line, VariationId: l.Variation, Quantity: l.Quantity, Present: l.Present}
		for _, m := range l.Modifiers {
			out[i].Modifiers = append(out[i].Modifiers, &inventorypb.ConsumeModifier{ModifierId: m.Modifier, Quantity: m.Quantity})
		}
	}
	return out
}

func expandedFrom(in []*inventorypb.ExpandedLine) []ExpandedLine {
	var out []ExpandedLine
	for _, l := range in {
		line := ExpandedLine{Line: l.GetLine(), HasRecipe: l.GetHasRecipe()}
		for _, u := range l.GetUses() {
			line.Uses = append(line.Uses, Use{
				IngredientID: u.GetIngredientId(), Name: u.GetIngredientName(), Slot: u.GetSlot(), Quantity: u.GetQuantity(),
				Unit: u.GetUnit(), Counted: u.GetCounted(), Allergens: u.GetAllergens(),
			})
		}
		out = append(out, line)
	}
	return out
}

func (i inventory) IngredientUses(ctx context.Context, ingredients []string) (modifiers, variations []string, err error) {
	p, err := i.ListIngredientUses(ctx, &inventorypb.ListIngredientUsesRequest{IngredientIds: ingredients})
	return p.GetModifierIds(), p.GetVariationIds(), err
}

func (i inventory) FewLeft(ctx context.Context, cafe string, few int32) ([]Left, error) {
	p, err := i.ListFewLeft(ctx, &inventorypb.ListFewLeftRequest{CafeId: cafe, Few: few})
	out := make([]Left, len(p.GetFewLeft()))
	for n, l := range p.GetFewLeft() {
		out[n] = Left{Variation: l.GetVariationId(), Units: l.GetLeft()}
	}
	return out, err
}

func timeFrom(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime().UTC().Truncate(time.Microsecond)
}

func timeTo(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
