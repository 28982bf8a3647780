package analytics_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

// equalsJournals holds what is stored of every café against its whole journal, byte by byte.
func (c *chain) equalsJournals(t testing.TB) {
	t.Helper()
	for cafe := range c.journal.entries {
		stored, err := c.store.Facts(t.Context(), cafe)
		if err != nil {
			t.Fatal(err)
		}
		want := analytics.Derive(c.journal.events(t, cafe))
		if !bytes.Equal(stored.Canonical(), want.Canonical()) {
			t.Fatalf("café %s: the figures are not the sum of its journal\nstored:\n%s\nwant:\n%s", cafe, stored.Canonical(), want.Canonical())
		}
	}
}

func TestFiguresAreTheSumOfTheJournals(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		generate(c.journal, 1, 5, 700, 100)
		if n := c.follow(t); n != 700 {
			t.Fatalf("counted %d events of 700", n)
		}
		c.equalsJournals(t)
		// More events, in small portions: rows that are there are added to.
		for i := range 5 {
			generate(c.journal, uint64(10+i), 5, 40, 100)
			if n := c.follow(t); n != 40 {
				t.Fatalf("counted %d events of 40", n)
			}
		}
		c.equalsJournals(t)
		if n := c.follow(t); n != 0 {
			t.Fatalf("counted %d events twice", n)
		}
		look, err := c.service.Freshness(t.Context())
		if err != nil || look.Behind != 0 || !look.At.Equal(c.clock.now()) {
			t.Fatalf("freshness %+v, %v", look, err)
		}
	})
}

func TestTwoFollowersCountOnce(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		replicas := []*analytics.Service{c.service, c.replica(t), c.replica(t)}
		total := 0
		for round := range 4 {
			generate(c.journal, uint64(round), 3, 300, 60)
			counted := make([]int, len(replicas))
			var group sync.WaitGroup
			for i, r := range replicas {
				group.Go(func() {
					n, err := r.FollowOnce(t.Context())
					if err != nil {
						t.Error(err)
					}
					counted[i] = n
				})
			}
			group.Wait()
			for _, n := range counted {
				total += n
			}
			if total != 300*(round+1) {
				t.Fatalf("after round %d: %d events counted, %v in this round", round, total, counted)
			}
			c.equalsJournals(t)
		}
	})
}

func TestCountingAnew(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		generate(c.journal, 3, 3, 300, 60)
		c.follow(t)
		other := c.replica(t)
		if _, err := other.FollowOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		spoilt := id(kindCafe, 1)
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, statement := range []string{
				"UPDATE cafe_day SET sales = sales + 1 WHERE cafe_id = ?",
				"UPDATE fact SET units = units + 5 WHERE cafe_id = ?",
				"DELETE FROM cafe_month WHERE cafe_id = ?",
				"UPDATE item_month SET month = '2031-01' WHERE month = '2026-02' AND cafe_id = ?",
			} {
				if _, err := tx.ExecContext(ctx, statement, db.ID(spoilt)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.service.RebuildCafe(t.Context(), spoilt); err != nil {
			t.Fatal(err)
		}
		c.equalsJournals(t)
		// The other replica's cursor is of the generation before: it must not add to the new figures.
		generate(c.journal, 4, 3, 60, 60)
		if _, err := other.FollowOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.equalsJournals(t)
	})
}

