package verify

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/analytics"
)

var someIDs = []string{"0199c0de-0000-7000-8000-000000000001", "0199c0de-0000-7000-8000-0000000000ff", ""}

// anEvent draws an event with every field set or not.
func anEvent(t *rapid.T) *orderpb.Event {
	e := &orderpb.Event{}
	fill(t, e.ProtoReflect())
	for _, id := range []*string{&e.OrderId, &e.CafeId} {
		*id = rapid.SampledFrom(someIDs).Draw(t, "id")
	}
	for _, l := range e.Lines {
		l.ItemId, l.VariationId = rapid.SampledFrom(someIDs).Draw(t, "item"), rapid.SampledFrom(someIDs).Draw(t, "variation")
	}
	return e
}

func fill(t *rapid.T, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if rapid.Bool().Draw(t, string(f.Name())) {
			continue
		}
		switch {
		case f.IsList():
			for range rapid.IntRange(1, 3).Draw(t, "n") {
				fill(t, m.Mutable(f).List().AppendMutable().Message())
			}
		case f.Kind() == protoreflect.StringKind:
			m.Set(f, protoreflect.ValueOfString(rapid.StringN(0, 12, 40).Draw(t, "text")))
		case f.Kind() == protoreflect.Int32Kind:
			m.Set(f, protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32")))
		case f.Kind() == protoreflect.Int64Kind:
			m.Set(f, protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64")))
		}
	}
}

// TestReadEvent: what is read by hand is what the generated decoder reads.
func TestReadEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anEvent(t)
		payload, err := proto.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		e, err := readEvent(payload)
		if err != nil {
			t.Fatal(err)
		}
		same := string(e.kind) == want.Kind && e.order == parseKey(want.OrderId) && e.cafe == parseKey(want.CafeId) &&
			string(e.date) == want.BusinessDate && string(e.mends) == want.MendsDate && e.at == want.AtUs && e.soldAt == want.SoldAtUs &&
			e.hour == want.Hour && e.release == want.Release && string(e.source) == want.Source && e.receipt == want.ReceiptNumber &&
			string(e.orderState) == want.OrderState && string(e.moneyState) == want.MoneyState && e.total == want.OrderTotal &&
			string(e.zone) == want.TimeZone && e.cutoff == want.CutoffMinutes && len(e.lines) == len(want.Lines)
		var captured int64
		for _, m := range want.Tenders {
			captured += m.Amount
		}
		if !same || e.captured != captured {
			t.Fatalf("%v\n%+v", want, e)
		}
		for i, l := range want.Lines {
			has := e.lines[i]
			if has.number != l.Line || has.item != parseKey(l.ItemId) || has.variation != parseKey(l.VariationId) ||
				has.worth != (worth{l.Quantity, l.Gross, l.Discount, l.Amount, l.Tax, l.Net, l.Total}) ||
				has.unitPrice != l.UnitPrice || string(has.state) != l.State || string(has.overrideBy) != l.OverrideBy {
				t.Fatalf("line %v\n%+v", l, has)
			}
		}
		// What is left out of the figures adds nothing to them.
		if event, fault := analytics.DecodeEvent(payload); fault == "" && !adds(payload) && len(analytics.Derive([]analytics.Event{event}).Items) > 0 {
			t.Fatalf("it adds something: %v", want)
		}
	})
}

func FuzzReadEvent(f *testing.F) {
	body, _ := proto.Marshal(&orderpb.Event{Kind: "placed", Lines: []*orderpb.EventLine{{Line: 1, Quantity: 2}}, Orders: 1})
	f.Add(body)
	f.Fuzz(func(t *testing.T, payload []byte) {
		_, err := readEvent(payload)
		var e orderpb.Event
		if proto.Unmarshal(payload, &e) == nil && err != nil {
			t.Errorf("the generated decoder reads it: %v", err)
		}
	})
}

func TestParseKey(t *testing.T) {
	for _, id := range someIDs[:2] {
		if k := parseKey(id); k.String() != id || parseKey([]byte(id)) != k {
			t.Errorf("%s is read as %s", id, k)
		}
	}
	for _, id := range []string{"", "x", "0199C0DE-0000-7000-8000-000000000001", "0199c0de00007000-8000-0000-00000000001", "0199c0de-0000-7000-8000-00000000000g"} {
		if parseKey(id) != (key{}) {
			t.Errorf("%q is read as an id", id)
		}
	}
}

// TestLegalStep is the whole table of line states.
func TestLegalStep(t *testing.T) {
	for _, c := range []struct {
		kind, station, from, to string
		want                    bool
	}{
		{"placed", "bar", "", "queued", true},
		{"placed", "", "", "handed_over", true},
		{"placed", "bar", "", "handed_over", false},
		{"imported", "", "", "handed_over", true},
		{"imported", "", "", "queued", false},
		{"advanced", "bar", "queued", "making", true},
		{"advanced", "bar", "queued", "handed_over", false},
		{"advanced", "bar", "making", "queued", true},
		{"advanced", "bar", "ready", "making", true},
		{"advanced", "bar", "ready", "handed_over", true},
		{"advanced", "bar", "handed_over", "ready", false},
		{"voided", "bar", "making", "voided", true},
		{"voided", "bar", "handed_over", "voided", false},
		{"settled", "", "queued", "handed_over", true},
		{"settled", "bar", "queued", "making", false},
		{"refunded", "bar", "handed_over", "handed_over", true},
		{"refunded", "bar", "voided", "queued", false},
		{"collected", "bar", "ready", "handed_over", true},
	} {
		if got := legalStep(c.kind, c.station, c.from, c.to); got != c.want {
			t.Errorf("%s takes %q from %q to %q: %t", c.kind, c.station, c.from, c.to, got)
		}
	}
}
