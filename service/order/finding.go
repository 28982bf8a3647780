package order

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Find is what somebody typed to find an order: any of the three may be meant.
type Find struct {
	Calls   []string // a call number as devices may have written it
	Receipt int64    // 0: no receipt number
	Name    string   // how a customer's name begins, in small letters
}

// Given tells whether anything is looked for.
func (f Find) Given() bool { return f.Name != "" }

var callNumber = regexp.MustCompile(`^([A-Z]{1,2})[- ]?(\d{1,4})$`)

// find reads what was typed: A-041, a41, 1207 or "zin".
func find(text string) Find {
	text = strings.TrimSpace(text)
	f := Find{Name: NameKey(text)}
	text = strings.TrimPrefix(text, "#")
	if m := callNumber.FindStringSubmatch(strings.ToUpper(text)); m != nil {
		n, _ := strconv.Atoi(m[2])
		for width := 1; width <= 4; width++ {
			f.Calls = append(f.Calls, fmt.Sprintf("%s-%0*d", m[1], width, n))
		}
		f.Calls = slices.Compact(f.Calls)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		f.Receipt = n
	}
	return f
}

// NameKey is a name as it is looked for.
func NameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
