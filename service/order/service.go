package order

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"coffee/internal/audit"
	"coffee/internal/day"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
	"coffee/service/order/journal"
	"coffee/service/order/price"
)

// Cafe is what a sale depends on of a café.
type Cafe struct {
	ID             string
	Zone           string
	CutoffMinutes  int
	Currency       string
	DefaultService string
	Tax            price.Tax
	Hours          day.Hours // without its zone
	Archived       bool
	Version        int64
}

// Cafes asks the cafe service. Error: NotFound.
type Cafes interface {
	Cafe(ctx context.Context, id string) (Cafe, error)
}

// Release is one menu release in one café.
type Release struct {
	Number       int64
	StartsAt     time.Time
	SupersededAt time.Time // zero: in force
	Menu         price.Menu
}

// Menus asks the menu service.
type Menus interface {
	// Menu gives a release in a café; 0 is the one in force now. Error: NotFound.
	Menu(ctx context.Context, cafe string, release int64) (Release, error)
	SoldOut(ctx context.Context, cafe string) (SoldOut, error)
}

// Consumption is the stock an order takes.
type Consumption struct {
	OrderID, Cafe, BusinessDate string
	Attempt                     int32
	Service, Type, Reason, By   string // Type: sale, or waste for a remake
	SoldOutIngredients          []string
	Lines                       []ConsumptionLine
}

// ConsumptionLine is one line of it.
type ConsumptionLine struct {
	Line, Quantity int32
	Variation      string
	Modifiers      []Choice
	Present        bool
}

// Expansion is what inventory took, line by line.
type Expansion struct {
	Lines     []ExpandedLine
	Shortages []string // ingredients that went below zero, by name
}

// ExpandedLine is a line's recipe snapshot.
type ExpandedLine struct {
	Line      int32
	HasRecipe bool
	Uses      []Use
}

// OpenConsumption is a consumption that no order has confirmed.
type OpenConsumption struct {
	OrderID, Cafe, BusinessDate string
	Attempt                     int32
}

// Reversal gives stock back or books it as waste; without lines the whole attempt.
type Reversal struct {
	ID, OrderID, Cafe, BusinessDate, By string
	Attempt                             int32
	Lines                               []ReversalLine
}

// ReversalLine is some units of a line: To is restock or waste.
type ReversalLine struct {
	Line     int32  `json:"line"`
	Quantity int32  `json:"quantity"`
	To       string `json:"to"`
	Reason   string `json:"reason,omitempty"`
}

// Inventory asks the inventory service.
type Inventory interface {
	Consume(ctx context.Context, c Consumption) (Expansion, error)
	OpenConsumptions(ctx context.Context, olderThan time.Duration, limit int) ([]OpenConsumption, error)
	Confirm(ctx context.Context, confirmed []OpenConsumption) error
	Reverse(ctx context.Context, r Reversal) error
	// Expand is what lines would take, without taking it.
	Expand(ctx context.Context, service string, lines []ConsumptionLine) ([]ExpandedLine, error)
	// IngredientUses tells which modifiers and variations cannot be made without these ingredients.
	IngredientUses(ctx context.Context, ingredients []string) (modifiers, variations []string, err error)
	// FewLeft is for how many units the counted goods of a café are enough, where that is few at most.
	FewLeft(ctx context.Context, cafe string, few int32) ([]Left, error)
}

// Approvals checks a second person's approval; *rpc.Verifier does.
type Approvals interface {
	VerifyApproval(token, cafe string) (rpc.Caller, error)
}

// The outcomes of an attempt.
const (
	AttemptPlaced    = "placed"
	AttemptAbandoned = "abandoned"
	AttemptCancelled = "cancelled"
)

// Attempt is one try to make an order of an id. (OrderID, N) exists once: order, reconciler and cancel all insert it.
type Attempt struct {
	OrderID string
	N       int32
	Outcome string
	At      time.Time
}

// What a Store answers besides plain errors.
var (
	ErrTaken   = errors.New("order: somebody else was first") // an attempt, order or tender of that key exists
	ErrChanged = errors.New("order: changed meanwhile")       // the order has another version
)

// Head is a café's journal: its last seq and receipt number, the last entry's hash, when it changed.
type Head struct {
	Cafe         string
	Seq, Receipt int64
	Hash         []byte
	Changed      int64
}

// StockDue is a reversal that inventory has not acknowledged.
type StockDue struct {
	Reversal
	At    time.Time
	Tries int32
}

// Answer is what a keyed call left behind: the orders it was about, and the money it named.
type Answer struct {
	Orders []string `json:"orders"`
	Amount int64    `json:"amount,omitempty"`
}

