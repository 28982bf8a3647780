package menu_test

import (
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// each runs a test on every engine of this machine.
func each(t *testing.T, fn func(t *testing.T, c *chain)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) { fn(t, newChain(t, engine)) })
	}
}

var _ = db.SQLite

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
		c.clock.set(time.Date(2026, 5, 5, 3, 0, 0, 0, time.UTC)) // 04:00 in Casablanca
		if got := c.menu(casa, 0); price(got, large) != 2700 || got.GetRelease() != 2 {
			t.Errorf("after the cut-off: %d of release %d", price(got, large), got.GetRelease())
		}
		old := c.menu(casa, 1)
		if price(old, large) != 2500 || !old.GetSupersededAt().AsTime().Equal(c.clock.now()) {
			t.Errorf("release 1 costs %d until %v", price(old, large), old.GetSupersededAt().AsTime())
		}
	})
}
