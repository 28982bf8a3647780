package verify

import (
	"coffee/internal/money"
)

// sums5 adds an order's lines up: 5.
func (t *trade) sums5(b *bundle) {
	o := b.order
	wrong := func(format string, args ...any) { t.find(5, b.cafe(), b.object(), format, args...) }
	exclusive := o.detail.TaxMode == "exclusive"
	type rate struct{ amount, tax int64 }
	rates := map[int32]rate{}
	var total, discount int64
	for i := range b.lines {
		l := &b.lines[i]
		gross, ok := money.Multiply(l.unitPrice, int64(l.quantity))
		if l.quantity < 1 || l.unitPrice < 0 || !ok {
			wrong("line %d is %d units at %d", l.number, l.quantity, l.unitPrice)
			continue
		}
		// What an imported order was paid more than its price is booked into the gross.
		if l.gross != gross && (o.source != "import" || l.gross < gross) {
			wrong("line %d: %d × %d is not %d", l.number, l.quantity, l.unitPrice, l.gross)
		}
		if l.discount < 0 || l.discount > l.gross || l.amount != l.gross-l.discount {
			wrong("line %d: %d less a discount of %d is not %d", l.number, l.gross, l.discount, l.amount)
		}
		net, lineTotal := l.amount-l.tax, l.amount
		if exclusive {
			net, lineTotal = l.amount, l.amount+l.tax
		}
		if l.net != net || l.total != lineTotal || l.rate < 0 || l.rate > 10000 {
			wrong("line %d: net %d and tax %d (%d basis points) do not give %d of %d", l.number, l.net, l.tax, l.rate, l.total, l.amount)
		}
		r := rates[l.rate]
		rates[l.rate] = rate{r.amount + l.amount, r.tax + l.tax}
		if l.state != "voided" {
			total, discount = total+l.total, discount+l.discount
		}
	}
	for basisPoints, r := range rates {
		if r.amount < 0 || basisPoints < 0 || basisPoints > 10000 {
			continue // said above
		}
		tax := money.InclusiveTax(r.amount, basisPoints)
		if exclusive {
			tax = money.ExclusiveTax(r.amount, basisPoints)
		}
		if r.tax != tax {
			wrong("the tax of %d basis points on %d is %d, the lines say %d", basisPoints, r.amount, tax, r.tax)
		}
	}
	if o.total != total || o.discount != discount {
		wrong("its lines come to %d with %d off, it says %d with %d off", total, discount, o.total, o.discount)
	}
}

// worth is what some units of a line come to, the first n of them.
type worth struct {
	units                   int32
	gross, discount, amount int64
	tax, net, total         int64
}

func (w worth) plus(v worth) worth {
	return worth{
		w.units + v.units, w.gross + v.gross, w.discount + v.discount, w.amount + v.amount, w.tax + v.tax, w.net + v.net, w.total + v.total,
	}
}

func (w worth) minus(v worth) worth {
	return w.plus(worth{-v.units, -v.gross, -v.discount, -v.amount, -v.tax, -v.net, -v.total})
}

// first is the worth of the first n units: parts that are given back one after the other add up to the whole line.
func (l *lineRow) first(n int32) worth {
	if n == l.quantity || l.quantity < 1 || n < 0 {
		return worth{n, l.gross, l.discount, l.amount, l.tax, l.net, l.total}
	}
	part := func(a int64) int64 { return money.MulDiv(a, int64(n), int64(l.quantity)) }
	w := worth{units: n, gross: part(l.gross), discount: part(l.discount), tax: part(l.tax)}
	w.amount = w.gross - w.discount
	w.net, w.total = w.amount-w.tax, w.amount
	if l.net == l.amount {
		w.net, w.total = w.amount, w.amount+w.tax
	}
	return w
}

// sold is what a line adds to the sales now.
func (b *bundle) sold(l *lineRow) worth {
	if l.state == "voided" || b.order.source == "remake" {
		return worth{}
	}
	return l.first(l.quantity).minus(l.first(l.refundedQuantity))
}

// money holds what is captured, given back and due against the tenders: 7.
func (t *trade) money(b *bundle) {
	if !t.asked(7) {
		return
	}
	o := b.order
	wrong := func(format string, args ...any) { t.find(7, b.cafe(), b.object(), format, args...) }
	var captured, given, corrected int64
	for _, m := range b.tenders {
		sign := int64(1)
		if m.direction == "payout" {
			sign = -1
		}
		switch {
		case m.amount <= 0 || (m.direction != "capture" && m.direction != "payout"):
			wrong("tender %s is a %s of %d", m.id, m.direction, m.amount)
		case m.relabels != (key{}):
			corrected += sign * m.amount
		case sign < 0:
			given += m.amount
		default:
			captured += m.amount
		}
	}
	if corrected != 0 {
		wrong("the corrections of its tenders do not cancel out: %d is left", corrected)
	}
	if o.paid != captured || o.refunded != given {
		wrong("its tenders captured %d and gave back %d, it says %d and %d", captured, given, o.paid, o.refunded)
	}
	if o.refunded < 0 || o.refunded > o.paid {
		wrong("%d was given back of %d captured", o.refunded, o.paid)
	}
	var total, returned int64
	for i := range b.lines {
		l := &b.lines[i]
		if l.refundedQuantity < 0 || l.refundedQuantity > l.quantity || (l.refundedQuantity > 0 && l.state != "handed_over") {
			wrong("line %d: %d of %d units are refunded while it is %s", l.number, l.refundedQuantity, l.quantity, l.state)
			continue
		}
		if l.refundedAmount != l.first(l.refundedQuantity).total {
			wrong("line %d: %d units refunded are %d, it says %d", l.number, l.refundedQuantity, l.first(l.refundedQuantity).total, l.refundedAmount)
		}
		if l.state != "voided" {
			total, returned = total+l.total, returned+l.refundedAmount
		}
	}
	owed := total - returned
	if due := max(0, owed-(captured-given)); o.due != due {
		wrong("%d is due, it says %d", due, o.due)
	}
	if state := moneyState(owed, captured, given, o.state == "voided"); o.moneyState != state {
		wrong("it is %s, it says %s", state, o.moneyState)
	}
	t.tendersTold(b, captured-given)
}

// tendersTold holds the tenders of the journal against those of the order.
func (t *trade) tendersTold(b *bundle, held int64) {
	var told int64
	for _, e := range b.entries {
		told += e.event.captured
	}
	if told != held {
		t.find(7, b.cafe(), b.object(), "the journal tells of %d captured and not given back, the tenders of %d", told, held)
	}
}

func moneyState(owed, captured, given int64, voided bool) string {
	switch {
	case given > 0 && given >= captured:
		return "refunded"
	case given > 0:
		return "part_refunded"
	case captured == 0 && (owed > 0 || voided):
		return "unpaid"
	case captured < owed:
		return "part_paid"
	}
	return "paid"
}
