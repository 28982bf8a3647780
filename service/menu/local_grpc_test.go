package menu_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/rpc/rpctest"
	menupb "coffee/proto/coffee/menu/v1"
	"coffee/service/menu"
)

func TestOverlay(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		c.draft()
		manager := c.as(rpctest.Person(id(9, 5), "manager", casa, id(9, 2)))
		empty := must[*menupb.Overlay](t)(manager.GetOverlay(ctx, &menupb.GetOverlayRequest{}))
		if empty.GetCafeId() != casa || empty.GetVersion() != 0 || len(empty.GetEntries()) != 0 {
			t.Errorf("at first %v", empty)
		}
		request := &menupb.PutOverlayRequest{CafeId: casa, Entries: []*menupb.OverlayEntry{
			{Kind: "variation", Id: large, Price: amounts("MAD", 3100)[0]},
			{Kind: "modifier", Id: oat, Unavailable: true},
			{Kind: "combo", Id: breakfast, Price: amounts("MAD", 3300)[0]},
		}}
		made := must[*menupb.Overlay](t)(manager.PutOverlay(ctx, request))
		if made.GetVersion() != 1 || made.GetEntries()[0].GetKind() != "combo" {
			t.Errorf("made %v", made)
		}
		again := must[*menupb.Overlay](t)(manager.PutOverlay(ctx, request))
		got := must[*menupb.Overlay](t)(manager.GetOverlay(ctx, &menupb.GetOverlayRequest{CafeId: casa}))
		if !proto.Equal(made, again) || !proto.Equal(made, got) {
			t.Errorf("a retry answers %v, stored is %v", again, got)
		}
		_, err := manager.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: casa})
		refused(t, err, "version_conflict")
		_, err = manager.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: paris})
		refused(t, err, "not_found")
		_, err = c.admin.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: nowhere})
		refused(t, err, "not_found")
		_, err = c.admin.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: closed})
		refused(t, err, "cafe_archived")
		_, err = manager.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: casa, Version: 1, Entries: []*menupb.OverlayEntry{
			{Kind: "variation", Id: large, Price: amounts("EUR", 300)[0]}, {Kind: "item", Id: id(2, 9), Unavailable: true},
		}})
		e := refusal(t, err, "invalid_overlay")
		if len(e.Fields) != 2 || e.Fields[0].Path != "entries[0].price.currency" || e.Fields[1].Path != "entries[1].id" {
			t.Errorf("the fields are %v", e.Fields)
		}
		c.publish("now")
		here := c.menu(casa, 0)
		if price(here, large) != 3100 || len(here.GetModifierGroups()[0].GetModifiers()) != 1 || here.GetCombos()[0].GetPrice().GetAmount() != 3300 {
			t.Errorf("Casablanca sells %v", here)
		}
		if there := c.menu(paris, 0); len(there.GetModifierGroups()[0].GetModifiers()) != 2 {
			t.Errorf("Paris sells %v", there)
		}
		// The overlay is draft too: an edit counts from the next release on.
		must[*menupb.Overlay](t)(manager.PutOverlay(ctx, &menupb.PutOverlayRequest{CafeId: casa, Version: 1}))
		if got := price(c.menu(casa, 0), large); got != 3100 {
			t.Errorf("an unpublished overlay is sold: %d", got)
		}
		c.audited(map[string]int{"put_overlay": 2})
	})
}

