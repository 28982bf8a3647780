package store

import (
	"encoding/json"
	"fmt"
	"time"

	"coffee/internal/db"
	"coffee/service/order"
	"coffee/service/order/store/sqlc"
)

func toMicro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

var orderColumns = []string{
	"id", "cafe_id", "business_date", "sold_at", "placed_at", "state", "money_state", "source", "phone", "call_number",
	"receipt_number", "currency", "discount", "total", "paid", "refunded", "due", "release_number", "linked_order_id",
	"attempt", "fingerprint", "time_zone", "cutoff_minutes", "ready_at", "version", "detail", "name_key",
}

// orderDetail is what no query asks for.
type orderDetail struct {
	Service     string   `json:"sv,omitempty"`
	Customer    string   `json:"cu,omitempty"`
	Note        string   `json:"no,omitempty"`
	Table       string   `json:"ta,omitempty"`
	PickupAt    int64    `json:"pi,omitempty"`
	TaxMode     string   `json:"tm,omitempty"`
	PlacedBy    string   `json:"pb,omitempty"`
	Device      string   `json:"de,omitempty"`
	ApprovedBy  string   `json:"ab,omitempty"`
	Automatic   bool     `json:"au,omitempty"`
	Uncollected bool     `json:"un,omitempty"`
	Shortages   []string `json:"sh,omitempty"`
	PromisedAt  int64    `json:"pr,omitempty"`
	StartAt     int64    `json:"sa,omitempty"`
	Scheduled   bool     `json:"sc,omitempty"`
	HideName    bool     `json:"hn,omitempty"`
}

func orderDetailOf(o *order.Order) []byte {
	return encode(orderDetail{
		Service: o.Service, Customer: o.CustomerName, Note: o.Note, Table: o.Table, PickupAt: toMicro(o.PickupAt),
		TaxMode: o.TaxMode, PlacedBy: o.PlacedBy, Device: o.Device, ApprovedBy: o.ApprovedBy,
		Automatic: o.CollectedAutomatically, Uncollected: o.Uncollected, Shortages: o.Shortages,
		PromisedAt: toMicro(o.PromisedAt), StartAt: toMicro(o.StartAt), Scheduled: o.Scheduled, HideName: o.HideName,
	})
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("store: a row that is no JSON: " + err.Error()) // a programming fault
	}
	return body
}

func orderRow(o *order.Order) []any {
	return []any{
		db.ID(o.ID), db.ID(o.Cafe), o.BusinessDate, toMicro(o.SoldAt), toMicro(o.PlacedAt), string(o.State),
		string(o.MoneyState), string(o.Source), o.Phone, o.CallNumber, o.Receipt, o.Currency, o.Discount, o.Total, o.Paid,
		o.Refunded, o.Due, o.Release, db.ID(o.Linked), o.Attempt, o.Fingerprint, o.Zone, o.CutoffMinutes, toMicro(o.ReadyAt),
		o.Version, orderDetailOf(o), order.NameKey(o.CustomerName),
	}
}

func orderFrom(r sqlc.Order) (order.Order, error) {
	var d orderDetail
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		return order.Order{}, fmt.Errorf("order %s: %w", r.ID, err)
	}
	return order.Order{
		ID: string(r.ID), Cafe: string(r.CafeID), BusinessDate: r.BusinessDate, SoldAt: fromMicro(r.SoldAt),
		PlacedAt: fromMicro(r.PlacedAt), State: order.State(r.State), MoneyState: order.MoneyState(r.MoneyState),
		Service: d.Service, Source: order.Source(r.Source), Release: r.ReleaseNumber, CallNumber: r.CallNumber,
		Receipt: r.ReceiptNumber, CustomerName: d.Customer, Note: d.Note, Table: d.Table, PickupAt: fromMicro(d.PickupAt),
		Currency: r.Currency, TaxMode: d.TaxMode, Discount: r.Discount, Total: r.Total, Paid: r.Paid, Refunded: r.Refunded,
		Due: r.Due, Linked: string(r.LinkedOrderID), PlacedBy: d.PlacedBy, Phone: r.Phone, Device: d.Device, Version: r.Version,
		ReadyAt: fromMicro(r.ReadyAt), CollectedAutomatically: d.Automatic, Uncollected: d.Uncollected, Shortages: d.Shortages,
		ApprovedBy: d.ApprovedBy, Zone: r.TimeZone, CutoffMinutes: int(r.CutoffMinutes), Attempt: r.Attempt, Fingerprint: r.Fingerprint,
		PromisedAt: fromMicro(d.PromisedAt), StartAt: fromMicro(d.StartAt), Scheduled: d.Scheduled, HideName: d.HideName,
	}, nil
}

var lineColumns = []string{
	"order_id", "line", "item_id", "variation_id", "state", "quantity", "unit_price", "gross", "discount", "amount",
	"tax_rate", "tax", "net", "total", "refunded_quantity", "refunded_amount", "detail",
}

