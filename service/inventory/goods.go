package inventory

import (
	"context"
	"slices"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
)

// Booking is goods that a person books: the store locks the rows of stock, lets Decide work on them, and writes rows,
// movements, audit entry and the call's key in one transaction.
type Booking struct {
	CafeID      string
	Ingredients []string             // sorted, each once
	Since       map[string]time.Time // of a count: the moments after which movements are added up
	Decide      func(l *Ledger) ([]Movement, error)
	Key         keyed.Key
	Entry       audit.Entry
	At          time.Time
}

// Booked is what a booking did: its movements, and the stock of its ingredients afterwards.
type Booked struct {
	Movements []Movement
	Stock     []Stock
}

// Goods is a Booked with the ingredients it names.
type Goods struct {
	Movements []MovementLine
	Stock     []StockLine
}

// StockLine is a row of stock with its ingredient.
type StockLine struct {
	Stock
	Name    string
	Unit    string
	Counted bool
	Search  string // what the list is sorted by
	Level   int64  // per mille of the level to hold; sorts the list of what is low

	// Only in lists: what went out on the running business date, the mean of a day, and when it will be gone.
	UsedToday, UsedPerDay int64
	RunsOutAt             time.Time
}

// MovementLine is a movement with its ingredient.
type MovementLine struct {
	Movement
	Name string
	Unit string
	// Only in lists of one ingredient: what was on hand after it, in thousandths.
	OnHandAfter *int64
}

// Receive books goods in on a date. kind is TypeReceipt or TypeOpening, which is for managers. Errors: forbidden,
// invalid_date, those of Book.CheckReceipt and Ledger.Receive.
func (s *Service) Receive(ctx context.Context, by Author, cafe, date, note, kind string, lines []ReceiptLine) (Goods, error) {
	if kind == TypeOpening && !by.Manager {
		return Goods{}, errs.Forbidden("forbidden", "Opening stock is booked by a manager; book a receipt instead.")
	}
	now := s.now()
	date, err := BookingDate(date, now)
	if err != nil {
		return Goods{}, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return Goods{}, err
	}
	lines, _, err = b.CheckReceipt(lines)
	if err != nil {
		return Goods{}, err
	}
	booking := Booking{CafeID: cafe, At: now, Key: by.Key, Entry: s.entry(by, kind, "cafe/"+cafe, nil, lines)}
	for _, l := range lines {
		booking.Ingredients = append(booking.Ingredients, l.IngredientID)
	}
	booking.Decide = func(l *Ledger) ([]Movement, error) {
		m, err := l.Receive(kind, lines)
		return s.stamp(m, booking, by, date, note), err
	}
	return s.bookGoods(ctx, b, booking)
}

// Waste books goods out with a reason. Errors: invalid_date, not_found, reason_required, out_of_stock.
func (s *Service) Waste(ctx context.Context, by Author, cafe, date string, lines []WasteLine) (Goods, error) {
	now := s.now()
	date, err := BookingDate(date, now)
	if err != nil {
		return Goods{}, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return Goods{}, err
	}
	booking := Booking{CafeID: cafe, At: now, Key: by.Key, Entry: s.entry(by, TypeWaste, "cafe/"+cafe, nil, lines)}
	for _, l := range lines {
		if _, ok := b.Ingredients[l.IngredientID]; !ok {
			return Goods{}, errs.NotFound("ingredient %s", l.IngredientID)
		}
		if strings.TrimSpace(l.Reason) == "" {
			return Goods{}, errs.Invalid("reason_required", "Say why it is thrown away.")
		}
		booking.Ingredients = append(booking.Ingredients, l.IngredientID)
	}
	booking.Decide = func(l *Ledger) ([]Movement, error) {
		m, err := l.Waste(b, lines)
		return s.stamp(m, booking, by, date, ""), err
	}
	return s.bookGoods(ctx, b, booking)
}

// Count books the difference between what was counted and what was on hand, each line at its own moment (zero: now).
// Errors: invalid_count, not_found, count_outdated.
func (s *Service) Count(ctx context.Context, by Author, cafe string, lines []CountLine) (Goods, error) {
	now := s.now()
	lines = slices.Clone(lines)
	for i := range lines {
		if lines[i].At.IsZero() {
			lines[i].At = now
		}
		lines[i].At = lines[i].At.UTC().Truncate(time.Microsecond)
	}
	if err := CheckCount(lines, now); err != nil {
		return Goods{}, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return Goods{}, err
	}
	booking := Booking{
		CafeID: cafe, At: now, Key: by.Key, Since: map[string]time.Time{},
		Entry: s.entry(by, "count", "cafe/"+cafe, nil, lines),
	}
	for _, l := range lines {
		if _, ok := b.Ingredients[l.IngredientID]; !ok {
			return Goods{}, errs.NotFound("ingredient %s", l.IngredientID)
		}
		booking.Ingredients = append(booking.Ingredients, l.IngredientID)
		booking.Since[l.IngredientID] = l.At
	}
	date, err := BookingDate("", now)
	if err != nil {
		return Goods{}, err
	}
	booking.Decide = func(l *Ledger) ([]Movement, error) {
		m, err := l.Count(b, lines)
		return s.stamp(m, booking, by, date, ""), err
	}
	return s.bookGoods(ctx, b, booking)
}

// now is the present moment as the store keeps it.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// stamp completes movements with what they have in common. One that carries its own moment keeps it.
func (s *Service) stamp(movements []Movement, b Booking, by Author, date, note string) []Movement {
	for i := range movements {
		m := &movements[i]
		m.ID, m.CafeID, m.BusinessDate, m.By = s.NewID(), b.CafeID, date, by.Actor.ID
		if m.At.IsZero() {
			m.At = b.At
		}
		if m.Reason == "" {
			m.Reason = note
		}
	}
	return movements
}

func (s *Service) bookGoods(ctx context.Context, b *Book, booking Booking) (Goods, error) {
	slices.Sort(booking.Ingredients)
	booking.Ingredients = slices.Compact(booking.Ingredients)
	booked, err := s.Store.Book(ctx, booking)
	if err != nil {
		return Goods{}, err
	}
	goods := Goods{Movements: make([]MovementLine, len(booked.Movements)), Stock: make([]StockLine, len(booked.Stock))}
	for i, m := range booked.Movements {
		in := b.Ingredients[m.IngredientID]
		goods.Movements[i] = MovementLine{Movement: m, Name: in.Name, Unit: in.Unit}
	}
	for i, row := range booked.Stock {
		goods.Stock[i] = b.stockLine(row)
	}
	return goods, nil
}

func (b *Book) stockLine(row Stock) StockLine {
	in := b.Ingredients[row.IngredientID]
	return StockLine{Stock: row, Name: in.Name, Unit: in.Unit, Counted: in.Counted}
}
