package analytics

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	bestSellerDates = 28 // business dates looked at, the café's latest with sales included
	maxBestSellers  = 24
	maxAskedFor     = 3 // modifiers told of each
	bestSellersKept = time.Minute
	bestSellerCafes = 1000 // answers in memory
)

// Sold is how many units of an item were sold.
type Sold struct {
	Item  string
	Units int64
}

// Asked is how many units of an item were asked for with a modifier.
type Asked struct {
	Item, Modifier string
	Units          int64
}

// Offer is what a café's menu sells: by item, the modifiers that can be asked for and are not chosen by default.
type Offer map[string]map[string]bool

// BestSeller is an item with what is asked for with it most.
type BestSeller struct {
	Item      string
	Modifiers []string
}

// BestSellers ranks items by units, and with each the modifiers by units; of equals the smaller id comes first, so that
// a screen does not change by itself. What the menu does not sell any more is left out. Without a menu nobody knows
// which modifiers are chosen by default: then none is told.
func BestSellers(sold []Sold, asked []Asked, offer Offer) []BestSeller {
	sold, asked = slices.Clone(sold), slices.Clone(asked)
	slices.SortFunc(sold, func(a, b Sold) int {
		return cmp.Or(cmp.Compare(b.Units, a.Units), strings.Compare(a.Item, b.Item))
	})
	slices.SortFunc(asked, func(a, b Asked) int {
		return cmp.Or(cmp.Compare(b.Units, a.Units), strings.Compare(a.Modifier, b.Modifier))
	})
	var best []BestSeller
	for _, s := range sold {
		offered, sells := offer[s.Item]
		if s.Units <= 0 || s.Item == NoID || offer != nil && !sells {
			continue
		}
		b := BestSeller{Item: s.Item}
		for _, a := range asked {
			if a.Item == s.Item && a.Units > 0 && offered[a.Modifier] && len(b.Modifiers) < maxAskedFor {
				b.Modifiers = append(b.Modifiers, a.Modifier)
			}
		}
		if best = append(best, b); len(best) == maxBestSellers {
			break
		}
	}
	return best
}

// bestSellerMemory is the answers given lately: everybody who opens a menu asks.
type bestSellerMemory struct {
	mu    sync.Mutex
	cafes map[string]keptBest
}

type keptBest struct {
	at    time.Time
	best  []BestSeller
	offer Offer // the menu known last; nil: never known
}

func (m *bestSellerMemory) find(cafe string) keptBest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cafes[cafe]
}

func (m *bestSellerMemory) keep(cafe string, k keptBest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cafes == nil || len(m.cafes) >= bestSellerCafes {
		m.cafes = map[string]keptBest{}
	}
	m.cafes[cafe] = k
}

// BestSellers is what a café sold most of in its last 28 business dates, up to a minute ago. The menu tells what is
// sold there and what is chosen by default; without it the menu known last does. Error: not_found.
func (s *Service) BestSellers(ctx context.Context, cafe string) ([]BestSeller, error) {
	if err := s.checkCafe(ctx, cafe); err != nil {
		return nil, err
	}
	now := s.Now()
	kept := s.best.find(cafe)
	if !kept.at.IsZero() && now.Sub(kept.at) < bestSellersKept {
		return kept.best, nil
	}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return nil, err
	}
	if s.Menus != nil {
		offer, err := s.Menus.Offer(ctx, cafe)
		if err != nil {
			s.Log.WarnContext(ctx, "best sellers go by the menu known last", "cafe", cafe, "error", err)
		} else {
			kept.offer = offer
		}
	}
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		kept.best = nil
		currency := known[cafe].Currency
		if currency == "" {
			all, err := r.Currencies(ctx, cafe)
			if err != nil || len(all) == 0 {
				return err
			}
			currency = all[0]
		}
		last, err := r.LastDate(ctx, currency, cafe)
		if err != nil || last == "" {
			return err
		}
		first := dateAdd(last, 1-bestSellerDates)
		sold, err := r.ItemsSold(ctx, currency, cafe, first, last)
		if err != nil {
			return err
		}
		asked, err := r.ModifiersSold(ctx, cafe, first, last)
		if err != nil {
			return err
		}
		kept.best = BestSellers(sold, asked, kept.offer)
		return nil
	})
	if err != nil {
		return nil, err
	}
	kept.at = now
	s.best.keep(cafe, kept)
	return kept.best, nil
}

// dateAdd is the date n days later.
func dateAdd(date string, n int) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date // the tables hold dates
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}
