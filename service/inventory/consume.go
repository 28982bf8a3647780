package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"coffee/internal/errs"
)

// Order is what Consume is asked to take: one attempt to place an order.
type Order struct {
	OrderID      string
	Attempt      int32
	CafeID       string
	BusinessDate string
	Service      string // EatIn or TakeAway
	Lines        []OrderLine
	SoldOut      []string // ingredients that are 86'd in this café
	Type         string   // TypeSale, or TypeWaste for a remake
	Reason       string
	By           string
}

// Plan is an order worked out before its transaction: what the store writes, and what it is held against.
type Plan struct {
	Order
	Book        int64 // the version of the recipes it was expanded with
	Fingerprint []byte
	Snapshot    []ExpandedLine
	Needs       []Need // sorted by ingredient
	At          time.Time
}

// Consumption is the stored outcome of a Consume.
type Consumption struct {
	CafeID      string
	Type        string
	Fingerprint []byte
	Snapshot    []ExpandedLine
	Shortages   []Shortage
	Repeated    bool
}

// Shortage is an ingredient that went below zero.
type Shortage struct {
	IngredientID string `json:"i"`
	Name         string `json:"n"`
	OnHand       int64  `json:"h"` // after the consumption, in thousandths
}

// ShortError is the store's word that counted goods are short; nothing was stored.
type ShortError struct{ Short []Short }

func (e *ShortError) Error() string {
	return fmt.Sprintf("inventory: %d counted goods are short", len(e.Short))
}

// ErrAbandoned tells that an attempt was reversed as a whole: it stays closed for ever.
var ErrAbandoned = errors.New("inventory: the attempt was abandoned")

// Reversal gives back what a consumption took: some lines, or all that is left of it (Whole).
type Reversal struct {
	ID           string
	OrderID      string
	Attempt      int32
	CafeID       string
	BusinessDate string
	Lines        []UndoLine
	By           string
	At           time.Time
	Whole        bool
	// Decide works out the movements under the consumption's lock.
	Decide func(c Consumption, before map[int32]int32) (Undo, error)
}

// Open is a consumption that no order has confirmed yet.
type Open struct {
	OrderID      string
	Attempt      int32
	CafeID       string
	BusinessDate string
	At           time.Time
}

// Consume expands an order and takes its stock in one transaction, or refuses it as a whole. The same attempt again
// gives the stored answer. Errors: sold_out, out_of_stock, attempt_abandoned, attempt_differs (the attempt is taken by
// other content), quantity_too_large, invalid_request.
func (s *Service) Consume(ctx context.Context, o Order) (Consumption, error) {
	fingerprint := o.fingerprint()
	for range maxTries {
		book, err := s.cached(ctx)
		if err != nil {
			return Consumption{}, err
		}
		c, err := s.consume(ctx, book, o, fingerprint)
		if errors.Is(err, ErrStaleBook) {
			if _, err := s.reload(ctx); err != nil {
				return Consumption{}, err
			}
			continue
		}
		return c, err
	}
	return Consumption{}, errBusy()
}

func (s *Service) consume(ctx context.Context, book *Book, o Order, fingerprint []byte) (Consumption, error) {
	expanded, err := book.ExpandAll(o.Lines, o.Service)
	if err == nil {
		err = SoldOut(o.SoldOut, expanded)
	}
	if err != nil {
		// A repeated call is answered as it was, whatever has been sold out or changed since.
		stored, findErr := s.Store.FindConsumption(ctx, o.OrderID, o.Attempt)
		switch {
		case findErr != nil:
			return Consumption{}, abandoned(findErr)
		case stored != nil:
			return same(*stored, fingerprint)
		}
		// The refusal may rest on a recipe that is no more.
		if version, versionErr := s.Store.BookVersion(ctx); versionErr != nil {
			return Consumption{}, versionErr
		} else if version != book.Version {
			return Consumption{}, ErrStaleBook
		}
		return Consumption{}, err
	}
	c, err := s.Store.Consume(ctx, Plan{
		Order: o, Book: book.Version, Fingerprint: fingerprint, Snapshot: expanded,
		Needs: Needs(o.Lines, expanded, s.NewID), At: s.now(),
	})
	var short *ShortError
	switch {
	case errors.As(err, &short):
		return Consumption{}, OutOfStock(short.Short, expanded)
	case err != nil:
		return Consumption{}, abandoned(err)
	case c.Repeated:
		return same(c, fingerprint)
	}
	return c, nil
}

