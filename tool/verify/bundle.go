package verify

import (
	"encoding/json"
	"fmt"

	"coffee/service/order/price"
)

// bundle is an id with everything that belongs to it in every table.
type bundle struct {
	id           key
	order        *orderRow
	lines        []lineRow
	tenders      []tenderRow
	attempts     []attemptRow
	entries      []entryRow
	consumptions []consumptionRow
	reversed     []reversedRow
	moves        []moveRow
	menu         *price.Menu // of the order's release; nil: none is kept
}

// chunk is the bundles of a span of ids.
type chunk map[key]*bundle

func (c chunk) of(id key) *bundle {
	b := c[id]
	if b == nil {
		b = &bundle{id: id}
		c[id] = b
	}
	return b
}

// object names the order in a finding.
func (b *bundle) object() string { return "order/" + b.id.String() }

// cafe is the order's café, or whatever the id's rows know of one.
func (b *bundle) cafe() string {
	switch {
	case b.order != nil:
		return b.order.cafe.String()
	case len(b.entries) > 0:
		return b.entries[0].cafe.String()
	case len(b.consumptions) > 0:
		return b.consumptions[0].cafe.String()
	case len(b.moves) > 0:
		return b.moves[0].cafe.String()
	}
	return ""
}

type orderRow struct {
	cafe                                 key
	date                                 string
	soldAt, placedAt                     int64
	state, moneyState, source, phone     string
	receipt                              int64
	discount, total, paid, refunded, due int64
	release                              int64
	attempt                              int32
	fingerprint                          int
	zone                                 string
	cutoff                               int
	raw                                  []byte
	detail                               orderDetail
}

// orderDetail is the part of an order's details that is checked.
type orderDetail struct {
	TaxMode     string `json:"tm"`
	Device      string `json:"de"`
	Uncollected bool   `json:"un"`
}

type lineRow struct {
	number                  int32
	item, variation         key
	state                   string
	quantity                int32
	unitPrice               int64
	gross, discount, amount int64
	rate                    int32
	tax, net, total         int64
	refundedQuantity        int32
	refundedAmount          int64
	raw                     []byte
	detail                  lineDetail
}

// lineDetail is the part of a line's details that is checked.
type lineDetail struct {
	Station    string     `json:"st"`
	Modifiers  []modifier `json:"mo"`
	Combo      string     `json:"co"`
	ComboGroup int32      `json:"cg"`
	VoidedMade bool       `json:"vm"`
	Uses       []lineUse  `json:"us"`
	NoRecipe   bool       `json:"nr"`
	OverrideBy string     `json:"ob"`
}

type modifier struct {
	ID       string `json:"id"`
	Quantity int32  `json:"q"`
}

type lineUse struct {
	Ingredient string `json:"id"`
	Slot       string `json:"s"`
	Quantity   int64  `json:"q"`
}

type tenderRow struct {
	id        key
	part      int32
	kind      string
	direction string
	amount    int64
	relabels  key
	device    string
}

type attemptRow struct {
	n       int32
	outcome string
}

type entryRow struct {
	cafe  key
	seq   int64
	kind  string
	raw   []byte
	event told
}

type dueRow struct {
	id      key
	cafe    key
	attempt int32
	lines   []dueLine
	at      int64
}

type dueLine struct {
	Line     int32  `json:"line"`
	Quantity int32  `json:"quantity"`
	To       string `json:"to"`
}

type consumptionRow struct {
	attempt  int32
	cafe     key
	kind     string
	state    string
	at       int64
	raw      []byte
	snapshot []snapshotLine
}

type snapshotLine struct {
	Line      int32         `json:"l"`
	Units     int32         `json:"k"`
	HasRecipe bool          `json:"r"`
	Uses      []snapshotUse `json:"x"`
}

type snapshotUse struct {
	Ingredient string `json:"i"`
	Slot       string `json:"s"`
	Quantity   int64  `json:"q"`
	Counted    bool   `json:"c"`
}

type reversedRow struct {
	attempt, line, units int32
}

type moveRow struct {
	cafe, ingredient key
	kind             string
	quantity, at     int64
}

// decode reads what is stored as bytes. What cannot be read is a finding, and nothing more is said about the order.
func (t *trade) decode(b *bundle) bool {
	readable := true
	broken := func(invariant int, what string, err error) {
		readable = false
		t.find(invariant, b.cafe(), b.object(), "%s cannot be read: %v", what, err)
	}
	if b.order != nil {
		if err := json.Unmarshal(b.order.raw, &b.order.detail); err != nil {
			broken(4, "its details", err)
		}
	}
	for i := range b.lines {
		if err := json.Unmarshal(b.lines[i].raw, &b.lines[i].detail); err != nil {
			broken(4, fmt.Sprintf("line %d", b.lines[i].number), err)
		}
	}
	for i := range b.entries {
		var err error
		if b.entries[i].event, err = readEvent(b.entries[i].raw); err != nil {
			broken(13, fmt.Sprintf("journal entry %d", b.entries[i].seq), err)
		}
	}
	for i := range b.consumptions {
		if err := json.Unmarshal(b.consumptions[i].raw, &b.consumptions[i].snapshot); err != nil {
			broken(11, fmt.Sprintf("the snapshot of attempt %d", b.consumptions[i].attempt), err)
		}
	}
	return readable
}

// line finds a line by its number.
func (b *bundle) line(number int32) *lineRow {
	if i := int(number) - 1; i >= 0 && i < len(b.lines) && b.lines[i].number == number {
		return &b.lines[i]
	}
	for i := range b.lines {
		if b.lines[i].number == number {
			return &b.lines[i]
		}
	}
	return nil
}
