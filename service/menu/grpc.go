package menu

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
	menupb "coffee/proto/coffee/menu/v1"
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
	c := Category{ID: canonical(r.GetId()), Name: r.GetName(), Rank: r.GetRank()}
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