// Query selects orders, newest first (business date, time of sale, id).
type Query struct {
	Cafe, Phone, BusinessDate string
	State                     State
	MoneyState                MoneyState
	Source                    Source
	DueOnly                   bool // something is still to take
	Find                      Find
	After                     ListKey // the last row of the page before
	Limit                     int
}

// ListKey is the sort key of a listed order.
type ListKey struct {
	Date string `json:"d"`
	Sold int64  `json:"s"` // UTC microseconds
	ID   string `json:"i"`
}

// Store keeps orders, attempts and journals.
type Store interface {
	// Write runs fn in one transaction, perhaps more than once.
	Write(ctx context.Context, fn func(tx Tx) error) error
	Attempts(ctx context.Context, ids []string) ([]Attempt, error)
	// Orders gives those that exist, in the order of ids.
	Orders(ctx context.Context, ids []string) ([]Order, error)
	List(ctx context.Context, q Query) ([]Order, error)
	// Board is what is open in a café, with the journal's position that it shows.
	Board(ctx context.Context, cafe string) ([]Order, int64, error)
	// ReadySince gives open orders that have been ready since before t, without a phone's that is not paid.
	ReadySince(ctx context.Context, t time.Time, limit int) ([]string, error)
	// OpenBefore gives open orders of business dates before one.
	OpenBefore(ctx context.Context, date string, limit int) ([]string, error)
	OpenUnpaid(ctx context.Context, phone string, dates []string) (int, error)
	// UnseenBefore gives orders of business dates before one that are over, with voids nobody acknowledged.
	UnseenBefore(ctx context.Context, date string, limit int) ([]string, error)
	// Queue is what a café's stations have to do, by the moment before which nobody waits for it, ascending; of what is
	// promised in a slot or later ones.
	Queue(ctx context.Context, cafe string, since time.Time) ([]Work, error)
	// Before is what the stations have to do before an order, by station; of what is promised in a slot or later ones.
	Before(ctx context.Context, o *Order, since time.Time) ([]Work, error)
	// Booked is what the stations have to do, by the slot it is promised in, from one on.
	Booked(ctx context.Context, cafe string, since time.Time) ([]Work, error)
	// PausedUntil is when a café takes orders from phones again; zero: it was never paused.
	PausedUntil(ctx context.Context, cafe string) (time.Time, error)
	Head(ctx context.Context, cafe string) (Head, error)
	Heads(ctx context.Context, since int64, after Head, limit int) ([]Head, error)
	Journal(ctx context.Context, cafe string, after int64, order string, limit int) ([]journal.Entry, error)
	// Moves is Journal without the payloads.
	Moves(ctx context.Context, cafe string, after int64, limit int) ([]journal.Entry, error)
	Due(ctx context.Context, until time.Time, limit int) ([]StockDue, error)
	// Backlog is how much stock is owed, and since when; zero: nothing is.
	Backlog(ctx context.Context) (waiting int64, oldest time.Time, err error)
	Recall(ctx context.Context, name string) ([]byte, error) // nil: nothing remembered
	Answered(ctx context.Context, key keyed.Key) (Answer, bool, error)
}

// Tx is what a write transaction can do.
type Tx interface {
	Attempts(id string) ([]Attempt, error)
	AddAttempt(a Attempt) error // ErrTaken
	Order(id string) (Order, bool, error)
	Fingerprints(ids []string) (map[string][]byte, error)
	Insert(orders []*Order) error // ErrTaken
	// Save writes what a rule changed and raises the version. ErrChanged when somebody else did before.
	Save(before, after *Order) error
	NextCall(cafe, date, letter string) (int, error)
	LockPhone(phone string, now time.Time) error
	// LockPhones is one café's orders from phones at a time; it answers until when they are paused.
	LockPhones(cafe string, now time.Time) (time.Time, error)
	Pause(cafe string, until time.Time) error
	Queue(cafe string, since time.Time) ([]Work, error)
	Booked(cafe string, since time.Time) ([]Work, error)
	OpenUnpaid(phone string, dates []string) (int, error)
	Owe(due []StockDue) error
	Acknowledge(ids []string) error
	Postpone(id string, next time.Time) error
	// Advance takes entries and receipts from a café's head, which stays locked until the end. It answers the head
	// before.
	Advance(cafe string, entries, receipts int, now time.Time) (Head, error)
	Append(entries []journal.Entry, receipts map[string]int64) error
	Remember(name string, body []byte, now time.Time) error
	Keyed(key keyed.Key, now time.Time, fn func() (Answer, error)) (Answer, error)
	Audit(e audit.Entry) error
}

