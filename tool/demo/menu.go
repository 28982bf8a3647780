package demo

import (
	"context"
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	menupb "coffee/proto/coffee/menu/v1"
	typepb "coffee/proto/coffee/type/v1"
)

func (p price) list() []*typepb.Money {
	return []*typepb.Money{{Amount: p.mad, Currency: "MAD"}, {Amount: p.eur, Currency: "EUR"}}
}

// menu writes the draft and publishes it.
func (f *filler) menu(ctx context.Context) error {
	f.progress("writing a menu of %d items", len(items))
	for i, c := range categories {
		if _, err := f.Menu.PutCategory(ctx, c.request(int32(i))); err != nil && !there(err) {
			return fmt.Errorf("category %s: %w", c.name, err)
		}
	}
	for _, g := range modifierGroups {
		if _, err := f.Menu.PutModifierGroup(ctx, g.request()); err != nil {
			return fmt.Errorf("modifier group %s: %w", g.name, err)
		}
	}
	for rank, it := range items {
		if _, err := f.Menu.PutItem(ctx, it.request(int32(rank))); err != nil && !there(err) {
			return fmt.Errorf("item %s: %w", it.name, err)
		}
	}
	if _, err := f.Menu.PutCombo(ctx, comboRequest()); err != nil {
		return fmt.Errorf("combo %s: %w", breakfast.name, err)
	}
	_, err := f.Menu.Publish(rpc.WithIdempotencyKey(ctx, "demonstration-publish"),
		&menupb.PublishRequest{Start: "now", Note: "The demonstration's menu"})
	if err != nil && !errs.HasCode(err, "nothing_to_publish") {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

func (c category) request(rank int32) *menupb.PutCategoryRequest {
	return &menupb.PutCategoryRequest{Id: categoryID(c.name), Name: c.name, Rank: rank, Drawing: c.drawing, Tint: c.tint}
}

func (g modifierGroup) request() *menupb.PutModifierGroupRequest {
	r := &menupb.PutModifierGroupRequest{Id: groupID(g.name), Name: g.name, Min: g.min, Max: g.max}
	for _, m := range g.modifiers {
		out := &menupb.Modifier{Id: modifierID(g.name, m.name), Name: m.name, IsDefault: m.isDefault}
		if m.delta != (price{}) {
			out.PriceDeltas = m.delta.list()
		}
		r.Modifiers = append(r.Modifiers, out)
	}
	return r
}

func (it item) request(rank int32) *menupb.PutItemRequest {
	r := &menupb.PutItemRequest{
		Id: itemID(it.name), CategoryId: categoryID(it.category), Name: it.name, Description: it.description, Drawing: it.drawing,
		TaxCode: it.tax, Station: it.station, Rank: rank,
	}
	for _, g := range it.groups {
		r.ModifierGroupIds = append(r.ModifierGroupIds, groupID(g))
	}
	for _, s := range it.sizes {
		r.Variations = append(r.Variations, &menupb.Variation{
			Id: variationID(it.name, s.name), Name: s.name, Prices: s.price.list(), BarSeconds: s.seconds,
		})
		if evening, ok := windowPrices[it.name+"/"+s.name]; ok {
			r.PriceWindows = append(r.PriceWindows, &menupb.PriceWindow{
				Name: windowName, VariationId: variationID(it.name, s.name), Weekdays: []int32{1, 2, 3, 4, 5},
				FromMinute: windowFrom, ToMinute: windowTo, Prices: evening.list(),
			})
		}
	}
	return r
}

func comboRequest() *menupb.PutComboRequest {
	r := &menupb.PutComboRequest{
		Id: ID("combo", breakfast.name), Name: breakfast.name, CategoryId: categoryID(breakfast.category),
		Prices: breakfast.price.list(), Rank: 0,
	}
	for _, s := range breakfast.slots {
		slot := &menupb.ComboSlot{Id: ID("slot", breakfast.name+"/"+s.name), Name: s.name}
		for _, v := range s.variations {
			slot.VariationIds = append(slot.VariationIds, ID("variation", v))
		}
		r.Slots = append(r.Slots, slot)
	}
	return r
}