// lineDetail is what no query asks for.
type lineDetail struct {
	Item           string           `json:"in,omitempty"`
	Variation      string           `json:"vn,omitempty"`
	Category       string           `json:"ci,omitempty"`
	CategoryName   string           `json:"cn,omitempty"`
	Station        string           `json:"st,omitempty"`
	Modifiers      []order.Modifier `json:"mo,omitempty"`
	TaxCode        string           `json:"tc,omitempty"`
	Note           string           `json:"no,omitempty"`
	Combo          string           `json:"co,omitempty"`
	ComboName      string           `json:"cm,omitempty"`
	ComboGroup     int32            `json:"cg,omitempty"`
	Comp           bool             `json:"cp,omitempty"`
	Times          [5]int64         `json:"at"` // queued, making, ready, handed over, voided
	VoidReason     string           `json:"vr,omitempty"`
	VoidedMade     bool             `json:"vm,omitempty"`
	Begun          bool             `json:"bg,omitempty"`
	Uses           []order.Use      `json:"us,omitempty"`
	NoRecipe       bool             `json:"nr,omitempty"`
	PriceWindow    string           `json:"pw,omitempty"`
	OverrideBy     string           `json:"ob,omitempty"`
	OverrideReason string           `json:"or,omitempty"`
	BarSeconds     int32            `json:"bs,omitempty"`
	Problem        string           `json:"pm,omitempty"`
	VoidSeenAt     int64            `json:"vs,omitempty"`
}

func lineDetailOf(l *order.Line) []byte {
	return encode(lineDetail{
		Item: l.ItemName, Variation: l.VariationName, Category: l.CategoryID, CategoryName: l.CategoryName, Station: l.Station,
		Modifiers: l.Modifiers, TaxCode: l.TaxCode, Note: l.Note, Combo: l.ComboID, ComboName: l.ComboName,
		ComboGroup: l.ComboGroup, Comp: l.Comp, VoidReason: l.VoidReason, VoidedMade: l.VoidedMade, Begun: l.Begun, Uses: l.Uses,
		NoRecipe: l.NoRecipe, PriceWindow: l.PriceWindow, OverrideBy: l.OverrideBy, OverrideReason: l.OverrideReason,
		BarSeconds: l.BarSeconds, Problem: l.Problem, VoidSeenAt: toMicro(l.VoidSeenAt), Times: [5]int64{
			toMicro(l.QueuedAt), toMicro(l.MakingAt), toMicro(l.ReadyAt), toMicro(l.HandedOverAt), toMicro(l.VoidedAt),
		},
	})
}

func lineRow(id string, l *order.Line) []any {
	return []any{
		db.ID(id), l.Number, db.ID(l.ItemID), db.ID(l.VariationID), string(l.State), l.Quantity, l.UnitPrice, l.Gross,
		l.Discount, l.Amount, l.TaxRate, l.Tax, l.Net, l.Total, l.RefundedQuantity, l.RefundedAmount, lineDetailOf(l),
	}
}

func lineFrom(r sqlc.OrderLine) (order.Line, error) {
	var d lineDetail
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		return order.Line{}, fmt.Errorf("line %d of order %s: %w", r.Line, r.OrderID, err)
	}
	return order.Line{
		Number: r.Line, ItemID: string(r.ItemID), VariationID: string(r.VariationID), ItemName: d.Item, VariationName: d.Variation,
		CategoryID: d.Category, CategoryName: d.CategoryName, Station: d.Station, Modifiers: d.Modifiers, Quantity: r.Quantity,
		UnitPrice: r.UnitPrice, Gross: r.Gross, Discount: r.Discount, Amount: r.Amount, TaxCode: d.TaxCode, TaxRate: r.TaxRate,
		Tax: r.Tax, Net: r.Net, Total: r.Total, State: order.LineState(r.State), Note: d.Note, ComboID: d.Combo,
		ComboName: d.ComboName, ComboGroup: d.ComboGroup, Comp: d.Comp, RefundedQuantity: r.RefundedQuantity,
		RefundedAmount: r.RefundedAmount, QueuedAt: fromMicro(d.Times[0]), MakingAt: fromMicro(d.Times[1]),
		ReadyAt: fromMicro(d.Times[2]), HandedOverAt: fromMicro(d.Times[3]), VoidedAt: fromMicro(d.Times[4]),
		VoidReason: d.VoidReason, VoidedMade: d.VoidedMade, Begun: d.Begun, Uses: d.Uses, NoRecipe: d.NoRecipe, PriceWindow: d.PriceWindow,
		OverrideBy: d.OverrideBy, OverrideReason: d.OverrideReason, BarSeconds: d.BarSeconds,
		Problem: d.Problem, VoidSeenAt: fromMicro(d.VoidSeenAt),
	}, nil
}

var tenderColumns = []string{
	"id", "part", "order_id", "n", "kind", "direction", "amount", "tendered", "change_given", "tip", "drawer", "reference",
	"taken_by", "device_id", "taken_at", "relabels", "shift_id", "late_from_z",
}

func tenderRow(id string, n int, t *order.Tender) []any {
	return []any{
		db.ID(t.ID), t.Part, db.ID(id), n, t.Kind, t.Direction, t.Amount, t.Tendered, t.Change, t.Tip, t.Drawer, t.Reference,
		t.TakenBy, t.Device, toMicro(t.TakenAt), db.ID(t.Relabels), db.ID(t.ShiftID), t.LateFromZ,
	}
}

func tenderFrom(r sqlc.Tender) order.Tender {
	return order.Tender{
		ID: string(r.ID), Part: r.Part, Kind: r.Kind, Direction: r.Direction, Amount: r.Amount, Tendered: r.Tendered,
		Change: r.ChangeGiven, Tip: r.Tip, Drawer: r.Drawer, Reference: r.Reference, TakenBy: r.TakenBy, Device: r.DeviceID,
		TakenAt: fromMicro(r.TakenAt), Relabels: string(r.Relabels), ShiftID: string(r.ShiftID), LateFromZ: r.LateFromZ,
	}
}
