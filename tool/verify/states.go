package verify

import (
	"fmt"

	"coffee/internal/day"
)

var legalWords = map[string][]string{
	"source":  {"counter", "phone", "import", "change", "remake"},
	"line":    {"queued", "making", "ready", "handed_over", "voided"},
	"money":   {"unpaid", "part_paid", "paid", "part_refunded", "refunded"},
	"attempt": {"placed", "abandoned", "cancelled"},
	"tender":  {"cash", "card", "voucher"},
	"journal": {"placed", "imported", "settled", "relabelled", "advanced", "voided", "refunded", "cancelled", "collected", "problem", "acknowledged"},
}

var words = func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for of, legal := range legalWords {
		out[of] = map[string]bool{}
		for _, w := range legal {
			out[of][w] = true
		}
	}
	return out
}()

// states checks that states are legal, follow from the lines, and came about step by step: 15.
func (t *trade) states(b *bundle) {
	if !t.asked(15) {
		return
	}
	o := b.order
	wrong := func(format string, args ...any) { t.find(15, b.cafe(), b.object(), format, args...) }
	legal := func(of, w string) {
		if !words[of][w] {
			wrong("%q is no %s state or kind there is", w, of)
		}
	}
	legal("source", o.source)
	legal("money", o.moneyState)
	for i := range b.lines {
		legal("line", b.lines[i].state)
	}
	for _, a := range b.attempts {
		legal("attempt", a.outcome)
	}
	for _, m := range b.tenders {
		legal("tender", m.kind)
	}
	for _, e := range b.entries {
		legal("journal", e.kind)
	}
	if state := b.making(); o.state != state {
		wrong("by its lines it is %s, it says %s", state, o.state)
	}
	_, listed := t.open[b.id]
	if open := o.state == "placed" || o.state == "in_progress" || o.state == "ready"; open != listed {
		wrong("it is %s, and among the open orders: %t", o.state, listed)
	}
	t.steps(b, wrong)
}

// making derives an order's state from its lines: only lines with a station are made.
func (b *bundle) making() string {
	live, made, handed, done, started := 0, 0, 0, 0, 0
	for i := range b.lines {
		l := &b.lines[i]
		if l.state == "voided" {
			continue
		}
		live++
		if l.state == "handed_over" {
			handed++
		}
		if l.detail.Station == "" {
			continue
		}
		made++
		if l.state != "queued" {
			started++
		}
		if l.state == "ready" || l.state == "handed_over" {
			done++
		}
	}
	switch {
	case live == 0:
		return "voided"
	case handed == live && b.order.detail.Uncollected:
		return "uncollected"
	case handed == live:
		return "collected"
	case made > 0 && done == made:
		return "ready"
	case started > 0:
		return "in_progress"
	}
	return "placed"
}

// steps follows the lines through the journal.
func (t *trade) steps(b *bundle, wrong func(string, ...any)) {
	if len(b.entries) == 0 {
		return // 4 says so
	}
	at := map[int32]string{}
	for i := range b.entries {
		e := &b.entries[i]
		for _, l := range e.event.lines {
			station := ""
			if has := b.line(l.number); has != nil {
				station = has.detail.Station
			}
			from, known := at[l.number]
			to := word(l.state)
			at[l.number] = to
			if i > 0 && !known {
				wrong("entry %d moves line %d, which did not come with the order", e.seq, l.number)
			} else if !legalStep(e.kind, station, from, to) {
				wrong("entry %d (%s) takes line %d from %s to %s", e.seq, e.kind, l.number, orNew(from), to)
			}
		}
	}
	for i := range b.lines {
		if l := &b.lines[i]; at[l.number] != l.state {
			wrong("line %d is %s, the journal left it %s", l.number, l.state, orNew(at[l.number]))
		}
	}
	o, last := b.order, &b.entries[len(b.entries)-1]
	if e := &last.event; string(e.orderState) != o.state || string(e.moneyState) != o.moneyState || e.total != o.total {
		wrong("entry %d left it %s, %s and at %d; it is %s, %s and at %d", last.seq, e.orderState, e.moneyState,
			e.total, o.state, o.moneyState, o.total)
	}
}

