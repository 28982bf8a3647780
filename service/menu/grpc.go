package menu

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
	menupb "coffee/proto/coffee/menu/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// Register serves the menu's contract.
func Register(r grpc.ServiceRegistrar, s *Service) {
	menupb.RegisterMenuServiceServer(r, &server{s: s})
}

type server struct {
	menupb.UnimplementedMenuServiceServer
	s *Service
}

// canonical is an id as we compare and store it; the contract lets any case pass.
func canonical(id string) string { return strings.ToLower(id) }

func canonicals(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = canonical(id)
	}
	return out
}

func actor(ctx context.Context) audit.Actor { return rpc.CallerFrom(ctx).Actor() }

func (g *server) PutCategory(ctx context.Context, r *menupb.PutCategoryRequest) (*menupb.Category, error) {
	c := Category{ID: canonical(r.GetId()), Name: r.GetName(), Rank: r.GetRank(), Drawing: r.GetDrawing(), Tint: r.GetTint()}
	return answer(toCategory)(Put(ctx, g.s, actor(ctx), c, r.GetVersion()))
}

func (g *server) ListCategories(ctx context.Context, r *menupb.ListCategoriesRequest) (*menupb.ListCategoriesResponse, error) {
	found, err := List[Category](ctx, g.s, KindCategory, r.GetIncludeArchived())
	if err != nil {
		return nil, err
	}
	return &menupb.ListCategoriesResponse{Categories: each(found, toCategory)}, nil
}

func (g *server) ArchiveCategory(ctx context.Context, r *menupb.ArchiveCategoryRequest) (*menupb.Category, error) {
	return answer(toCategory)(Archive[Category](ctx, g.s, actor(ctx), KindCategory, canonical(r.GetId())))
}

func (g *server) PutItem(ctx context.Context, r *menupb.PutItemRequest) (*menupb.Item, error) {
	return answer(toItem)(Put(ctx, g.s, actor(ctx), fromItem(r), r.GetVersion()))
}

func (g *server) GetItem(ctx context.Context, r *menupb.GetItemRequest) (*menupb.Item, error) {
	return answer(toItem)(g.s.Item(ctx, canonical(r.GetId())))
}

