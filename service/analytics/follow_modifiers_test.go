package analytics_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

// unknown makes a database look as the version before left it: everything counted, nothing known of modifiers.
func unknown(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		for _, statement := range []string{"DELETE FROM modifier_day", "UPDATE follow SET modifiers_seq = 0"} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestModifiersAreCountedFromTheBeginningAfterAnUpdate(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		generate(c.journal, 3, 4, 600, 60)
		c.follow(t)
		unknown(t, d)
		generate(c.journal, 4, 4, 40, 60) // sold while the update ran

		c.service = c.replica(t)
		if n := c.follow(t); n != 40 {
			t.Errorf("counted %d events; those before are counted for their modifiers only", n)
		}
		c.equalsJournals(t)
		if n := c.follow(t); n != 0 {
			t.Errorf("counted %d events twice", n)
		}
		c.equalsJournals(t)
		if err := c.service.RebuildCafe(t.Context(), id(kindCafe, 1)); err != nil {
			t.Fatal(err)
		}
		c.equalsJournals(t)
	})
}

// A process of the version before moves the cursor and adds no modifiers; whoever knows them catches up, once.
func TestModifiersBesideTheVersionBefore(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		old := store.New(d)
		for round := range 4 {
			generate(c.journal, uint64(20+round), 3, 200, 30)
			if round%2 == 0 {
				c.follow(t)
			}
			// The old process: all sums but the modifiers, by way of a step that knows no cursor for them.
			generate(c.journal, uint64(30+round), 3, 60, 30)
			for cafe := range c.journal.entries {
				at, err := old.Cursor(t.Context(), cafe)
				if err != nil {
					t.Fatal(err)
				}
				if at.Seq == 0 {
					continue // it would start with both
				}
				events := c.journal.events(t, cafe)[at.Seq:]
				entries := c.journal.entries[cafe]
				step := analytics.Step{From: at, Seq: int64(len(entries)), Hash: entries[len(entries)-1].GetHash(), Facts: analytics.Derive(events)}
				before := at.Modifiers
				if _, err := old.Apply(t.Context(), []analytics.Step{step}); err != nil {
					t.Fatal(err)
				}
				takeBack(t, d, cafe, before, step.Facts)
			}
		}
		replicas := []*analytics.Service{c.replica(t), c.replica(t), c.replica(t)}
		var group sync.WaitGroup
		for _, r := range replicas {
			group.Go(func() {
				if _, err := r.FollowOnce(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, r := range replicas { // one may have looked before another was done
			if _, err := r.FollowOnce(t.Context()); err != nil {
				t.Error(err)
			}
		}
		c.equalsJournals(t)
	})
}

// takeBack undoes what a step did for the modifiers, if it did.
func takeBack(t *testing.T, d *db.DB, cafe string, modifiers int64, facts analytics.Facts) {
	t.Helper()
	at, err := store.New(d).Cursor(t.Context(), cafe)
	if err != nil || at.Modifiers == modifiers {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE follow SET modifiers_seq = ? WHERE cafe_id = ?", modifiers, db.ID(cafe))
		for _, r := range facts.Modifiers {
			_, e := tx.ExecContext(ctx, "UPDATE modifier_day SET units = units - ? WHERE cafe_id = ? AND business_date = ? AND item_id = ? AND modifier_id = ?",
				r.Units, db.ID(cafe), r.Period, db.ID(r.Item), db.ID(r.Modifier))
			err = errors.Join(err, e)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestModifiersOfALongJournalDoNotHoldUpTheRest(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	generate(c.journal, 5, 2, 21_500, 60)
	c.follow(t)
	unknown(t, c.db)
	c.service = c.replica(t)
	generate(c.journal, 6, 2, 20, 60)
	if n := c.follow(t); n != 20 {
		t.Errorf("counted %d events of 20 that are new", n)
	}
	if c.lags(t) == 0 {
		t.Error("21,500 entries were counted in one look: nothing bounds it")
	}
	// A journal that cannot be read leaves things as they are.
	c.journal.fail(errDown)
	lag := c.lags(t)
	if _, err := c.service.FollowOnce(t.Context()); err == nil || c.lags(t) != lag {
		t.Errorf("without the order service: %v, %d entries lag, before %d", err, c.lags(t), lag)
	}
	c.journal.fail(nil)
	for looks := 0; c.lags(t) > 0; looks++ {
		if c.follow(t); looks > 3 {
			t.Fatalf("%d entries still lag", c.lags(t))
		}
	}
	c.equalsJournals(t)
}

// lags is by how many entries the modifiers lag behind.
func (c *chain) lags(t *testing.T) (sum int64) {
	t.Helper()
	cursors, err := c.store.Cursors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range cursors {
		sum += at.Seq - at.Modifiers
	}
	return sum
}

func TestModifiersOfALine(t *testing.T) {
	l := line(1, "Latte", 1, 2, 2500)
	for _, m := range []string{id(kindModifier, 1), id(kindModifier, 2), id(kindModifier, 1), "", "oat", "ABCDEF00-0000-7000-8000-000000000001"} {
		l.Modifiers = append(l.Modifiers, &orderpb.OrderModifier{ModifierId: m, Quantity: 3})
	}
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	e := sale(id(kindCafe, 1), "2026-05-20", 9, "MAD", l, line(2, "Croissant", 2, 1, 1200))
	c.journal.add(e, back(e, "voided", "2026-05-21"))
	facts := analytics.Derive(c.journal.events(t, id(kindCafe, 1)))
	if len(facts.Modifiers) != 4 {
		t.Fatalf("%+v; want two modifiers on two dates", facts.Modifiers)
	}
	for _, r := range facts.Modifiers {
		want := map[string]int64{"2026-05-20": 2, "2026-05-21": -2}[r.Period] // units of the item, however often it was chosen
		if r.Units != want || r.Item != id(kindItem, 1) || r.Currency != "" || r.Hour != -1 {
			t.Errorf("%+v, want %d units", r, want)
		}
	}
}
