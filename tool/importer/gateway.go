package importer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"coffee/internal/httpx"
)

// maxTries is how often a call is repeated that the gateway could not answer: about a minute of waiting in all.
const maxTries = 10

// gateway makes the calls. Every one of them may be repeated: ids and keys are derived from the source.
type gateway struct {
	client *httpx.Client
	wait   func(context.Context, time.Duration) error
	note   func(format string, args ...any)

	mu    sync.Mutex
	known map[string]bool // ids of our own categories and items
}

// call repeats what failed for want of an answer, a rate or a service that is down; a refusal comes back at once.
func (g *gateway) call(ctx context.Context, method, path string, body any, key string, out any) error {
	pause := 250 * time.Millisecond
	for try := 1; ; try++ {
		err := g.client.Do(ctx, method, path, body, key, out)
		var p *httpx.Problem
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case errors.As(err, &p) && (p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden):
			return fmt.Errorf("the gateway does not take the operator token (is it that gateway's data folder?): %w", err)
		case errors.As(err, &p) && p.Status != http.StatusTooManyRequests && p.Status != http.StatusBadGateway &&
			p.Status != http.StatusServiceUnavailable && p.Status != http.StatusGatewayTimeout:
			return err
		case try == maxTries:
			return err
		}
		wait := pause
		if p != nil && p.RetryAfter > wait {
			wait = min(p.RetryAfter, time.Minute)
		}
		if try > 1 {
			g.note("try %d of %d in %s: %v", try+1, maxTries, wait, err)
		}
		if err := g.wait(ctx, wait); err != nil {
			return err
		}
		pause = min(2*pause, 10*time.Second)
	}
}

// status is the HTTP status of a refusal; 0 for any other error.
func status(err error) int {
	var p *httpx.Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

// cafe makes sure an outlet exists as a café, and is the one that was meant.
func (g *gateway) cafe(ctx context.Context, o *outlet) error {
	if o.sent {
		return nil
	}
	path := "/api/v1/cafes/" + url.PathEscape(o.cafeID)
	var there putCafe
	err := g.call(ctx, http.MethodGet, path, nil, "", &there)
	if status(err) == http.StatusNotFound {
		err = g.call(ctx, http.MethodPut, path, o.put, "", &there)
	}
	if err != nil {
		return fmt.Errorf("café %s (outlet %s): %w", o.put.Name, o.key, err)
	}
	if there.Currency != o.put.Currency || there.TimeZone != o.put.TimeZone {
		return fmt.Errorf("café %s (outlet %s) exists in %s and %s, the file is in %s and %s", there.Name, o.key,
			there.Currency, there.TimeZone, o.put.Currency, o.put.TimeZone)
	}
	if there.Cutoff != o.put.Cutoff {
		g.note("café %s ends its days at %02d:%02d, the mapping says %02d:%02d: the café's own setting decides the business dates",
			there.Name, there.Cutoff/60, there.Cutoff%60, o.put.Cutoff/60, o.put.Cutoff%60)
	}
	o.put.Name, o.sent = there.Name, true
	return nil
}

// item makes sure an item and its category are in the menu's draft. What head office has changed since stays.
func (g *gateway) item(ctx context.Context, it *item) error {
	if it.sent {
		return nil
	}
	if c := it.category; !c.sent {
		err := g.call(ctx, http.MethodPut, "/api/v1/menu/categories/"+c.id, putCategory{Name: c.name, Rank: c.rank}, "", nil)
		if err != nil && !exists(err) {
			return fmt.Errorf("category %s: %w", c.name, err)
		}
		c.sent = true
		g.remember(c.id)
	}
	err := g.call(ctx, http.MethodPut, "/api/v1/menu/items/"+it.id, it.put, "", nil)
	if err != nil && !exists(err) {
		return fmt.Errorf("item %s: %w", it.name, err)
	}
	it.sent = true
	g.remember(it.id)
	return nil
}

// exists tells that an id is taken by what somebody made of it since.
func exists(err error) bool {
	return httpx.HasCode(err, "version_conflict") || httpx.HasCode(err, "archived")
}

func (g *gateway) remember(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil {
		g.known = map[string]bool{}
	}
	g.known[id] = true
}

// publish puts the imported items on sale at once, unless somebody else's work stands in the draft beside them: that
// is not ours to publish.
func (g *gateway) publish(ctx context.Context, source string) error {
	if len(g.known) == 0 {
		return nil
	}
	var diff draftDiff
	if err := g.call(ctx, http.MethodGet, "/api/v1/menu/draft/diff", nil, "", &diff); err != nil {
		return fmt.Errorf("the menu's draft: %w", err)
	}
	ours, others := 0, 0
	for _, change := range diff.Changes {
		if g.known[change.ID] {
			ours++
		} else {
			others++
		}
	}
	switch {
	case ours == 0:
		return nil
	case others > 0:
		g.note("the menu's draft holds %d changes that are not this import's: publish it yourself (head office, Menu) to put the imported items on sale", others)
		return nil
	}
	key := deriveID(source, "release", fmt.Sprint(diff.AgainstRelease))
	err := g.call(ctx, http.MethodPost, "/api/v1/menu/releases", publish{Start: "now", Note: "Import of " + source}, key, nil)
	if err != nil && !httpx.HasCode(err, "nothing_to_publish") {
		return fmt.Errorf("publishing the imported items: %w", err)
	}
	return nil
}
