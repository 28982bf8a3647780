package menu_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	menupb "coffee/proto/coffee/menu/v1"
	"coffee/service/menu"
)

// each runs a test on every engine of this machine.
func each(t *testing.T, fn func(t *testing.T, c *chain)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) { fn(t, newChain(t, engine)) })
	}
}

func TestFromDraftToMenu(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		c.draft()
		release := c.publish("")
		if release.GetNumber() != 1 || release.GetStart() != "now" || release.GetItemCount() != 2 || release.GetPublishedBy() != adminID {
			t.Errorf("the first release is %v; it should be 1, starting now", release)
		}
		here := c.menu(casa, 0)
		if here.GetRelease() != 1 || here.GetCurrency() != "MAD" || price(here, large) != 2500 || price(here, small) != 2200 {
			t.Errorf("Casablanca sells %v", here)
		}
		if !here.GetStartsAt().AsTime().Equal(c.clock.now()) || here.GetSupersededAt() != nil {
			t.Errorf("it starts %v and ends %v", here.GetStartsAt().AsTime(), here.GetSupersededAt())
		}
		there := c.menu(paris, 0)
		if there.GetCurrency() != "EUR" || price(there, small) != 380 || price(there, large) != -1 {
			t.Errorf("Paris sells %v", there)
		}

		// The draft moves, the release does not.
		c.reprice(1, 2700)
		if got := price(c.menu(casa, 0), large); got != 2500 {
			t.Errorf("the draft is sold: %d", got)
		}
		c.clock.add(time.Hour)
		if second := c.publish(""); second.GetNumber() != 2 || second.GetStart() != "next_cutoff" {
			t.Errorf("the second release is %v", second)
		}
		if got := c.menu(casa, 0); price(got, large) != 2500 || got.GetRelease() != 1 {
			t.Errorf("before the cut-off: %d of release %d", price(got, large), got.GetRelease())
		}
		cutoff := time.Date(2026, 5, 5, 3, 0, 0, 0, time.UTC) // 04:00 in Casablanca
		c.clock.set(cutoff.Add(-time.Microsecond))
		if got := c.menu(casa, 0).GetRelease(); got != 1 {
			t.Errorf("just before the cut-off: release %d", got)
		}
		if got := c.menu(paris, 0).GetRelease(); got != 2 { // its cut-off was at midnight, 22:00 UTC
			t.Errorf("in Paris after its own cut-off: release %d", got)
		}
		c.clock.set(cutoff)
		if got := c.menu(casa, 0); price(got, large) != 2700 || got.GetRelease() != 2 || !got.GetStartsAt().AsTime().Equal(cutoff) {
			t.Errorf("after the cut-off: %d of release %d", price(got, large), got.GetRelease())
		}
		old := c.menu(casa, 1)
		if price(old, large) != 2500 || !old.GetSupersededAt().AsTime().Equal(cutoff) {
			t.Errorf("release 1 costs %d until %v", price(old, large), old.GetSupersededAt().AsTime())
		}
	})
}

