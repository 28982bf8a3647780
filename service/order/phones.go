package order

import (
	"context"
	"time"

	"coffee/internal/audit"
	"coffee/internal/rpc"
)

// PhoneOrders is what a phone may order in a café now.
type PhoneOrders struct {
	PausedUntil       time.Time // zero: it takes orders
	Open              bool
	OpensAt, ClosesAt time.Time // zero: not within two weeks; not open
	AsapAt            time.Time // of one short drink; zero: closed, or full
	Slots             []Slot
	At                time.Time
}

// PhoneOrders tells what a phone may order in a café now. Error: NotFound for a café.
func (s *Service) PhoneOrders(ctx context.Context, cafe string) (PhoneOrders, error) {
	shop, d, err := s.phoneDay(ctx, cafe)
	if err != nil {
		return PhoneOrders{}, err
	}
	now := s.now()
	p := PhoneOrders{At: now}
	until, err := s.Store.PausedUntil(ctx, cafe)
	if err != nil {
		return PhoneOrders{}, err
	}
	if until.After(now) {
		p.PausedUntil = until
	}
	if shop.Archived {
		return p, nil
	}
	p.OpensAt, p.ClosesAt = doors(d.hours, now)
	p.Open = d.hours.OpenAt(now)
	if !p.Open {
		return p, nil
	}
	queue, err := s.Store.Queue(ctx, cafe, queuedSince(now))
	if err != nil {
		return PhoneOrders{}, err
	}
	booked, err := s.Store.Booked(ctx, cafe, slotOf(now))
	if err != nil {
		return PhoneOrders{}, err
	}
	soon := ready(now, queue, shortDrink)
	p.AsapAt, p.Slots = d.asap(soon, booked), d.slots(soon, booked)
	return p, nil
}

// shortDrink is what is asked about when nobody said yet what is wanted.
var shortDrink = []Work{{Station: "bar", Seconds: unknownSeconds}}

func (s *Service) phoneDay(ctx context.Context, cafe string) (Cafe, phoneDay, error) {
	shop, err := s.cafe(ctx, cafe)
	if err != nil {
		return shop, phoneDay{}, err
	}
	calendar, err := s.calendar(shop.Zone, shop.CutoffMinutes)
	d := phoneDay{hours: shop.Hours, calendar: calendar, capacity: s.SlotSeconds}
	d.hours.Zone = calendar.Zone
	return shop, d, err
}

// PausePhoneOrders stops orders from phones for a while; it ends by itself, or at once with no duration. Error: NotFound
// for a café.
func (s *Service) PausePhoneOrders(ctx context.Context, caller rpc.Caller, cafe string, pause time.Duration) (PhoneOrders, error) {
	if _, err := s.cafe(ctx, cafe); err != nil {
		return PhoneOrders{}, err
	}
	err := s.Store.Write(ctx, func(tx Tx) error {
		now := s.now()
		before, err := tx.LockPhones(cafe, now)
		if err != nil {
			return err
		}
		var until time.Time
		if pause > 0 {
			until = now.Add(pause)
		}
		if err := tx.Pause(cafe, until); err != nil {
			return err
		}
		return tx.Audit(audit.Entry{
			At: now, Actor: caller.Actor(), Action: "pause_phone_orders", Object: "cafe/" + cafe,
			Before: map[string]any{"paused_until": spoken(before, now)}, After: map[string]any{"paused_until": spoken(until, now)},
		})
	})
	if err != nil {
		return PhoneOrders{}, err
	}
	return s.PhoneOrders(ctx, cafe)
}

// spoken is a pause as the audit names it; one that is over is none.
func spoken(until, now time.Time) string {
	if !until.After(now) {
		return ""
	}
	return until.UTC().Format(time.RFC3339)
}

// promiseLocked promises a phone's order inside its transaction, under the café's lock: what it answers holds. Errors:
// phone_orders_paused, slot_full.
func (d phoneDay) promiseLocked(tx Tx, o *Order, now time.Time) error {
	until, err := tx.LockPhones(o.Cafe, now)
	if err != nil {
		return err
	}
	queue, err := tx.Queue(o.Cafe, queuedSince(now))
	if err != nil {
		return err
	}
	booked, err := tx.Booked(o.Cafe, slotOf(now))
	if err != nil {
		return err
	}
	o.PromisedAt, o.StartAt, o.Scheduled = time.Time{}, time.Time{}, false
	return d.promise(o, now, until, queue, booked)
}
