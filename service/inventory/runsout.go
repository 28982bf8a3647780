package inventory

import (
	"context"
	"sync"
	"time"
)

// maxUsageCafes is of how many cafés one page of stock tells the use.
const maxUsageCafes = 12

// usageReach is how far back a café's movements are read: the compared dates, today, and a day for zones and for sales
// that came late.
const usageReach = (UsageDates + 2) * 24 * time.Hour

// Reading a fortnight of a busy café takes tens of milliseconds and changes little, so it is kept for a while; today's
// use is read every time.
const (
	usageKept  = 10 * time.Minute
	usageCafes = 200 // at 200 ingredients about 8 MB
)

// usageMemory is the use by hour of the cafés that were asked for lately.
type usageMemory struct {
	mu    sync.Mutex
	cafes map[string]keptUsage
}

type keptUsage struct {
	until  string // the date the compared ones end before
	read   time.Time
	usages map[string]Usage
}

func (m *usageMemory) find(cafe, until string, now time.Time) (map[string]Usage, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.cafes[cafe]
	return k.usages, ok && k.until == until && now.Sub(k.read) < usageKept
}

func (m *usageMemory) keep(cafe string, k keptUsage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cafes == nil || len(m.cafes) >= usageCafes {
		m.cafes = map[string]keptUsage{}
	}
	m.cafes[cafe] = k
}

// tellUsage fills in what the lines' cafés use and when it will be gone. A page that spans more cafés than
// maxUsageCafes tells none.
func (s *Service) tellUsage(ctx context.Context, lines []StockLine) error {
	cafes := map[string][]*StockLine{}
	for i := range lines {
		cafes[lines[i].CafeID] = append(cafes[lines[i].CafeID], &lines[i])
	}
	if len(cafes) > maxUsageCafes {
		return nil
	}
	now := s.now()
	for cafe, own := range cafes {
		lately, err := s.Store.UsedLately(ctx, cafe, now.Add(-todayReach))
		if err != nil {
			return err
		}
		today, used := Today(lately, now)
		usages, err := s.usages(ctx, cafe, today, now)
		if err != nil {
			return err
		}
		for _, l := range own {
			u := usages[l.IngredientID]
			l.UsedToday, l.UsedPerDay, l.RunsOutAt = used[l.IngredientID], u.PerDay(), u.RunsOutAt(l.OnHand, now)
		}
	}
	return nil
}

// usages is a café's use over the compared dates, read at most usageKept ago.
func (s *Service) usages(ctx context.Context, cafe, today string, now time.Time) (map[string]Usage, error) {
	from, until := ComparedDates(today, now)
	if kept, ok := s.usage.find(cafe, until, now); ok {
		return kept, nil
	}
	dates, err := s.Store.UsedDates(ctx, cafe, now.Add(-usageReach), from, until)
	if err != nil {
		return nil, err
	}
	hours, err := s.Store.UsedHours(ctx, cafe, now.Add(-usageReach), from, until)
	if err != nil {
		return nil, err
	}
	usages := Usages(dates, hours)
	s.usage.keep(cafe, keptUsage{until, now, usages})
	return usages, nil
}