func TestReleaseAhead(t *testing.T) {
	c := newChain(t, db.SQLite)
	ctx := t.Context()
	_, err := c.as(rpc.Caller{}).GetMenu(ctx, &menupb.GetMenuRequest{CafeId: casa})
	if e := refusal(t, err, "not_found"); !strings.Contains(e.Detail, "head office publishes") {
		t.Errorf("before any release: %q", e.Detail)
	}
	c.draft()
	c.publish("next_cutoff")
	c.reprice(1, 2700)
	c.publish("next_cutoff")
	ahead := &menupb.GetMenuRequest{CafeId: casa, Release: 2}
	for name, client := range map[string]menupb.MenuServiceClient{
		"nobody":   c.as(rpc.Caller{}),
		"customer": c.as(rpctest.Customer(id(9, 1))),
		"counter":  c.as(rpctest.Device(id(9, 2), "counter", casa)),
		"barista":  c.as(rpctest.Person(id(9, 3), "barista", casa, id(9, 2))),
		"lead":     c.as(rpctest.Person(id(9, 4), "lead", casa, id(9, 2))),
	} {
		if _, err := client.GetMenu(ctx, ahead); !errs.IsKind(err, errs.KindNotFound) {
			t.Errorf("%s sees a release before it starts: %v", name, err)
		}
	}
	for name, client := range map[string]menupb.MenuServiceClient{
		"manager":   c.as(rpctest.Person(id(9, 5), "manager", casa, id(9, 2))),
		"admin":     c.admin,
		"order":     c.asService("order"),
		"analytics": c.asService("analytics"),
	} {
		got, err := client.GetMenu(ctx, ahead)
		if err != nil || price(got, large) != 2700 {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	_, err = c.admin.GetMenu(ctx, &menupb.GetMenuRequest{CafeId: casa, Release: 3})
	refused(t, err, "not_found")
	_, err = c.asService("inventory").GetMenu(ctx, ahead)
	refused(t, err, "forbidden")

	// A release for now overtakes the one that waits.
	c.reprice(2, 2600)
	c.publish("now")
	if got := c.menu(casa, 0); got.GetRelease() != 3 || price(got, large) != 2600 {
		t.Errorf("release %d is in force", got.GetRelease())
	}
	c.clock.add(24 * time.Hour)
	if got := c.menu(casa, 0); got.GetRelease() != 3 {
		t.Errorf("the overtaken release %d came after all", got.GetRelease())
	}
}

func TestPublishRefuses(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		_, err := c.admin.Publish(c.keyed(), &menupb.PublishRequest{})
		refused(t, err, "nothing_to_publish") // of an empty chain
		c.draft()
		c.publish("now")
		_, err = c.admin.Publish(c.keyed(), &menupb.PublishRequest{})
		refused(t, err, "nothing_to_publish")

		item := latteItem()
		item.Version, item.CategoryId, item.ModifierGroupIds = 1, id(1, 9), []string{milk, id(4, 9)}
		must[*menupb.Item](t)(c.admin.PutItem(ctx, item))
		_, err = c.admin.Publish(c.keyed(), &menupb.PublishRequest{})
		e := refusal(t, err, "draft_invalid")
		if len(e.Fields) != 2 || e.Fields[0].Path != "items["+latte+"].category_id" || e.Fields[1].Path != "items["+latte+"].modifier_group_ids[1]" {
			t.Errorf("the reasons are %v", e.Fields)
		}
		if got := c.menu(casa, 0).GetRelease(); got != 1 {
			t.Errorf("a refused draft is release %d", got)
		}
		_, err = c.admin.Publish(ctx, &menupb.PublishRequest{})
		refused(t, err, "idempotency_key_required")
		_, err = c.admin.Publish(c.keyed(), &menupb.PublishRequest{Start: "tomorrow"})
		refused(t, err, "invalid_request")
	})
}

func TestPublishOnce(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		c.draft()
		ctx := c.keyed()
		first := must[*menupb.Release](t)(c.admin.Publish(ctx, &menupb.PublishRequest{Note: "spring"}))
		c.clock.add(time.Minute)
		again := must[*menupb.Release](t)(c.admin.Publish(ctx, &menupb.PublishRequest{Note: "spring"}))
		if !proto.Equal(first, again) {
			t.Errorf("a retry answers %v, the first answer was %v", again, first)
		}
		_, err := c.admin.Publish(ctx, &menupb.PublishRequest{Note: "summer"})
		refused(t, err, "idempotency_key_reused")
		c.audited(map[string]int{"publish": 1})
	})
}

func TestPublishAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		c.draft()
		var wait sync.WaitGroup
		for n := range 12 {
			ctx := c.keyed()
			wait.Go(func() {
				_, err := c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: id(1, 100+n), Name: fmt.Sprint("More ", n)})
				if err != nil {
					t.Error(err)
				}
				if _, err = c.admin.Publish(ctx, &menupb.PublishRequest{Start: "now"}); err != nil && !errs.HasCode(err, "nothing_to_publish") {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		list := must[*menupb.ListReleasesResponse](t)(c.admin.ListReleases(t.Context(), &menupb.ListReleasesRequest{}))
		for i, r := range list.GetReleases() {
			if want := int64(len(list.GetReleases()) - i); r.GetNumber() != want {
				t.Errorf("place %d holds release %d, want %d", i, r.GetNumber(), want)
			}
			if i > 0 && r.GetPublishedAt().AsTime().After(list.GetReleases()[i-1].GetPublishedAt().AsTime()) {
				t.Errorf("release %d was published after %d", r.GetNumber(), r.GetNumber()+1)
			}
		}
		diff := must[*menupb.DiffDraftResponse](t)(c.admin.DiffDraft(t.Context(), &menupb.DiffDraftRequest{}))
		if len(diff.GetChanges()) != 0 {
			t.Errorf("left over: %v", diff)
		}
	})
}

