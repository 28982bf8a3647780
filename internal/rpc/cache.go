package rpc

import "sync"

// passportCache remembers verified passports: a signature check costs more than the rest of a small call.
// It is emptied when full, which costs one more check per live passport.
type passportCache struct {
	mu   sync.RWMutex
	seen map[string]Passport
}

const passportCacheSize = 4096

func (c *passportCache) get(token string) (Passport, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p, ok := c.seen[token]
	return p, ok
}

func (c *passportCache) put(token string, p Passport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= passportCacheSize {
		c.seen = make(map[string]Passport, passportCacheSize)
	}
	c.seen[token] = p
}
