package menu

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"
)

func TestCacheIsBounded(t *testing.T) {
	c := newCache[int, string](100)
	for n := range 10 {
		c.put(n, fmt.Sprint(n), 20)
		c.get(0) // in use, so it stays
	}
	for n, want := range map[int]bool{0: true, 1: false, 5: false, 6: true, 9: true} {
		if _, ok := c.get(n); ok != want {
			t.Errorf("%d is there: %v", n, ok)
		}
	}
	c.put(6, "again", 20)
	if c.weight != 100 || c.recent.Len() != 5 || len(c.byKey) != 5 {
		t.Errorf("weight %d, %d elements, %d keys", c.weight, c.recent.Len(), len(c.byKey))
	}
	c.put(99, "too heavy for the rest", 1000)
	if _, ok := c.get(99); !ok || len(c.byKey) != 1 {
		t.Errorf("the heavy one is there: %v, beside %d", ok, len(c.byKey)-1)
	}
	c.put(1, "light", 1)
	if _, ok := c.get(99); ok || c.weight != 1 {
		t.Errorf("the heavy one stayed: weight %d", c.weight)
	}
}

type anyCafe struct{ asked int }

func (a *anyCafe) Cafe(_ context.Context, id string) (Cafe, error) {
	a.asked++
	return Cafe{ID: id, Version: int64(a.asked)}, nil
}

func TestCafeCacheIsBounded(t *testing.T) {
	source, now := &anyCafe{}, time.Unix(0, 0)
	c := newCafeCache(source, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	for n := range maxCafes + 100 {
		if _, err := c.Cafe(t.Context(), fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.known) != maxCafes {
		t.Errorf("%d cafés are kept", len(c.known))
	}
}

// A slow answer of before must not bring back what has changed since.
func TestCafeCacheKeepsTheNewest(t *testing.T) {
	c := newCafeCache(&anyCafe{}, time.Now, slog.New(slog.DiscardHandler))
	now := time.Now()
	c.keep(Cafe{ID: "x", Version: 3}, now)
	c.keep(Cafe{ID: "x", Version: 2}, now)
	if got, err := c.Cafe(t.Context(), "x"); err != nil || got.Version != 3 {
		t.Errorf("version %d (%v)", got.Version, err)
	}
}
