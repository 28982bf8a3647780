package order

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// resetAfter is how far behind a board may be and still catch up entry by entry.
const resetAfter = 1000

// hub wakes the boards of a café when its journal has moved.
type hub struct {
	mu    sync.Mutex
	cafes map[string]*watched
	mark  int64 // of the heads seen last
}

type watched struct {
	boards int
	seq    int64 // told last
	moved  chan struct{}
}

// join gives the signal of a café, and the way out of it.
func (h *hub) join(cafe string) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cafes == nil {
		h.cafes = map[string]*watched{}
	}
	w := h.cafes[cafe]
	if w == nil {
		w = &watched{moved: make(chan struct{})}
		h.cafes[cafe] = w
	}
	w.boards++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if w.boards--; w.boards == 0 {
			delete(h.cafes, cafe)
		}
	}
}

// signal is closed at the café's next move. It is taken before the journal is read, so that no move is missed.
func (h *hub) signal(cafe string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.cafes[cafe]; w != nil {
		return w.moved
	}
	return nil
}

func (h *hub) wake(cafe string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.cafes[cafe]; w != nil {
		close(w.moved)
		w.moved = make(chan struct{})
	}
}

// watchHeads finds what other replicas wrote.
func (s *Service) watchHeads(ctx context.Context) error {
	s.boards.mu.Lock()
	idle, mark := len(s.boards.cafes) == 0, s.boards.mark
	s.boards.mu.Unlock()
	if idle {
		return nil
	}
	// A mark is taken before its transaction commits: look back further than any transaction lasts.
	heads, err := s.Store.Heads(ctx, max(0, mark-(30*time.Second).Microseconds()), Head{}, 100000)
	if err != nil {
		return err
	}
	s.boards.mu.Lock()
	defer s.boards.mu.Unlock()
	for _, head := range heads {
		s.boards.mark = max(s.boards.mark, head.Changed)
		if w := s.boards.cafes[head.Cafe]; w != nil && w.seq < head.Seq {
			w.seq = head.Seq
			close(w.moved)
			w.moved = make(chan struct{})
		}
	}
	return nil
}

// Board is what is open in a café, or still to be acknowledged: remakes first, then by when to begin, with the position
// to stream on from.
func (s *Service) Board(ctx context.Context, cafe string) ([]Order, int64, error) {
	orders, seq, err := s.Store.Board(ctx, cafe)
	if err != nil {
		return nil, 0, err
	}
	slices.SortStableFunc(orders, func(a, b Order) int {
		return cmp.Or(a.QueueKey().Compare(b.QueueKey()), a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.ID, b.ID))
	})
	return orders, seq, nil
}

// Move is one thing a board learns: Kind is placed, changed or reset (fetch the board again).
type Move struct {
	Seq   int64
	Kind  string
	Order Order
}

// FromNow is the position of whoever listens without having looked.
const FromNow = int64(-1)

// StreamBoard sends what moves in a café after a position, until ctx ends or send fails. A position that is too far
// back, or that this journal never had, begins with a reset.
func (s *Service) StreamBoard(ctx context.Context, cafe string, after int64, send func(Move) error) error {
	err := s.streamBoard(ctx, cafe, after, send)
	if ctx.Err() != nil {
		return nil // whoever listened has left
	}
	return err
}

func (s *Service) streamBoard(ctx context.Context, cafe string, after int64, send func(Move) error) error {
	leave := s.boards.join(cafe)
	defer leave()
	first := true
	for {
		moved := s.boards.signal(cafe)
		head, err := s.Store.Head(ctx, cafe)
		if err != nil {
			return err
		}
		switch {
		case first && after == FromNow:
			after = head.Seq
		case head.Seq-after > resetAfter, head.Seq < after:
			after = head.Seq
			if err := send(Move{Seq: after, Kind: "reset"}); err != nil {
				return err
			}
		}
		first = false
		for after < head.Seq {
			if after, err = s.sendMoves(ctx, cafe, after, send); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-moved:
		}
	}
}

// sendMoves sends one page of entries with the orders as they are now: the bar wants the present, not a replay.
func (s *Service) sendMoves(ctx context.Context, cafe string, after int64, send func(Move) error) (int64, error) {
	entries, err := s.Store.Moves(ctx, cafe, after, 200)
	if err != nil {
		return after, err
	}
	var ids []string
	for _, e := range entries {
		if e.Kind != kindImported && !slices.Contains(ids, e.OrderID) {
			ids = append(ids, e.OrderID)
		}
	}
	orders, err := s.Store.Orders(ctx, ids)
	if err != nil {
		return after, err
	}
	byID := make(map[string]Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	for _, e := range entries {
		after = e.Seq
		o, ok := byID[e.OrderID]
		if !ok {
			continue
		}
		kind := "changed"
		if e.Kind == kindPlaced {
			kind = "placed"
		}
		if err := send(Move{Seq: e.Seq, Kind: kind, Order: o}); err != nil {
			return after, err
		}
	}
	return after, nil
}

// ReadyBoard is what guests may see: call numbers and first names. Error: NotFound for a café.
func (s *Service) ReadyBoard(ctx context.Context, cafe string) (making, ready []Order, err error) {
	if _, err := s.cafe(ctx, cafe); err != nil {
		return nil, nil, err
	}
	orders, _, err := s.Board(ctx, cafe)
	for _, o := range orders {
		switch {
		case o.State == StateReady:
			ready = append(ready, o)
		case o.Open():
			making = append(making, o)
		}
	}
	return making, ready, err
}

// firstName is all that a public board shows of a name.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// Availability is what cannot be sold in a café right now, ingredients followed into what they take with them, and of
// what there are few.
type Availability struct {
	Items, Variations, Modifiers, Ingredients []string
	FewLeft                                   []Left
	At                                        time.Time
}

// Left is how many units of a variation the counted goods on hand are enough for.
type Left struct {
	Variation string
	Units     int32
}

// few is from when on screens say how many are left.
const few = 5

// Availability is up to 2 s old. Errors: NotFound for a café, Unavailable when nothing was ever heard.
func (s *Service) Availability(ctx context.Context, cafe string) (Availability, error) {
	return s.known.sellable.get(ctx, cafe, s.Now, soldOutAge, func(ctx context.Context) (Availability, error) {
		if _, err := s.cafe(ctx, cafe); err != nil {
			return Availability{}, err
		}
		gone, err := s.Menus.SoldOut(ctx, cafe)
		if err != nil {
			return Availability{}, err
		}
		a := Availability{
			Items: sorted(gone.Items), Variations: sorted(gone.Variations), Modifiers: sorted(gone.Modifiers),
			Ingredients: slices.Sorted(slices.Values(gone.Ingredients)), At: s.now(),
		}
		// How many are left is a help; what is sold out is told without it, too.
		if a.FewLeft, err = s.Inventory.FewLeft(ctx, cafe, few); err != nil && !down(err) {
			return Availability{}, err
		}
		if len(gone.Ingredients) == 0 {
			return a, nil
		}
		modifiers, variations, err := s.Inventory.IngredientUses(ctx, gone.Ingredients)
		if err != nil {
			return Availability{}, err
		}
		a.Modifiers = union(a.Modifiers, modifiers)
		a.Variations = union(a.Variations, variations)
		return a, nil
	})
}

func sorted(set map[string]bool) []string {
	var ids []string
	for id, in := range set {
		if in {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
