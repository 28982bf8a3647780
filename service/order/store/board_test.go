package store_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"coffee/service/order"
	"coffee/service/order/store"
)

// waiting is an order that a station has to make, promised for a time.
func waiting(cafe, station string, seconds int32, start, promised time.Time) order.Order {
	o := full(cafe)
	o.State, o.ReadyAt, o.StartAt, o.PromisedAt, o.Scheduled = order.StatePlaced, time.Time{}, start, promised, false
	l := &o.Lines[0]
	l.State, l.Station, l.BarSeconds, l.Quantity, l.VoidedAt, l.VoidSeenAt = order.Queued, station, seconds, 1, time.Time{}, time.Time{}
	return o
}

// TestWork: what the stations have to do follows the lines of each order, by station, slot and moment.
func TestWork(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		cafe, slot := newID(), now.Truncate(15*time.Minute)
		first := waiting(cafe, "bar", 60, now, now.Add(time.Minute))
		second := waiting(cafe, "kitchen", 90, now.Add(time.Minute), now.Add(2*time.Minute))
		later := waiting(cafe, "bar", 30, now.Add(time.Hour), now.Add(time.Hour+30*time.Second))
		later.Scheduled = true
		remake := waiting(cafe, "bar", 45, now.Add(time.Hour), now.Add(time.Hour))
		remake.Source = order.FromRemake
		done := full(cafe)
		elsewhere := waiting(newID(), "bar", 1000, now, now)
		for _, o := range []*order.Order{&first, &second, &later, &remake, &done, &elsewhere} {
			insert(t, s, o)
		}
		look := func(what string, get func() ([]order.Work, error), want ...order.Work) {
			t.Helper()
			got, err := get()
			if err != nil || !(reflect.DeepEqual(got, want) || len(got)+len(want) == 0) {
				t.Errorf("%s: %v %v, want %v", what, got, err, want)
			}
		}
		work := func(station string, seconds int64, at time.Time) order.Work {
			return order.Work{Station: station, Seconds: seconds, At: at}
		}
		queue := func() ([]order.Work, error) { return s.Queue(t.Context(), cafe, slot) }
		before := func(o *order.Order) func() ([]order.Work, error) {
			return func() ([]order.Work, error) { return s.Before(t.Context(), o, slot) }
		}
		none := time.Time{}
		look("queue", queue, work("bar", 105, none), work("kitchen", 90, none), work("bar", 30, now.Add(time.Hour)))
		look("booked", func() ([]order.Work, error) { return s.Booked(t.Context(), cafe, slot) },
			work("bar", 60, slot), work("kitchen", 90, slot), work("bar", 75, slot.Add(time.Hour)))
		look("before the remake", before(&remake))
		look("before the first", before(&first), work("bar", 45, none))
		look("before the later one", before(&later), work("bar", 105, none), work("kitchen", 90, none))
		next := slot.Add(15 * time.Minute)
		look("queued since the next slot", func() ([]order.Work, error) { return s.Queue(t.Context(), cafe, next) },
			work("bar", 45, none), work("bar", 30, now.Add(time.Hour)))
		look("booked from the next slot", func() ([]order.Work, error) { return s.Booked(t.Context(), cafe, next) }, work("bar", 75, slot.Add(time.Hour)))
		look("before it since the next slot", func() ([]order.Work, error) { return s.Before(t.Context(), &later, next) }, work("bar", 45, none))
		// A transaction sees the same, and what it did.
		err := s.Write(t.Context(), func(tx order.Tx) error {
			look("inside", func() ([]order.Work, error) { return tx.Queue(cafe, slot) },
				work("bar", 105, none), work("kitchen", 90, none), work("bar", 30, now.Add(time.Hour)))
			moved := get(t, s, first.ID)
			moved.Lines[0].State = order.Making // it is still to be made
			if err := tx.Save(&first, &moved); err != nil {
				return err
			}
			look("making", func() ([]order.Work, error) { return tx.Queue(cafe, slot) },
				work("bar", 105, none), work("kitchen", 90, none), work("bar", 30, now.Add(time.Hour)))
			made := moved
			made.Lines = slices.Clone(moved.Lines)
			made.Lines[0].State = order.Ready
			if err := tx.Save(&moved, &made); err != nil {
				return err
			}
			look("made", func() ([]order.Work, error) { return tx.Booked(cafe, slot) },
				work("kitchen", 90, slot), work("bar", 75, slot.Add(time.Hour)))
			undone := made
			undone.Lines = slices.Clone(made.Lines)
			undone.Lines[0].State = order.Making
			return tx.Save(&made, &undone)
		})
		if err != nil {
			t.Fatal(err)
		}
		look("undone", queue, work("bar", 105, none), work("kitchen", 90, none), work("bar", 30, now.Add(time.Hour)))
	})
}

// TestUnseen: an order that is over stays on the board while the bar has not seen what was voided under its hands.
func TestUnseen(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		cafe := newID()
		o := waiting(cafe, "bar", 60, now, now.Add(time.Minute))
		insert(t, s, &o)
		board := func(want int) {
			t.Helper()
			if open, _, err := s.Board(t.Context(), cafe); err != nil || len(open) != want {
				t.Errorf("board %v %v, want %d", open, err, want)
			}
		}
		save := func(change func(*order.Order)) {
			t.Helper()
			before := get(t, s, o.ID)
			after := get(t, s, o.ID)
			change(&after)
			if err := s.Write(t.Context(), func(tx order.Tx) error { return tx.Save(&before, &after) }); err != nil {
				t.Fatal(err)
			}
		}
		board(1)
		save(func(o *order.Order) {
			o.State, o.Lines[0].State, o.Lines[0].MakingAt, o.Lines[0].VoidedAt = order.StateVoided, order.Voided, now, now
		})
		board(1)
		if ids, err := s.UnseenBefore(t.Context(), "2026-06-10", 10); err != nil || !slices.Equal(ids, []string{o.ID}) {
			t.Errorf("%v %v", ids, err)
		}
		if ids, err := s.UnseenBefore(t.Context(), "2026-06-09", 10); err != nil || len(ids) != 0 {
			t.Errorf("of the day before: %v %v", ids, err)
		}
		save(func(o *order.Order) { o.Note = "something else changes" })
		board(1)
		save(func(o *order.Order) { o.Lines[0].VoidSeenAt = now })
		board(0)
	})
}

func TestPause(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		cafe := newID()
		if until, err := s.PausedUntil(t.Context(), cafe); err != nil || !until.IsZero() {
			t.Errorf("never paused: %s %v", until, err)
		}
		stop := errors.New("stop")
		for i, want := range []time.Time{now.Add(time.Hour), {}} {
			err := s.Write(t.Context(), func(tx order.Tx) error {
				if _, err := tx.LockPhones(cafe, now); err != nil {
					return err
				}
				return tx.Pause(cafe, want)
			})
			if until, perr := s.PausedUntil(t.Context(), cafe); err != nil || perr != nil || !until.Equal(want) {
				t.Errorf("%d: %s, want %s (%v, %v)", i, until, want, err, perr)
			}
			err = s.Write(t.Context(), func(tx order.Tx) error {
				if until, err := tx.LockPhones(cafe, now); err != nil || !until.Equal(want) {
					t.Errorf("%d, locked: %s %v", i, until, err)
				}
				return stop
			})
			if !errors.Is(err, stop) {
				t.Error(err)
			}
		}
	})
}
