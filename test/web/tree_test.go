package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// place is one thing in the accessible tree: what a screen reader would call it.
type place struct {
	id       accessibility.NodeID
	node     cdp.BackendNodeID
	role     string
	name     string
	value    string
	disabled bool
	checked  string // true, false, mixed, or nothing where it cannot be checked
	pressed  string
	selected string
	expanded string
	ignored  bool
	children []*place
}

// readTree asks the browser for the accessible tree as it is now.
func readTree(ctx context.Context) (*place, error) {
	result, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	byID := map[accessibility.NodeID]*place{}
	for _, n := range result.Nodes {
		byID[n.NodeID] = placeOf(n)
	}
	var root *place
	for _, n := range result.Nodes {
		for _, child := range n.ChildIDs {
			if c := byID[child]; c != nil {
				byID[n.NodeID].children = append(byID[n.NodeID].children, c)
			}
		}
		if n.ParentID == "" && root == nil {
			root = byID[n.NodeID]
		}
	}
	if root == nil {
		return nil, fmt.Errorf("the page has no accessible tree")
	}
	return root, nil
}

func placeOf(n *accessibility.Node) *place {
	p := &place{
		id: n.NodeID, node: n.BackendDOMNodeID, ignored: n.Ignored,
		role: textOf(n.Role), name: plain(textOf(n.Name)), value: plain(textOf(n.Value)),
	}
	for _, property := range n.Properties {
		value := textOf(property.Value)
		switch property.Name {
		case accessibility.PropertyNameDisabled:
			p.disabled = value == "true"
		case accessibility.PropertyNameChecked:
			p.checked = value
		case accessibility.PropertyNamePressed:
			p.pressed = value
		case accessibility.PropertyNameSelected:
			p.selected = value
		case accessibility.PropertyNameExpanded:
			p.expanded = value
		}
	}
	return p
}

func textOf(v *accessibility.Value) string {
	if v == nil || len(v.Value) == 0 {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) == nil {
		return s
	}
	return string(v.Value) // a number or a truth
}

// plain is a text as it is read: spaces of every kind are one space, and marks of direction are not there.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// all are the things below p and p itself that are so, in the order of reading.
func (p *place) all(so func(*place) bool) []*place {
	var found []*place
	if !p.ignored && so(p) {
		found = append(found, p)
	}
	for _, child := range p.children {
		found = append(found, child.all(so)...)
	}
	return found
}

// find is the thing with an id, or nil.
func (p *place) find(id accessibility.NodeID) *place {
	if p.id == id {
		return p
	}
	for _, child := range p.children {
		if found := child.find(id); found != nil {
			return found
		}
	}
	return nil
}

// text is what stands below p.
func (p *place) text() string {
	var words []string
	for _, t := range p.all(func(q *place) bool { return q.role == "StaticText" }) {
		words = append(words, t.name)
	}
	return strings.Join(words, " ")
}

func (p *place) label() string { return fmt.Sprintf("%s %q", p.role, p.name) }

// String is the tree for a person who looks for why something was not found.
func (p *place) String() string {
	var b strings.Builder
	p.print(&b, 0)
	return b.String()
}

func (p *place) print(b *strings.Builder, depth int) {
	if !p.ignored && p.role != "InlineTextBox" && p.role != "none" && (p.role != "generic" || p.name != "") {
		fmt.Fprintf(b, "%s%s", strings.Repeat("  ", depth), p.label())
		for _, state := range []struct{ name, value string }{
			{"value", p.value}, {"checked", p.checked}, {"pressed", p.pressed}, {"selected", p.selected}, {"expanded", p.expanded},
		} {
			if state.value != "" && state.value != "false" {
				fmt.Fprintf(b, " %s=%s", state.name, state.value)
			}
		}
		if p.disabled {
			b.WriteString(" disabled")
		}
		b.WriteByte('\n')
		depth++
	}
	for _, child := range p.children {
		child.print(b, depth)
	}
}

// The roles of things that do something, of things that take words, and of things that hold others.
var (
	actors = []string{
		"button", "link", "tab", "menuitem", "menuitemradio", "menuitemcheckbox", "option", "checkbox", "radio", "switch",
		"combobox", "ComboBoxSelect", "ComboBoxMenuButton", "PopUpButton", "DisclosureTriangle", "summary", "treeitem", "gridcell", "ToggleButton",
		"spinbutton", "slider", "textbox", "searchbox", "MenuListOption",
	}
	fields = []string{"textbox", "searchbox", "spinbutton", "combobox", "ComboBoxSelect", "Date", "DateTime", "InputTime", "slider", "TextFieldWithComboBox"}
)

// named picks the things whose name is the wanted one; without any, those that begin with it as a word; without any,
// those that have it in them. So "Latte" finds the tile "Latte 25.00", but never "Latte macchiato" where there is a "Latte".
func named(found []*place, name string) []*place {
	name = plain(name)
	for _, fits := range []func(string) bool{
		func(s string) bool { return s == name },
		func(s string) bool { rest, ok := strings.CutPrefix(s, name); return ok && !startsInWord(rest) },
		func(s string) bool { return strings.Contains(s, name) },
	} {
		var fitting []*place
		for _, p := range found {
			if fits(p.name) {
				fitting = append(fitting, p)
			}
		}
		if len(fitting) > 0 {
			return fitting
		}
	}
	return nil
}

func startsInWord(rest string) bool {
	for _, r := range rest {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}

func isOneOf(roles ...string) func(*place) bool {
	return func(p *place) bool { return slices.Contains(roles, p.role) }
}

func labels(found []*place) string {
	var all []string
	for _, p := range found {
		all = append(all, p.label())
	}
	return strings.Join(all, ", ")
}
