package analytics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// pageSize is how many entries are asked for at once, and about how many share a transaction.
	pageSize = 1000
	// fullLook is how often all heads and cursors are read afresh: marks of the order service's replicas may become
	// visible out of order, and another replica of this service may have set a cursor back.
	fullLook = 30 * time.Second
	// lookKept is how often a look that brought nothing is written down.
	lookKept = 5 * time.Second
)

// follower is what this process remembers between two looks. The truth is in the store: a cursor that is out of date
// here loses its compare-and-set there.
type follower struct {
	mu      sync.Mutex
	cursors map[string]Cursor
	heads   map[string]int64
	pages   map[string]int // entries to ask for, where a journal could not be read in full pages
	mark    int64
	fullAt  time.Time
	keptAt  time.Time            // of the look that was written down
	retry   bool                 // stopped cafés are tried once more
	cafesAt time.Time            // when the café service gave all cafés
	askAt   time.Time            // when it is asked again, after it failed
	asked   map[string]time.Time // cafés nobody knew, and when we asked
}

// Run follows the journals until ctx ends; what it holds then is finished. It returns nil.
func (s *Service) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		counted, err := s.FollowOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil && !failing:
			s.Log.WarnContext(ctx, "the journals cannot be followed; figures stay as they are", "error", err)
		case err == nil && failing:
			s.Log.InfoContext(ctx, "the journals are followed again")
		}
		failing = err != nil
		if counted > 0 {
			if err := s.warm(ctx); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "the figures in memory are not up to date; the next reader waits for them", "error", err)
			}
		}
		pause, cancel := context.WithTimeout(ctx, s.Interval)
		<-pause.Done()
		cancel()
	}
	return nil
}

// FollowOnce looks at the journals once and counts everything up to the heads it saw. It returns the number of events
// counted. When the order service does not answer, what was counted stays.
func (s *Service) FollowOnce(ctx context.Context) (int, error) {
	s.follow.mu.Lock()
	defer s.follow.mu.Unlock()
	return s.followOnce(ctx)
}

// RebuildCafe counts a café anew from its journal.
func (s *Service) RebuildCafe(ctx context.Context, cafe string) error {
	f := &s.follow
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := s.Store.Forget(ctx, cafe); err != nil {
		return err
	}
	f.fullAt = time.Time{}
	if _, err := s.followOnce(ctx); err != nil {
		return err
	}
	if c := f.cursors[cafe]; c.Stopped != "" || c.Seq < f.heads[cafe] {
		return fmt.Errorf("café %s is counted to %d of %d: %s", cafe, c.Seq, f.heads[cafe], c.Stopped)
	}
	return nil
}

func (s *Service) followOnce(ctx context.Context) (int, error) {
	f := &s.follow
	now := s.Now()
	if f.fullAt.IsZero() || now.Sub(f.fullAt) >= fullLook {
		if err := s.startOver(ctx, now); err != nil {
			return 0, err
		}
	}
	heads, err := s.Journals.Heads(ctx, f.mark)
	if err != nil {
		return 0, err
	}
	for _, h := range heads {
		if !validID(h.Cafe) {
			s.Log.ErrorContext(ctx, "a journal's café has no valid id; it cannot be counted", "cafe", h.Cafe)
			continue
		}
		f.heads[h.Cafe] = h.Seq
		f.mark = max(f.mark, h.Changed)
	}
	s.refreshCafes(ctx, now)
	counted, err := s.catchUp(ctx, now)
	err = errors.Join(err, s.catchUpModifiers(ctx))
	if keepErr := s.seen(ctx, now, counted > 0); err == nil {
		err = keepErr
	}
	return counted, err
}

// startOver reads all cursors, and makes the next look one at all heads. A café that stopped is tried again: its
// journal may have been mended.
func (s *Service) startOver(ctx context.Context, now time.Time) error {
	cursors, err := s.Store.Cursors(ctx)
	if err != nil {
		return err
	}
	f := &s.follow
	f.cursors, f.heads, f.mark = make(map[string]Cursor, len(cursors)), map[string]int64{}, 0
	if f.pages == nil {
		f.pages = map[string]int{}
	}
	for _, c := range cursors {
		f.cursors[c.Cafe] = c
	}
	f.fullAt, f.retry = now, true
	return nil
}

// catchUp counts page by page, every café in turn, until each is at its head, stopped, or could not be read.
func (s *Service) catchUp(ctx context.Context, now time.Time) (int, error) {
	f := &s.follow
	var todo []string
	for cafe, seq := range f.heads {
		c, known := f.cursors[cafe]
		if !known {
			f.cursors[cafe] = Cursor{Cafe: cafe, New: true}
		}
		if seq != c.Seq && (c.Stopped == "" || f.retry) {
			todo = append(todo, cafe)
		}
	}
	slices.Sort(todo)
	f.retry = false
	counted := 0
	var failed []error
	for len(todo) > 0 {
		n, left, err := s.round(ctx, todo, &failed)
		counted += n
		if err != nil {
			return counted, errors.Join(append(failed, err)...)
		}
		if n > 0 {
			s.remember(Look{Behind: s.behind(), At: now})
		}
		todo = left
	}
	return counted, errors.Join(failed...)
}

