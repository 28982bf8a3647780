package webtest

import (
	"fmt"
	"slices"
	"strings"
)

// words is everything that can be read on the page or in the part of it: texts as they are shown, what stands in
// fields, and the names that only a screen reader says.
func (p *page) words() (string, error) {
	root, err := p.tree()
	if err != nil {
		return "", err
	}
	var all []string
	for _, q := range root.all(func(q *place) bool { return q.role != "InlineTextBox" && q.role != "RootWebArea" }) {
		if q.name != "" {
			all = append(all, q.name)
		}
		if q.value != "" {
			all = append(all, q.value)
		}
	}
	// What stands in one line is one text to people, in however many elements.
	shown := ""
	if p.scope == nil {
		shown, err = tryEvaluate[string](p, "document.body.innerText")
	} else {
		ctx, cancel := p.within()
		defer cancel()
		shown, err = callOn[string](ctx, p.scope.node, "function () { return this.innerText ?? this.textContent }")
	}
	return plain(shown) + "\n" + root.text() + "\n" + strings.Join(all, "\n"), err
}

// see waits until all of these texts can be read.
func (p *page) see(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		last := ""
		wanted := plain(text)
		p.untilOr(fmt.Sprintf("%q can be read", text), func() bool {
			words, err := p.words()
			if err != nil {
				last = err.Error()
				return false
			}
			last = words
			return strings.Contains(words, wanted)
		}, func() string { return "what can be read: " + firstLine(last) })
	}
}

// notSee waits until none of these texts can be read. See first what shows that the page is there.
func (p *page) notSee(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(fmt.Sprintf("%q cannot be read", text), func() bool {
			words, err := p.words()
			return err == nil && !strings.Contains(words, plain(text))
		})
	}
}

// seeRole waits for something of a role and name, as ("heading", "Menu") or ("button", "Pay").
func (p *page) seeRole(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("there is a %s %q", role, name), func() bool { return p.count(role, name) > 0 })
}

// notSeeRole waits until there is no such thing.
func (p *page) notSeeRole(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("there is no %s %q", role, name), func() bool { return p.count(role, name) == 0 })
}

// count is how many things of a role there are now; of a name, if it is not empty.
func (p *page) count(role, name string) int {
	root, err := p.tree()
	if err != nil {
		return -1
	}
	found := root.all(isOneOf(role))
	if name != "" {
		found = named(found, name)
	}
	return len(found)
}

// names are the names of everything of a role, in the order of reading.
func (p *page) names(role string) []string {
	p.t.Helper()
	root, err := p.tree()
	if err != nil {
		p.fatalf("%v", err)
	}
	var all []string
	for _, q := range root.all(isOneOf(role)) {
		all = append(all, q.name)
	}
	return all
}

// value is what stands in the field of that label.
func (p *page) value(label string) string {
	p.t.Helper()
	return p.one(fmt.Sprintf("the field %q", label), func(root *place) []*place {
		return named(root.all(isOneOf(fields...)), label)
	}).value
}

// is waits until something of that name is in a state: disabled, enabled, checked, unchecked, pressed, selected, expanded, collapsed.
func (p *page) is(name, state string) {
	p.t.Helper()
	if !slices.Contains([]string{"disabled", "enabled", "checked", "unchecked", "pressed", "unpressed", "selected", "expanded", "collapsed"}, state) {
		p.fatalf("there is no state %q", state)
	}
	p.until(fmt.Sprintf("%q is %s", name, state), func() bool {
		root, err := p.tree()
		if err != nil {
			return false
		}
		found := named(root.all(isOneOf(actors...)), name)
		if len(found) != 1 {
			return false
		}
		q := found[0]
		return map[string]bool{
			"disabled": q.disabled, "enabled": !q.disabled, "checked": q.checked == "true", "unchecked": q.checked == "false",
			"pressed": q.pressed == "true", "unpressed": q.pressed == "false", "selected": q.selected == "true",
			"expanded": q.expanded == "true", "collapsed": q.expanded == "false",
		}[state]
	})
}

// at waits until the address is this one, as "/counter" or "/admin?month=2026-10".
func (p *page) at(path string) {
	p.t.Helper()
	last := ""
	p.untilOr("the address is "+path, func() bool {
		here, err := tryEvaluate[string](p, "location.pathname + location.search")
		last = here
		return err == nil && here == path
	}, func() string { return "it is " + last })
}

// untilOr is until with a last word.
func (p *page) untilOr(what string, so func() bool, why func() string) {
	p.t.Helper()
	done := false
	defer func() {
		if !done {
			p.t.Log(why())
		}
	}()
	p.until(what, so)
	done = true
}

// has tells whether a text can be read now.
func (p *page) has(text string) bool {
	words, err := p.words()
	return err == nil && strings.Contains(words, plain(text))
}