func TestBrokenChainStopsOneCafe(t *testing.T) {
	for name, spoil := range map[string]func(j *journal, cafe string){
		"an entry was changed": func(j *journal, cafe string) {
			e := j.entries[cafe][20]
			e.Hash = append([]byte{e.Hash[0] ^ 1}, e.Hash[1:]...)
		},
		"an entry is missing": func(j *journal, cafe string) {
			j.entries[cafe] = append(j.entries[cafe][:21:21], j.entries[cafe][22:]...)
		},
		"a payload is no event":     func(j *journal, cafe string) { j.entries[cafe][21].Payload = []byte{0xff, 0x01} },
		"an event of another café":  func(j *journal, cafe string) { j.entries[cafe][21].Payload = j.entries[id(kindCafe, 0)][0].Payload },
		"its last entries are gone": func(j *journal, cafe string) { j.entries[cafe] = j.entries[cafe][:15] },
	} {
		t.Run(name, func(t *testing.T) {
			c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
			broken, whole := id(kindCafe, 1), id(kindCafe, 0)
			for i := range 20 {
				c.journal.add(sale(broken, "2026-04-01", 9, "MAD", line(i, "Latte", 1, 1, 300)))
			}
			c.journal.add(sale(whole, "2026-04-01", 9, "MAD", line(1, "Latte", 1, 1, 300)))
			c.follow(t)
			for i := range 20 {
				c.journal.add(sale(broken, "2026-04-02", 9, "MAD", line(i, "Latte", 1, 1, 300)))
			}
			c.journal.add(sale(whole, "2026-04-02", 9, "MAD", line(1, "Latte", 1, 1, 300)))
			honest := slices.Clone(c.journal.entries[broken])
			spoil(c.journal, broken)
			c.follow(t)
			c.follow(t)

			stopped, err := c.service.Stopped(t.Context())
			if err != nil || len(stopped) != 1 || stopped[0].Cafe != broken || stopped[0].Stopped == "" {
				t.Fatalf("stopped: %+v, %v", stopped, err)
			}
			if stopped[0].Seq > 21 {
				t.Fatalf("counted past the break, to %d", stopped[0].Seq)
			}
			facts, err := c.store.Facts(t.Context(), whole)
			if err != nil || len(facts.Days) != 2 {
				t.Fatalf("the other café is not followed on: %+v, %v", facts.Days, err)
			}
			asked := c.journal.asked
			c.follow(t)
			if c.journal.asked != asked {
				t.Error("a stopped café is asked for at every look")
			}

			// A restored journal is taken up again at the next full look, without anybody's doing; or, where a false
			// entry was counted, when the café is counted anew.
			anew := name == "an entry was changed"
			if anew {
				honest[20].Hash = append([]byte{honest[20].Hash[0] ^ 1}, honest[20].Hash[1:]...)
			}
			if name == "a payload is no event" || name == "an event of another café" {
				honest[21].Payload = honest[0].Payload
			}
			c.journal.entries[broken] = honest
			c.clock.move(time.Minute)
			c.follow(t)
			if anew {
				if err := c.service.RebuildCafe(t.Context(), broken); err != nil {
					t.Fatal(err)
				}
			}
			if stopped, err = c.service.Stopped(t.Context()); err != nil || len(stopped) != 0 {
				t.Fatalf("still stopped: %+v, %v", stopped, err)
			}
			c.equalsJournals(t)
		})
	}
}

// A head that is older than what was counted already is no journal cut short: the journal itself is asked.
func TestAnOldHeadStopsNobody(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	cafe := id(kindCafe, 1)
	for range 3 {
		c.journal.add(sale(cafe, "2026-05-20", 9, "MAD", line(1, "Latte", 1, 1, 300)))
	}
	c.follow(t)
	c.journal.late = 1
	c.follow(t)
	if stopped, err := c.service.Stopped(t.Context()); err != nil || len(stopped) != 0 {
		t.Errorf("stopped: %+v, %v", stopped, err)
	}
	c.journal.late = 0
	c.follow(t)
	c.equalsJournals(t)
}

// The very first entry may be the broken one.
func TestBrokenFromTheStart(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		cafe := id(kindCafe, 1)
		c.journal.book(cafe, []byte{0xff})
		for range 2 {
			c.follow(t)
			look, err := c.service.Freshness(t.Context())
			if err != nil || look.Behind != 1 {
				t.Fatalf("%+v, %v", look, err)
			}
			stopped, err := c.replica(t).Stopped(t.Context())
			if err != nil || len(stopped) != 1 || stopped[0].Stopped != "entry 1 cannot be read: it is no event" {
				t.Fatalf("%+v, %v", stopped, err)
			}
			c.clock.move(time.Minute)
		}
		if err := c.service.RebuildCafe(t.Context(), cafe); err == nil {
			t.Error("a café that cannot be counted was counted anew")
		}
	})
}

