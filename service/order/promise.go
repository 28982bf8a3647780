package order

import (
	"slices"
	"time"
)

const (
	// unknownSeconds is the work of one unit of what the menu gives no bar-seconds for: a short drink's.
	unknownSeconds = 30
	// soonest is the shortest promise: nobody is called back within a minute.
	soonest = time.Minute
	// lateAfter is how far an order may slip before its guest is told: less is the bar's own breathing.
	lateAfter = 2 * time.Minute
	// forgottenAfter is how long what was promised still counts as queued. What is not done by then was handed out without
	// anybody saying so: a bar that marks nothing would else promise the evening to whoever comes at noon.
	forgottenAfter = 30 * time.Minute
	// slotLength is a pick-up slot. Every zone is a whole number of them away from UTC.
	slotLength = 15 * time.Minute
)

// Work is what a station still has to do, in seconds. At is what it was asked by: of a queue the moment before which
// nobody waits for it (a later pick-up; zero: as soon as possible), of bookings the slot it is promised in.
type Work struct {
	Station string
	Seconds int64
	At      time.Time
}

func (w Work) takes() time.Duration { return time.Duration(w.Seconds) * time.Second }

// seconds is the work of a line.
func (l *Line) seconds() int64 {
	each := int64(l.BarSeconds)
	if each == 0 {
		each = unknownSeconds
	}
	return each * int64(l.Quantity)
}

// Work is what the stations still have to do for an order, by station. What is being made counts as a whole: nobody
// knows how far it is.
func (o *Order) Work() []Work {
	var out []Work
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Station == "" || (l.State != Queued && l.State != Making) {
			continue
		}
		at := slices.IndexFunc(out, func(w Work) bool { return w.Station == l.Station })
		if at < 0 {
			at = len(out)
			out = append(out, Work{Station: l.Station})
		}
		out[at].Seconds += l.seconds()
	}
	return out
}

// longest is how long an order takes when its stations work side by side.
func longest(own []Work) time.Duration {
	var most time.Duration
	for _, w := range own {
		most = max(most, w.takes())
	}
	return most
}

// QueueKey is where an order stands among those that are to be made: remakes before everything else.
func (o *Order) QueueKey() time.Time {
	switch {
	case o.Source == FromRemake:
		return time.Time{}
	case o.StartAt.IsZero(): // nothing was promised
		return o.PlacedAt
	}
	return o.StartAt
}

// NotBefore is the moment before which nobody begins with it; zero: it waits for nothing.
func (o *Order) NotBefore() time.Time {
	if o.Scheduled {
		return o.StartAt
	}
	return time.Time{}
}

// Slot is the quarter hour an order is promised in.
func (o *Order) Slot() time.Time { return slotOf(o.PromisedAt) }

// queuedSince is the first slot whose promises are still waited for.
func queuedSince(now time.Time) time.Time { return slotOf(now.Add(-forgottenAfter)) }

func slotOf(t time.Time) time.Time { return t.Truncate(slotLength) }

// ready is when work is done that comes behind a queue: each station does what has to begin before this would be done,
// and the stations work side by side. The queue is ordered by its moments, what waits for none first.
func ready(now time.Time, queue, own []Work) time.Time {
	done := now.Add(soonest)
	for _, mine := range own {
		at := now
		for _, w := range queue {
			if w.Station == mine.Station && !w.At.After(at.Add(mine.takes())) {
				at = at.Add(w.takes())
			}
		}
		if at = at.Add(mine.takes()); at.After(done) {
			done = at
		}
	}
	return done
}

// promise says when an order will be ready and when to begin for that: at its pick-up time, or as soon as the queue
// allows. A remake waits for nobody. Without anything to make and without a pick-up time nothing is promised.
func (o *Order) promise(now time.Time, queue []Work) {
	own := o.Work()
	switch {
	case o.PickupAt.After(now):
		o.PromisedAt, o.Scheduled = o.PickupAt, true
	case len(own) == 0:
		return
	case o.Source == FromRemake:
		o.PromisedAt = ready(now, nil, own)
	default:
		o.PromisedAt = ready(now, queue, own)
	}
	o.StartAt = o.PromisedAt.Add(-longest(own))
}

// waits tells whether a promise of this order is still to be kept.
func (o *Order) waits() bool {
	return !o.PromisedAt.IsZero() && (o.State == StatePlaced || o.State == StateInProgress) && len(o.Work()) > 0
}

// expected is when an order will be ready by the work that is before it now; zero unless that is later than promised.
// What the bar is at counts with what is left of it.
func (o *Order) expected(now time.Time, before []Work) time.Time {
	if !o.waits() {
		return time.Time{}
	}
	own := o.Work()
	for i := range o.Lines {
		if l := &o.Lines[i]; l.State == Making && l.Station != "" {
			at := slices.IndexFunc(own, func(w Work) bool { return w.Station == l.Station })
			own[at].Seconds -= min(l.seconds(), max(0, int64(now.Sub(l.MakingAt)/time.Second)))
		}
	}
	var done time.Time
	for _, w := range own {
		at := now.Add(w.takes())
		for _, b := range before {
			if b.Station == w.Station {
				at = at.Add(b.takes())
			}
		}
		if at.After(done) {
			done = at
		}
	}
	if done.Before(o.PromisedAt.Add(lateAfter)) {
		return time.Time{}
	}
	return done
}
