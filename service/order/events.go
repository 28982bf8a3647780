package order

import (
	"time"

	"coffee/internal/day"
	"coffee/internal/rpc"
	"coffee/service/order/journal"

	orderpb "coffee/proto/coffee/order/v1"
)

// The kinds of journal entries.
const (
	kindPlaced       = "placed"
	kindImported     = "imported"
	kindSettled      = "settled"
	kindRelabelled   = "relabelled"
	kindAdvanced     = "advanced"
	kindVoided       = "voided"
	kindRefunded     = "refunded"
	kindCancelled    = "cancelled"
	kindCollected    = "collected"
	kindProblem      = "problem"
	kindAcknowledged = "acknowledged"
)

// entry is a journal entry that still waits for its numbers: what happened to an order, before and after. before is
// nil for a new one.
type entry struct {
	kind          string
	before, after *Order
	by            rpc.Caller
	reason        string
	approvedBy    string
}

// commit writes what happened as the last statements of a transaction: the café's head is locked, receipt numbers
// are given to what is settled by it, and the entries are chained. All entries are of one café.
func (s *Service) commit(tx Tx, now time.Time, entries ...entry) error {
	rows, receipts, err := s.chain(tx, now, entries)
	if err != nil {
		return err
	}
	return tx.Append(rows, receipts)
}

// chain gives the entries their numbers and hashes. It answers the receipt numbers by order, which the orders have by
// then as well.
func (s *Service) chain(tx Tx, now time.Time, entries []entry) ([]journal.Entry, map[string]int64, error) {
	cafe, receipts := entries[0].after.Cafe, 0
	for _, e := range entries {
		if wantsReceipt(e.after) {
			receipts++
		}
	}
	head, err := tx.Advance(cafe, len(entries), receipts, now)
	if err != nil {
		return nil, nil, err
	}
	rows, numbers := make([]journal.Entry, len(entries)), map[string]int64{}
	prev, receipt := head.Hash, head.Receipt
	for i, e := range entries {
		if wantsReceipt(e.after) {
			receipt++
			e.after.Receipt = receipt
			numbers[e.after.ID] = receipt
		}
		calendar, err := s.calendar(e.after.Zone, e.after.CutoffMinutes)
		if err != nil {
			return nil, nil, err
		}
		row := journal.Entry{
			Cafe: cafe, Seq: head.Seq + int64(i) + 1, Kind: e.kind, OrderID: e.after.ID, Payload: journal.Encode(e.event(calendar, now)), PrevHash: prev,
		}
		row.Hash = journal.Hash(prev, cafe, row.Seq, row.Kind, row.OrderID, row.Payload)
		prev, rows[i] = row.Hash, row
	}
	return rows, numbers, nil
}

// wantsReceipt tells whether an order gets its receipt number now: it is settled, and has none. A remake is no sale.
func wantsReceipt(o *Order) bool {
	return o.Receipt == 0 && o.Source != FromRemake && o.settled()
}

// event is what happened, self-contained and without the customer's name. Its lines are what it adds to the sales:
// the difference of their worth, so that the sum over all events is what is sold.
func (e entry) event(calendar day.Calendar, now time.Time) *orderpb.Event {
	o := e.after
	booked, mends := o.BusinessDate, ""
	if e.before != nil {
		booked, mends = booking(calendar, o.BusinessDate, now)
	}
	event := &orderpb.Event{
		Kind: e.kind, OrderId: o.ID, CafeId: o.Cafe, BusinessDate: booked, MendsDate: mends, AtUs: now.UnixMicro(),
		SoldAtUs: o.SoldAt.UnixMicro(), Hour: int32(calendar.Hour(o.SoldAt)), Currency: o.Currency, Release: o.Release,
		Service: o.Service, Source: string(o.Source), PersonId: e.by.Subject, DeviceId: e.by.Device,
		ReceiptNumber: o.Receipt, CallNumber: o.CallNumber, LinkedOrderId: o.Linked, OrderState: string(o.State),
		MoneyState: string(o.MoneyState), OrderTotal: o.Total, Reason: e.reason, ApprovedBy: e.approvedBy,
		TimeZone: o.Zone, CutoffMinutes: int32(o.CutoffMinutes), TaxMode: o.TaxMode,
	}
	for i := range o.Lines {
		if line := e.line(i); line != nil {
			event.Lines = append(event.Lines, line)
		}
	}
	had, has := e.before != nil && e.before.sells(), o.sells()
	switch {
	case has && !had:
		event.Orders = 1
	case had && !has:
		event.Orders = -1
	}
	known := 0
	if e.before != nil {
		known = len(e.before.Tenders)
	}
	for _, t := range o.Tenders[known:] {
		sign := int64(1)
		if t.Direction == Payout {
			sign = -1
		}
		event.Tenders = append(event.Tenders, &orderpb.EventTender{
			Id: t.ID, Kind: t.Kind, Amount: sign * t.Amount, Tip: sign * t.Tip, Drawer: t.Drawer, TakenBy: t.TakenBy, Relabels: t.Relabels,
		})
	}
	return event
}

// line is what happened to one line; nil: nothing.
func (e entry) line(i int) *orderpb.EventLine {
	l := &e.after.Lines[i]
	worth := e.after.worth(l)
	to := ""
	if e.before != nil {
		was := &e.before.Lines[i]
		worth = worth.minus(e.before.worth(was))
		if worth == (Value{}) && was.State == l.State && was.Problem == l.Problem && was.VoidSeenAt.Equal(l.VoidSeenAt) {
			return nil
		}
		switch {
		case l.State == Voided && l.VoidedMade:
			to = "waste"
		case l.State == Voided:
			to = "restock"
		}
	}
	line := &orderpb.EventLine{
		Line: l.Number, ItemId: l.ItemID, VariationId: l.VariationID, ItemName: l.ItemName, VariationName: l.VariationName,
		CategoryId: l.CategoryID, CategoryName: l.CategoryName, Quantity: worth.Quantity, Gross: worth.Gross,
		Discount: worth.Discount, Amount: worth.Amount, TaxRate: l.TaxRate, Tax: worth.Tax, Net: worth.Net, Total: worth.Total,
		State: string(l.State), UnitPrice: l.UnitPrice, To: to, OverrideBy: l.OverrideBy,
	}
	if worth != (Value{}) {
		line.Modifiers = modifiersToProto(l.Modifiers)
	}
	return line
}