func (g *server) ListItems(ctx context.Context, r *menupb.ListItemsRequest) (*menupb.ListItemsResponse, error) {
	items, next, err := g.s.Items(ctx, r.GetQuery(), canonical(r.GetCategoryId()), r.GetIncludeArchived(), r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &menupb.ListItemsResponse{Items: each(items, toItem), NextCursor: next}, nil
}

func (g *server) ArchiveItem(ctx context.Context, r *menupb.ArchiveItemRequest) (*menupb.Item, error) {
	return answer(toItem)(Archive[Item](ctx, g.s, actor(ctx), KindItem, canonical(r.GetId())))
}

func (g *server) PutModifierGroup(ctx context.Context, r *menupb.PutModifierGroupRequest) (*menupb.ModifierGroup, error) {
	return answer(toGroup)(Put(ctx, g.s, actor(ctx), fromGroup(r), r.GetVersion()))
}

func (g *server) ListModifierGroups(ctx context.Context, r *menupb.ListModifierGroupsRequest) (*menupb.ListModifierGroupsResponse, error) {
	found, err := List[ModifierGroup](ctx, g.s, KindModifierGroup, r.GetIncludeArchived())
	if err != nil {
		return nil, err
	}
	return &menupb.ListModifierGroupsResponse{ModifierGroups: each(found, toGroup)}, nil
}

func (g *server) ArchiveModifierGroup(ctx context.Context, r *menupb.ArchiveModifierGroupRequest) (*menupb.ModifierGroup, error) {
	return answer(toGroup)(Archive[ModifierGroup](ctx, g.s, actor(ctx), KindModifierGroup, canonical(r.GetId())))
}

func (g *server) PutCombo(ctx context.Context, r *menupb.PutComboRequest) (*menupb.Combo, error) {
	return answer(toCombo)(Put(ctx, g.s, actor(ctx), fromCombo(r), r.GetVersion()))
}

func (g *server) ListCombos(ctx context.Context, r *menupb.ListCombosRequest) (*menupb.ListCombosResponse, error) {
	found, err := List[Combo](ctx, g.s, KindCombo, r.GetIncludeArchived())
	if err != nil {
		return nil, err
	}
	return &menupb.ListCombosResponse{Combos: each(found, toCombo)}, nil
}

func (g *server) ArchiveCombo(ctx context.Context, r *menupb.ArchiveComboRequest) (*menupb.Combo, error) {
	return answer(toCombo)(Archive[Combo](ctx, g.s, actor(ctx), KindCombo, canonical(r.GetId())))
}

func (g *server) PutOverlay(ctx context.Context, r *menupb.PutOverlayRequest) (*menupb.Overlay, error) {
	return answer(toOverlay)(g.s.PutOverlay(ctx, actor(ctx), fromOverlay(r)))
}

func (g *server) GetOverlay(ctx context.Context, r *menupb.GetOverlayRequest) (*menupb.Overlay, error) {
	return answer(toOverlay)(g.s.Overlay(ctx, canonical(r.GetCafeId())))
}

func (g *server) DiffDraft(ctx context.Context, _ *menupb.DiffDraftRequest) (*menupb.DiffDraftResponse, error) {
	against, changes, err := g.s.DiffDraft(ctx)
	if err != nil {
		return nil, err
	}
	return &menupb.DiffDraftResponse{AgainstRelease: against, Changes: each(changes, toChange)}, nil
}

func (g *server) Publish(ctx context.Context, r *menupb.PublishRequest) (*menupb.Release, error) {
	key := keyed.Key{
		Method: "Publish", Subject: rpc.CallerFrom(ctx).Subject, Key: rpc.IdempotencyKey(ctx), Fingerprint: keyed.Fingerprint(r),
	}
	return answer(toRelease)(g.s.Publish(ctx, actor(ctx), key, Start(r.GetStart()), r.GetNote()))
}

func (g *server) ListReleases(ctx context.Context, r *menupb.ListReleasesRequest) (*menupb.ListReleasesResponse, error) {
	releases, next, err := g.s.Releases(ctx, r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &menupb.ListReleasesResponse{Releases: each(releases, toRelease), NextCursor: next}, nil
}

func (g *server) GetMenu(ctx context.Context, r *menupb.GetMenuRequest) (*menupb.Menu, error) {
	caller := rpc.CallerFrom(ctx)
	service := caller.Service != "gateway"
	reader := Reader{
		Ahead:  service || caller.HeadOffice() || caller.Is("manager"),
		Closed: service || caller.HeadOffice(),
	}
	return answer(toMenu)(g.s.Menu(ctx, reader, canonical(r.GetCafeId()), r.GetRelease()))
}

func (g *server) SetSoldOut(ctx context.Context, r *menupb.SetSoldOutRequest) (*menupb.SoldOut, error) {
	var until time.Time
	if r.GetUntil() != nil {
		if err := r.GetUntil().CheckValid(); err != nil {
			return nil, errs.Invalid("invalid_request", "Some fields are not valid.").Field("until", "must be a time")
		}
		until = r.GetUntil().AsTime()
	}
	return answer(toSoldOut)(g.s.SetSoldOut(ctx, actor(ctx), canonical(r.GetCafeId()), Kind(r.GetKind()), canonical(r.GetId()), until))
}

func (g *server) ClearSoldOut(ctx context.Context, r *menupb.ClearSoldOutRequest) (*menupb.ClearSoldOutResponse, error) {
	err := g.s.ClearSoldOut(ctx, actor(ctx), canonical(r.GetCafeId()), Kind(r.GetKind()), canonical(r.GetId()))
	if err != nil {
		return nil, err
	}
	return &menupb.ClearSoldOutResponse{}, nil
}

func (g *server) ListSoldOut(ctx context.Context, r *menupb.ListSoldOutRequest) (*menupb.ListSoldOutResponse, error) {
	found, err := g.s.SoldOut(ctx, canonical(r.GetCafeId()))
	if err != nil {
		return nil, err
	}
	return &menupb.ListSoldOutResponse{SoldOut: each(found, toSoldOut)}, nil
}

// answer turns a use case's answer into a message.
func answer[D, P any](to func(D) *P) func(D, error) (*P, error) {
	return func(d D, err error) (*P, error) {
		if err != nil {
			return nil, err
		}
		return to(d), nil
	}
}

func each[D, P any](list []D, to func(D) P) []P {
	out := make([]P, len(list))
	for i, d := range list {
		out[i] = to(d)
	}
	return out
}

// weekdays are kept sorted and once each, so that equal windows are equal content.
func weekdays(days []int32) []int32 {
	days = slices.Clone(days)
	slices.Sort(days)
	return slices.Compact(days)
}

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
	return &menupb.Category{
		Id: c.ID, Name: c.Name, Rank: c.Rank, Version: c.Version, ArchivedAt: stamp(c.ArchivedAt), Drawing: c.Drawing, Tint: c.Tint,
	}
}

func fromItem(r *menupb.PutItemRequest) Item {
	return Item{
		ID: canonical(r.GetId()), CategoryID: canonical(r.GetCategoryId()), Name: r.GetName(), Description: r.GetDescription(),
		TaxCode: cmp.Or(r.GetTaxCode(), DefaultTaxCode), Station: r.GetStation(), Rank: r.GetRank(), Drawing: r.GetDrawing(),
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
		Drawing: i.Drawing,
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
	out := &menupb.DraftChange{Kind: string(c.Kind), Id: c.ID, Name: c.Name, Change: c.What}
	for _, l := range c.Details {
		out.Details = append(out.Details, l.String())
		out.Lines = append(out.Lines, &menupb.DraftChangeLine{Code: l.Code, Subject: l.Subject, Before: l.Before, After: l.After, Weekdays: l.Weekdays})
	}
	return out
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
			return &menupb.MenuCategory{Id: c.ID, Name: c.Name, Rank: c.Rank, Drawing: c.Drawing, Tint: c.Tint}
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
		Rank: i.Rank, ModifierGroupIds: i.GroupIDs, Drawing: i.Drawing,
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
