package order

import (
	"cmp"
	"slices"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
)

// slotSeconds is how many bar-seconds of one station's quarter hour orders from phones may book: two thirds of what one
// pair of hands does in it. The rest is for whoever stands at the counter.
const slotSeconds = 600

// openingsWithin is how far ahead a café's next opening is looked for.
const openingsWithin = 14 // days

// Slot is a pick-up time. Full: the bar has no time left in it for phones.
type Slot struct {
	At   time.Time
	Full bool
}

// phoneDay is what a phone's order is held against: the café's hours and day, and what a slot holds.
type phoneDay struct {
	hours    day.Hours // with its zone
	calendar day.Calendar
	capacity int64
}

// full tells which slots have no room. The work of counter and phones counts alike: it is for the same hands.
func (d phoneDay) full(booked []Work) func(time.Time) bool {
	return func(t time.Time) bool {
		at := slotOf(t)
		return slices.ContainsFunc(booked, func(w Work) bool { return w.At.Equal(at) && w.Seconds >= d.capacity })
	}
}

// slots is the quarter hours from a moment on, while the café is open, until its business day ends.
func (d phoneDay) slots(from time.Time, booked []Work) []Slot {
	var out []Slot
	full, ends := d.full(booked), d.calendar.NextCutoff(from)
	at := slotOf(from)
	if at.Before(from) {
		at = at.Add(slotLength)
	}
	for ; at.Before(ends); at = at.Add(slotLength) {
		if d.hours.OpenAt(at) {
			out = append(out, Slot{At: at, Full: full(at)})
		}
	}
	return out
}

// asap is the first moment from the given one with room for a phone's order; zero: none until the day ends.
func (d phoneDay) asap(from time.Time, booked []Work) time.Time {
	if !d.full(booked)(from) {
		return from
	}
	return firstFree(d.slots(from, booked))
}

func firstFree(slots []Slot) time.Time {
	if i := slices.IndexFunc(slots, func(s Slot) bool { return !s.Full }); i >= 0 {
		return slots[i].At
	}
	return time.Time{}
}

// promise promises a phone's order. Without a pick-up time it goes to the first moment with room. Errors:
// phone_orders_paused, with its end; slot_full, with the next time that has room.
func (d phoneDay) promise(o *Order, now, pausedUntil time.Time, queue, booked []Work) error {
	if pausedUntil.After(now) {
		return errs.Conflict("phone_orders_paused", "The counter takes no orders from phones until %s.", pausedUntil.In(d.calendar.Zone).Format("15:04")).
			With("until", pausedUntil.UTC().Format(time.RFC3339))
	}
	o.promise(now, queue)
	own := o.Work()
	if len(own) == 0 {
		return nil // a croissant takes nobody's time
	}
	if o.PickupAt.After(now) {
		if !d.full(booked)(o.PromisedAt) {
			return nil
		}
		next := firstFree(d.slots(o.PromisedAt, booked))
		if next.IsZero() {
			next = firstFree(d.slots(ready(now, queue, own), booked)) // earlier, then
		}
		return d.slotFull(next)
	}
	at := d.asap(o.PromisedAt, booked)
	if at.IsZero() {
		return d.slotFull(at)
	}
	if !at.Equal(o.PromisedAt) {
		o.PromisedAt, o.StartAt, o.Scheduled = at, at.Add(-longest(own)), true
	}
	return nil
}

func (d phoneDay) slotFull(next time.Time) error {
	if next.IsZero() {
		return errs.Conflict("slot_full", "The bar has no time left today for orders from phones. Order at the counter.")
	}
	return errs.Conflict("slot_full", "The bar has no time left then. The next time with room is %s.", next.In(d.calendar.Zone).Format("15:04")).
		With("next", next.UTC().Format(time.RFC3339))
}

// doors tells until when a café is open, and when it opens next; zero where that is not within two weeks: one that is open
// day and night never closes. Spans that touch or overlap are one.
func doors(h day.Hours, now time.Time) (opens, closes time.Time) {
	type span struct{ from, to time.Time }
	var spans []span
	y, m, d := now.In(h.Zone).Date()
	for ahead := -2; ahead <= openingsWithin; ahead++ {
		date := time.Date(y, m, d+ahead, 12, 0, 0, 0, time.UTC)
		for _, s := range h.Of(date) {
			if from, to := h.Moment(date, s.Opens), h.Moment(date, s.Closes); to.After(now) && from.Before(to) {
				spans = append(spans, span{from, to})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	for _, s := range spans {
		switch {
		case s.from.After(now) && closes.IsZero():
			return s.from, time.Time{}
		case closes.IsZero():
			closes = s.to
		case s.from.After(closes):
			return s.from, closes
		case s.to.After(closes):
			closes = s.to
		}
	}
	if closes.Sub(now) > (openingsWithin-1)*24*time.Hour {
		closes = time.Time{}
	}
	return time.Time{}, closes
}
