package analytics

import (
	"context"
	"time"

	"coffee/internal/db"
	"coffee/internal/errs"
)

// cafesKept is how old a café's name may be.
const cafesKept = 10 * time.Second

// refreshCafes keeps the names of cafés. Without the café service the names known last stay, and it is left alone for a
// while: one that hangs must not hold the feed up at every look.
func (s *Service) refreshCafes(ctx context.Context, now time.Time) {
	f := &s.follow
	if now.Before(f.askAt) {
		return
	}
	if err := s.askForCafes(ctx, now); err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "the names of cafés stay as they were", "error", err)
		f.askAt = now.Add(cafesKept)
	}
}

func (s *Service) askForCafes(ctx context.Context, now time.Time) error {
	f := &s.follow
	if f.cafesAt.IsZero() || now.Sub(f.cafesAt) >= cafesKept {
		cafes, err := s.Deps.Cafes.All(ctx)
		if err != nil {
			return err
		}
		if err := s.keepCafes(ctx, cafes); err != nil {
			return err
		}
		f.cafesAt = now
	}
	// A café that is younger than the list, or that the list leaves out.
	known, err := s.knownCafes(ctx)
	if err != nil {
		return err
	}
	var found []Cafe
	for id := range f.heads {
		if _, ok := known[id]; ok || (!f.asked[id].IsZero() && now.Sub(f.asked[id]) < cafesKept) {
			continue
		}
		if f.asked == nil {
			f.asked = map[string]time.Time{}
		}
		c, err := s.Deps.Cafes.One(ctx, id)
		switch {
		case errs.IsKind(err, errs.KindNotFound):
			f.asked[id] = now
			s.Log.WarnContext(ctx, "a café with sales is not known to the café service", "cafe", id)
		case err != nil:
			return err
		default:
			found = append(found, c)
		}
	}
	return s.keepCafes(ctx, found)
}

// knownCafes is what is known of cafés; the map is never written to again.
func (s *Service) knownCafes(ctx context.Context) (map[string]Cafe, error) {
	s.mu.RLock()
	known := s.cafes
	s.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	stored, err := s.Store.Cafes(ctx)
	if err != nil {
		return nil, err
	}
	known = make(map[string]Cafe, len(stored))
	for _, c := range stored {
		known[c.ID] = c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cafes == nil {
		s.cafes = known
	}
	return s.cafes, nil
}

// keepCafes stores what changed.
func (s *Service) keepCafes(ctx context.Context, cafes []Cafe) error {
	known, err := s.knownCafes(ctx)
	if err != nil {
		return err
	}
	var changed []Cafe
	for _, c := range cafes {
		if old, ok := known[c.ID]; !ok || (old != c && old.Version <= c.Version) {
			changed = append(changed, c)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := s.Store.PutCafes(ctx, changed); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	merged := make(map[string]Cafe, len(s.cafes)+len(changed))
	for id, c := range s.cafes {
		merged[id] = c
	}
	for _, c := range changed {
		merged[c.ID] = c
	}
	s.cafes = merged
	return nil
}

func validID(id string) bool {
	_, err := db.ParseID(id)
	return err == nil
}
