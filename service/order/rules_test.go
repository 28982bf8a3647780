package order

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"coffee/internal/day"
	"coffee/internal/errs"
	orderpb "coffee/proto/coffee/order/v1"
)

var noon = time.Date(2026, 6, 9, 12, 0, 0, 0, time.UTC)

func casablanca(t testing.TB) day.Calendar {
	t.Helper()
	c, err := day.Load("Africa/Casablanca", 240)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStateOfLines(t *testing.T) {
	line := func(station string, s LineState) Line { return Line{Station: station, State: s} }
	for _, c := range []struct {
		name  string
		lines []Line
		want  State
	}{
		{"all waiting", []Line{line("bar", Queued), line("", Queued)}, StatePlaced},
		{"croissant handed over, drink waiting", []Line{line("bar", Queued), line("", HandedOver)}, StatePlaced},
		{"one begun", []Line{line("bar", Making), line("bar", Queued)}, StateInProgress},
		{"one ready", []Line{line("bar", Ready), line("bar", Queued)}, StateInProgress},
		{"all ready", []Line{line("bar", Ready), line("bar", Ready), line("", HandedOver)}, StateReady},
		{"ready, croissant not paid", []Line{line("bar", Ready), line("", Queued)}, StateReady},
		{"one fetched", []Line{line("bar", Ready), line("bar", HandedOver)}, StateReady},
		{"fetched", []Line{line("bar", HandedOver), line("", HandedOver)}, StateCollected},
		{"fetched but for a void", []Line{line("bar", HandedOver), line("bar", Voided)}, StateCollected},
		{"only croissants, not paid", []Line{line("", Queued)}, StatePlaced},
		{"all voided", []Line{line("bar", Voided)}, StateVoided},
	} {
		o := Order{Lines: c.lines}
		if got := o.making(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestLegal(t *testing.T) {
	all := []LineState{Queued, Making, Ready, HandedOver, Voided}
	may := map[LineState][]LineState{Queued: {Making, Ready}, Making: {Queued, Ready}, Ready: {Making, HandedOver}}
	for _, from := range all {
		for _, to := range all {
			want := false
			for _, s := range may[from] {
				want = want || s == to
			}
			if got := legal(Line{Station: "bar", State: from}, to); got != want {
				t.Errorf("%s → %s: %v, want %v", from, to, got, want)
			}
		}
	}
	if !legal(Line{State: Queued}, HandedOver) {
		t.Error("a croissant goes straight into the hand")
	}
}

func TestMoneyState(t *testing.T) {
	for _, c := range []struct {
		owed, captured, given int64
		voided                bool
		want                  MoneyState
	}{
		{100, 0, 0, false, Unpaid},
		{0, 0, 0, false, Paid}, // a comp
		{0, 0, 0, true, Unpaid},
		{100, 40, 0, false, PartPaid},
		{100, 100, 0, false, Paid},
		{60, 100, 40, false, PartRefunded},
		{0, 100, 100, true, Refunded},
		{0, 100, 100, false, Refunded},
	} {
		if got := moneyState(c.owed, c.captured, c.given, c.voided); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestDayClosed(t *testing.T) {
	c := casablanca(t)
	ends := time.Date(2026, 6, 10, 3, 0, 0, 0, time.UTC) // 04:00 in Casablanca
	for _, x := range []struct {
		at           time.Time
		booked, mend string
	}{
		{ends.Add(-time.Hour), "2026-06-09", ""},
		{ends.Add(72*time.Hour - 1), "2026-06-09", ""},
		{ends.Add(72 * time.Hour), "2026-06-13", "2026-06-09"},
	} {
		if booked, mends := booking(c, "2026-06-09", x.at); booked != x.booked || mends != x.mend {
			t.Errorf("at %s: %s mends %q", x.at, booked, mends)
		}
	}
}

// TestRefundsAddUp: however a line is refunded, in whatever steps, the parts sum to the line.
func TestRefundsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quantity := rapid.Int32Range(1, 50).Draw(t, "quantity")
		price := rapid.Int64Range(0, 100000).Draw(t, "price")
		l := Line{Number: 1, Quantity: quantity, UnitPrice: price, Gross: price * int64(quantity), State: HandedOver}
		l.Discount = rapid.Int64Range(0, l.Gross).Draw(t, "discount")
		l.Amount = l.Gross - l.Discount
		l.Tax = rapid.Int64Range(0, l.Amount/6).Draw(t, "tax")
		l.Net, l.Total = l.Amount-l.Tax, l.Amount
		if rapid.Bool().Draw(t, "exclusive") {
			l.Net, l.Total = l.Amount, l.Amount+l.Tax
		}
		o := Order{Lines: []Line{l}}
		var back int64
		for o.Lines[0].RefundedQuantity < quantity {
			n := rapid.Int32Range(1, quantity-o.Lines[0].RefundedQuantity).Draw(t, "n")
			amount, err := o.refund([]RefundLine{{Line: 1, Quantity: n, To: "waste"}})
			if err != nil || amount < 0 {
				t.Fatalf("refund %d: %d, %v", n, amount, err)
			}
			back += amount
			if w := o.worth(&o.Lines[0]); w.Amount != w.Gross-w.Discount || w.Total != w.Net+w.Tax {
				t.Fatalf("what is left does not add up: %+v", w)
			}
		}
		if back != l.Total || o.worth(&o.Lines[0]) != (Value{}) {
			t.Fatalf("%d came back of %d, %+v is left", back, l.Total, o.worth(&o.Lines[0]))
		}
	})
}

// TestSettleShares: tenders fill orders in their order, never beyond what is due, and every unit is somewhere.
func TestSettleShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var orders []*Order
		var due, brought int64
		for range rapid.IntRange(1, 5).Draw(t, "orders") {
			o := &Order{Due: rapid.Int64Range(0, 1000).Draw(t, "due")}
			due += o.Due
			orders = append(orders, o)
		}
		var tenders []NewTender
		for i := range rapid.IntRange(1, 4).Draw(t, "tenders") {
			n := NewTender{ID: itoa(int64(i)), Kind: "cash", Amount: rapid.Int64Range(1, 1500).Draw(t, "amount"), Tip: rapid.Int64Range(0, 50).Draw(t, "tip")}
			if rapid.Bool().Draw(t, "change") {
				n.Tendered = n.Amount + n.Tip + 7
			}
			brought += n.Amount
			tenders = append(tenders, n)
		}
		change, err := settle(orders, tenders, Taker{})
		if due == 0 || brought > due {
			if !errs.HasCode(err, "nothing_due") && !errs.HasCode(err, "overpaid") {
				t.Fatalf("due %d, brought %d: %v", due, brought, err)
			}
			return
		}
		var taken, tips, given int64
		parts := map[string]bool{}
		for i, o := range orders {
			if o.Due < 0 || (i > 0 && orders[i-1].Due > 0 && len(o.Tenders) > 0) {
				t.Fatalf("order %d: due %d, before it %d", i, o.Due, orders[max(0, i-1)].Due)
			}
			for _, x := range o.Tenders {
				taken, tips, given = taken+x.Amount, tips+x.Tip, given+x.Change
				key := x.ID + "/" + itoa(int64(x.Part))
				if x.Amount <= 0 || parts[key] || (x.Tendered > 0 && x.Tendered != x.Amount+x.Tip+x.Change) {
					t.Fatalf("tender %+v", x)
				}
				parts[key] = true
			}
		}
		var wantTips int64
		for _, n := range tenders {
			wantTips += n.Tip
			if !parts[n.ID+"/0"] {
				t.Fatalf("tender %s has no first part", n.ID)
			}
		}
		if taken != brought || tips != wantTips || given != change {
			t.Fatalf("taken %d of %d, tips %d of %d, change %d of %d", taken, brought, tips, wantTips, given, change)
		}
	})
}