func abandoned(err error) error {
	if errors.Is(err, ErrAbandoned) {
		return errs.Conflict("attempt_abandoned", "This attempt was given up and its stock given back: go on with the next attempt.")
	}
	return err
}

// same refuses the stored consumption of another content: whoever sells on it would have the wrong goods.
func same(c Consumption, fingerprint []byte) (Consumption, error) {
	c.Repeated = true
	if !slices.Equal(c.Fingerprint, fingerprint) {
		return Consumption{}, errs.Conflict("attempt_differs", "This attempt has taken stock for other lines: reverse it and go on with the next attempt.")
	}
	return c, nil
}

// fingerprint covers what decides about the goods: not who, not the day, not what was 86'd, and not "it is here",
// which a second try may add.
func (o Order) fingerprint() []byte {
	lines := slices.Clone(o.Lines)
	for i := range lines {
		lines[i].Present = false
	}
	body, err := json.Marshal(struct {
		Cafe, Service, Type string
		Lines               []OrderLine
	}{o.CafeID, o.Service, o.Type, lines})
	if err != nil {
		panic("inventory: an order that does not encode: " + err.Error()) // a programming fault
	}
	sum := sha256.Sum256(body)
	return sum[:]
}

// Reverse gives stock back or books it as waste, once for each id. Without lines the whole attempt is abandoned: what
// has not come back yet is restocked, and one that never came can never come. Errors: not_consumed, reversal_too_large,
// reversal_id_reused, cafe_mismatch, invalid_request.
func (s *Service) Reverse(ctx context.Context, r Reversal) (repeated bool, _ error) {
	r.At, r.Whole = s.now(), len(r.Lines) == 0
	r.Decide = func(c Consumption, before map[int32]int32) (Undo, error) {
		if c.CafeID != r.CafeID {
			return Undo{}, errs.Invalid("cafe_mismatch", "The order was taken in another café.").Field("cafe_id", "is not the order's café")
		}
		undo := UndoAll(c.Type, c.Snapshot, before)
		if !r.Whole {
			var err error
			if undo, err = UndoLines(c.Type, c.Snapshot, before, r.Lines); err != nil {
				return Undo{}, err
			}
		}
		for i := range undo.Movements {
			m := &undo.Movements[i]
			m.ID, m.CafeID, m.OrderID = s.NewID(), c.CafeID, r.OrderID
			m.BusinessDate, m.At, m.By = r.BusinessDate, r.At, r.By
		}
		return undo, nil
	}
	return s.Store.Reverse(ctx, r)
}

// Backlog is how many consumptions nobody has confirmed, and since when; zero: none.
func (s *Service) Backlog(ctx context.Context) (waiting int64, oldest time.Time, err error) {
	return s.Store.Backlog(ctx)
}

// ListOpen gives consumptions that are older than age and unconfirmed, oldest first.
func (s *Service) ListOpen(ctx context.Context, age time.Duration, limit int32) ([]Open, error) {
	if limit <= 0 {
		limit = 1000
	}
	return s.Store.ListOpen(ctx, s.now().Add(-age), int(limit))
}

// Confirm closes open consumptions whose order exists; again is no error.
func (s *Service) Confirm(ctx context.Context, orders []Open) error {
	return s.Store.Confirm(ctx, orders)
}
