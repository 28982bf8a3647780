package menu

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Change is one object that publishing would change, in words.
type Change struct {
	Kind    Kind
	ID      string
	Name    string
	What    string // added, changed or removed
	Details []Line
}

// The words of a change.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)

// MaxDetails bounds the lines of one change, so that a difference always fits into one answer.
const MaxDetails = 50

// Diff is what a draft changes against a release: categories, items, groups, combos, each by name.
func Diff(before, after Catalogue) []Change {
	words := wording{names(before), map[string]string{}, map[string]string{}}
	for k, name := range names(after) {
		words.things[k] = name
	}
	for _, c := range slices.Concat(before.Categories, after.Categories) {
		words.categories[c.ID] = c.Name
	}
	for _, g := range slices.Concat(before.ModifierGroups, after.ModifierGroups) {
		words.groups[g.ID] = g.Name
	}
	return slices.Concat(
		diffNouns(KindCategory, before.Categories, after.Categories, words.category),
		diffNouns(KindItem, before.Items, after.Items, words.item),
		diffNouns(KindModifierGroup, before.ModifierGroups, after.ModifierGroups, words.group),
		diffNouns(KindCombo, before.Combos, after.Combos, words.combo),
	)
}

// diffNouns compares two lists by id; say tells one object's change, with the zero noun for "was not there".
func diffNouns[N Noun](kind Kind, before, after []N, say func(*lines, N, N)) []Change {
	type pair struct{ before, after *N }
	pairs := map[string]pair{}
	for i := range before {
		pairs[idOf(before[i])] = pair{before: &before[i]}
	}
	for i := range after {
		id := idOf(after[i])
		pairs[id] = pair{pairs[id].before, &after[i]}
	}
	var changes []Change
	for id, p := range pairs {
		var l lines
		change := Change{Kind: kind, ID: id, What: Changed}
		switch {
		case p.after == nil:
			change.Name, change.What = nameOf(*p.before), Removed
		case p.before == nil:
			change.Name, change.What = nameOf(*p.after), Added
			var nothing N
			say(&l, nothing, *p.after)
		case bytes.Equal(encode(*p.before), encode(*p.after)):
			continue
		default:
			change.Name = nameOf(*p.after)
			say(&l, *p.before, *p.after)
		}
		change.Details = l.cut()
		changes = append(changes, change)
	}
	sortChanges(changes)
	return changes
}

func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
}

func idOf[N Noun](noun N) string {
	switch n := any(noun).(type) {
	case Category:
		return n.ID
	case Item:
		return n.ID
	case ModifierGroup:
		return n.ID
	case Combo:
		return n.ID
	}
	return ""
}

func nameOf[N Noun](noun N) string {
	switch n := any(noun).(type) {
	case Category:
		return n.Name
	case Item:
		return n.Name
	case ModifierGroup:
		return n.Name
	case Combo:
		return n.Name
	}
	return ""
}

// field says that one plain value changed, and nothing about values of something that was not there.
func field[T comparable](l *lines, code string, before, after T, added bool) {
	if before != after && !added {
		l.add(Line{Code: code, Before: fmt.Sprint(before), After: fmt.Sprint(after)})
	}
}

// wording knows the names that ids stand for.
type wording struct {
	things             map[key]string
	categories, groups map[string]string
}

func named(names map[string]string, id string) string {
	if id == "" {
		return ""
	}
	return cmp.Or(names[id], id)
}

func (w wording) category(l *lines, a, b Category) {
	added := a.ID == ""
	field(l, "name", a.Name, b.Name, added)
	field(l, "rank", a.Rank, b.Rank, added)
	field(l, "drawing", a.Drawing, b.Drawing, added)
	field(l, "tint", a.Tint, b.Tint, added)
}

