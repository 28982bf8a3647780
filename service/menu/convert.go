package menu

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	menupb "coffee/proto/coffee/menu/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// The messages of the contract from and to the domain; nothing is decided here but what an unset field means.

// stamp is a time, unset when it is zero.
func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func toMoney(m Money) *typepb.Money { return &typepb.Money{Amount: m.Amount, Currency: m.Currency} }

func fromMoney(m *typepb.Money) Money { return Money{m.GetAmount(), m.GetCurrency()} }

func toCategory(c Category) *menupb.Category {
	return &menupb.Category{Id: c.ID, Name: c.Name, Rank: c.Rank, Version: c.Version, ArchivedAt: stamp(c.ArchivedAt)}
}

func fromItem(r *menupb.PutItemRequest) Item {
	return Item{
		ID: canonical(r.GetId()), CategoryID: canonical(r.GetCategoryId()), Name: r.GetName(), Description: r.GetDescription(),
		TaxCode: cmp.Or(r.GetTaxCode(), DefaultTaxCode), Station: r.GetStation(), Rank: r.GetRank(),
		Variations: each(r.GetVariations(), func(v *menupb.Variation) Variation {
			return Variation{canonical(v.GetId()), v.GetName(), each(v.GetPrices(), fromMoney), v.GetBarSeconds()}
		}),
		ModifierGroupIDs: canonicals(r.GetModifierGroupIds()),
		PriceWindows: each(r.GetPriceWindows(), func(w *menupb.PriceWindow) PriceWindow {
			return PriceWindow{
				Name: w.GetName(), VariationID: canonical(w.GetVariationId()), Weekdays: weekdays(w.GetWeekdays()),
				From: w.GetFromMinute(), To: w.GetToMinute(), Prices: each(w.GetPrices(), fromMoney),
			}
		}),
	}
}

func toItem(i Item) *menupb.Item {
	return &menupb.Item{
		Id: i.ID, CategoryId: i.CategoryID, Name: i.Name, Description: i.Description, TaxCode: i.TaxCode, Station: i.Station,
		Rank: i.Rank, Version: i.Version, ArchivedAt: stamp(i.ArchivedAt), ModifierGroupIds: i.ModifierGroupIDs,
		Variations: each(i.Variations, func(v Variation) *menupb.Variation {
			return &menupb.Variation{Id: v.ID, Name: v.Name, Prices: each(v.Prices, toMoney), BarSeconds: v.BarSeconds}
		}),
		PriceWindows: each(i.PriceWindows, func(w PriceWindow) *menupb.PriceWindow {
			return &menupb.PriceWindow{
				Name: w.Name, VariationId: w.VariationID, Weekdays: w.Weekdays, FromMinute: w.From, ToMinute: w.To,
				Prices: each(w.Prices, toMoney),
			}
		}),
	}
}

func fromGroup(r *menupb.PutModifierGroupRequest) ModifierGroup {
	return ModifierGroup{
		ID: canonical(r.GetId()), Name: r.GetName(), Min: r.GetMin(), Max: r.GetMax(), FreeCount: r.GetFreeCount(),
		Modifiers: each(r.GetModifiers(), func(m *menupb.Modifier) Modifier {
			return Modifier{canonical(m.GetId()), m.GetName(), each(m.GetPriceDeltas(), fromMoney), m.GetIsDefault()}
		}),
	}
}

func toGroup(g ModifierGroup) *menupb.ModifierGroup {
	return &menupb.ModifierGroup{
		Id: g.ID, Name: g.Name, Min: g.Min, Max: g.Max, FreeCount: g.FreeCount, Version: g.Version, ArchivedAt: stamp(g.ArchivedAt),
		Modifiers: each(g.Modifiers, func(m Modifier) *menupb.Modifier {
			return &menupb.Modifier{Id: m.ID, Name: m.Name, PriceDeltas: each(m.PriceDeltas, toMoney), IsDefault: m.Default}
		}),
	}
}

func fromCombo(r *menupb.PutComboRequest) Combo {
	return Combo{
		ID: canonical(r.GetId()), Name: r.GetName(), CategoryID: canonical(r.GetCategoryId()), Rank: r.GetRank(),
		Prices: each(r.GetPrices(), fromMoney),
		Slots: each(r.GetSlots(), func(s *menupb.ComboSlot) ComboSlot {
			return ComboSlot{canonical(s.GetId()), s.GetName(), canonicals(s.GetVariationIds())}
		}),
	}
}

func toSlot(s ComboSlot) *menupb.ComboSlot {
	return &menupb.ComboSlot{Id: s.ID, Name: s.Name, VariationIds: s.VariationIDs}
}

