package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/service/order"
	"coffee/service/order/journal"
	"coffee/service/order/store"
)

var now = time.Date(2026, 6, 9, 9, 0, 0, 123456000, time.UTC)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, store.New(d)) })
}

// full is an order in which every field that is stored has a value.
func full(cafe string) order.Order {
	return order.Order{
		ID: newID(), Cafe: cafe, BusinessDate: "2026-06-09", SoldAt: now, PlacedAt: now, State: order.StateReady, MoneyState: order.PartPaid,
		Service: "eat_in", Source: order.FromPhone, Release: 7, CallNumber: "W-001", CustomerName: "Amina ☕", Note: "no sugar",
		Table: "4", PickupAt: now.Add(time.Hour), Currency: "MAD", TaxMode: "inclusive", Discount: 1, Total: 2, Paid: 3, Refunded: 4, Due: 5,
		Linked: newID(), PlacedBy: "person", Phone: newID(), Device: "device", Version: 1, ReadyAt: now.Add(time.Minute),
		CollectedAutomatically: true, Uncollected: true, Shortages: []string{"Milk"}, ApprovedBy: "lead", Zone: "Africa/Casablanca",
		CutoffMinutes: 240, Attempt: 2, Fingerprint: []byte{1, 0, 255}, PromisedAt: now.Add(time.Hour), StartAt: now, Scheduled: true, HideName: true,
		Lines: []order.Line{{
			Number: 1, ItemID: newID(), VariationID: newID(), ItemName: "Latte", VariationName: "L", CategoryID: newID(), CategoryName: "Coffee",
			Station: "bar", Modifiers: []order.Modifier{{ID: newID(), Name: "Oat", Group: "Milk", Quantity: 1, Price: 400}}, Quantity: 2,
			UnitPrice: 10, Gross: 20, Discount: 1, Amount: 19, TaxCode: "standard", TaxRate: 1000, Tax: 2, Net: 17, Total: 19, State: order.Ready,
			Note: "hot", ComboID: newID(), ComboName: "Lunch", ComboGroup: 1, Comp: true, RefundedQuantity: 1, RefundedAmount: 9, QueuedAt: now,
			MakingAt: now, ReadyAt: now, HandedOverAt: now, VoidedAt: now, VoidReason: "x", VoidedMade: true, Begun: true, NoRecipe: true, PriceWindow: "happy",
			Uses:       []order.Use{{IngredientID: newID(), Name: "Milk", Slot: "milk", Quantity: 240000, Unit: "ml", Counted: true, Allergens: []string{"milk"}}},
			OverrideBy: "lea", OverrideReason: "chip", BarSeconds: 60, Problem: "no oat", VoidSeenAt: now,
		}},
		Tenders: []order.Tender{{
			ID: newID(), Kind: "cash", Amount: 1, Tendered: 2, Change: 3, Tip: 4, Drawer: "d", Reference: "r", TakenBy: "p", TakenAt: now,
			Direction: order.Capture, Relabels: newID(), ShiftID: newID(), LateFromZ: 9, Device: "till",
		}},
	}
}

func insert(t *testing.T, s *store.Store, orders ...*order.Order) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx order.Tx) error { return tx.Insert(orders) }); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *store.Store, id string) order.Order {
	t.Helper()
	found, err := s.Orders(t.Context(), []string{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("order %s: %v %v", id, found, err)
	}
	return found[0]
}

// TestEveryField: what is written is what is read, field by field.
func TestEveryField(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		o := full(newID())
		for _, v := range []any{o, o.Lines[0], o.Tenders[0], o.Lines[0].Uses[0], o.Lines[0].Modifiers[0]} {
			r := reflect.ValueOf(v)
			for i := range r.NumField() {
				if name := r.Type().Field(i).Name; r.Field(i).IsZero() && !slices.Contains([]string{"Receipt", "Part", "ExpectedAt", "Unexpanded"}, name) {
					t.Errorf("%s.%s is not tried", r.Type().Name(), name)
				}
			}
		}
		insert(t, s, &o)
		if got := get(t, s, o.ID); !reflect.DeepEqual(got, o) {
			t.Errorf("read\n%+v\nwrote\n%+v", got, o)
		}
		if err := s.Write(t.Context(), func(tx order.Tx) error { return tx.Insert([]*order.Order{&o}) }); !errors.Is(err, order.ErrTaken) {
			t.Errorf("the same id again: %v", err)
		}
		twice := full(o.Cafe)
		twice.Tenders[0].ID = o.Tenders[0].ID
		if err := s.Write(t.Context(), func(tx order.Tx) error { return tx.Insert([]*order.Order{&twice}) }); !errs.HasCode(err, "tender_exists") {
			t.Errorf("the same tender again: %v", err)
		}
		if missing, err := s.Orders(t.Context(), []string{newID()}); err != nil || len(missing) != 0 {
			t.Errorf("unknown id: %v %v", missing, err)
		}
	})
}