// TestMachine drives an order by random steps: whatever is accepted keeps the invariants, and the events sum to what
// is sold.
func TestMachine(t *testing.T) {
	calendar := casablanca(t)
	rapid.Check(t, func(t *rapid.T) {
		at := noon
		o := Order{ID: "o", BusinessDate: "2026-06-09", SoldAt: at, PlacedAt: at, Zone: "Africa/Casablanca", CutoffMinutes: 240}
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			n, price := rapid.Int32Range(1, 3).Draw(t, "n"), rapid.Int64Range(0, 500).Draw(t, "price")
			l := Line{Number: int32(i + 1), Quantity: n, UnitPrice: price, Gross: price * int64(n), State: Queued}
			if rapid.Bool().Draw(t, "bar") {
				l.Station = "bar"
			}
			l.Amount, l.Net, l.Total = l.Gross, l.Gross, l.Gross
			o.Lines = append(o.Lines, l)
		}
		o.derive(at)
		var sold Value
		orders := int32(0)
		sum := func(e *orderpb.Event) {
			for _, l := range e.GetLines() {
				sold.Quantity += l.GetQuantity()
				sold.Total += l.GetTotal()
			}
			orders += e.GetOrders()
		}
		sum(entry{kind: kindPlaced, after: &o}.event(calendar, at))
		tender, ids := 0, 0
		newID := func() string { ids++; return itoa(int64(ids)) }
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			at = at.Add(time.Minute)
			before := o.clone()
			after := o.clone()
			numbers := []int32{rapid.Int32Range(1, int32(len(o.Lines))).Draw(t, "line")}
			var err error
			switch rapid.SampledFrom([]string{"advance", "void", "refund", "settle", "collect", "relabel", "report", "acknowledge"}).Draw(t, "step") {
			case "advance":
				_, err = after.advance(numbers, "", rapid.SampledFrom([]LineState{Queued, Making, Ready, HandedOver}).Draw(t, "to"), at)
			case "void":
				if _, err = after.void(numbers, nil, "x", at); err == nil {
					after.payBack(after.excess(), "", Taker{}, newID)
					after.returnTips(len(before.Tenders), "")
				}
			case "report":
				_, err = after.report(numbers, rapid.SampledFrom([]string{"", "no oat milk"}).Draw(t, "problem"))
			case "acknowledge":
				_, err = after.acknowledge(numbers, at)
			case "refund":
				var amount int64
				amount, err = after.refund([]RefundLine{{Line: numbers[0], Quantity: rapid.Int32Range(1, 3).Draw(t, "back"), To: "waste"}})
				if err == nil && amount > before.Paid-before.Refunded {
					err = errs.Conflict("refund_exceeds_paid", "no")
				} else if err == nil {
					after.payBack(amount, "", Taker{}, newID)
				}
			case "settle":
				tender++
				kind := rapid.SampledFrom([]string{"cash", "card", "voucher"}).Draw(t, "kind")
				_, err = settle([]*Order{&after}, []NewTender{{ID: "t" + itoa(int64(tender)), Kind: kind, Amount: rapid.Int64Range(1, 800).Draw(t, "pay")}}, Taker{})
			case "collect":
				at = at.Add(time.Hour)
				after.collect(at, 15*time.Minute)
			case "relabel":
				if len(after.Tenders) == 0 {
					continue
				}
				_, err = after.relabel(after.Tenders[0].ID, "card", Taker{}, newID)
			}
			if err != nil {
				if _, ok := errs.As(err); !ok {
					t.Fatal(err)
				}
				continue
			}
			after.derive(at)
			if after.settled() {
				after.handOverUnmade(at)
				after.derive(at)
			}
			sum(entry{kind: "x", before: &before, after: &after}.event(calendar, at))
			o = after
			check(t, &o, sold, orders)
		}
	})
}

