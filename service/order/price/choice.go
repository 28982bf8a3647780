package price

import (
	"fmt"
	"slices"
	"time"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// matches tells whether a window is open at a local moment.
func (w Window) matches(at time.Time) bool {
	weekday := int32(at.Weekday())
	if weekday == 0 {
		weekday = 7
	}
	minute := int32(at.Hour()*60 + at.Minute())
	return (len(w.Weekdays) == 0 || slices.Contains(w.Weekdays, weekday)) && minute >= w.From && minute < w.To
}

// choose resolves the modifiers of one unit group by group, in the menu's order: what the order says, or the
// group's defaults where it says nothing about the group.
func (p *pricer) choose(item Item, choices []Choice, path string) ([]LineModifier, error) {
	asked := make(map[string]int64, len(choices))
	at := make(map[string]int, len(choices))
	for i, c := range choices {
		if c.Quantity < 0 {
			return nil, errs.Invalid("bad_quantity", "A modifier is chosen at least once.").
				Field(fmt.Sprintf("%s.modifiers[%d].quantity", path, i), "%d is negative", c.Quantity)
		}
		asked[c.ID] += int64(max(c.Quantity, 1))
		at[c.ID] = i
	}
	var chosen []LineModifier
	for _, id := range item.GroupIDs {
		group, ok := p.menu.Groups[id]
		if !ok {
			continue
		}
		picked, err := group.pick(asked, path)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, picked...)
	}
	for i, c := range choices {
		if _, left := asked[c.ID]; left && at[c.ID] == i {
			return nil, errs.Invalid("unknown_modifier", "%s cannot be had that way here. Fetch the menu again.", item.ItemName).
				Field(fmt.Sprintf("%s.modifiers[%d].modifier_id", path, i), "%q is in none of its groups", c.ID)
		}
	}
	return chosen, nil
}

// pick takes this group's modifiers out of what was asked for, checks their number and prices them.
func (g Group) pick(asked map[string]int64, path string) ([]LineModifier, error) {
	var picked []LineModifier
	var deltas []int64
	var count int64
	take := func(m Modifier, n int64) {
		// A count beyond the group's bound is refused below; it is held small enough to be kept in 32 bits.
		picked = append(picked, LineModifier{
			ID: m.ID, Name: m.Name, GroupID: g.ID, GroupName: g.Name, Quantity: int32(min(n, 1<<30)),
		})
		deltas, count = append(deltas, m.Delta), count+n
	}
	for _, m := range g.Modifiers {
		if n, ok := asked[m.ID]; ok {
			delete(asked, m.ID)
			take(m, n)
		}
	}
	if len(picked) == 0 {
		for _, m := range g.Modifiers {
			if m.Default {
				take(m, 1)
			}
		}
	}
	if count < int64(g.Min) {
		return nil, errs.Invalid("modifier_required", "Choose at least %d of %s.", g.Min, g.Name).
			Field(path+".modifiers", "choose %d of group %s, which wants %d", count, g.ID, g.Min)
	}
	if count > int64(g.Max) {
		return nil, errs.Invalid("too_many_modifiers", "Choose at most %d of %s.", g.Max, g.Name).
			Field(path+".modifiers", "choose %d of group %s, which allows %d", count, g.ID, g.Max)
	}
	return picked, g.charge(picked, deltas, path)
}

// charge prices what was picked: the cheapest units take the free places first. A free unit adds nothing; one that
// lowers the price still does.
func (g Group) charge(picked []LineModifier, deltas []int64, path string) error {
	cheapest := make([]int, len(picked))
	for i := range cheapest {
		cheapest[i] = i
	}
	slices.SortStableFunc(cheapest, func(a, b int) int {
		switch {
		case deltas[a] < deltas[b]:
			return -1
		case deltas[a] > deltas[b]:
			return 1
		}
		return 0
	})
	free := int64(g.Free)
	for _, i := range cheapest {
		units := int64(picked[i].Quantity)
		if given := min(free, units); given > 0 {
			free -= given
			if deltas[i] > 0 {
				units -= given
			}
		}
		var ok bool
		if picked[i].Price, ok = money.Multiply(deltas[i], units); !ok {
			return tooLarge(path)
		}
	}
	return nil
}
