// Package order owns orders, what is made and what is paid for them, and the café's journal. It asks menu for prices
// and inventory for stock through the small interfaces of service.go; it keeps no catalogue, recipe or credential of
// its own, and never takes a price or a role from a client.
package order

import (
	"slices"
	"time"
)

// LineState is where one line stands: queued → making → ready → handed_over, or voided before that.
type LineState string

// The states of a line.
const (
	Queued     LineState = "queued"
	Making     LineState = "making"
	Ready      LineState = "ready"
	HandedOver LineState = "handed_over"
	Voided     LineState = "voided"
)

// State is an order's, derived from its lines.
type State string

// The states of an order.
const (
	StatePlaced      State = "placed"
	StateInProgress  State = "in_progress"
	StateReady       State = "ready"
	StateCollected   State = "collected"
	StateUncollected State = "uncollected"
	StateVoided      State = "voided"
)

// MoneyState is what is paid of an order, derived from its lines and tenders.
type MoneyState string

// The states of an order's money.
const (
	Unpaid       MoneyState = "unpaid"
	PartPaid     MoneyState = "part_paid"
	Paid         MoneyState = "paid"
	PartRefunded MoneyState = "part_refunded"
	Refunded     MoneyState = "refunded"
)

// Source is where an order comes from.
type Source string

// The sources of orders.
const (
	FromCounter Source = "counter"
	FromPhone   Source = "phone"
	FromImport  Source = "import"
	FromChange  Source = "change"
	FromRemake  Source = "remake"
)

// Order is one sale. Money is minor units of Currency.
type Order struct {
	ID, Cafe, BusinessDate string
	SoldAt, PlacedAt       time.Time
	State                  State
	MoneyState             MoneyState
	Service                string // eat_in or take_away
	Source                 Source
	Release                int64
	CallNumber             string
	Receipt                int64 // 0 until it is settled
	CustomerName           string
	Note, Table            string
	PickupAt               time.Time
	Currency, TaxMode      string
	Lines                  []Line
	Tenders                []Tender
	Discount               int64 // of what is not voided
	Total                  int64 // owed for everything not voided
	Paid                   int64 // captured, corrections of a tender's kind not counted
	Refunded               int64 // given back
	Due                    int64 // still to take
	Linked                 string
	PlacedBy, Phone        string // a person's or admin's id; the phone of a customer
	Device                 string
	Version                int64
	ReadyAt                time.Time
	CollectedAutomatically bool
	Uncollected            bool // nobody came for it until the day closed
	Shortages              []string
	ApprovedBy             string // who approved discounts, comps and prices by hand
	Zone                   string // the café's, when it was placed
	CutoffMinutes          int
	Attempt                int32 // the consumption that is its own
	Fingerprint            []byte
	PromisedAt, StartAt    time.Time // when it was said to be ready, and when to begin for that
	Scheduled              bool      // promised for a time of its own, not as soon as possible
	ExpectedAt             time.Time // of one that is read while it is late: when it will be ready instead
	HideName               bool      // the public board shows the number only
}

// Line is one priced line of an order.
type Line struct {
	Number                      int32 // from 1
	ItemID, VariationID         string
	ItemName, VariationName     string
	CategoryID, CategoryName    string
	Station                     string // empty: nothing to make, handed over at Pay
	Modifiers                   []Modifier
	Quantity                    int32
	UnitPrice, Gross, Discount  int64
	Amount                      int64 // gross − discount
	TaxCode                     string
	TaxRate                     int32 // basis points
	Tax, Net, Total             int64
	State                       LineState
	Note                        string
	ComboID, ComboName          string
	ComboGroup                  int32
	Comp                        bool
	RefundedQuantity            int32
	RefundedAmount              int64
	QueuedAt, MakingAt, ReadyAt time.Time
	HandedOverAt, VoidedAt      time.Time
	VoidReason                  string
	VoidedMade                  bool
	Begun                       bool // the bar began with it once, whatever was undone since
	Uses                        []Use
	NoRecipe                    bool
	PriceWindow                 string
	OverrideBy, OverrideReason  string
	BarSeconds                  int32     // of one unit
	Problem                     string    // why the bar cannot make it
	VoidSeenAt                  time.Time // when the bar saw that it was voided under its hands
	Unexpanded                  bool      // of a quote: nobody could be asked what it is made of
}

// Modifier is a chosen modifier of a line.
type Modifier struct {
	ID       string `json:"id"`
	Name     string `json:"n"`
	Group    string `json:"g"`
	Quantity int32  `json:"q"`
	Price    int64  `json:"p"` // what it adds to one unit
}

// Use is one ingredient that a line took, in thousandths of its base unit.
type Use struct {
	IngredientID string   `json:"id"`
	Name         string   `json:"n"`
	Slot         string   `json:"s,omitempty"`
	Quantity     int64    `json:"q"`
	Unit         string   `json:"u"`
	Counted      bool     `json:"c,omitempty"`
	Allergens    []string `json:"a,omitempty"`
}

// The directions of a tender.
const (
	Capture = "capture"
	Payout  = "payout"
)

// Tender is money taken for an order, or given back.
type Tender struct {
	ID        string
	Part      int32 // which part of a tender that was shared over several orders
	Kind      string
	Amount    int64
	Tendered  int64
	Change    int64
	Tip       int64
	Drawer    string
	Reference string
	TakenBy   string
	TakenAt   time.Time
	Direction string
	Relabels  string // the tender this one corrects
	ShiftID   string
	LateFromZ int64
	Device    string
}

// clone copies an order so that a rule can change it.
func (o *Order) clone() Order {
	c := *o
	c.Lines, c.Tenders = slices.Clone(o.Lines), slices.Clone(o.Tenders)
	return c
}

// line finds a line by its number.
func (o *Order) line(number int32) *Line {
	for i := range o.Lines {
		if o.Lines[i].Number == number {
			return &o.Lines[i]
		}
	}
	return nil
}

// derive computes everything that follows from lines and tenders.
func (o *Order) derive(now time.Time) {
	o.Discount, o.Total = 0, 0
	var refundedLines int64
	for _, l := range o.Lines {
		if l.State != Voided {
			o.Discount, o.Total = o.Discount+l.Discount, o.Total+l.Total
			refundedLines += l.RefundedAmount
		}
	}
	o.Paid, o.Refunded = sums(o.Tenders)
	owed := o.Total - refundedLines
	o.Due = max(0, owed-(o.Paid-o.Refunded))
	o.State = o.making()
	o.MoneyState = moneyState(owed, o.Paid, o.Refunded, o.State == StateVoided)
	if o.State != StateReady {
		o.ReadyAt = time.Time{}
	} else if o.ReadyAt.IsZero() {
		o.ReadyAt = now
	}
}

// Open tells whether the bar or the counter still has something to do.
func (o *Order) Open() bool {
	return o.State == StatePlaced || o.State == StateInProgress || o.State == StateReady
}

// settled tells whether nothing is left to pay of an order that is still one.
func (o *Order) settled() bool {
	return o.Due == 0 && o.State != StateVoided && o.MoneyState != Unpaid && o.MoneyState != PartPaid
}
