package menu

import (
	"context"
	"log/slog"
	"time"

	"coffee/internal/audit"
	"coffee/internal/day"
	"coffee/internal/errs"
	"coffee/internal/keyed"
)

// Cafe is what the menu needs to know of a café.
type Cafe struct {
	ID       string
	Name     string
	Currency string // ISO 4217; it never changes
	Calendar day.Calendar
	Archived bool
	Version  int64
}

// Cafes is the cafe service as the menu needs it. An unknown café is errs.NotFound.
type Cafes interface {
	Cafe(ctx context.Context, id string) (Cafe, error)
}

// Store is the menu's database.
type Store interface {
	// Write runs fn in one write transaction. fn may run more than once.
	Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error
	// View runs fn on one state of the database.
	View(ctx context.Context, fn func(ctx context.Context, view View) error) error

	// NewestRelease is the number of the newest release, 0 before the first.
	NewestRelease(ctx context.Context) (int64, error)
	// ReleasesAfter lists releases from number+1 on, in order.
	ReleasesAfter(ctx context.Context, number int64) ([]Release, error)
	// Releases lists at most limit releases before a number, newest first.
	Releases(ctx context.Context, before int64, limit int) ([]Release, error)
	// Document is what a release froze.
	Document(ctx context.Context, number int64) ([]byte, error)
	// ReleasedOverlay is a café's overlay in a release, empty when it had none.
	ReleasedOverlay(ctx context.Context, number int64, cafe string) ([]byte, error)
	// Items searches the draft's items.
	Items(ctx context.Context, q ItemQuery) ([]Entry, error)
	// SoldOutAt lists what is sold out in a café at a moment.
	SoldOutAt(ctx context.Context, cafe string, at time.Time) ([]SoldOut, error)
}

// View reads the draft.
type View interface {
	// Entry finds an object of the draft.
	Entry(ctx context.Context, kind Kind, id string) (Entry, bool, error)
	// Entries lists the draft's objects of a kind, or of all kinds for "", archived ones too.
	Entries(ctx context.Context, kind Kind) ([]Entry, error)
	// CountLive counts what is not archived of a kind.
	CountLive(ctx context.Context, kind Kind) (int, error)
	// Overlay is a café's overlay in the draft; the zero version when it has none.
	Overlay(ctx context.Context, cafe string) (version int64, content []byte, err error)
	// ChangedOverlays lists the cafés whose overlay differs from the one in a release, with both contents.
	ChangedOverlays(ctx context.Context, number int64) ([]OverlayChange, error)
	// Newest is the newest release and its document; number 0 before the first.
	Newest(ctx context.Context) (Release, []byte, error)
}

// Tx is a View that writes, inside one transaction.
type Tx interface {
	View
	// Lock makes this the only transaction that changes draft or releases, until it ends. It comes first.
	Lock(ctx context.Context) error
	// PutEntry stores an object of the draft as it is given, over the one before.
	PutEntry(ctx context.Context, e Entry, exists bool) error
	// PutOverlay stores a café's overlay, over the one before.
	PutOverlay(ctx context.Context, cafe string, version int64, content []byte) error
	// AddRelease stores a release with its document and, as they stand now, all overlays.
	AddRelease(ctx context.Context, r Release, document []byte) error
	// FindSoldOut finds an 86, also one that is over.
	FindSoldOut(ctx context.Context, cafe string, kind Kind, id string) (SoldOut, bool, error)
	// PutSoldOut stores an 86 over the one before, and forgets the café's that are over at its Since.
	PutSoldOut(ctx context.Context, s SoldOut, now time.Time) error
	// DeleteSoldOut forgets an 86.
	DeleteSoldOut(ctx context.Context, cafe string, kind Kind, id string) error
	// Audit records who did it.
	Audit(ctx context.Context, e audit.Entry) error
	// Publish runs fn once for a key and answers its release for the key from then on.
	Publish(ctx context.Context, key keyed.Key, now time.Time, fn func() (Release, error)) (Release, error)
}

// OverlayChange is a café's overlay before and after.
type OverlayChange struct {
	CafeID        string
	Before, After []byte
}

// ItemQuery searches the draft's items, by rank, then lower-cased name, then id.
type ItemQuery struct {
	Name     string // part of the lower-cased name; empty: any
	Category string // empty: any
	Archived bool   // archived ones too
	After    *ItemKey
	Limit    int
}

// ItemKey is where a page of items ended.
type ItemKey struct {
	Rank   int32
	Search string
	ID     string
}

// Deps is what the service is made of.
type Deps struct {
	Store Store
	Cafes Cafes
	Now   func() time.Time
	Log   *slog.Logger
}

// Service is the menu's use cases. It is safe for concurrent use and keeps nothing but copies of what is immutable
// (releases) or may be old for seconds (cafés).
type Service struct {
	store    Store
	cafes    *cafeCache
	now      func() time.Time
	log      *slog.Logger
	releases releaseList
	frozen   *cache[int64, Catalogue]
	menus    *cache[menuKey, Menu]
}

// New makes the service.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		store: d.Store, now: d.Now, log: d.Log,
		cafes:  newCafeCache(d.Cafes, d.Now, d.Log),
		frozen: newCache[int64, Catalogue](frozenBytes),
		menus:  newCache[menuKey, Menu](menuBytes),
	}
}

// moment is the present as it is stored: UTC microseconds.
func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// openCafe is a café that can still be changed.
func (s *Service) openCafe(ctx context.Context, id string) (Cafe, error) {
	cafe, err := s.cafes.Cafe(ctx, id)
	if err == nil && cafe.Archived {
		return cafe, errs.Conflict("cafe_archived", "This café is closed for good; nothing in it changes any more.")
	}
	return cafe, err
}

// knownCafe refuses an unknown café, and lets pass what cannot be asked now: a list must not fail because the cafe
// service does.
func (s *Service) knownCafe(ctx context.Context, id string) error {
	if _, err := s.cafes.Cafe(ctx, id); !errs.IsKind(err, errs.KindUnavailable) {
		return err
	}
	return nil
}