func TestSave(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		o := full(newID())
		insert(t, s, &o)
		after := get(t, s, o.ID)
		after.Lines[0].State, after.State = order.HandedOver, order.StateCollected
		after.Tenders = append(after.Tenders, order.Tender{ID: newID(), Kind: "card", Direction: order.Payout, Amount: 1})
		save := func(tx order.Tx) error { return tx.Save(&o, &after) }
		if err := s.Write(t.Context(), save); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, o.ID); got.Version != 2 || got.Lines[0].State != order.HandedOver || len(got.Tenders) != 2 {
			t.Errorf("saved %+v", got)
		}
		if err := s.Write(t.Context(), save); !errors.Is(err, order.ErrChanged) {
			t.Errorf("the old version again: %v", err)
		}
		if open, _, err := s.Board(t.Context(), o.Cafe); err != nil || len(open) != 0 {
			t.Errorf("a collected order is still open: %v %v", open, err)
		}
	})
}

// TestAttemptOnce: of many who take an attempt at once, one wins.
func TestAttemptOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		id, won := newID(), make(chan string, 8)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				outcome := []string{order.AttemptPlaced, order.AttemptAbandoned, order.AttemptCancelled}[i%3]
				err := s.Write(t.Context(), func(tx order.Tx) error {
					return tx.AddAttempt(order.Attempt{OrderID: id, N: 1, Outcome: outcome, At: now})
				})
				if err == nil {
					won <- outcome
				} else if !errors.Is(err, order.ErrTaken) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		found, err := s.Attempts(t.Context(), []string{id})
		if err != nil || len(won) != 1 || len(found) != 1 || found[0].Outcome != <-won || !found[0].At.Equal(now) {
			t.Errorf("%d won, found %v, %v", len(won), found, err)
		}
	})
}

