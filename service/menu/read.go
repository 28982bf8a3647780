package menu

import (
	"container/list"
	"context"
	"sync"

	"coffee/internal/errs"
)

// menuKey names what never changes: a release in a café.
type menuKey struct {
	cafe, currency string
	release        int64
}

// releaseList is the heads of all releases, which are few and never change: only new ones are read.
type releaseList struct {
	mu   sync.RWMutex
	list []Release // number 1 first
}

// upTo is the releases 1 to number.
func (s *Service) upTo(ctx context.Context, number int64) ([]Release, error) {
	l := &s.releases
	l.mu.RLock()
	list := l.list
	l.mu.RUnlock()
	if number <= int64(len(list)) {
		return list[:number], nil
	}
	later, err := s.store.ReleasesAfter(ctx, int64(len(list)))
	if err != nil {
		return nil, err
	}
	list = append(list[:len(list):len(list)], later...)
	l.mu.Lock()
	if len(list) > len(l.list) {
		l.list = list
	}
	l.mu.Unlock()
	return list, nil
}

// Reader is who asks for a menu, as far as it matters.
type Reader struct {
	// Ahead may see a release that has not started: services, head office, managers.
	Ahead bool
	// Closed may see the menus of an archived café: services and head office, for its history.
	Closed bool
}

// Menu is a release as a café sells it; 0 is the one in force there now. Errors: not_found, also for a release that
// has not started and that the reader may not see ahead.
func (s *Service) Menu(ctx context.Context, reader Reader, cafeID string, number int64) (Menu, error) {
	cafe, err := s.cafes.Cafe(ctx, cafeID)
	if err != nil {
		return Menu{}, err
	}
	if cafe.Archived && !reader.Closed {
		return Menu{}, errs.NotFound("café %s", cafeID)
	}
	newest, err := s.store.NewestRelease(ctx)
	if err != nil {
		return Menu{}, err
	}
	releases, err := s.upTo(ctx, newest)
	if err != nil {
		return Menu{}, err
	}
	now := s.moment()
	var release Release
	if number == 0 {
		var ok bool
		if release, ok = InForce(releases, cafe.Calendar, now); !ok {
			none := errs.NotFound("release")
			none.Detail = "No menu has been published yet: head office publishes the first one, then this café can sell."
			return Menu{}, none
		}
	} else {
		if number > int64(len(releases)) {
			return Menu{}, errs.NotFound("release %d", number)
		}
		release = releases[number-1]
		if !reader.Ahead && !release.Started(cafe.Calendar, now) {
			return Menu{}, errs.NotFound("release %d", number)
		}
	}
	menu, err := s.resolved(ctx, cafe, release.Number)
	if err != nil {
		return Menu{}, err
	}
	menu.StartsAt = release.StartsAt(cafe.Calendar)
	menu.SupersededAt = SupersededAt(releases, release.Number, cafe.Calendar)
	return menu, nil
}

// resolved is a release in a café without its times, from memory if it can be. What comes back is shared: read only.
func (s *Service) resolved(ctx context.Context, cafe Cafe, number int64) (Menu, error) {
	key := menuKey{cafe.ID, cafe.Currency, number}
	if menu, ok := s.menus.get(key); ok {
		return menu, nil
	}
	catalogue, ok := s.frozen.get(number)
	if !ok {
		document, err := s.store.Document(ctx, number)
		if err != nil {
			return Menu{}, err
		}
		if catalogue, err = Thaw(document); err != nil {
			return Menu{}, err
		}
		s.frozen.put(number, catalogue, 2*len(document)+1024)
	}
	content, err := s.store.ReleasedOverlay(ctx, number, cafe.ID)
	if err != nil {
		return Menu{}, err
	}
	overlay, err := ThawOverlay(cafe.ID, 0, content)
	if err != nil {
		return Menu{}, err
	}
	menu := Resolve(catalogue, overlay, cafe.Currency)
	menu.Release = number
	s.menus.put(key, menu, menu.weight())
	return menu, nil
}

// The most memory that resolved menus and thawed releases take, about.
const (
	menuBytes   = 64 << 20
	frozenBytes = 32 << 20
)

// cache keeps what never changes, up to a weight; what was used longest ago goes first.
type cache[K comparable, V any] struct {
	mu     sync.Mutex
	limit  int
	weight int
	byKey  map[K]*list.Element
	recent *list.List
}

type cached[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, byKey: map[K]*list.Element{}, recent: list.New()}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byKey[key]
	if !ok {
		var none V
		return none, false
	}
	c.recent.MoveToFront(element)
	return element.Value.(cached[K, V]).value, true
}

// put keeps a value. One that is heavier than the whole cache is kept alone until the next.
func (c *cache[K, V]) put(key K, value V, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return // the same: it never changes
	}
	c.byKey[key] = c.recent.PushFront(cached[K, V]{key, value, weight})
	c.weight += weight
	for c.weight > c.limit && c.recent.Len() > 1 {
		last := c.recent.Back()
		gone := c.recent.Remove(last).(cached[K, V])
		delete(c.byKey, gone.key)
		c.weight -= gone.weight
	}
}