func TestOrderServiceDown(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	cafe := c.cafes.put(1, "Old Town", "MAD")
	c.journal.add(sale(cafe, "2026-05-19", 9, "MAD", line(1, "Latte", 1, 1, 300)))
	c.follow(t)
	seen := c.clock.now()
	c.journal.fail(errDown)
	c.clock.move(time.Hour)
	if _, err := c.service.FollowOnce(t.Context()); err == nil {
		t.Fatal("no error")
	}
	for name, s := range map[string]*analytics.Service{"the same process": c.service, "a new process": c.replica(t)} {
		v, err := s.Month(t.Context(), analytics.Query{})
		if err != nil || v.Total.Sales != 300 {
			t.Fatalf("%s: %+v, %v", name, v, err)
		}
		look, err := s.Freshness(t.Context())
		if err != nil || !look.At.Equal(seen) {
			t.Fatalf("%s: %+v, %v", name, look, err)
		}
	}
	c.journal.fail(nil)
	c.journal.add(sale(cafe, "2026-05-19", 9, "MAD", line(1, "Latte", 1, 1, 300)))
	if n := c.follow(t); n != 1 {
		t.Fatalf("counted %d", n)
	}
}

func TestPagesThatDoNotFit(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	cafe := id(kindCafe, 1)
	for range 50 {
		c.journal.add(sale(cafe, "2026-05-19", 9, "MAD", line(1, "Latte", 1, 1, 300)))
	}
	c.journal.most = 20
	counted := 0
	for range 40 {
		n, _ := c.service.FollowOnce(t.Context())
		counted += n
	}
	if counted != 50 {
		t.Fatalf("counted %d of 50", counted)
	}
	c.equalsJournals(t)
}

func TestRunEndsWithItsContext(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	cafe := id(kindCafe, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.service.Run(ctx) }()
	for i := range 3 {
		c.journal.add(sale(cafe, "2026-05-19", 9, "MAD", line(1, "Latte", 1, 1, 300)))
		for {
			cursor, err := c.store.Cursor(t.Context(), cafe)
			if err != nil {
				t.Fatal(err)
			}
			if cursor.Seq == int64(i+1) {
				break
			}
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCafeNames(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T10:00:00Z")
	var cafes []string
	for i := range 5 {
		cafes = append(cafes, c.cafes.put(i, fmt.Sprintf("Café %d", i), "MAD"))
		c.journal.add(sale(cafes[i], "2026-05-01", 9, "MAD", line(1, "Latte", 1, 1, 300-int64(i))))
	}
	c.cafes.cafes[4].ArchivedAt = timestamppb.New(c.clock.now())
	c.follow(t)
	names := func(s *analytics.Service) string {
		t.Helper()
		v, err := s.Overview(t.Context(), analytics.Query{})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, cafe := range v.Cafes {
			names = append(names, cafe.Name)
		}
		return fmt.Sprint(names)
	}
	if got := names(c.service); got != "[Café 0 Café 1 Café 2 Café 3 Café 4]" {
		t.Fatal(got)
	}
	c.cafes.mu.Lock()
	c.cafes.cafes[0].Name, c.cafes.cafes[0].Version = "Ô Café", 2
	c.cafes.mu.Unlock()
	c.clock.move(time.Minute)
	c.follow(t)
	c.cafes.mu.Lock()
	c.cafes.down = errDown
	c.cafes.mu.Unlock()
	c.clock.move(time.Minute)
	c.follow(t)
	for _, s := range []*analytics.Service{c.service, c.replica(t)} {
		if got := names(s); got != "[Ô Café Café 1 Café 2 Café 3 Café 4]" {
			t.Fatal(got)
		}
	}
}
