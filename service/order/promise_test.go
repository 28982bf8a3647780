package order

import (
	"testing"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
)

func bar(seconds int64) Work     { return Work{Station: "bar", Seconds: seconds} }
func kitchen(seconds int64) Work { return Work{Station: "kitchen", Seconds: seconds} }
func (w Work) from(t time.Time) Work {
	w.At = t
	return w
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func TestWorkOfLines(t *testing.T) {
	o := Order{Lines: []Line{
		{Station: "bar", State: Queued, BarSeconds: 60, Quantity: 2},
		{Station: "bar", State: Making, Quantity: 3}, // the menu says nothing: 30 s each
		{Station: "kitchen", State: Queued, BarSeconds: 45, Quantity: 1},
		{Station: "", State: Queued, BarSeconds: 60, Quantity: 1},
		{Station: "bar", State: Ready, BarSeconds: 60, Quantity: 1},
		{Station: "bar", State: Voided, BarSeconds: 60, Quantity: 1},
	}}
	got := o.Work()
	if len(got) != 2 || got[0] != bar(210) || got[1] != kitchen(45) || longest(got) != 210*time.Second {
		t.Errorf("work %v", got)
	}
}

func TestReady(t *testing.T) {
	for _, c := range []struct {
		name       string
		queue, own []Work
		want       time.Duration
	}{
		{"nothing before it: a minute at least", nil, []Work{bar(20)}, time.Minute},
		{"its own time", nil, []Work{bar(90)}, 90 * time.Second},
		{"behind the queue", []Work{bar(100), bar(50)}, []Work{bar(60)}, 210 * time.Second},
		{"another station's queue is not its own", []Work{kitchen(600)}, []Work{bar(60)}, time.Minute},
		{"stations side by side: the slower one counts", []Work{bar(30), kitchen(200)}, []Work{bar(60), kitchen(60)}, 260 * time.Second},
		{"a later pick-up is not before it", []Work{bar(60), bar(300).from(noon.Add(time.Hour))}, []Work{bar(60)}, 2 * time.Minute},
		{"one that has to begin before it would be done is", []Work{bar(60), bar(300).from(noon.Add(minutes(1)))}, []Work{bar(60)}, minutes(7)},
		{"and draws the next one in", []Work{bar(300).from(noon), bar(60).from(noon.Add(minutes(5)))}, []Work{bar(60)}, minutes(7)},
	} {
		if got := ready(noon, c.queue, c.own).Sub(noon); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestPromise(t *testing.T) {
	drink := []Line{{Station: "bar", State: Queued, BarSeconds: 90, Quantity: 2}}
	queue := []Work{bar(600)}
	for _, c := range []struct {
		name            string
		o               Order
		promised, start time.Duration // from noon; 0 for none
		scheduled       bool
	}{
		{"as soon as possible", Order{Lines: drink}, minutes(13), minutes(10), false},
		{"at its pick-up time", Order{Lines: drink, PickupAt: noon.Add(time.Hour)}, time.Hour, minutes(57), true},
		{"a pick-up time that is over is none", Order{Lines: drink, PickupAt: noon.Add(-minutes(3))}, minutes(13), minutes(10), false},
		{"a remake waits for nobody", Order{Lines: drink, Source: FromRemake}, minutes(3), 0, false},
		{"a croissant is promised nothing", Order{Lines: []Line{{State: Queued, Quantity: 1}}}, 0, 0, false},
		{"but for a time of its own", Order{Lines: []Line{{State: Queued, Quantity: 1}}, PickupAt: noon.Add(time.Hour)}, time.Hour, time.Hour, true},
	} {
		o := c.o
		o.promise(noon, queue)
		if c.promised == 0 {
			if !o.PromisedAt.IsZero() || !o.StartAt.IsZero() {
				t.Errorf("%s: %s", c.name, o.PromisedAt)
			}
			continue
		}
		if o.PromisedAt.Sub(noon) != c.promised || o.StartAt.Sub(noon) != c.start || o.Scheduled != c.scheduled {
			t.Errorf("%s: %s, begun at %s, %v", c.name, o.PromisedAt.Sub(noon), o.StartAt.Sub(noon), o.Scheduled)
		}
		if was := o.NotBefore(); c.scheduled != was.Equal(o.StartAt) || c.scheduled == was.IsZero() {
			t.Errorf("%s: not before %s", c.name, was)
		}
	}
}

func TestExpected(t *testing.T) {
	waiting := func(lines ...Line) Order {
		o := Order{PromisedAt: noon.Add(minutes(5)), Lines: lines}
		o.State = o.making()
		return o
	}
	drink := Line{Station: "bar", State: Queued, BarSeconds: 60, Quantity: 1}
	making, ready, side := drink, drink, drink
	making.State, making.MakingAt = Making, noon.Add(-40*time.Second)
	ready.State = Ready
	side.Station, side.BarSeconds = "kitchen", 600
	late := drink
	late.State, late.MakingAt = Making, noon.Add(-time.Hour)
	nobody := waiting(drink)
	nobody.PromisedAt = time.Time{}
	for _, c := range []struct {
		name   string
		o      Order
		before []Work
		want   time.Duration // from noon; 0: as promised
	}{
		{"in time", waiting(drink), []Work{bar(240)}, 0},
		{"a little late is not late", waiting(drink), []Work{bar(359)}, 0},
		{"two minutes late is", waiting(drink), []Work{bar(360)}, minutes(7)},
		{"another station's queue", waiting(drink), []Work{kitchen(6000)}, 0},
		{"the slower station counts", waiting(drink, side), nil, minutes(10)},
		{"what is left of what is being made", waiting(making), []Work{bar(460)}, 480 * time.Second},
		{"which is not less than nothing", waiting(late), []Work{bar(480)}, minutes(8)},
		{"ready", waiting(ready), []Work{bar(6000)}, 0},
		{"voided", waiting(Line{State: Voided, Station: "bar"}), []Work{bar(6000)}, 0},
		{"nothing was promised", nobody, []Work{bar(6000)}, 0},
	} {
		got := c.o.expected(noon, c.before)
		if (c.want == 0) != got.IsZero() || (c.want > 0 && got.Sub(noon) != c.want) {
			t.Errorf("%s: %s, want %s", c.name, got.Sub(noon), c.want)
		}
	}
}

// everyDay is open from 7:00 to 13:00 and from 14:00 to 20:00 in Casablanca, which is at UTC+1; on Sunday until 2:00.
func everyDay(t *testing.T) phoneDay {
	d := phoneDay{calendar: casablanca(t), capacity: 600}
	d.hours.Zone = d.calendar.Zone
	for i := range d.hours.Weekly {
		d.hours.Weekly[i] = []day.Span{{Opens: 420, Closes: 780}, {Opens: 840, Closes: 1200}}
	}
	d.hours.Weekly[0] = []day.Span{{Opens: 600, Closes: 1440}}
	d.hours.Weekly[1] = append([]day.Span{{Opens: 0, Closes: 120}}, d.hours.Weekly[1]...)
	return d
}

func local(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-06-"+clock+":00+01:00")
	if err != nil {
		panic(err)
	}
	return t
}

func TestDoors(t *testing.T) {
	d := everyDay(t)
	never, always := day.Hours{Zone: d.calendar.Zone}, day.Hours{Zone: d.calendar.Zone}
	for i := range always.Weekly {
		always.Weekly[i] = []day.Span{{Opens: 0, Closes: 1440}}
	}
	for _, c := range []struct {
		hours             day.Hours
		at, opens, closes string
	}{
		{d.hours, "09T06:00", "09T07:00", ""},
		{d.hours, "09T07:00", "09T14:00", "09T13:00"},
		{d.hours, "09T13:00", "09T14:00", ""},
		{d.hours, "09T19:59", "10T07:00", "09T20:00"},
		{d.hours, "07T23:00", "08T07:00", "08T02:00"}, // Sunday's span and Monday's first are one
		{d.hours, "08T01:59", "08T07:00", "08T02:00"},
		{never, "09T12:00", "", ""},
		{always, "09T12:00", "", ""},
	} {
		opens, closes := doors(c.hours, local(c.at))
		for _, x := range []struct {
			got  time.Time
			want string
		}{{opens, c.opens}, {closes, c.closes}} {
			if (x.want == "") != x.got.IsZero() || (x.want != "" && !x.got.Equal(local(x.want))) {
				t.Errorf("at %s: opens %s, closes %s; want %s, %s", c.at, opens, closes, c.opens, c.closes)
			}
		}
	}
}

func TestSlots(t *testing.T) {
	d := everyDay(t)
	got := d.slots(local("09T12:20"), []Work{bar(600).from(local("09T12:45")), bar(599).from(local("09T14:00")), kitchen(700).from(local("09T14:15"))})
	if len(got) != 2+24 { // 12:30, 12:45, then from 14:00 to 19:45
		t.Fatalf("%d slots: %v", len(got), got)
	}
	for i, want := range []struct {
		at   string
		full bool
	}{{"09T12:30", false}, {"09T12:45", true}, {"09T14:00", false}, {"09T14:15", true}, {"09T14:30", false}} {
		if !got[i].At.Equal(local(want.at)) || got[i].Full != want.full {
			t.Errorf("slot %d: %v, want %v", i, got[i], want)
		}
	}
	if last := got[len(got)-1].At; !last.Equal(local("09T19:45")) {
		t.Errorf("the last slot %s", last)
	}
	if got := d.slots(local("09T20:00"), nil); len(got) != 0 {
		t.Errorf("after closing: %v", got)
	}
	if got := d.slots(local("07T23:50"), nil); len(got) != 8 { // Sunday's day goes on until it closes at 2:00
		t.Errorf("over midnight: %v", got)
	}
}

func TestPhonePromise(t *testing.T) {
	d := everyDay(t)
	now := local("09T12:05")
	drinks := []Line{{Station: "bar", State: Queued, BarSeconds: 60, Quantity: 3}}
	full := func(slots ...string) []Work {
		var out []Work
		for _, s := range slots {
			out = append(out, bar(600).from(local(s)))
		}
		return out
	}
	var evening []string
	for at := local("09T14:00"); at.Before(local("09T20:00")); at = at.Add(slotLength) {
		evening = append(evening, at.In(d.calendar.Zone).Format("02T15:04"))
	}
	for _, c := range []struct {
		name     string
		lines    []Line
		pickup   string
		paused   string
		booked   []Work
		promised string
		code     string
		tells    string
	}{
		{"at once", drinks, "", "", nil, "09T12:08", "", ""},
		{"a pause that is over", drinks, "", "09T12:05", nil, "09T12:08", "", ""},
		{"paused", drinks, "", "09T12:20", nil, "", "phone_orders_paused", "2026-06-09T11:20:00Z"},
		{"paused, for later too", drinks, "09T15:00", "09T12:20", nil, "", "phone_orders_paused", "2026-06-09T11:20:00Z"},
		{"the running quarter is full", drinks, "", "", full("09T12:00"), "09T12:15", "", ""},
		{"and the next two", drinks, "", "", full("09T12:00", "09T12:15", "09T12:30"), "09T12:45", "", ""},
		{"at its time", drinks, "09T12:40", "", full("09T12:15"), "09T12:40", "", ""},
		{"at a full time", drinks, "09T12:40", "", full("09T12:30"), "", "slot_full", "2026-06-09T11:45:00Z"},
		{"at the last one, full", drinks, "09T19:50", "", full("09T19:45"), "", "slot_full", "2026-06-09T11:15:00Z"},
		{"no room at all", drinks, "", "", full(append(evening, "09T12:00", "09T12:15", "09T12:30", "09T12:45")...), "", "slot_full", ""},
		{"a croissant needs none", []Line{{State: Queued, Quantity: 1}}, "", "", full("09T12:00"), "", "", ""},
	} {
		o := Order{Source: FromPhone, Lines: c.lines}
		if c.pickup != "" {
			o.PickupAt = local(c.pickup)
		}
		var until time.Time
		if c.paused != "" {
			until = local(c.paused)
		}
		err := d.promise(&o, now, until, nil, c.booked)
		if c.code != "" {
			e, ok := errs.As(err)
			if !ok || e.Code != c.code || e.Params[map[string]string{"slot_full": "next", "phone_orders_paused": "until"}[c.code]] != c.tells {
				t.Errorf("%s: %v %+v, want %s %s", c.name, err, e, c.code, c.tells)
			}
			continue
		}
		if err != nil || (c.promised == "") != o.PromisedAt.IsZero() || (c.promised != "" && !o.PromisedAt.Equal(local(c.promised))) {
			t.Errorf("%s: %v, %s, want %s", c.name, err, o.PromisedAt, c.promised)
		}
		if len(o.Work()) > 0 && o.PromisedAt.Sub(o.StartAt) != minutes(3) {
			t.Errorf("%s: begins at %s for %s", c.name, o.StartAt, o.PromisedAt)
		}
	}
}