func TestListReleases(t *testing.T) {
	c := newChain(t, db.SQLite)
	c.draft()
	c.publish("now")
	for n := range 4 {
		c.reprice(int64(n+1), 3000+n)
		c.clock.add(-time.Hour) // a clock that runs backwards does not turn the order round
		c.publish("now")
	}
	if got := c.menu(casa, 0); got.GetRelease() != 5 || got.GetStartsAt().AsTime().After(time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("by a wrong clock release %d is in force, from %v", got.GetRelease(), got.GetStartsAt().AsTime())
	}
	manager := c.as(rpctest.Person(id(9, 5), "manager", casa, id(9, 2)))
	var numbers []int64
	for cursor := ""; ; {
		list := must[*menupb.ListReleasesResponse](t)(manager.ListReleases(t.Context(), &menupb.ListReleasesRequest{Limit: 2, Cursor: cursor}))
		for _, r := range list.GetReleases() {
			numbers = append(numbers, r.GetNumber())
		}
		if cursor = list.GetNextCursor(); cursor == "" {
			break
		}
	}
	if fmt.Sprint(numbers) != "[5 4 3 2 1]" {
		t.Errorf("releases %v", numbers)
	}
	_, err := manager.ListReleases(t.Context(), &menupb.ListReleasesRequest{Cursor: "?"})
	refused(t, err, "invalid_cursor")
}

func TestDiffDraft(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		c.draft()
		diff := must[*menupb.DiffDraftResponse](t)(c.admin.DiffDraft(ctx, &menupb.DiffDraftRequest{}))
		if diff.GetAgainstRelease() != 0 || len(diff.GetChanges()) != 6 {
			t.Errorf("against nothing: %v", diff)
		}
		c.publish("now")
		c.reprice(1, 2700)
		must[*menupb.Combo](t)(c.admin.ArchiveCombo(ctx, &menupb.ArchiveComboRequest{Id: breakfast}))
		overlay := &menupb.PutOverlayRequest{CafeId: casa, Entries: []*menupb.OverlayEntry{
			{Kind: "variation", Id: large, Price: amounts("MAD", 3100)[0]}, {Kind: "item", Id: croissant, Unavailable: true},
		}}
		must[*menupb.Overlay](t)(c.admin.PutOverlay(ctx, overlay))
		want := []string{
			"item Latte changed: Large: MAD 25.00 → MAD 27.00",
			"combo Breakfast removed: ",
			"overlay Casa Port added: Croissant: as the chain → not sold here; Latte, Large: as the chain → MAD 31.00",
		}
		diff = must[*menupb.DiffDraftResponse](t)(c.admin.DiffDraft(ctx, &menupb.DiffDraftRequest{}))
		if diff.GetAgainstRelease() != 1 || len(diff.GetChanges()) != len(want) {
			t.Fatalf("got %v", diff)
		}
		for i, change := range diff.GetChanges() {
			got := fmt.Sprintf("%s %s %s: %s", change.GetKind(), change.GetName(), change.GetChange(), strings.Join(change.GetDetails(), "; "))
			if got != want[i] {
				t.Errorf("got  %s\nwant %s", got, want[i])
			}
		}
		c.publish("now")
		here := c.menu(casa, 0)
		if price(here, large) != 3100 || price(here, oneCroissant) != -1 || len(here.GetCombos()) != 0 || len(here.GetCategories()) != 1 {
			t.Errorf("Casablanca sells %v", here)
		}
		// Taking all exceptions back is a difference too.
		must[*menupb.Overlay](t)(c.admin.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: casa, Version: 1}))
		diff = must[*menupb.DiffDraftResponse](t)(c.admin.DiffDraft(ctx, &menupb.DiffDraftRequest{}))
		if len(diff.GetChanges()) != 1 || diff.GetChanges()[0].GetChange() != "removed" {
			t.Errorf("got %v", diff)
		}
		c.publish("now")
		if got := price(c.menu(casa, 0), large); got != 2700 {
			t.Errorf("without its exceptions the café sells at %d", got)
		}
		_, err := c.admin.Publish(c.keyed(), &menupb.PublishRequest{})
		refused(t, err, "nothing_to_publish")
	})
}