// TestChains: many writers at once on two cafés: every journal is without a gap, its chain holds, call and receipt
// numbers count.
func TestChains(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		cafes := []string{newID(), newID()}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				cafe := cafes[i%2]
				for range 5 {
					err := s.Write(t.Context(), func(tx order.Tx) error {
						if _, err := tx.NextCall(cafe, "2026-06-09", "S"); err != nil {
							return err
						}
						head, err := tx.Advance(cafe, 1, 1, now)
						if err != nil {
							return err
						}
						e := journal.Entry{Cafe: cafe, Seq: head.Seq + 1, Kind: "placed", OrderID: newID(), Payload: fmt.Appendf(nil, "%d", head.Receipt+1), PrevHash: head.Hash}
						e.Hash = journal.Hash(e.PrevHash, cafe, e.Seq, e.Kind, e.OrderID, e.Payload)
						return tx.Append([]journal.Entry{e}, nil)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for _, cafe := range cafes {
			verifier := &journal.Verifier{}
			entries, err := s.Journal(t.Context(), cafe, 0, "", 100)
			for i, e := range entries {
				if err := verifier.Add(e); err != nil || string(e.Payload) != fmt.Sprint(i+1) {
					t.Errorf("entry %d: %v, receipt %s", e.Seq, err, e.Payload)
				}
			}
			head, herr := s.Head(t.Context(), cafe)
			if err := errors.Join(err, herr, verifier.Head(head.Seq, head.Hash)); err != nil || head.Seq != 20 || head.Receipt != 20 {
				t.Errorf("head %+v: %v", head, err)
			}
			if head.Changed != now.UnixMicro()+19 {
				t.Errorf("mark %d after 20 moves at %d: it must grow", head.Changed, now.UnixMicro())
			}
			one, err := s.Journal(t.Context(), cafe, 0, entries[3].OrderID, 10)
			if err != nil || len(one) != 1 || one[0].Seq != 4 {
				t.Errorf("of one order: %v %v", one, err)
			}
			err = s.Write(t.Context(), func(tx order.Tx) error {
				n, err := tx.NextCall(cafe, "2026-06-09", "S")
				if n != 21 {
					t.Errorf("call %d", n)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		heads, err := s.Heads(t.Context(), 0, order.Head{}, 1)
		if err != nil || len(heads) != 1 {
			t.Fatal(heads, err)
		}
		rest, err := s.Heads(t.Context(), 0, heads[0], 10)
		if err != nil || len(rest) != 1 || rest[0].Cafe == heads[0].Cafe {
			t.Errorf("the second page %v %v", rest, err)
		}
		if none, err := s.Heads(t.Context(), now.UnixMicro()+100, order.Head{}, 10); err != nil || len(none) != 0 {
			t.Errorf("after the last mark %v %v", none, err)
		}
	})
}

func TestStockDue(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		owed := order.StockDue{At: now, Reversal: order.Reversal{
			ID: newID(), OrderID: newID(), Attempt: 2, Cafe: newID(), BusinessDate: "2026-06-09", By: "lea",
			Lines: []order.ReversalLine{{Line: 1, Quantity: 2, To: "waste", Reason: "cold"}},
		}}
		write := func(fn func(order.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		due := func(at time.Time) []order.StockDue {
			t.Helper()
			found, err := s.Due(t.Context(), at, 10)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		write(func(tx order.Tx) error { return tx.Owe([]order.StockDue{owed}) })
		if got := due(now); len(got) != 1 || !reflect.DeepEqual(got[0], owed) {
			t.Errorf("due %+v", got)
		}
		write(func(tx order.Tx) error { return tx.Postpone(owed.ID, now.Add(time.Minute)) })
		if got := due(now.Add(time.Second)); len(got) != 0 {
			t.Errorf("postponed and due: %v", got)
		}
		if got := due(now.Add(time.Minute)); len(got) != 1 || got[0].Tries != 1 {
			t.Errorf("due again %v", got)
		}
		if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 1 || !oldest.Equal(owed.At) {
			t.Error(waiting, oldest, err)
		}
		write(func(tx order.Tx) error { return tx.Acknowledge([]string{owed.ID}) })
		if got := due(now.Add(time.Hour)); len(got) != 0 {
			t.Errorf("acknowledged and due: %v", got)
		}
		if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 0 || !oldest.IsZero() {
			t.Error(waiting, oldest, err)
		}
	})
}

func TestRememberAndAnswered(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		if body, err := s.Recall(t.Context(), "x"); body != nil || err != nil {
			t.Errorf("nothing: %s %v", body, err)
		}
		for _, text := range []string{"one", "two"} {
			if err := s.Write(t.Context(), func(tx order.Tx) error { return tx.Remember("x", []byte(text), now) }); err != nil {
				t.Fatal(err)
			}
		}
		if body, err := s.Recall(t.Context(), "x"); string(body) != "two" || err != nil {
			t.Errorf("recalled %s %v", body, err)
		}
		key := keyed.Key{Method: "Settle", Subject: "ana", Key: "k", Fingerprint: []byte{1}}
		if _, ok, err := s.Answered(t.Context(), key); ok || err != nil {
			t.Errorf("not answered yet: %v %v", ok, err)
		}
		err := s.Write(t.Context(), func(tx order.Tx) error {
			_, err := tx.Keyed(key, now, func() (order.Answer, error) { return order.Answer{Orders: []string{"o"}, Amount: 7}, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if a, ok, err := s.Answered(t.Context(), key); !ok || err != nil || a.Amount != 7 || a.Orders[0] != "o" {
			t.Errorf("answered %v %v %v", a, ok, err)
		}
		key.Fingerprint = []byte{2}
		if _, _, err := s.Answered(t.Context(), key); !errs.HasCode(err, "idempotency_key_reused") {
			t.Errorf("another request: %v", err)
		}
	})
}

// TestOpenUnpaid counts a phone's orders of the day that wait to be paid.
func TestOpenUnpaid(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		phone := newID()
		for i, money := range []order.MoneyState{order.Unpaid, order.PartPaid, order.Paid, order.Unpaid} {
			o := full(newID())
			o.Phone, o.MoneyState = phone, money
			o.Source = order.FromPhone
			switch i {
			case 2:
				o.Due = 0
			case 3:
				o.State = order.StateVoided
			}
			insert(t, s, &o)
		}
		if n, err := s.OpenUnpaid(t.Context(), phone, []string{"2026-06-09"}); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := s.OpenUnpaid(t.Context(), phone, []string{"2026-06-10"}); n != 0 || err != nil {
			t.Errorf("another day: %d, %v", n, err)
		}
		if err := s.Write(t.Context(), func(tx order.Tx) error {
			for range 2 {
				if err := tx.LockPhone(phone, now); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		ready, err := s.ReadySince(t.Context(), now.Add(time.Minute), 10)
		if err != nil || len(ready) != 1 { // what is not paid is not the clock's to hand over
			t.Errorf("ready %v %v", ready, err)
		}
		before, err := s.OpenBefore(t.Context(), "2026-06-10", 10)
		if err != nil || len(before) != 3 {
			t.Errorf("before %v %v", before, err)
		}
	})
}
