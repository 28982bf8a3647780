package menu

import (
	"container/list"
	"sync"
)

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