func check(t *rapid.T, o *Order, sold Value, orders int32) {
	var units int32
	var worth, total, back int64
	for i := range o.Lines {
		l := &o.Lines[i]
		units += o.worth(l).Quantity
		worth += o.worth(l).Total
		if l.State != Voided {
			total += l.Total
			back += l.RefundedAmount
		}
		if l.RefundedQuantity > 0 && l.State != HandedOver {
			t.Fatalf("line %d is %s and refunded", l.Number, l.State)
		}
	}
	switch {
	case sold.Quantity != units || sold.Total != worth:
		t.Fatalf("the events say %d for %d, the order %d for %d", sold.Quantity, sold.Total, units, worth)
	case (orders == 1) != o.sells() || orders < 0 || orders > 1:
		t.Fatalf("the events count %d orders, sells: %v", orders, o.sells())
	case o.Total != total:
		t.Fatalf("total %d, lines %d", o.Total, total)
	case o.Refunded < 0 || o.Refunded > o.Paid:
		t.Fatalf("paid %d, refunded %d", o.Paid, o.Refunded)
	case o.Paid-o.Refunded > total-back:
		t.Fatalf("more held (%d) than owed (%d)", o.Paid-o.Refunded, total-back)
	case o.Due != total-back-(o.Paid-o.Refunded):
		t.Fatalf("due %d", o.Due)
	}
	for kind, n := range o.captured() {
		if n < 0 {
			t.Fatalf("more %s given back than taken", kind)
		}
	}
}

// FuzzRequest: whatever bytes come in as an order, reading and fingerprinting them does not panic, and the same
// content has the same fingerprint.
func FuzzRequest(f *testing.F) {
	seed, _ := proto.Marshal(&orderpb.PlaceOrderRequest{Id: "0199a0c0-0000-7000-8000-000000000000", Lines: []*orderpb.LineRequest{{VariationId: "x", Quantity: 1}}})
	f.Add(seed)
	f.Add([]byte{0x2a, 0x00, 0x2a, 0x02, 0x2a, 0x00})
	f.Fuzz(func(t *testing.T, body []byte) {
		var p orderpb.PlaceOrderRequest
		if proto.Unmarshal(body, &p) != nil {
			return
		}
		r, err := requestFrom(&p)
		if err != nil {
			return
		}
		again, err := requestFrom(proto.CloneOf(&p))
		if err != nil || !bytes.Equal(fingerprint("place", r), fingerprint("place", again)) {
			t.Fatal("the same request has two fingerprints")
		}
		_ = r.forCustomers()
		_ = r.needsLead()
		_ = checkTenders(r.Tenders)
		r.cart("eat_in", noon)
	})
}

// TestFingerprintStands pins the content's form: an order's id is its key for ever, so a request of today must have
// the same fingerprint in a later version.
func TestFingerprintStands(t *testing.T) {
	r := Request{
		ID: "x", Cafe: "c", Release: 3, Service: "eat_in", CustomerName: "Ana", PickupAt: noon,
		Lines:   []RequestLine{{Variation: "v", Quantity: 2, Modifiers: []Choice{{Modifier: "m"}}, Discount: Discount{BasisPoints: 100}}},
		Tenders: []NewTender{{ID: "t", Kind: "cash", Amount: 5}},
	}
	const want = "24789179277b37691d21e48cc1dba78db17dc4670dd9967b71ea9039efaa5e98"
	if got := hex.EncodeToString(fingerprint("place", r)); got != want {
		t.Errorf("fingerprint %s", got)
	}
}