// Deps is what a Service is made of.
type Deps struct {
	Store     Store
	Menus     Menus
	Inventory Inventory
	Cafes     Cafes
	Approvals Approvals
	Now       func() time.Time
	NewID     func() string
	Log       *slog.Logger
	// Step, if set, is called at the named steps of an order: after_consume, before_commit, after_commit,
	// before_reverse. Fault tests stop there.
	Step func(name string)
	// Every is the pause between two rounds of the reconciler (5 s); After is how old an open consumption must be to be
	// looked at (30 s); CollectAfter is how long a ready order waits until it counts as collected (15 min).
	Every, After, CollectAfter time.Duration
	// SlotSeconds is how many bar-seconds of a station orders from phones may book in a quarter hour (600).
	SlotSeconds int64
}

// Service places orders and everything that happens to them.
type Service struct {
	Deps
	known    catalogue
	turns    turns
	boards   hub
	confirms chan OpenConsumption
	// reconciled counts what the reconciler had to mend.
	reconciled struct{ confirmed, givenBack atomic.Int64 }
	zones      sync.Map // by name: reading one from its file takes longer than the rest of an order's arithmetic
}

// New makes a Service. Its background work is Run.
func New(d Deps) *Service {
	if d.Step == nil {
		d.Step = func(string) {}
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Every == 0 {
		d.Every = 5 * time.Second
	}
	if d.After == 0 {
		d.After = 30 * time.Second
	}
	if d.CollectAfter == 0 {
		d.CollectAfter = 15 * time.Minute
	}
	if d.SlotSeconds == 0 {
		d.SlotSeconds = slotSeconds
	}
	s := &Service{Deps: d, confirms: make(chan OpenConsumption, 4096)}
	s.known.now = d.Now
	return s
}

// now is the clock to the microsecond, as it is stored.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// calendar is a café's zone and cut-off.
func (s *Service) calendar(zone string, cutoffMinutes int) (day.Calendar, error) {
	if location, ok := s.zones.Load(zone); ok {
		return day.Calendar{Zone: location.(*time.Location), CutoffMinutes: cutoffMinutes}, nil
	}
	calendar, err := day.Load(zone, cutoffMinutes)
	if err == nil {
		s.zones.Store(zone, calendar.Zone)
	}
	return calendar, err
}

// approved is a second person's yes to one call: who gave it, and its id. The zero value is that none was needed.
type approved struct{ by, id string }

// allow tells who stands behind something that needs a lead: nobody when the caller may alone, else the approver, on
// the same device. Whoever writes what was allowed spends it. Errors: approval_required, approval_refused.
func (s *Service) allow(caller rpc.Caller, cafe, approval, what string) (approved, error) {
	if caller.AtLeast("lead") {
		return approved{}, nil
	}
	if approval == "" {
		return approved{}, errs.Forbidden("approval_required", "This needs a lead's PIN.").With("needs", "lead").With("for", what)
	}
	second, err := s.Approvals.VerifyApproval(approval, cafe)
	if err != nil || !second.AtLeast("lead") || second.Device != caller.Device {
		return approved{}, approvalRefused().With("for", what)
	}
	return approved{second.Subject, second.Session}, nil
}

// unspent refuses an approval that was used before, ahead of the transaction that spends it: it spares the stock.
func (s *Service) unspent(ctx context.Context, a approved) error {
	if _, spent, err := s.Store.Answered(ctx, a.key()); err != nil || !spent {
		return err
	}
	return approvalRefused()
}

// spend uses an approval up, in the transaction of what it allowed. Error: approval_refused when it was used before.
func (a approved) spend(tx Tx, now time.Time) error {
	if a.id == "" {
		return nil
	}
	fresh := false
	_, err := tx.Keyed(a.key(), now, func() (Answer, error) {
		fresh = true
		return Answer{}, nil
	})
	if err == nil && !fresh {
		err = approvalRefused()
	}
	return err
}

func (a approved) key() keyed.Key {
	if a.id == "" {
		return keyed.Key{}
	}
	return keyed.Key{Method: "Approval", Subject: a.by, Key: a.id, Fingerprint: []byte("spent")}
}

func approvalRefused() *errs.Error {
	return errs.Forbidden("approval_refused", "The approval is not valid any more. Ask a lead again.").With("needs", "lead")
}

// taker is the caller as a tender names it.
func taker(caller rpc.Caller, now time.Time) Taker {
	return Taker{Person: caller.Subject, Device: caller.Device, At: now}
}

// writeRetrying runs a change, again when somebody else changed the order in between.
func (s *Service) writeRetrying(ctx context.Context, fn func(tx Tx) error) error {
	var err error
	for range 8 {
		if err = s.Store.Write(ctx, fn); !errors.Is(err, ErrChanged) && !errs.HasCode(err, "idempotency_in_progress") {
			return err
		}
	}
	return errs.Conflict("order_busy", "Somebody else is changing this order. Try again.").Because(err).After(time.Second)
}