func toCombo(c Combo) *menupb.Combo {
	return &menupb.Combo{
		Id: c.ID, Name: c.Name, CategoryId: c.CategoryID, Rank: c.Rank, Version: c.Version, ArchivedAt: stamp(c.ArchivedAt),
		Prices: each(c.Prices, toMoney), Slots: each(c.Slots, toSlot),
	}
}

func fromOverlay(r *menupb.PutOverlayRequest) Overlay {
	return Overlay{
		CafeID: canonical(r.GetCafeId()), Version: r.GetVersion(),
		Entries: each(r.GetEntries(), func(e *menupb.OverlayEntry) OverlayEntry {
			entry := OverlayEntry{Kind: Kind(e.GetKind()), ID: canonical(e.GetId()), Unavailable: e.GetUnavailable()}
			if e.GetPrice() != nil {
				price := fromMoney(e.GetPrice())
				entry.Price = &price
			}
			return entry
		}),
	}
}

func toOverlay(o Overlay) *menupb.Overlay {
	return &menupb.Overlay{
		CafeId: o.CafeID, Version: o.Version,
		Entries: each(o.Entries, func(e OverlayEntry) *menupb.OverlayEntry {
			out := &menupb.OverlayEntry{Kind: string(e.Kind), Id: e.ID, Unavailable: e.Unavailable}
			if e.Price != nil {
				out.Price = toMoney(*e.Price)
			}
			return out
		}),
	}
}

func toRelease(r Release) *menupb.Release {
	return &menupb.Release{
		Number: r.Number, Note: r.Note, Start: string(r.Start), PublishedAt: stamp(r.PublishedAt),
		PublishedBy: r.PublishedBy, ItemCount: r.ItemCount,
	}
}

func toChange(c Change) *menupb.DraftChange {
	return &menupb.DraftChange{Kind: string(c.Kind), Id: c.ID, Name: c.Name, Change: c.What, Details: c.Details}
}

func toSoldOut(s SoldOut) *menupb.SoldOut {
	return &menupb.SoldOut{
		CafeId: s.CafeID, Kind: string(s.Kind), Id: s.ID, Since: stamp(s.Since), Until: stamp(s.Until), By: s.By,
	}
}

func toMenu(m Menu) *menupb.Menu {
	return &menupb.Menu{
		CafeId: m.CafeID, Release: m.Release, Currency: m.Currency, StartsAt: stamp(m.StartsAt), SupersededAt: stamp(m.SupersededAt),
		Categories: each(m.Categories, func(c Category) *menupb.MenuCategory {
			return &menupb.MenuCategory{Id: c.ID, Name: c.Name, Rank: c.Rank}
		}),
		Items: each(m.Items, toMenuItem),
		ModifierGroups: each(m.Groups, func(g MenuGroup) *menupb.MenuModifierGroup {
			return &menupb.MenuModifierGroup{
				Id: g.ID, Name: g.Name, Min: g.Min, Max: g.Max, FreeCount: g.FreeCount,
				Modifiers: each(g.Modifiers, func(m MenuModifier) *menupb.MenuModifier {
					return &menupb.MenuModifier{Id: m.ID, Name: m.Name, PriceDelta: toMoney(m.Delta), IsDefault: m.Default}
				}),
			}
		}),
		Combos: each(m.Combos, func(c MenuCombo) *menupb.MenuCombo {
			return &menupb.MenuCombo{
				Id: c.ID, Name: c.Name, CategoryId: c.CategoryID, Price: toMoney(c.Price), Rank: c.Rank, Slots: each(c.Slots, toSlot),
			}
		}),
	}
}

func toMenuItem(i MenuItem) *menupb.MenuItem {
	return &menupb.MenuItem{
		Id: i.ID, CategoryId: i.CategoryID, Name: i.Name, Description: i.Description, TaxCode: i.TaxCode, Station: i.Station,
		Rank: i.Rank, ModifierGroupIds: i.GroupIDs,
		Variations: each(i.Variations, func(v MenuVariation) *menupb.MenuVariation {
			return &menupb.MenuVariation{
				Id: v.ID, Name: v.Name, Price: toMoney(v.Price), BarSeconds: v.BarSeconds,
				PriceWindows: each(v.Windows, func(w MenuWindow) *menupb.MenuPriceWindow {
					return &menupb.MenuPriceWindow{
						Name: w.Name, Weekdays: w.Weekdays, FromMinute: w.From, ToMinute: w.To, Price: toMoney(w.Price),
					}
				}),
			}
		}),
	}
}