func (w wording) item(l *lines, a, b Item) {
	added := a.ID == ""
	field(l, "name", a.Name, b.Name, added)
	field(l, "category", named(w.categories, a.CategoryID), named(w.categories, b.CategoryID), added)
	if a.Description != b.Description && !added {
		l.add(Line{Code: "description"})
	}
	field(l, "tax_code", a.TaxCode, b.TaxCode, added)
	field(l, "station", a.Station, b.Station, added)
	field(l, "rank", a.Rank, b.Rank, added)
	field(l, "drawing", a.Drawing, b.Drawing, added)
	parts(l, "variation", a.Variations, b.Variations, func(v Variation) string { return v.ID }, variation)
	choices(l, "group", a.ModifierGroupIDs, b.ModifierGroupIDs, func(id string) Line { return Line{Subject: named(w.groups, id)} })
	w.windows(l, a.PriceWindows, b.PriceWindows)
}

func variation(l *lines, a, b Variation) {
	switch {
	case b.ID == "":
		l.add(Line{Code: "variation_removed", Subject: a.Name})
		return
	case a.ID == "":
		l.add(Line{Code: "variation_added", Subject: b.Name, After: listed(b.Prices)})
		return
	case a.Name != b.Name:
		l.add(Line{Code: "renamed", Before: a.Name, After: b.Name})
	}
	prices(l, "price", "currencies", b.Name, a.Prices, b.Prices)
	if a.BarSeconds != b.BarSeconds {
		l.add(Line{Code: "bar_seconds", Subject: b.Name, Before: fmt.Sprint(a.BarSeconds), After: fmt.Sprint(b.BarSeconds)})
	}
}

// windows compares price windows as they read.
func (w wording) windows(l *lines, a, b []PriceWindow) {
	read := map[string]Line{}
	text := func(p PriceWindow) string {
		_, size, _ := strings.Cut(w.things[key{KindVariation, p.VariationID}], ", ")
		line := Line{
			Subject: p.Name + ", " + cmp.Or(size, p.VariationID), Before: clock(p.From) + "–" + clock(p.To), After: listed(p.Prices), Weekdays: p.Weekdays,
		}
		id := fmt.Sprintf("%q", []string{line.Subject, line.Before, line.After, fmt.Sprint(line.Weekdays)})
		read[id] = line
		return id
	}
	choices(l, "window", texts(a, text), texts(b, text), func(id string) Line { return read[id] })
}

func clock(minute int32) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func (w wording) group(l *lines, a, b ModifierGroup) {
	added := a.ID == ""
	field(l, "name", a.Name, b.Name, added)
	field(l, "min", a.Min, b.Min, added)
	field(l, "max", a.Max, b.Max, added)
	field(l, "free", a.FreeCount, b.FreeCount, added)
	parts(l, "modifier", a.Modifiers, b.Modifiers, func(m Modifier) string { return m.ID }, modifier)
}

func modifier(l *lines, a, b Modifier) {
	switch {
	case b.ID == "":
		l.add(Line{Code: "modifier_removed", Subject: a.Name})
		return
	case a.ID == "":
		l.add(Line{Code: "modifier_added", Subject: b.Name, After: listed(b.PriceDeltas)})
		return
	case a.Name != b.Name:
		l.add(Line{Code: "renamed", Before: a.Name, After: b.Name})
	}
	prices(l, "price", "currencies", b.Name, a.PriceDeltas, b.PriceDeltas)
	if a.Default != b.Default {
		l.add(Line{Code: map[bool]string{true: "default", false: "default_ended"}[b.Default], Subject: b.Name})
	}
}

func (w wording) combo(l *lines, a, b Combo) {
	added := a.ID == ""
	field(l, "name", a.Name, b.Name, added)
	field(l, "category", named(w.categories, a.CategoryID), named(w.categories, b.CategoryID), added)
	field(l, "rank", a.Rank, b.Rank, added)
	if added {
		l.add(Line{Code: "combo_prices", After: listed(b.Prices)})
	} else {
		prices(l, "combo_price", "combo_currencies", "", a.Prices, b.Prices)
	}
	parts(l, "slot", a.Slots, b.Slots, func(s ComboSlot) string { return s.ID }, w.slot)
}

