package verify

// content checks that an id is one order with one content: 4. The journal tells what the order was when it came; the
// order's rows and everything after it must agree.
func (t *trade) content(b *bundle) {
	if !t.asked(4) {
		return
	}
	wrong := func(format string, args ...any) { t.find(4, b.cafe(), b.object(), format, args...) }
	if b.order == nil {
		t.orphans(b, wrong)
		return
	}
	o := b.order
	if o.fingerprint != 32 {
		wrong("its fingerprint has %d bytes", o.fingerprint)
	}
	if len(b.lines) == 0 {
		wrong("it has no lines")
	}
	for i := range b.lines {
		if b.lines[i].number != int32(i+1) {
			wrong("line %d stands where line %d should", b.lines[i].number, i+1)
			break
		}
	}
	t.attempts(b, wrong)
	t.told(b, wrong)
}

func (t *trade) orphans(b *bundle, wrong func(string, ...any)) {
	for what, n := range map[string]int{"lines": len(b.lines), "tenders": len(b.tenders), "journal entries": len(b.entries)} {
		if n > 0 {
			wrong("there are %d %s of it, but no order", n, what)
		}
	}
	for _, a := range b.attempts {
		if a.outcome == "placed" {
			wrong("attempt %d says it was placed, but there is no order", a.n)
		}
	}
}

func (t *trade) attempts(b *bundle, wrong func(string, ...any)) {
	o := b.order
	var placed []int32
	for _, a := range b.attempts {
		switch {
		case a.outcome == "placed":
			placed = append(placed, a.n)
		case a.outcome == "cancelled":
			wrong("attempt %d says it was cancelled", a.n)
		case a.n > o.attempt:
			wrong("attempt %d came after the one that was placed", a.n)
		}
	}
	switch {
	case o.source == "import":
		if len(b.attempts) > 0 {
			wrong("it was imported, but attempted too")
		}
	case len(placed) != 1 || placed[0] != o.attempt:
		wrong("it is attempt %d, but the attempts that were placed are [%s]", o.attempt, list(placed))
	}
}

// told holds the order against what the journal tells of it.
func (t *trade) told(b *bundle, wrong func(string, ...any)) {
	o := b.order
	first := "placed"
	if o.source == "import" {
		first = "imported"
	}
	if len(b.entries) == 0 || b.entries[0].kind != first {
		wrong("the journal does not begin with %s", first)
		return
	}
	sold := make([]worth, len(b.lines)+1) // by line
	for i := range b.entries {
		e := &b.entries[i]
		if i > 0 && (e.kind == "placed" || e.kind == "imported") {
			wrong("entry %d tells a second time that it was %s", e.seq, e.kind)
		}
		if e.cafe != o.cafe || e.event.cafe != e.cafe || e.event.order != b.id || string(e.event.kind) != e.kind {
			wrong("entry %d is of another café, order or kind than it tells", e.seq)
		}
		for _, l := range e.event.lines {
			if n := l.number; n > 0 && int(n) < len(sold) {
				sold[n] = sold[n].plus(l.worth)
			}
		}
	}
	came := &b.entries[0].event
	if string(came.source) != o.source || came.soldAt != o.soldAt || came.release != o.release {
		wrong("entry %d tells another source, time or menu release than it has", b.entries[0].seq)
	}
	if len(came.lines) != len(b.lines) {
		wrong("it came with %d lines and has %d", len(came.lines), len(b.lines))
		return
	}
	var total int64
	for _, l := range came.lines {
		has := b.line(l.number)
		if has == nil || has.item != l.item || has.variation != l.variation || has.unitPrice != l.unitPrice {
			wrong("line %d is not what the journal says that it came with", l.number)
			continue
		}
		total += has.total
		if has.detail.OverrideBy != string(l.overrideBy) {
			wrong("line %d: the journal names another author of its price", l.number)
		}
		if int(l.number) >= len(sold) {
			continue // its number is wrong, as is said above
		}
		if now, then := b.sold(has), sold[l.number]; then != now {
			wrong("line %d comes to %d units and %d, the journal to %d and %d", l.number, now.units, now.total, then.units, then.total)
		}
	}
	if came.total != total {
		wrong("it came with a total of %d, its lines are %d", came.total, total)
	}
}
