package order

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"coffee/internal/errs"
)

// How old an answer of another service may be before it is asked again.
const (
	menuAge    = 2 * time.Second
	soldOutAge = 2 * time.Second
	cafeAge    = 10 * time.Second
	// askTimeout bounds a question whose last answer is still at hand.
	askTimeout = 500 * time.Millisecond
)

// catalogue is what was heard of menu, cafe and inventory, kept for a moment, and for longer when they are down.
type catalogue struct {
	now      func() time.Time
	cafes    heard[Cafe]
	current  heard[Release]
	named    heard[Release]
	soldOut  heard[SoldOut]
	sellable heard[Availability]
}

// heard is the answers to one question by key. Askers at the same moment share one call; when the source is down the
// last answer is given again.
type heard[T any] struct {
	mu     sync.RWMutex
	values map[string]answer[T]
	flight singleflight.Group
}

type answer[T any] struct {
	value  T
	at     time.Time // asked last
	failed bool      // in vain: the value is from before
}

// patience is how many of its ages an answer is given at once while its source is down, and asked for behind the
// caller's back.
const patience = 15

const heardLimit = 20000

func (h *heard[T]) last(key string) (answer[T], bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	a, ok := h.values[key]
	return a, ok
}

func (h *heard[T]) put(key string, a answer[T]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.values == nil || len(h.values) >= heardLimit {
		h.values = map[string]answer[T]{}
	}
	h.values[key] = a
}