// round reads one page of each café and applies what it read in transactions of about pageSize events. It returns the
// cafés that are not at their heads yet.
func (s *Service) round(ctx context.Context, todo []string, failed *[]error) (counted int, left []string, err error) {
	var steps []Step
	events := 0
	flush := func() error {
		n, again, err := s.apply(ctx, steps)
		counted, left = counted+n, append(left, again...)
		steps, events = nil, 0
		return err
	}
	for _, cafe := range todo {
		if err := ctx.Err(); err != nil {
			return counted, left, err
		}
		step, err := s.read(ctx, cafe)
		if err != nil {
			*failed = append(*failed, fmt.Errorf("café %s: %w", cafe, err))
			continue
		}
		if step.Seq == step.From.Seq {
			continue
		}
		steps = append(steps, step)
		if events += int(step.Seq - step.From.Seq); events >= pageSize {
			if err := flush(); err != nil {
				return counted, left, err
			}
		}
	}
	if err := flush(); err != nil {
		return counted, left, err
	}
	slices.Sort(left)
	return counted, left, nil
}

// read makes a step from the next page of a café's journal. A page that breaks the chain is taken up to the break, and
// the café is stopped there.
func (s *Service) read(ctx context.Context, cafe string) (Step, error) {
	f := &s.follow
	from := f.cursors[cafe]
	step := Step{From: from, Seq: from.Seq, Hash: from.Hash}
	if head := f.heads[cafe]; head < from.Seq {
		// The head may be older than the cursor: a page goes on to where the journal is by then. The journal knows.
		last, err := s.Journals.Journal(ctx, cafe, from.Seq-1, 1)
		if err != nil {
			return step, err
		}
		if len(last) > 0 {
			f.heads[cafe] = from.Seq
			return step, nil
		}
		return step, s.stop(ctx, from, fmt.Sprintf("the journal ends at %d, but %d were counted", head, from.Seq))
	}
	entries, err := s.page(ctx, cafe, from.Seq)
	if err != nil {
		return step, err
	}
	events, broken := make([]Event, 0, len(entries)), ""
	for i := range entries {
		if broken = follows(step, cafe, &entries[i]); broken != "" {
			break
		}
		step.Seq, step.Hash = entries[i].Seq, entries[i].Hash
		events = append(events, entries[i].Event)
	}
	if len(entries) == 0 {
		broken = fmt.Sprintf("entry %d is missing", from.Seq+1)
	}
	if broken != "" && len(events) == 0 {
		return step, s.stop(ctx, from, broken)
	}
	step.Facts = Derive(events)
	return step, nil
}

// page reads the entries after a position, fewer at once where a full page could not be read.
func (s *Service) page(ctx context.Context, cafe string, after int64) ([]Entry, error) {
	f := &s.follow
	limit := pageSize
	if n := f.pages[cafe]; n > 0 {
		limit = n
	}
	entries, err := s.Journals.Journal(ctx, cafe, after, limit)
	if err != nil {
		// Perhaps the page does not fit into a message.
		f.pages[cafe] = max(1, limit/8)
		return nil, err
	}
	if limit < pageSize {
		f.pages[cafe] = min(pageSize, limit*8)
	}
	return entries, nil
}

// follows tells why an entry is not the next of its journal; empty when it is. The first entry has no hash before it.
func follows(at Step, cafe string, e *Entry) string {
	switch {
	case e.Seq != at.Seq+1:
		return fmt.Sprintf("entry %d is missing", at.Seq+1)
	case at.Seq > 0 && !bytes.Equal(e.PrevHash, at.Hash):
		return fmt.Sprintf("entry %d does not follow the entry before it: one of them was changed", e.Seq)
	case e.Fault != "":
		return fmt.Sprintf("entry %d cannot be read: %s", e.Seq, e.Fault)
	case e.Event.Cafe != cafe:
		return fmt.Sprintf("entry %d belongs to another café", e.Seq)
	}
	return ""
}

// apply takes the steps; a café whose cursor somebody else has moved is read again from where it is now.
func (s *Service) apply(ctx context.Context, steps []Step) (counted int, left []string, err error) {
	if len(steps) == 0 {
		return 0, nil, nil
	}
	f := &s.follow
	won, err := s.Store.Apply(ctx, steps)
	if err != nil {
		f.fullAt = time.Time{} // the outcome may be unknown: read the cursors before the next try
		return 0, nil, err
	}
	for i, step := range steps {
		cafe := step.From.Cafe
		if won[i] {
			f.cursors[cafe] = step.To()
			counted += int(step.Seq - step.From.Seq)
		} else {
			if f.cursors[cafe], err = s.Store.Cursor(ctx, cafe); err != nil {
				return counted, left, err
			}
			// Who moved it may have seen a later head than we have.
			f.heads[cafe] = max(f.heads[cafe], f.cursors[cafe].Seq)
		}
		if f.cursors[cafe].Seq < f.heads[cafe] {
			left = append(left, cafe)
		}
	}
	return counted, left, nil
}

// stop records that a café cannot be followed further, and logs it once.
func (s *Service) stop(ctx context.Context, at Cursor, reason string) error {
	if at.Stopped == reason {
		return nil
	}
	s.Log.ErrorContext(ctx, "a café's journal is broken: its figures stop here", "cafe", at.Cafe, "seq", at.Seq, "reason", reason)
	if err := s.Store.Stop(ctx, at, reason); err != nil {
		return err
	}
	at.Stopped = reason
	s.follow.cursors[at.Cafe] = at
	return nil
}

func (s *Service) behind() int64 {
	var sum int64
	for cafe, seq := range s.follow.heads {
		sum += max(0, seq-s.follow.cursors[cafe].Seq)
	}
	return sum
}

func (s *Service) remember(look Look) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look = look
}

// seen ends a look: it is remembered here, and written down for the time after a restart.
func (s *Service) seen(ctx context.Context, now time.Time, moved bool) error {
	look := Look{Behind: s.behind(), At: now}
	s.remember(look)
	if f := &s.follow; moved || now.Sub(f.keptAt) >= lookKept {
		if err := s.Store.PutLook(ctx, look); err != nil {
			return err
		}
		f.keptAt = now
	}
	return nil
}
