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
	Details []string
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

// lines are the details of one change.
type lines []string

func (l *lines) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

func (l lines) cut() []string {
	if len(l) <= MaxDetails {
		return l
	}
	return append(slices.Clone(l[:MaxDetails-1]), fmt.Sprintf("and %d more", len(l)-MaxDetails+1))
}

// field says that one plain value changed, and nothing about values of something that was not there.
func field[T comparable](l *lines, what string, before, after T, added bool) {
	if before != after && !added {
		l.add("%s: %s → %s", what, plain(before), plain(after))
	}
}

func plain(v any) string {
	if s, ok := v.(string); ok && s == "" {
		return "none"
	}
	return fmt.Sprint(v)
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
	field(l, "Name", a.Name, b.Name, added)
	field(l, "Rank", a.Rank, b.Rank, added)
	field(l, "Drawing", a.Drawing, b.Drawing, added)
	field(l, "Tint", a.Tint, b.Tint, added)
}

func (w wording) item(l *lines, a, b Item) {
	added := a.ID == ""
	field(l, "Name", a.Name, b.Name, added)
	if a.CategoryID != b.CategoryID && !added {
		l.add("Category: %s → %s", named(w.categories, a.CategoryID), named(w.categories, b.CategoryID))
	}
	if a.Description != b.Description && !added {
		l.add("Description changed")
	}
	field(l, "Tax code", a.TaxCode, b.TaxCode, added)
	field(l, "Station", a.Station, b.Station, added)
	field(l, "Rank", a.Rank, b.Rank, added)
	field(l, "Drawing", a.Drawing, b.Drawing, added)
	parts(l, "Variations", a.Variations, b.Variations, func(v Variation) string { return v.ID }, variation)
	choices(l, "Choices", a.ModifierGroupIDs, b.ModifierGroupIDs, func(id string) string { return named(w.groups, id) })
	choices(l, "Price windows", texts(a.PriceWindows, w.window), texts(b.PriceWindows, w.window), func(s string) string { return s })
}

func variation(l *lines, a, b Variation) {
	switch {
	case b.ID == "":
		l.add("%s: no longer sold", a.Name)
		return
	case a.ID == "":
		l.add("%s: %s", b.Name, listed(b.Prices, "no price"))
		return
	case a.Name != b.Name:
		l.add("%s is now %s", a.Name, b.Name)
	}
	prices(l, b.Name, a.Prices, b.Prices)
	if a.BarSeconds != b.BarSeconds {
		l.add("%s: %d s → %d s of work", b.Name, a.BarSeconds, b.BarSeconds)
	}
}

