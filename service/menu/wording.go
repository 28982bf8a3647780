package menu

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Line is one detail of a change: Code says which sentence it is, the rest is what the sentence is about. A screen says
// it in its reader's language, String in English.
type Line struct {
	Code string
	// Empty stands for none, no price or as the chain; what the code says.
	Subject, Before, After string
	Weekdays               []int32 // of a price window; none is every day
}

// sentence is a line's English, and what an empty value is called in it.
type sentence struct{ text, empty string }

// NotSold begins the value of an overlay that takes something off a café's menu.
const NotSold = "not_sold"

var sentences = map[string]sentence{
	"name":        {"Name: {before} → {after}", "none"},
	"rank":        {"Rank: {before} → {after}", "none"},
	"drawing":     {"Drawing: {before} → {after}", "none"},
	"tint":        {"Tint: {before} → {after}", "none"},
	"category":    {"Category: {before} → {after}", "none"},
	"description": {"Description changed", ""},
	"tax_code":    {"Tax code: {before} → {after}", "none"},
	"station":     {"Station: {before} → {after}", "none"},
	"renamed":     {"{before} is now {after}", "none"},
	"price":       {"{subject}: {before} → {after}", "no price"},
	"currencies":  {"{subject}, currencies: other order", ""},

	"variation_added":   {"{subject}: {after}", "no price"},
	"variation_removed": {"{subject}: no longer sold", ""},
	"variation_order":   {"Variations: other order", ""},
	"bar_seconds":       {"{subject}: {before} s → {after} s of work", ""},
	"group_added":       {"Choices: + {subject}", ""},
	"group_removed":     {"Choices: − {subject}", ""},
	"group_order":       {"Choices: other order", ""},
	"window_added":      {"Price windows: + {subject}, {days} {before}: {after}", "no price"},
	"window_removed":    {"Price windows: − {subject}, {days} {before}: {after}", "no price"},
	"window_order":      {"Price windows: other order", ""},

	"min":              {"At least: {before} → {after}", ""},
	"max":              {"At most: {before} → {after}", ""},
	"free":             {"Free: {before} → {after}", ""},
	"modifier_added":   {"{subject}: {after}", "no extra price"},
	"modifier_removed": {"{subject}: no longer offered", ""},
	"modifier_order":   {"Modifiers: other order", ""},
	"default":          {"{subject}: now the default", ""},
	"default_ended":    {"{subject}: no longer the default", ""},

	"combo_prices":     {"{after}", "no price"},
	"combo_price":      {"Price: {before} → {after}", "no price"},
	"combo_currencies": {"Price, currencies: other order", ""},
	"slot_removed":     {"{subject}: slot removed", ""},
	"slot_order":       {"Slots: other order", ""},
	"filling_added":    {"{before}: + {subject}", ""},
	"filling_removed":  {"{before}: − {subject}", ""},
	"filling_order":    {"{before}: other order", ""},

	"overlay": {"{subject}: {before} → {after}", "as the chain"},
	"more":    {"and {after} more", ""},
}

// String is the line in English.
func (l Line) String() string {
	s := sentences[l.Code]
	value := func(v string) string {
		if price, off := strings.CutPrefix(v, NotSold); off {
			return "not sold here" + price
		}
		return cmp.Or(v, s.empty)
	}
	days := "every day"
	if len(l.Weekdays) > 0 {
		short := []string{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
		days = strings.Join(texts(l.Weekdays, func(d int32) string { return short[d] }), " ")
	}
	return strings.NewReplacer("{subject}", l.Subject, "{before}", value(l.Before), "{after}", value(l.After), "{days}", days).Replace(s.text)
}

// lines are the details of one change.
type lines []Line

func (l *lines) add(line Line) { *l = append(*l, line) }

func (l lines) cut() []Line {
	if len(l) <= MaxDetails {
		return l
	}
	return append(slices.Clone(l[:MaxDetails-1]), Line{Code: "more", After: fmt.Sprint(len(l) - MaxDetails + 1)})
}

func texts[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = text(v)
	}
	return out
}