// A dead cafe service leaves menus and 86 lists readable; a café that was never seen is the one thing missing.
func TestCafeServiceDown(t *testing.T) {
	c := newChain(t, db.SQLite)
	c.draft()
	c.publish("now")
	c.menu(casa, 0)
	asked := 0
	alive := c.cafes.CafeFn
	c.cafes.CafeFn = func(context.Context, string) (menu.Cafe, error) {
		asked++
		return menu.Cafe{}, errs.Unavailable("unavailable", "down")
	}
	c.clock.add(time.Minute)
	for range 5 {
		if got := c.menu(casa, 0).GetRelease(); got != 1 {
			t.Errorf("release %d", got)
		}
	}
	if asked != 1 {
		t.Errorf("a dead service was asked %d times within seconds", asked)
	}
	must[*menupb.ListSoldOutResponse](t)(c.admin.ListSoldOut(t.Context(), &menupb.ListSoldOutRequest{CafeId: paris}))
	_, err := c.admin.GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: paris})
	refused(t, err, "unavailable")

	c.cafes.CafeFn = func(context.Context, string) (menu.Cafe, error) { return menu.Cafe{}, errors.New("boom") }
	c.clock.add(time.Minute)
	c.menu(casa, 0)

	c.cafes.CafeFn = alive
	c.clock.add(time.Minute)
	c.menu(paris, 0)
	_, err = c.admin.GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: nowhere})
	refused(t, err, "not_found")
	_, err = c.as(rpc.Caller{}).GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: closed})
	refused(t, err, "not_found")
	must[*menupb.Menu](t)(c.admin.GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: closed}))
}

func TestDrawingsReachTheMenu(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		c.draft()
		c.publish("")
		if m := c.menu(casa, 0); m.GetCategories()[0].GetDrawing() != "" || m.GetItems()[0].GetDrawing() != "" {
			t.Errorf("a menu without drawings draws %v", m)
		}
		ctx := t.Context()
		category := must[*menupb.Category](t)(c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{
			Id: hot, Name: "Hot", Rank: 1, Version: 1, Drawing: "cup", Tint: "coffee",
		}))
		if category.GetDrawing() != "cup" || category.GetTint() != "coffee" {
			t.Errorf("the draft keeps %v", category)
		}
		item := croissantItem()
		item.Version, item.Drawing = 1, "croissant"
		must[*menupb.Item](t)(c.admin.PutItem(ctx, item))
		if read := must[*menupb.Item](t)(c.admin.GetItem(ctx, &menupb.GetItemRequest{Id: croissant})); read.GetDrawing() != "croissant" {
			t.Errorf("the draft keeps %v", read)
		}
		c.publish("now")
		m := c.menu(casa, 2)
		if got := m.GetCategories()[0]; got.GetDrawing() != "cup" || got.GetTint() != "coffee" {
			t.Errorf("release 2 shows the category as %v", got)
		}
		drawings := map[string]string{}
		for _, i := range m.GetItems() {
			drawings[i.GetId()] = i.GetDrawing()
		}
		if drawings[latte] != "cup" || drawings[croissant] != "croissant" {
			t.Errorf("release 2 draws %v", drawings)
		}
		if before := c.menu(casa, 1); before.GetItems()[0].GetDrawing() != "" {
			t.Error("the drawing of release 2 stands in release 1")
		}

		_, err := c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: hot, Name: "Hot", Version: 2, Drawing: "unicorn"})
		refused(t, err, "invalid_request")
		_, err = c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: hot, Name: "Hot", Version: 2, Tint: "#A8481F"})
		refused(t, err, "invalid_request")
		item.Version, item.Drawing = 2, "../cup"
		_, err = c.admin.PutItem(ctx, item)
		refused(t, err, "invalid_request")
	})
}