// word is a state without making a new text of it.
func word(state []byte) string {
	for _, w := range legalWords["line"] {
		if string(state) == w {
			return w
		}
	}
	return string(state)
}

func orNew(state string) string {
	if state == "" {
		return "nothing"
	}
	return state
}

// legalStep tells whether an entry of a kind may take a line from one state to another. What has no station is handed
// over when it is paid, whatever pays it.
func legalStep(kind, station, from, to string) bool {
	waiting := from == "queued" || from == "making" || from == "ready"
	if from == to || (waiting && to == "handed_over" && station == "") {
		return true
	}
	switch kind {
	case "placed":
		return from == "" && (to == "queued" || (to == "handed_over" && station == ""))
	case "imported":
		return from == "" && to == "handed_over"
	case "advanced":
		switch from {
		case "queued":
			return to == "making" || to == "ready"
		case "making":
			return to == "ready" || to == "queued"
		case "ready":
			return to == "handed_over" || to == "making"
		}
	case "voided", "cancelled":
		return waiting && to == "voided"
	case "collected":
		return waiting && to == "handed_over"
	}
	return false
}

// dates works the business dates out again: 16.
func (t *trade) dates(b *bundle) {
	if !t.asked(16) {
		return
	}
	o := b.order
	wrong := func(format string, args ...any) { t.find(16, b.cafe(), b.object(), format, args...) }
	calendar, err := t.calendar(o.zone, o.cutoff)
	if err != nil {
		wrong("%v", err)
		return
	}
	if date := calendar.Date(micro(o.soldAt)); o.date != date {
		wrong("sold at %s in %s with cut-off at %s it belongs to %s, not to %s", micro(o.soldAt).Format(timeLayout), o.zone,
			clock(o.cutoff), date, o.date)
	}
	for i := range b.entries {
		e := &b.entries[i]
		if fault := entryDate(o, calendar, &e.event); fault != "" {
			wrong("entry %d %s", e.seq, fault)
		}
	}
}

// entryDate tells what is wrong with the day an entry is booked to: the order's own, or, once that is closed, a later
// one that says what it mends.
func entryDate(o *orderRow, calendar day.Calendar, e *told) string {
	switch {
	case string(e.zone) != o.zone || int(e.cutoff) != o.cutoff:
		return "names another zone or cut-off than the order"
	case int(e.hour) != calendar.Hour(micro(o.soldAt)):
		return fmt.Sprintf("says it was sold in hour %d", e.hour)
	case len(e.mends) == 0 && string(e.date) != o.date:
		return fmt.Sprintf("is booked to %s without saying that it mends %s", e.date, o.date)
	case len(e.mends) == 0:
	case string(e.mends) != o.date || string(e.date) <= o.date:
		return fmt.Sprintf("is booked to %s and mends %s, the order is of %s", e.date, e.mends, o.date)
	case string(e.date) != calendar.Date(micro(e.at)):
		return fmt.Sprintf("happened on %s and is booked to %s", calendar.Date(micro(e.at)), e.date)
	}
	return ""
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// device holds the order's and its tenders' devices against the café: 18.
func (t *trade) device(b *bundle) {
	if !t.asked(18) {
		return
	}
	o := b.order
	place := func(what, device string) {
		if device == "" {
			return // head office, or a phone
		}
		cafe, known := t.devices[device]
		switch {
		case !known:
			t.find(18, b.cafe(), b.object(), "%s names device %s, which was never enrolled", what, device)
		case cafe != o.cafe:
			t.find(18, b.cafe(), b.object(), "%s names device %s, which stands in café %s", what, device, cafe)
		}
	}
	place("it", o.detail.Device)
	for _, m := range b.tenders {
		place("tender "+m.id.String(), m.device)
	}
	if o.source == "phone" && o.phone == "" {
		t.find(18, b.cafe(), b.object(), "it came from a phone and names none")
	}
}
