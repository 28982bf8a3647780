package order

import (
	"fmt"
	"testing"
	"time"

	"coffee/internal/errs"
)

func TestAdvanceFrom(t *testing.T) {
	for _, c := range []struct {
		from, to LineState
		lines    []int32
		code     string
		moved    bool
	}{
		{Queued, Making, []int32{1}, "", true},
		{Making, Ready, []int32{1}, "line_moved", false},
		{Queued, Making, []int32{2}, "", false}, // it is there already
		{Queued, Ready, []int32{2}, "line_moved", false},
		{"", Ready, []int32{2}, "", true},
		{Queued, Making, []int32{1, 2}, "", true},
		{Queued, Ready, nil, "line_moved", false}, // line 2 is being made
		{Queued, HandedOver, []int32{1}, "illegal_transition", false},
		{Queued, Making, []int32{3}, "line_moved", false},
	} {
		o := Order{Lines: []Line{
			{Number: 1, Station: "bar", State: Queued}, {Number: 2, Station: "bar", State: Making}, {Number: 3, Station: "bar", State: Voided},
		}}
		moved, err := o.advance(c.lines, c.from, c.to, noon)
		if c.code != "" {
			if !errs.HasCode(err, c.code) {
				t.Errorf("%v: %v", c, err)
			}
			if e, _ := errs.As(err); c.code == "line_moved" && e.Params["states"] != "1=queued,2=making,3=voided" {
				t.Errorf("%v: %v", c, e.Params)
			}
			continue
		}
		if err != nil || moved != c.moved {
			t.Errorf("%v: %v, moved %v", c, err, moved)
		}
	}
}

func TestReport(t *testing.T) {
	fresh := func() Order {
		return Order{Lines: []Line{
			{Number: 1, State: Queued}, {Number: 2, State: Making, Problem: "cups"}, {Number: 3, State: Ready}, {Number: 4, State: Voided},
		}}
	}
	for _, c := range []struct {
		lines   []int32
		problem string
		want    string
		changed bool
		code    string
	}{
		{[]int32{1}, "oat", "[oat cups  ]", true, ""},
		{nil, "oat", "[oat oat  ]", true, ""},
		{[]int32{2}, "cups", "[ cups  ]", false, ""},
		{nil, "", "[   ]", true, ""},
		{[]int32{1}, "", "[ cups  ]", false, ""},
		{[]int32{3}, "", "[ cups  ]", false, ""},
		{[]int32{3}, "oat", "", false, "not_to_make"},
		{[]int32{9}, "oat", "", false, "not_found"},
	} {
		o := fresh()
		changed, err := o.report(c.lines, c.problem)
		if c.code != "" {
			if !errs.HasCode(err, c.code) {
				t.Errorf("%v: %v", c, err)
			}
			continue
		}
		got := fmt.Sprint([]string{o.Lines[0].Problem, o.Lines[1].Problem, o.Lines[2].Problem, o.Lines[3].Problem})
		if err != nil || changed != c.changed || got != c.want {
			t.Errorf("%v: %v %v %s", c, err, changed, got)
		}
	}
	done := Order{Lines: []Line{{Number: 1, State: HandedOver}}}
	if _, err := done.report(nil, "oat"); !errs.HasCode(err, "not_to_make") {
		t.Error(err)
	}
	// Going on with a line, or taking it back, is the answer to its problem.
	for what, move := range map[string]func(*Order) error{
		"ready": func(o *Order) error { _, err := o.advance([]int32{2}, "", Ready, noon); return err },
		"back":  func(o *Order) error { _, err := o.advance([]int32{2}, "", Queued, noon); return err },
		"void":  func(o *Order) error { _, err := o.void([]int32{2}, nil, "x", noon); return err },
	} {
		o := fresh()
		if err := move(&o); err != nil || o.Lines[1].Problem != "" {
			t.Errorf("%s: %v, %q", what, err, o.Lines[1].Problem)
		}
	}
}

