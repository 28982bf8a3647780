package inventory

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
)

// Deps is what the service works with.
type Deps struct {
	Store Store
	Now   func() time.Time
	NewID func() string // UUIDv7: movements are stored in the order of their ids
	Log   *slog.Logger
}

// Service is the use cases. It keeps nothing but a copy of the recipes, which every use holds against the store's
// version, and for some minutes what cafés used in the last fortnight.
type Service struct {
	Deps
	book    atomic.Pointer[Book]
	usage   usageMemory
	editing sync.Mutex // one editor of the book at a time in this process; others are found out by version
}

// New makes the service.
func New(d Deps) *Service { return &Service{Deps: d} }

// Author is who asks for a change and how it is told from another: for the audit, and for calls that happen once.
type Author struct {
	Actor   audit.Actor
	Key     keyed.Key
	Manager bool // may do what a manager may
}

// ErrStaleBook tells that the book has changed since it was read: read it again and decide anew.
var ErrStaleBook = errors.New("inventory: the book has changed")

// Store is what the service needs of its database. Every method is one transaction, or none.
type Store interface {
	BookVersion(ctx context.Context) (int64, error)
	LoadBook(ctx context.Context) (*Book, error)
	// The Save methods write what follows from version book of the book, or ErrStaleBook.
	SaveIngredient(ctx context.Context, book int64, i Ingredient, e audit.Entry) error
	SaveRecipe(ctx context.Context, book int64, r Recipe, e audit.Entry) error
	SaveEffects(ctx context.Context, book int64, f Effects, e audit.Entry) error
	ListIngredients(ctx context.Context, f IngredientFilter) ([]Ingredient, error)
	ListRecipes(ctx context.Context, after string, limit int) ([]Recipe, error)

	ListStock(ctx context.Context, f StockFilter) ([]StockLine, error)
	// CountedOnHand gives thousandths by ingredient; what never moved in the café may be missing.
	CountedOnHand(ctx context.Context, cafe string) (map[string]int64, error)
	// ListMovements gives what is on hand now too, where the filter names an ingredient and no order.
	ListMovements(ctx context.Context, f MovementFilter) ([]MovementLine, int64, error)
	// UsedLately adds up a café's sales, their reversals and waste since a moment by ingredient and business date.
	UsedLately(ctx context.Context, cafe string, since time.Time) ([]UsedLately, error)
	// UsedDates counts the business dates with sales or waste from from to before until, among the movements since a
	// moment; UsedHours adds those of these dates up by ingredient and hour.
	UsedDates(ctx context.Context, cafe string, since time.Time, from, until string) (int64, error)
	UsedHours(ctx context.Context, cafe string, since time.Time, from, until string) ([]UsedHour, error)
	PutPar(ctx context.Context, s Stock, e audit.Entry) (Stock, error)
	Book(ctx context.Context, b Booking) (Booked, error)

	// Consume stores a consumption and takes its stock, or gives the stored one of the same attempt. Errors:
	// ErrStaleBook, ErrAbandoned, *ShortError.
	Consume(ctx context.Context, p Plan) (Consumption, error)
	// FindConsumption gives nil for an attempt that never came, and ErrAbandoned.
	FindConsumption(ctx context.Context, order string, attempt int32) (*Consumption, error)
	// Reverse tells whether this reversal had been done before.
	Reverse(ctx context.Context, r Reversal) (repeated bool, err error)
	ListOpen(ctx context.Context, before time.Time, limit int) ([]Open, error)
	// Backlog is how many consumptions nobody has confirmed, and since when; zero: none.
	Backlog(ctx context.Context) (waiting int64, oldest time.Time, err error)
	Confirm(ctx context.Context, orders []Open) error
}

// maxTries bounds how often something is decided anew because the book moved on.
const maxTries = 10

// current is the book at the store's present version.
func (s *Service) current(ctx context.Context) (*Book, error) {
	if book := s.book.Load(); book != nil {
		version, err := s.Store.BookVersion(ctx)
		if err != nil {
			return nil, err
		}
		if version == book.Version {
			return book, nil
		}
	}
	return s.reload(ctx)
}

// cached is the book last seen, which a transaction that names its version may rely on.
func (s *Service) cached(ctx context.Context) (*Book, error) {
	if book := s.book.Load(); book != nil {
		return book, nil
	}
	return s.reload(ctx)
}

func (s *Service) reload(ctx context.Context) (*Book, error) {
	book, err := s.Store.LoadBook(ctx)
	if err != nil {
		return nil, err
	}
	s.keep(book)
	return book, nil
}

// keep remembers a book unless a later one is remembered already.
func (s *Service) keep(book *Book) {
	for {
		old := s.book.Load()
		if old != nil && old.Version >= book.Version || s.book.CompareAndSwap(old, book) {
			return
		}
	}
}

// edit decides a change on the current book and saves it; when somebody else was faster it decides again.
// decide returns the next book, or nil when there is nothing to write, and how to save.
func (s *Service) edit(ctx context.Context, decide func(b *Book) (next *Book, save func() error, err error)) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	for range maxTries {
		book, err := s.current(ctx)
		if err != nil {
			return err
		}
		next, save, err := decide(book)
		if err != nil || next == nil {
			return err
		}
		err = save()
		if err == nil {
			s.keep(next)
			return nil
		}
		if !errors.Is(err, ErrStaleBook) {
			return err
		}
	}
	return errBusy()
}

func errBusy() error {
	return errs.Unavailable("recipes_busy", "The recipes are being changed right now. Try again.")
}