func (h *heard[T]) get(ctx context.Context, key string, now func() time.Time, maxAge time.Duration, ask func(context.Context) (T, error)) (T, error) {
	old, ok := h.last(key)
	age := now().Sub(old.at)
	if ok && age >= 0 && age < maxAge {
		return old.value, nil
	}
	result := h.flight.DoChan(key, func() (any, error) {
		// The call is everybody's: one asker's cancellation does not end it.
		ctx := context.WithoutCancel(ctx)
		timeout := 3 * time.Second
		if ok {
			timeout = askTimeout
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		value, err := ask(ctx)
		switch {
		case err == nil:
			h.put(key, answer[T]{value: value, at: now()})
		case ok && down(err):
			h.put(key, answer[T]{value: old.value, at: now(), failed: true}) // asked again only when it is old once more
			return old.value, nil
		}
		return value, err
	})
	if ok && old.failed && age < patience*maxAge {
		return old.value, nil
	}
	select {
	case r := <-result:
		value, _ := r.Val.(T)
		return value, r.Err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// down tells whether an error says nothing about the question: the service does not answer.
func down(err error) bool {
	e, ok := errs.As(err)
	return !ok || e.Kind == errs.KindUnavailable || e.Kind == errs.KindInternal || e.Kind == errs.KindTooMany
}

// cafe gives a café's data, up to 10 s old, older when the cafe service is down.
func (s *Service) cafe(ctx context.Context, id string) (Cafe, error) {
	return s.known.cafes.get(ctx, id, s.Now, cafeAge, func(ctx context.Context) (Cafe, error) {
		cafe, err := s.Cafes.Cafe(ctx, id)
		old, had := s.known.cafes.last(id)
		switch {
		case err == nil && (!had || old.value.Version != cafe.Version || old.value.Archived != cafe.Archived):
			s.remember(ctx, "cafe/"+id, cafe)
		case err != nil && down(err) && !had && s.recall(ctx, "cafe/"+id, &cafe):
			return cafe, nil
		}
		return cafe, err
	})
}

// remember stores an answer for the time after a restart in which its service is down. That is a comfort: a failure
// is logged and nothing else.
func (s *Service) remember(ctx context.Context, name string, value any) {
	body, err := json.Marshal(value)
	if err == nil {
		err = s.Store.Write(ctx, func(tx Tx) error { return tx.Remember(name, body, s.now()) })
	}
	if err != nil {
		s.Log.WarnContext(ctx, "an answer could not be remembered", "name", name, "error", err.Error())
	}
}

func (s *Service) recall(ctx context.Context, name string, into any) bool {
	body, err := s.Store.Recall(ctx, name)
	return err == nil && body != nil && json.Unmarshal(body, into) == nil
}

// release gives the menu a cart is priced with. Errors: release_expired, release_unknown, Unavailable with none in
// hand.
func (s *Service) release(ctx context.Context, cafe string, number int64, now time.Time) (Release, error) {
	current, err := s.known.current.get(ctx, cafe, s.Now, menuAge, func(ctx context.Context) (Release, error) {
		r, err := s.Menus.Menu(ctx, cafe, 0)
		old, had := s.known.current.last(cafe)
		if err != nil {
			if !had && down(err) && s.recall(ctx, "current/"+cafe, &r) {
				return r, nil
			}
			return r, err
		}
		if had && old.value.Number == r.Number && old.value.SupersededAt.Equal(r.SupersededAt) {
			return old.value, nil // a release never changes
		}
		s.remember(ctx, "current/"+cafe, r)
		s.remember(ctx, releaseName(cafe, r.Number), r)
		return r, nil
	})
	if number == 0 || (err == nil && number == current.Number) {
		return current, err
	}
	if err != nil && !down(err) {
		return Release{}, err
	}
	named, nerr := s.namedRelease(ctx, cafe, number)
	if nerr != nil {
		return Release{}, nerr
	}
	superseded := named.SupersededAt
	if superseded.IsZero() && err == nil && number < current.Number {
		superseded = current.StartsAt
	}
	if now.Before(named.StartsAt) || (!superseded.IsZero() && !now.Before(superseded.Add(releaseStillOK))) {
		return Release{}, errs.Conflict("release_expired", "The menu has changed since this order was begun. Fetch it again.").
			With("release", itoa(current.Number))
	}
	return named, nil
}

func releaseName(cafe string, number int64) string {
	return "menu/" + cafe + "/" + strconv.FormatInt(number, 10)
}

// namedRelease gives a release by number. It never changes but for its end; so it is asked for again, rarely, only
// while that is open.
func (s *Service) namedRelease(ctx context.Context, cafe string, number int64) (Release, error) {
	name := releaseName(cafe, number)
	if a, ok := s.known.named.last(name); ok && !a.value.SupersededAt.IsZero() {
		return a.value, nil
	}
	r, err := s.known.named.get(ctx, name, s.Now, menuAge, func(ctx context.Context) (Release, error) {
		r, err := s.Menus.Menu(ctx, cafe, number)
		old, had := s.known.named.last(name)
		switch {
		case err == nil && (!had || !old.value.SupersededAt.Equal(r.SupersededAt)):
			s.remember(ctx, name, r)
		case err != nil && down(err) && !had && s.recall(ctx, name, &r):
			return r, nil
		}
		return r, err
	})
	if errs.IsKind(err, errs.KindNotFound) {
		return r, errs.Conflict("release_unknown", "There is no menu release %d here. Fetch the menu again.", number)
	}
	return r, err
}

// gone is what is 86'd in a café, up to 2 s old; the last that was heard when menu is down.
func (s *Service) gone(ctx context.Context, cafe string) (SoldOut, error) {
	gone, err := s.known.soldOut.get(ctx, cafe, s.Now, soldOutAge, func(ctx context.Context) (SoldOut, error) {
		return s.Menus.SoldOut(ctx, cafe)
	})
	if err != nil && down(err) && !errors.Is(err, context.Canceled) {
		return SoldOut{}, nil // never heard, and nobody to ask: the bar will say
	}
	return gone, err
}

// turns lets one try of an id in at a time: the others then find the order. It spares inventory the repeated calls;
// that there is one order is the attempts' doing.
type turns struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

func (t *turns) take(ctx context.Context, id string) (release func(), err error) {
	for {
		t.mu.Lock()
		wait, taken := t.busy[id]
		if !taken {
			if t.busy == nil {
				t.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.busy[id] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.busy, id)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