func (w wording) slot(l *lines, a, b ComboSlot) {
	switch {
	case b.ID == "":
		l.add(Line{Code: "slot_removed", Subject: a.Name})
		return
	case a.ID != "" && a.Name != b.Name:
		l.add(Line{Code: "renamed", Before: a.Name, After: b.Name})
	}
	choices(l, "filling", a.VariationIDs, b.VariationIDs, func(id string) Line {
		return Line{Before: b.Name, Subject: cmp.Or(w.things[key{KindVariation, id}], id)}
	})
}

// parts compares ordered parts by id: those that stay or come, then those that went, then their order.
func parts[P any](l *lines, code string, a, b []P, id func(P) string, say func(*lines, P, P)) {
	var zero P
	at := map[string]P{}
	for _, p := range a {
		at[id(p)] = p
	}
	was, is := texts(a, id), texts(b, id)
	for _, p := range b {
		say(l, at[id(p)], p)
	}
	for _, p := range a {
		if !slices.Contains(is, id(p)) {
			say(l, p, zero)
		}
	}
	reordered(l, Line{Code: code + "_order"}, was, is)
}

// choices compares ordered choices; line is the sentence about one, but for its code.
func choices(l *lines, code string, a, b []string, line func(id string) Line) {
	say := func(id, what string) {
		one := line(id)
		one.Code = code + what
		l.add(one)
	}
	for _, id := range b {
		if !slices.Contains(a, id) {
			say(id, "_added")
		}
	}
	for _, id := range a {
		if !slices.Contains(b, id) {
			say(id, "_removed")
		}
	}
	reordered(l, Line{Code: code + "_order", Before: line("").Before}, a, b)
}

// reordered says that what stands in both lists stands in another order.
func reordered(l *lines, line Line, a, b []string) {
	stays := func(in, other []string) []string {
		return slices.DeleteFunc(slices.Clone(in), func(id string) bool { return !slices.Contains(other, id) })
	}
	if !slices.Equal(stays(a, b), stays(b, a)) {
		l.add(line)
	}
}

// prices says each currency's change: "Large: MAD 25.00 → MAD 27.00".
func prices(l *lines, code, order, subject string, a, b []Money) {
	for _, after := range b {
		before, was := priceIn(a, after.Currency)
		if !was {
			l.add(Line{Code: code, Subject: subject, After: after.String()})
		} else if before != after {
			l.add(Line{Code: code, Subject: subject, Before: before.String(), After: after.String()})
		}
	}
	for _, before := range a {
		if _, is := priceIn(b, before.Currency); !is {
			l.add(Line{Code: code, Subject: subject, Before: before.String()})
		}
	}
	currency := func(m Money) string { return m.Currency }
	reordered(l, Line{Code: order, Subject: subject}, texts(a, currency), texts(b, currency))
}

func listed(prices []Money) string { return strings.Join(texts(prices, Money.String), ", ") }

// diffOverlay is what a café's overlay changes against the one of a release; nil when nothing.
func diffOverlay(known map[key]string, before, after Overlay) *Change {
	was, is := before.index(), after.index()
	change := Change{Kind: KindOverlay, ID: after.CafeID, Name: after.CafeID, What: Changed}
	switch {
	case bytes.Equal(before.Freeze(), after.Freeze()):
		return nil
	case len(was) == 0:
		change.What = Added
	case len(is) == 0:
		change.What = Removed
	}
	var l lines
	for k, e := range is {
		if old, found := was[k]; !found || exception(old) != exception(e) {
			l.add(Line{Code: "overlay", Subject: cmp.Or(known[k], k.id), Before: exception(old), After: exception(e)})
		}
	}
	for k, e := range was {
		if _, stays := is[k]; !stays {
			l.add(Line{Code: "overlay", Subject: cmp.Or(known[k], k.id), Before: exception(e)})
		}
	}
	slices.SortFunc(l, func(a, b Line) int { return strings.Compare(a.String(), b.String()) })
	change.Details = l.cut()
	return &change
}

// exception is what an entry does differently from the chain; empty is nothing.
func exception(e OverlayEntry) string {
	switch {
	case e.Unavailable && e.Price != nil:
		return NotSold + " (" + e.Price.String() + ")"
	case e.Unavailable:
		return NotSold
	case e.Price != nil:
		return e.Price.String()
	}
	return ""
}
