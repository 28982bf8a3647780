package analytics

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Deps is what the service works with.
type Deps struct {
	Store    Store
	Journals Journals
	Cafes    Cafes
	Menus    Menus // nil: nothing is known of menus
	Now      func() time.Time
	Log      *slog.Logger
	// Interval is the pause between two looks at the journals; 0: 500 ms.
	Interval time.Duration
}

// Journals is the order service's feed.
type Journals interface {
	// Heads gives the journals that changed at or after a mark; 0 gives all.
	Heads(ctx context.Context, since int64) ([]Head, error)
	// Journal reads a café's entries after a position, in order and without a gap; at most limit, 1 to 1,000.
	Journal(ctx context.Context, cafe string, after int64, limit int) ([]Entry, error)
}

// Head is how far a café's journal goes.
type Head struct {
	Cafe    string
	Seq     int64
	Changed int64 // the mark of its last change
}

// Entry is one entry of a café's journal.
type Entry struct {
	Seq      int64
	PrevHash []byte
	Hash     []byte
	Event    Event
	// Fault says why the payload cannot be read; empty when it can.
	Fault string
}

// Cafes is the café service.
type Cafes interface {
	// All lists every café, also the archived.
	All(ctx context.Context) ([]Cafe, error)
	// One gives a café, also an archived one; errs.NotFound for an unknown id.
	One(ctx context.Context, id string) (Cafe, error)
}

// Menus is the menu service.
type Menus interface {
	// Offer is what a café's menu in force sells.
	Offer(ctx context.Context, cafe string) (Offer, error)
}

// Cafe is what reports say of a café.
type Cafe struct {
	ID       string
	Name     string
	Currency string
	Version  int64
	Archived bool
	Zone     string // IANA; empty: not asked for yet

	CutoffMinutes int
}

// Cursor is how far a café's journal is counted.
type Cursor struct {
	Cafe       string
	Generation int64 // grows when the café is counted anew
	Seq        int64
	Hash       []byte
	Stopped    string // why nothing more is counted; empty when all is well
	New        bool   // nothing is stored of this café yet
	Modifiers  int64  // how far the modifiers are counted; behind Seq after an update from a version that knew none
}

// Step moves a café's cursor and adds what lies between.
type Step struct {
	From  Cursor
	Seq   int64
	Hash  []byte
	Facts Facts
}

// To is the cursor after the step. Modifiers that were counted as far as the others go along.
func (s Step) To() Cursor {
	to := Cursor{Cafe: s.From.Cafe, Generation: s.From.Generation, Seq: s.Seq, Hash: s.Hash, Modifiers: s.From.Modifiers}
	if s.From.Modifiers == s.From.Seq {
		to.Modifiers = s.Seq
	}
	return to
}

// Look is what the last look at the journals saw.
type Look struct {
	Behind int64 // events booked but not counted
	At     time.Time
}

// Store is the service's own database.
type Store interface {
	Cursors(ctx context.Context) ([]Cursor, error)
	Cursor(ctx context.Context, cafe string) (Cursor, error)
	// Apply takes the steps in one transaction. A step whose cursor was moved by somebody else meanwhile is left out;
	// won tells which were taken.
	// The modifiers of a step are added where they are counted as far as its cursor; else they wait for ApplyModifiers.
	Apply(ctx context.Context, steps []Step) (won []bool, err error)
	// ApplyModifiers adds modifiers alone, of the entries after from.Modifiers up to seq, which is not beyond what is
	// counted; false when somebody else has moved that cursor.
	ApplyModifiers(ctx context.Context, from Cursor, seq int64, rows []Row) (bool, error)
	// Stop records why a café's journal is not followed further.
	Stop(ctx context.Context, at Cursor, reason string) error
	// Forget removes a café's figures and sets its cursor back to the beginning.
	Forget(ctx context.Context, cafe string) error
	// Facts is all that is kept of a café, without names.
	Facts(ctx context.Context, cafe string) (Facts, error)

	PutLook(ctx context.Context, look Look) error
	Look(ctx context.Context) (Look, error)
	Cafes(ctx context.Context) ([]Cafe, error)
	PutCafes(ctx context.Context, cafes []Cafe) error

	// View runs fn with one state of the figures.
	View(ctx context.Context, fn func(ctx context.Context, r Reader) error) error
	// Sales sums by dimensions; see SalesQuery.
	Sales(ctx context.Context, q SalesQuery) (rows []SalesRow, total SalesRow, err error)
}

// Reader reads one state of the figures. An empty café means all cafés.
type Reader interface {
	// Months gives every café's figures of a month, in all currencies.
	Months(ctx context.Context, month Month) ([]CafeMonth, error)
	// Past gives the sales of cafés in the months up to last.
	Past(ctx context.Context, last Month, currency, cafe string) ([]CafeMonth, error)
	// Currencies gives the currencies ever sold in, the most common first.
	Currencies(ctx context.Context, cafe string) ([]string, error)
	// Details gives what a month's view shows of some cafés.
	Details(ctx context.Context, month Month, currency string, cafes []string) (map[string]Details, error)
	// LastDate is the latest date a café has figures of, empty when it has none.
	LastDate(ctx context.Context, currency, cafe string) (string, error)
	// ItemsSold and ModifiersSold sum units over dates, both included.
	ItemsSold(ctx context.Context, currency, cafe, first, last string) ([]Sold, error)
	ModifiersSold(ctx context.Context, cafe, first, last string) ([]Asked, error)
	// Hours gives cafés' hours over dates, both included.
	Hours(ctx context.Context, currency string, cafes []string, first, last string) ([]HourRow, error)
	ItemNames(ctx context.Context, ids []string) (map[string]string, error)
	CategoryNames(ctx context.Context, ids []string) (map[string]string, error)
}

// CafeMonth is a café's figures of one month and currency.
type CafeMonth struct {
	Month    Month
	Currency string
	Cafe     string
	Stamp    Stamp
	Figures
}

// CafeDay is a café's orders and sales of one date.
type CafeDay struct {
	Cafe   string
	Date   string
	Orders int64
	Sales  int64
}

// Service is the analytics service. It is safe for concurrent use.
type Service struct {
	Deps
	follow  follower
	books   books
	best    bestSellerMemory
	history historyMemory

	mu    sync.RWMutex
	look  Look            // zero: not looked yet
	cafes map[string]Cafe // nil: not read yet
}

// New makes the service.
func New(d Deps) *Service {
	if d.Interval == 0 {
		d.Interval = 500 * time.Millisecond
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Deps: d}
}

// Freshness is what the last look at the journals saw, also when the order service has been down since.
func (s *Service) Freshness(ctx context.Context) (Look, error) {
	s.mu.RLock()
	look := s.look
	s.mu.RUnlock()
	if !look.At.IsZero() {
		return look, nil
	}
	return s.Store.Look(ctx)
}

// Stopped gives the cafés whose journals are not followed further, and why: health and the verifier report them.
func (s *Service) Stopped(ctx context.Context) ([]Cursor, error) {
	cursors, err := s.Store.Cursors(ctx)
	if err != nil {
		return nil, err
	}
	var stopped []Cursor
	for _, c := range cursors {
		if c.Stopped != "" {
			stopped = append(stopped, c)
		}
	}
	return stopped, nil
}
