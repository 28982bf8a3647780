package order

import (
	"strconv"
	"time"

	"coffee/internal/errs"
	"coffee/internal/money"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// sums is what was captured and what was given back. A tender's correction (cash was card) is neither.
func sums(tenders []Tender) (captured, given int64) {
	for _, t := range tenders {
		switch {
		case t.Relabels != "":
		case t.Direction == Payout:
			given += t.Amount
		default:
			captured += t.Amount
		}
	}
	return captured, given
}

// moneyState is unpaid → part_paid → paid, and back → part_refunded → refunded.
func moneyState(owed, captured, given int64, voided bool) MoneyState {
	switch {
	case given > 0 && given >= captured:
		return Refunded
	case given > 0:
		return PartRefunded
	case captured == 0 && (owed > 0 || voided):
		return Unpaid
	case captured < owed:
		return PartPaid
	}
	return Paid
}

// Value is what some units of a line add to the sales, in minor units.
type Value struct {
	Quantity                int32
	Gross, Discount, Amount int64
	Tax, Net, Total         int64
}

func (v Value) minus(w Value) Value {
	return Value{
		v.Quantity - w.Quantity, v.Gross - w.Gross, v.Discount - w.Discount, v.Amount - w.Amount,
		v.Tax - w.Tax, v.Net - w.Net, v.Total - w.Total,
	}
}

// share is the worth of the first n units of a line: of all of them it is the line's own to the unit, so parts that
// are given back one after the other add up.
func (l *Line) share(n int32) Value {
	if n == l.Quantity {
		return Value{n, l.Gross, l.Discount, l.Amount, l.Tax, l.Net, l.Total}
	}
	part := func(a int64) int64 { return money.MulDiv(a, int64(n), int64(l.Quantity)) }
	v := Value{Quantity: n, Gross: part(l.Gross), Discount: part(l.Discount), Tax: part(l.Tax)}
	v.Amount = v.Gross - v.Discount
	v.Net, v.Total = v.Amount-v.Tax, v.Amount
	if l.Net == l.Amount { // the tax came on top
		v.Net, v.Total = v.Amount, v.Amount+v.Tax
	}
	return v
}

// worth is what a line adds to the sales now. A remake is no sale.
func (o *Order) worth(l *Line) Value {
	if l.State == Voided || o.Source == FromRemake {
		return Value{}
	}
	return l.share(l.Quantity).minus(l.share(l.RefundedQuantity))
}

// sells tells whether anything of the order is still sold.
func (o *Order) sells() bool {
	for i := range o.Lines {
		if o.worth(&o.Lines[i]).Quantity > 0 {
			return true
		}
	}
	return false
}

// NewTender is money that somebody brings.
type NewTender struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Amount    int64  `json:"amount"`
	Tendered  int64  `json:"tendered,omitempty"`
	Tip       int64  `json:"tip,omitempty"`
	Drawer    string `json:"drawer,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// Taker is who takes or gives money, where and when.
type Taker struct {
	Person, Device string
	At             time.Time
}

// check looks at tenders by themselves. Errors: invalid tender_id_twice, tendered_not_cash, tendered_too_small.
func checkTenders(tenders []NewTender) error {
	seen := map[string]bool{}
	for i, t := range tenders {
		path := "tenders[" + strconv.Itoa(i) + "]"
		switch {
		case seen[t.ID]:
			return errs.Invalid("tender_id_twice", "Each tender has an id of its own.").Field(path+".id", "occurs twice")
		case t.Tendered > 0 && t.Kind != "cash":
			return errs.Invalid("tendered_not_cash", "Only cash is handed over and gives change.").Field(path+".tendered", "is for cash only")
		case t.Tendered > 0 && t.Tendered < t.Amount+t.Tip:
			return errs.Invalid("tendered_too_small", "The cash handed over is less than amount and tip.").
				Field(path+".tendered", "%d is less than %d", t.Tendered, t.Amount+t.Tip)
		}
		seen[t.ID] = true
	}
	return nil
}

// settle shares tenders over orders in the order they are named, each up to what is due. It answers the change to
// give. Errors: nothing_due, overpaid, and those of checkTenders.
func settle(orders []*Order, tenders []NewTender, by Taker) (int64, error) {
	if err := checkTenders(tenders); err != nil {
		return 0, err
	}
	var due, brought, change int64
	for _, o := range orders {
		due += o.Due
	}
	for _, t := range tenders {
		brought += t.Amount
	}
	switch {
	case due == 0:
		return 0, errs.Conflict("nothing_due", "There is nothing left to pay.").With("due", "0")
	case brought > due:
		return 0, errs.Conflict("overpaid", "That is more than is due. Give change for cash, or take less.").With("due", itoa(due))
	}
	at := 0
	for _, t := range tenders {
		part := int32(0)
		for left := t.Amount; left > 0; {
			o := orders[at]
			if o.Due == 0 {
				at++
				continue
			}
			amount := min(left, o.Due)
			taken := Tender{
				ID: t.ID, Part: part, Kind: t.Kind, Amount: amount, Drawer: t.Drawer, Reference: t.Reference,
				TakenBy: by.Person, Device: by.Device, TakenAt: by.At, Direction: Capture,
			}
			if taken.Drawer == "" {
				taken.Drawer = by.Device
			}
			if part == 0 { // tip and change belong to the tender as a whole: its first part carries them
				taken.Tip = t.Tip
				if t.Tendered > 0 {
					taken.Change = t.Tendered - t.Amount - t.Tip
					taken.Tendered = amount + t.Tip + taken.Change
					change += taken.Change
				} else if t.Kind == "cash" {
					taken.Tendered = amount + t.Tip
				}
			}
			o.Tenders = append(o.Tenders, taken)
			o.Due -= amount
			left -= amount
			part++
		}
	}
	return change, nil
}

// captured is what can be given back by kind.
func (o *Order) captured() map[string]int64 {
	held := map[string]int64{}
	for _, t := range o.Tenders {
		if t.Direction == Payout {
			held[t.Kind] -= t.Amount
		} else {
			held[t.Kind] += t.Amount
		}
	}
	return held
}

// payBack gives money back: in one kind when it is asked for, else as it came, the newest tender first. It answers
// the parts by kind, for a change that carries them over. newID makes the payouts' ids.
func (o *Order) payBack(amount int64, kind string, by Taker, newID func() string) []Tender {
	var parts []Tender
	give := func(kind, drawer string, amount int64) {
		parts = append(parts, Tender{
			ID: newID(), Kind: kind, Amount: amount, Drawer: drawer, TakenBy: by.Person, Device: by.Device, TakenAt: by.At,
			Direction: Payout,
		})
	}
	if amount <= 0 {
		return nil
	}
	if kind != "" {
		give(kind, by.Device, amount)
	} else {
		held := o.captured()
		for i := len(o.Tenders) - 1; i >= 0 && amount > 0; i-- {
			t := o.Tenders[i]
			if n := min(amount, t.Amount, held[t.Kind]); t.Direction == Capture && n > 0 {
				drawer := by.Device
				if drawer == "" {
					drawer = t.Drawer
				}
				give(t.Kind, drawer, n)
				held[t.Kind] -= n
				amount -= n
			}
		}
	}
	o.Tenders = append(o.Tenders, parts...)
	return parts
}

// returnTips gives back what was given on top, when nothing of the order is left: with the payouts that a void just made,
// which are the tenders behind the first n, as they went out.
func (o *Order) returnTips(n int, kind string) {
	if o.making() != StateVoided {
		return
	}
	held := map[string]int64{}
	for _, t := range o.Tenders {
		into := t.Kind
		if kind != "" {
			into = kind // all of it goes back one way
		}
		if t.Direction == Payout {
			held[into] -= t.Tip
		} else {
			held[into] += t.Tip
		}
	}
	for i := n; i < len(o.Tenders); i++ {
		t := &o.Tenders[i]
		t.Tip += max(0, held[t.Kind])
		held[t.Kind] = 0
	}
}

// excess is what was captured beyond what is owed: what a void has to give back.
func (o *Order) excess() int64 {
	var owed int64
	for _, l := range o.Lines {
		if l.State != Voided {
			owed += l.Total - l.RefundedAmount
		}
	}
	captured, given := sums(o.Tenders)
	return max(0, captured-given-owed)
}

// relabel turns a tender's kind around (cash ↔ card) by a correcting pair; all three stay. It tells whether it had
// to. Errors: NotFound for the tender, not_relabelable, already_relabelled, tender_given_back.
func (o *Order) relabel(id, kind string, by Taker, newID func() string) (bool, error) {
	var found *Tender
	for i, t := range o.Tenders {
		if t.Relabels == id {
			return false, errs.Conflict("already_relabelled", "This tender was corrected before. Correct the correction.")
		}
		if t.ID == id && t.Direction == Capture {
			found = &o.Tenders[i]
		}
	}
	switch {
	case found == nil:
		return false, errs.NotFound("tender %s", id)
	case found.Kind == kind:
		return false, nil
	case found.Kind != "cash" && found.Kind != "card":
		return false, errs.Conflict("not_relabelable", "Only cash and card can be turned into one another.")
	case o.captured()[found.Kind] < found.Amount:
		return false, errs.Conflict("tender_given_back", "Money of this tender was given back already: there is nothing left to correct.")
	}
	out := Tender{
		ID: newID(), Kind: found.Kind, Amount: found.Amount, Tip: found.Tip, Drawer: found.Drawer, TakenBy: by.Person,
		Device: by.Device, TakenAt: by.At, Direction: Payout, Relabels: id,
	}
	in := out
	in.ID, in.Kind, in.Direction, in.Reference = newID(), kind, Capture, found.Reference
	o.Tenders = append(o.Tenders, out, in)
	return true, nil
}