func (w wording) window(p PriceWindow) string {
	days := "every day"
	if len(p.Weekdays) > 0 {
		short := []string{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
		days = strings.Join(texts(p.Weekdays, func(d int32) string { return short[d] }), " ")
	}
	_, size, _ := strings.Cut(w.things[key{KindVariation, p.VariationID}], ", ")
	return fmt.Sprintf("%s, %s, %s %s–%s: %s", p.Name, cmp.Or(size, p.VariationID), days, clock(p.From), clock(p.To),
		listed(p.Prices, "no price"))
}

func clock(minute int32) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func (w wording) group(l *lines, a, b ModifierGroup) {
	added := a.ID == ""
	field(l, "Name", a.Name, b.Name, added)
	field(l, "At least", a.Min, b.Min, added)
	field(l, "At most", a.Max, b.Max, added)
	field(l, "Free", a.FreeCount, b.FreeCount, added)
	parts(l, "Modifiers", a.Modifiers, b.Modifiers, func(m Modifier) string { return m.ID }, modifier)
}

func modifier(l *lines, a, b Modifier) {
	switch {
	case b.ID == "":
		l.add("%s: no longer offered", a.Name)
		return
	case a.ID == "":
		l.add("%s: %s", b.Name, listed(b.PriceDeltas, "no extra price"))
		return
	case a.Name != b.Name:
		l.add("%s is now %s", a.Name, b.Name)
	}
	prices(l, b.Name, a.PriceDeltas, b.PriceDeltas)
	if a.Default != b.Default {
		l.add("%s: %s", b.Name, map[bool]string{true: "now the default", false: "no longer the default"}[b.Default])
	}
}

func (w wording) combo(l *lines, a, b Combo) {
	added := a.ID == ""
	field(l, "Name", a.Name, b.Name, added)
	if a.CategoryID != b.CategoryID && !added {
		l.add("Category: %s → %s", named(w.categories, a.CategoryID), named(w.categories, b.CategoryID))
	}
	field(l, "Rank", a.Rank, b.Rank, added)
	if added {
		l.add("%s", listed(b.Prices, "no price"))
	} else {
		prices(l, "Price", a.Prices, b.Prices)
	}
	parts(l, "Slots", a.Slots, b.Slots, func(s ComboSlot) string { return s.ID }, w.slot)
}

func (w wording) slot(l *lines, a, b ComboSlot) {
	switch {
	case b.ID == "":
		l.add("%s: slot removed", a.Name)
		return
	case a.ID != "" && a.Name != b.Name:
		l.add("%s is now %s", a.Name, b.Name)
	}
	choices(l, b.Name, a.VariationIDs, b.VariationIDs, func(id string) string {
		return cmp.Or(w.things[key{KindVariation, id}], id)
	})
}

// parts compares ordered parts by id: those that stay or come, then those that went, then their order.
func parts[P any](l *lines, what string, a, b []P, id func(P) string, say func(*lines, P, P)) {
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
	reordered(l, what, was, is)
}

// choices compares ordered names.
func choices(l *lines, what string, a, b []string, name func(string) string) {
	for _, id := range b {
		if !slices.Contains(a, id) {
			l.add("%s: + %s", what, name(id))
		}
	}
	for _, id := range a {
		if !slices.Contains(b, id) {
			l.add("%s: − %s", what, name(id))
		}
	}
	reordered(l, what, a, b)
}

// reordered says that what stands in both lists stands in another order.
func reordered(l *lines, what string, a, b []string) {
	stays := func(in, other []string) []string {
		return slices.DeleteFunc(slices.Clone(in), func(id string) bool { return !slices.Contains(other, id) })
	}
	if !slices.Equal(stays(a, b), stays(b, a)) {
		l.add("%s: other order", what)
	}
}

// prices says each currency's change: "Large: MAD 25.00 → MAD 27.00".
func prices(l *lines, what string, a, b []Money) {
	for _, after := range b {
		before, was := priceIn(a, after.Currency)
		if !was {
			l.add("%s: no price → %s", what, after)
		} else if before != after {
			l.add("%s: %s → %s", what, before, after)
		}
	}
	for _, before := range a {
		if _, is := priceIn(b, before.Currency); !is {
			l.add("%s: %s → no price", what, before)
		}
	}
	currency := func(m Money) string { return m.Currency }
	reordered(l, what+", currencies", texts(a, currency), texts(b, currency))
}

func listed(prices []Money, none string) string {
	if len(prices) == 0 {
		return none
	}
	return strings.Join(texts(prices, Money.String), ", ")
}

func texts[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = text(v)
	}
	return out
}

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
			l.add("%s: %s → %s", cmp.Or(known[k], k.id), exceptionOr(old, found), exception(e))
		}
	}
	for k, e := range was {
		if _, stays := is[k]; !stays {
			l.add("%s: %s → as the chain", cmp.Or(known[k], k.id), exception(e))
		}
	}
	slices.Sort(l)
	change.Details = l.cut()
	return &change
}

func exceptionOr(e OverlayEntry, found bool) string {
	if !found {
		return "as the chain"
	}
	return exception(e)
}

func exception(e OverlayEntry) string {
	switch {
	case e.Unavailable && e.Price != nil:
		return "not sold here (" + e.Price.String() + ")"
	case e.Unavailable:
		return "not sold here"
	case e.Price != nil:
		return e.Price.String()
	}
	return "as the chain"
}