func TestUnseenVoids(t *testing.T) {
	at := noon.Add(time.Minute)
	for _, c := range []struct {
		name string
		l    Line
		want bool
	}{
		{"while it waited", Line{Station: "bar", State: Voided}, false},
		{"while it was made", Line{Station: "bar", State: Voided, MakingAt: noon}, true},
		{"when it was ready, straight from the queue", Line{Station: "bar", State: Voided, ReadyAt: noon}, true},
		{"seen", Line{Station: "bar", State: Voided, MakingAt: noon, VoidSeenAt: at}, false},
		{"of no station", Line{State: Voided, MakingAt: noon}, false},
		{"not voided", Line{Station: "bar", State: Making, MakingAt: noon}, false},
	} {
		c.l.Number = 1
		o := Order{Lines: []Line{c.l}}
		o.State = o.making()
		if got := o.Lines[0].UnseenVoid(); got != c.want || o.Unseen() != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		seen, err := o.acknowledge(nil, at)
		if err != nil || seen != c.want || o.Lines[0].UnseenVoid() {
			t.Errorf("%s acknowledged: %v %v", c.name, seen, err)
		}
	}
	two := Order{State: StatePlaced, Lines: []Line{{Number: 1, Station: "bar", State: Voided, MakingAt: noon}, {Number: 2, Station: "bar", State: Queued}}}
	if two.Unseen() {
		t.Error("an open order is on the board anyway")
	}
	if seen, err := two.acknowledge([]int32{2}, at); seen || err != nil {
		t.Error(seen, err)
	}
	if _, err := two.acknowledge([]int32{7}, at); !errs.HasCode(err, "not_found") {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		typed, calls string
		receipt      int64
		name         string
	}{
		{"A-041", "[A-41 A-041 A-0041]", 0, "a-041"},
		{"a41", "[A-41 A-041 A-0041]", 0, "a41"},
		{" wb 7 ", "[WB-7 WB-07 WB-007 WB-0007]", 0, "wb 7"},
		{"#s1234", "[S-1234]", 0, "#s1234"},
		{"1207", "[]", 1207, "1207"},
		{"#1207", "[]", 1207, "#1207"},
		{"Zinéb", "[]", 0, "zinéb"},
		{"-5", "[]", 0, "-5"},
		{"99999999999999999999", "[]", 0, "99999999999999999999"},
		{"a12345", "[]", 0, "a12345"},
		{"  ", "[]", 0, ""},
	} {
		f := find(c.typed)
		if fmt.Sprint(f.Calls) != c.calls || f.Receipt != c.receipt || f.Name != c.name || f.Given() != (c.name != "") {
			t.Errorf("%q: %+v", c.typed, f)
		}
	}
}

func TestReturnTips(t *testing.T) {
	capture := func(kind string, tip int64) Tender {
		return Tender{Kind: kind, Direction: Capture, Amount: 100, Tip: tip}
	}
	out := func(kind string) Tender { return Tender{Kind: kind, Direction: Payout, Amount: 100} }
	for _, c := range []struct {
		name    string
		state   LineState
		tenders []Tender
		n       int
		kind    string
		want    []int64
	}{
		{"all of it", Voided, []Tender{capture("cash", 20), out("cash")}, 1, "", []int64{20, 20}},
		{"something is left", Making, []Tender{capture("cash", 20), out("cash")}, 1, "", []int64{20, 0}},
		{"as it came", Voided, []Tender{capture("cash", 20), capture("card", 30), out("card"), out("cash")}, 2, "", []int64{20, 30, 30, 20}},
		{"all one way", Voided, []Tender{capture("cash", 20), capture("card", 30), out("voucher")}, 2, "voucher", []int64{20, 30, 50}},
		{"once only", Voided, []Tender{capture("cash", 20), out("cash"), out("cash")}, 1, "", []int64{20, 20, 0}},
		{"no tip", Voided, []Tender{capture("cash", 0), out("cash")}, 1, "", []int64{0, 0}},
	} {
		o := Order{Lines: []Line{{Station: "bar", State: c.state}}, Tenders: c.tenders}
		o.returnTips(c.n, c.kind)
		for i, want := range c.want {
			if o.Tenders[i].Tip != want {
				t.Errorf("%s: tender %d has %d, want %d", c.name, i, o.Tenders[i].Tip, want)
			}
		}
	}
}
