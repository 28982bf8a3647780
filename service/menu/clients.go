package menu

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
	cafepb "coffee/proto/coffee/cafe/v1"
)

// FromCafe is the cafe service behind its client.
func FromCafe(client cafepb.CafeServiceClient) Cafes { return cafeClient{client} }

type cafeClient struct{ client cafepb.CafeServiceClient }

func (c cafeClient) Cafe(ctx context.Context, id string) (Cafe, error) {
	answer, err := c.client.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id})
	if err != nil {
		return Cafe{}, err
	}
	calendar, err := day.Load(answer.GetTimeZone(), int(answer.GetCutoffMinutes()))
	if err != nil {
		return Cafe{}, fmt.Errorf("café %s: %w", id, err)
	}
	return Cafe{
		ID: id, Name: answer.GetName(), Currency: answer.GetCurrency(), Calendar: calendar,
		Archived: answer.GetArchivedAt() != nil, Version: answer.GetVersion(),
	}, nil
}

const (
	// cafeFresh is how long a café's data is taken as it is; a change of its cut-off is seen here after that.
	cafeFresh = 10 * time.Second
	// cafePatience bounds the question whether it is still so: there is an answer at hand.
	cafePatience = time.Second
	// maxCafes bounds the memory; more cafés are asked for again.
	maxCafes = 20000
)

// cafeCache keeps café data, and goes on with what it has while the cafe service is down.
type cafeCache struct {
	source Cafes
	now    func() time.Time
	log    *slog.Logger

	mu    sync.Mutex
	known map[string]*cafeEntry
}

type cafeEntry struct {
	cafe  Cafe
	fresh time.Time // until then it is not asked for again
}

func newCafeCache(source Cafes, now func() time.Time, log *slog.Logger) *cafeCache {
	return &cafeCache{source: source, now: now, log: log, known: map[string]*cafeEntry{}}
}

// Cafe gives a café. Errors: not_found; unavailable when it was never seen and the cafe service does not answer.
func (c *cafeCache) Cafe(ctx context.Context, id string) (Cafe, error) {
	now := c.now()
	c.mu.Lock()
	entry, known := c.known[id]
	var cafe Cafe
	if known {
		cafe = entry.cafe
		if now.Before(entry.fresh) {
			c.mu.Unlock()
			return cafe, nil
		}
		// One caller asks; the others go on with what is known.
		entry.fresh = now.Add(cafeFresh)
	}
	c.mu.Unlock()

	asking := ctx
	if known {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeout(ctx, cafePatience)
		defer cancel()
	}
	fetched, err := c.source.Cafe(asking, id)
	switch {
	case err == nil:
		c.keep(fetched, now)
		return fetched, nil
	case known && !errs.IsKind(err, errs.KindNotFound):
		c.log.WarnContext(ctx, "cafe service does not answer; its data may be old", "cafe", id, "error", err.Error())
		return cafe, nil
	case known:
		c.mu.Lock()
		delete(c.known, id)
		c.mu.Unlock()
	}
	return Cafe{}, err
}

func (c *cafeCache) keep(cafe Cafe, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry, ok := c.known[cafe.ID]; ok {
		if cafe.Version >= entry.cafe.Version { // a slow answer must not bring back what is older
			entry.cafe = cafe
		}
		entry.fresh = now.Add(cafeFresh)
		return
	}
	if len(c.known) >= maxCafes {
		for id := range c.known { // any one: it costs one question more
			delete(c.known, id)
			break
		}
	}
	c.known[cafe.ID] = &cafeEntry{cafe, now.Add(cafeFresh)}
}
