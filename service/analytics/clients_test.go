package analytics_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/analytics"
)

func TestDecodeEvent(t *testing.T) {
	good := func() *orderpb.Event {
		return sale(id(kindCafe, 1), "2026-04-01", 9, "MAD", line(1, "Latte", 1, 2, 300))
	}
	for name, c := range map[string]struct {
		spoil func(e *orderpb.Event)
		fault string
	}{
		"good":                         {func(*orderpb.Event) {}, ""},
		"no café":                      {func(e *orderpb.Event) { e.CafeId = "" }, "its café has no valid id"},
		"no date":                      {func(e *orderpb.Event) { e.BusinessDate = "2026-02-30" }, "its business date is no date"},
		"hour 24":                      {func(e *orderpb.Event) { e.Hour = 24 }, "its hour is not within 0 to 23"},
		"no currency":                  {func(e *orderpb.Event) { e.Currency = "mad" }, "it has no currency"},
		"an item's id":                 {func(e *orderpb.Event) { e.Lines[0].ItemId = "latte" }, "an item or category has no valid id"},
		"an id in capitals":            {func(e *orderpb.Event) { e.Lines[0].CategoryId = strings.ToUpper(id(kindCategory, 1)) }, "an item or category has no valid id"},
		"no item":                      {func(e *orderpb.Event) { e.Lines[0].ItemId = "" }, ""},
		"nothing added, nothing asked": {func(e *orderpb.Event) { e.Orders, e.Lines, e.BusinessDate, e.Currency = 0, nil, "", "" }, ""},
	} {
		e := good()
		c.spoil(e)
		payload, err := proto.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, fault := analytics.DecodeEvent(payload); fault != c.fault {
			t.Errorf("%s: %q, want %q", name, fault, c.fault)
		}
	}
	long := good()
	long.Lines[0].ItemName = strings.Repeat("é", 300)
	payload, err := proto.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := analytics.DecodeEvent(payload)
	if got := utf8.RuneCountInString(e.Lines[0].ItemName); got != 200 {
		t.Errorf("a name of %d characters", got)
	}
}

// FuzzDecodeEvent: whatever the bytes are, an event without a fault can be derived, and sums to its lines.
func FuzzDecodeEvent(f *testing.F) {
	for _, e := range []*orderpb.Event{
		sale(id(kindCafe, 1), "2026-04-01", 9, "MAD", line(1, "Latte", 1, 2, 300), line(2, "قهوة", 1, 2, 300)),
		back(sale(id(kindCafe, 1), "2026-04-01", 9, "JPY", line(1, "Latte", 1, 2, 300)), "voided", "2026-05-01"),
		{Kind: "settled", CafeId: id(kindCafe, 1)},
	} {
		payload, err := proto.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		e, fault := analytics.DecodeEvent(payload)
		if fault != "" {
			return
		}
		var want int64
		for _, l := range e.Lines {
			want += l.Sales
		}
		facts := analytics.Derive([]analytics.Event{e})
		var got int64
		for _, r := range facts.CategoryMonths {
			got += r.Sales
		}
		if got != want || len(facts.Months) > 1 {
			t.Fatalf("%d, want %d: %+v", got, want, facts)
		}
	})
}