func TestSoldOut(t *testing.T) {
	each(t, func(t *testing.T, c *chain) {
		ctx := t.Context()
		c.draft()
		barista := c.as(rpctest.Person(id(9, 3), "barista", casa, id(9, 2)))
		_, err := barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte})
		refused(t, err, "not_found") // nothing is sold before the first release
		c.publish("now")

		began := c.clock.now()
		said := must[*menupb.SoldOut](t)(barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte}))
		cutoff := time.Date(2026, 5, 5, 3, 0, 0, 0, time.UTC)
		if !said.GetUntil().AsTime().Equal(cutoff) || !said.GetSince().AsTime().Equal(began) || said.GetBy() != id(9, 3) {
			t.Errorf("said %v", said)
		}
		c.clock.add(time.Minute)
		if again := must[*menupb.SoldOut](t)(c.admin.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte})); !proto.Equal(said, again) {
			t.Errorf("the second person's same tap answers %v", again)
		}
		hour := timestamppb.New(c.clock.now().Add(time.Hour))
		changed := must[*menupb.SoldOut](t)(c.admin.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte, Until: hour}))
		if !changed.GetUntil().AsTime().Equal(hour.AsTime()) || !changed.GetSince().AsTime().Equal(began) || changed.GetBy() != adminID {
			t.Errorf("the last word: %v", changed)
		}
		for kind, what := range map[string]string{"variation": small, "modifier": oat, "ingredient": id(8, 1)} {
			must[*menupb.SoldOut](t)(barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: kind, Id: what}))
		}
		for kind, what := range map[string]string{"variation": id(3, 99), "modifier": id(5, 99), "item": small} {
			_, err = barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: kind, Id: what})
			refused(t, err, "not_found")
		}
		for _, until := range []time.Time{c.clock.now(), began, time.Unix(0, 0)} {
			_, err = barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte, Until: timestamppb.New(until)})
			refused(t, err, "until_in_past")
		}
		_, err = barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte, Until: &timestamppb.Timestamp{Nanos: -1}})
		refused(t, err, "invalid_request")
		_, err = barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "combo", Id: breakfast})
		refused(t, err, "invalid_request")
		_, err = barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: paris, Kind: "item", Id: latte})
		refused(t, err, "not_found")
		_, err = c.admin.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: closed, Kind: "item", Id: latte})
		refused(t, err, "cafe_archived")

		list := func() int {
			t.Helper()
			return len(must[*menupb.ListSoldOutResponse](t)(c.asService("order").ListSoldOut(ctx, &menupb.ListSoldOutRequest{CafeId: casa})).GetSoldOut())
		}
		if got := list(); got != 4 {
			t.Errorf("%d are sold out", got)
		}
		if _, err := c.admin.ListSoldOut(ctx, &menupb.ListSoldOutRequest{CafeId: nowhere}); !errs.IsKind(err, errs.KindNotFound) {
			t.Errorf("an unknown café: %v", err)
		}
		for range 2 {
			must[*menupb.ClearSoldOutResponse](t)(barista.ClearSoldOut(ctx, &menupb.ClearSoldOutRequest{CafeId: casa, Kind: "modifier", Id: oat}))
		}
		if got := list(); got != 3 {
			t.Errorf("%d are sold out after one is back", got)
		}
		c.clock.set(hour.AsTime())
		if got := list(); got != 2 {
			t.Errorf("%d are sold out when the hour is over", got)
		}
		c.clock.set(cutoff)
		if got := list(); got != 0 {
			t.Errorf("%d are sold out after the cut-off", got)
		}
		// Said again on another day it is a new one, and the ones that are over are forgotten.
		fresh := must[*menupb.SoldOut](t)(barista.SetSoldOut(ctx, &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte}))
		if !fresh.GetSince().AsTime().Equal(cutoff) {
			t.Errorf("sold out since %v", fresh.GetSince().AsTime())
		}
		var rows int
		if err := c.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM sold_out").Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows are kept (%v)", rows, err)
		}
		c.audited(map[string]int{"set_sold_out": 6, "clear_sold_out": 1})
	})
}

// What a café changes about itself is seen here after the seconds its data may be old.
func TestCafeChanges(t *testing.T) {
	c := newChain(t, db.SQLite)
	c.draft()
	c.publish("now")
	before := c.cafes.CafeFn
	later, err := day.Load("Africa/Casablanca", 300)
	if err != nil {
		t.Fatal(err)
	}
	set := func() time.Time {
		t.Helper()
		return must[*menupb.SoldOut](t)(c.admin.SetSoldOut(t.Context(), &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte})).GetUntil().AsTime()
	}
	first := set()
	c.cafes.CafeFn = func(ctx context.Context, id string) (menu.Cafe, error) {
		cafe, err := before(ctx, id)
		cafe.Calendar, cafe.Version = later, 2
		return cafe, err
	}
	c.clock.add(11 * time.Second)
	if got := set(); !got.Equal(first.Add(time.Hour)) {
		t.Errorf("the 86 ends at %v, the café's cut-off is an hour after %v", got, first)
	}
}
