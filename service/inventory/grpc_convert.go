package inventory

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

func each[A, B any](in []A, fn func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = fn(v)
	}
	return out
}

func optionalID(field, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	return ParseID(field, id)
}

func idsFrom(field string, in []string) ([]string, error) {
	out := make([]string, len(in))
	for i, id := range in {
		var err error
		if out[i], err = ParseID(fmt.Sprintf("%s[%d]", field, i), id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func timeTo(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func linesFrom(field string, in []*inventorypb.RecipeLine) ([]RecipeLine, error) {
	out := make([]RecipeLine, len(in))
	for i, l := range in {
		id, err := ParseID(fmt.Sprintf("%s[%d].ingredient_id", field, i), l.GetIngredientId())
		if err != nil {
			return nil, err
		}
		out[i] = RecipeLine{Slot: l.GetSlot(), IngredientID: id, Quantity: l.GetQuantity(), Only: l.GetOnly()}
	}
	return out, nil
}

func lineTo(l RecipeLine) *inventorypb.RecipeLine {
	return &inventorypb.RecipeLine{Slot: l.Slot, IngredientId: l.IngredientID, Quantity: l.Quantity, Only: l.Only}
}

func ingredientTo(i Ingredient) *inventorypb.Ingredient {
	return &inventorypb.Ingredient{
		Id: i.ID, Name: i.Name, Unit: i.Unit, Counted: i.Counted, PackQuantity: i.PackQuantity, PackName: i.PackName,
		Supplier: i.Supplier, ShelfLifeDays: i.ShelfLifeDays, Allergens: i.Allergens, MadeFrom: each(i.MadeFrom, lineTo),
		YieldQuantity: i.YieldQuantity, Version: i.Version, ArchivedAt: timeTo(i.ArchivedAt),
	}
}

func recipeTo(r Recipe) *inventorypb.Recipe {
	return &inventorypb.Recipe{VariationId: r.VariationID, Lines: each(r.Lines, lineTo), Version: r.Version}
}

func effectsFrom(in []*inventorypb.ModifierEffect) ([]Effect, error) {
	out := make([]Effect, len(in))
	for i, e := range in {
		id, err := optionalID(fmt.Sprintf("effects[%d].ingredient_id", i), e.GetIngredientId())
		if err != nil {
			return nil, err
		}
		out[i] = Effect{
			Kind: e.GetKind(), Slot: e.GetSlot(), IngredientID: id, Quantity: e.GetQuantity(),
			Numerator: e.GetNumerator(), Denominator: e.GetDenominator(), Only: e.GetOnly(),
		}
	}
	return out, nil
}

func effectsTo(f Effects) *inventorypb.ModifierEffects {
	return &inventorypb.ModifierEffects{ModifierId: f.ModifierID, Version: f.Version, Effects: each(f.Effects, func(e Effect) *inventorypb.ModifierEffect {
		return &inventorypb.ModifierEffect{
			Kind: e.Kind, Slot: e.Slot, IngredientId: e.IngredientID, Quantity: e.Quantity,
			Numerator: e.Numerator, Denominator: e.Denominator, Only: e.Only,
		}
	})}
}

func orderFrom(r *inventorypb.ConsumeRequest) (Order, error) {
	o := Order{
		Attempt: r.GetAttempt(), BusinessDate: r.GetBusinessDate(), Service: r.GetService(), Type: r.GetType(),
		Reason: r.GetReason(), By: r.GetBy(), Lines: make([]OrderLine, len(r.GetLines())),
	}
	err := checkDate(o.BusinessDate)
	if err != nil {
		return o, err
	}
	if o.OrderID, err = ParseID("order_id", r.GetOrderId()); err != nil {
		return o, err
	}
	if o.CafeID, err = ParseID("cafe_id", r.GetCafeId()); err != nil {
		return o, err
	}
	for i, l := range r.GetLines() {
		if o.Lines[i], err = orderLineFrom(fmt.Sprintf("lines[%d]", i), l); err != nil {
			return o, err
		}
	}
	o.SoldOut, err = idsFrom("sold_out_ingredient_ids", r.GetSoldOutIngredientIds())
	return o, err
}

// checkDate refuses what looks like a date and is none.
func checkDate(date string) error {
	if _, err := time.Parse(day.Layout, date); err != nil {
		return errs.Invalid("invalid_request", "Some fields are not valid.").Field("business_date", "must be a date")
	}
	return nil
}

func orderLineFrom(field string, l *inventorypb.ConsumeLine) (OrderLine, error) {
	out := OrderLine{Line: l.GetLine(), Quantity: l.GetQuantity(), Present: l.GetPresent(), Modifiers: make([]OrderModifier, len(l.GetModifiers()))}
	var err error
	if out.VariationID, err = ParseID(field+".variation_id", l.GetVariationId()); err != nil {
		return out, err
	}
	for i, m := range l.GetModifiers() {
		id, err := ParseID(fmt.Sprintf("%s.modifiers[%d].modifier_id", field, i), m.GetModifierId())
		if err != nil {
			return out, err
		}
		out.Modifiers[i] = OrderModifier{ModifierID: id, Quantity: m.GetQuantity()}
	}
	return out, nil
}

func expandedTo(e ExpandedLine) *inventorypb.ExpandedLine {
	return &inventorypb.ExpandedLine{Line: e.Line, HasRecipe: e.HasRecipe, Uses: each(e.Uses, func(u Use) *inventorypb.Use {
		return &inventorypb.Use{
			IngredientId: u.IngredientID, IngredientName: u.Name, Slot: u.Slot, Quantity: u.Quantity, Unit: u.Unit,
			Counted: u.Counted, Allergens: u.Allergens,
		}
	})}
}

func reversalFrom(r *inventorypb.ReverseRequest) (Reversal, error) {
	out := Reversal{Attempt: r.GetAttempt(), BusinessDate: r.GetBusinessDate(), By: r.GetBy(), Lines: make([]UndoLine, len(r.GetLines()))}
	err := checkDate(out.BusinessDate)
	if err != nil {
		return out, err
	}
	if out.ID, err = ParseID("reversal_id", r.GetReversalId()); err != nil {
		return out, err
	}
	if out.OrderID, err = ParseID("order_id", r.GetOrderId()); err != nil {
		return out, err
	}
	if out.CafeID, err = ParseID("cafe_id", r.GetCafeId()); err != nil {
		return out, err
	}
	for i, l := range r.GetLines() {
		out.Lines[i] = UndoLine{Line: l.GetLine(), Units: l.GetQuantity(), To: l.GetTo(), Reason: l.GetReason()}
	}
	return out, nil
}

func openTo(o Open) *inventorypb.OpenConsumption {
	return &inventorypb.OpenConsumption{
		OrderId: o.OrderID, Attempt: o.Attempt, CafeId: o.CafeID, BusinessDate: o.BusinessDate, At: timeTo(o.At),
	}
}
