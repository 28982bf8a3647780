package verify

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/order/journal"
)

// figures is what analytics keeps, in one snapshot of it.
type figures struct {
	*check
	tx      db.DBTX
	cursors map[key]cursor
	heads   map[string][][]any // the values that come before the café in each table's key: with them its rows are found
}

type cursor struct {
	seq       int64
	modifiers int64 // how far modifiers are counted; behind seq for a while after an update
	hash      []byte
	stopped   string
}

// table is where one kind of sum is kept.
type table struct {
	name    string
	monthly bool // its key begins with the month
	byCafe  bool // its key begins with the café, and it holds units alone: the modifiers
	columns []string
	orders  bool
	rows    func(*analytics.Facts) *[]analytics.Row
}

var tables = []table{
	{"fact", false, false, []string{"hour", "item_id", "category_id"}, false, func(f *analytics.Facts) *[]analytics.Row { return &f.Items }},
	{"hour_fact", false, false, []string{"hour"}, true, func(f *analytics.Facts) *[]analytics.Row { return &f.Hours }},
	{"cafe_day", false, false, nil, true, func(f *analytics.Facts) *[]analytics.Row { return &f.Days }},
	{"cafe_month", true, false, nil, true, func(f *analytics.Facts) *[]analytics.Row { return &f.Months }},
	{"item_month", true, false, []string{"item_id"}, false, func(f *analytics.Facts) *[]analytics.Row { return &f.ItemMonths }},
	{"category_month", true, false, []string{"category_id"}, false, func(f *analytics.Facts) *[]analytics.Row { return &f.CategoryMonths }},
	{"modifier_day", false, true, []string{"item_id", "modifier_id"}, false, func(f *analytics.Facts) *[]analytics.Row { return &f.Modifiers }},
}

// begin reads the cursors, and with that begins the snapshot.
func (f *figures) begin(ctx context.Context) error {
	f.cursors, f.heads = map[key]cursor{}, map[string][][]any{}
	err := each(ctx, f.tx, func(scan func(...any) error) error {
		var cafe key
		var at cursor
		err := scan(&cafe, &at.seq, &at.hash, &at.stopped, &at.modifiers)
		f.cursors[cafe] = at
		return err
	}, "SELECT cafe_id, seq, hash, stopped, modifiers_seq FROM follow")
	if err != nil {
		return err
	}
	for _, t := range tables {
		if f.heads[t.name], err = f.firsts(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// firsts walks a table's key from one currency, or month and currency, to the next.
func (f *figures) firsts(ctx context.Context, t table) ([][]any, error) {
	if t.byCafe {
		return [][]any{nil}, nil // nothing comes before the café
	}
	var out [][]any
	for month, currency := "", ""; ; {
		var err error
		if t.monthly {
			err = f.tx.QueryRowContext(ctx, "SELECT month, currency FROM "+t.name+
				" WHERE month > ? OR (month = ? AND currency > ?) ORDER BY month, currency LIMIT 1", month, month, currency).Scan(&month, &currency)
		} else {
			err = f.tx.QueryRowContext(ctx, "SELECT currency FROM "+t.name+" WHERE currency > ? ORDER BY currency LIMIT 1", currency).Scan(&currency)
		}
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return out, nil
		case err != nil:
			return nil, err
		case t.monthly:
			out = append(out, []any{month, currency})
		default:
			out = append(out, []any{currency})
		}
	}
}

// kept reads a café's rows of a table, sorted by key.
func (f *figures) kept(ctx context.Context, t table, cafe key) ([]analytics.Row, error) {
	query, where := "SELECT currency, business_date", "currency = ?"
	if t.monthly {
		query, where = "SELECT currency, month", "month = ? AND currency = ?"
	}
	for _, c := range t.columns {
		query += ", " + c
	}
	if t.orders {
		query += ", orders"
	}
	query += ", units, line_count, gross, discount, net, tax, sales FROM " + t.name + " WHERE " + where + " AND cafe_id = ?"
	if t.byCafe {
		query = "SELECT business_date, item_id, modifier_id, units FROM " + t.name + " WHERE cafe_id = ?"
	}
	var rows []analytics.Row
	for _, first := range f.heads[t.name] {
		err := each(ctx, f.tx, func(scan func(...any) error) error {
			r := analytics.Row{Key: analytics.Key{Cafe: cafe.String(), Hour: -1}}
			var item, category, modifier key
			if t.byCafe {
				err := scan(&r.Period, &item, &modifier, &r.Units)
				r.Item, r.Modifier = item.String(), modifier.String()
				rows = append(rows, r)
				return err
			}
			into := []any{&r.Currency, &r.Period}
			for _, c := range t.columns {
				into = append(into, map[string]any{"hour": &r.Hour, "item_id": &item, "category_id": &category}[c])
			}
			if t.orders {
				into = append(into, &r.Orders)
			}
			if err := scan(append(into, &r.Units, &r.Lines, &r.Gross, &r.Discount, &r.Net, &r.Tax, &r.Sales)...); err != nil {
				return err
			}
			if slices.Contains(t.columns, "item_id") {
				r.Item = item.String()
			}
			if slices.Contains(t.columns, "category_id") {
				r.Category = category.String()
			}
			rows = append(rows, r)
			return nil
		}, query, append(slices.Clone(first), cafe[:])...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	slices.SortFunc(rows, analytics.CompareRows)
	f.count("figures", len(rows))
	return rows, nil
}

// summing is a café's journal on its way to figures.
type summing struct {
	*figures
	cafe   key
	at     cursor
	hash   []byte // of the entry at the cursor
	events []analytics.Event
	// Which sums the events are for: those of the cursor, those of the modifiers' cursor.
	facts, modifiers bool
	sums             []map[analytics.Key]analytics.Figures // by table
}

func (f *figures) summing(cafe key) *summing {
	s := &summing{figures: f, cafe: cafe, at: f.cursors[cafe], sums: make([]map[analytics.Key]analytics.Figures, len(tables))}
	for i := range s.sums {
		s.sums[i] = map[analytics.Key]analytics.Figures{}
	}
	return s
}

func (s *summing) add(e journal.Entry) {
	facts, modifiers := e.Seq <= s.at.seq, e.Seq <= s.at.modifiers
	if facts != s.facts || modifiers != s.modifiers {
		s.flush()
		s.facts, s.modifiers = facts, modifiers
	}
	if !facts && !modifiers {
		return
	}
	if e.Seq == s.at.seq {
		s.hash = bytes.Clone(e.Hash)
	}
	if !adds(e.Payload) {
		return // most entries only move lines on
	}
	event, fault := analytics.DecodeEvent(e.Payload)
	if fault != "" {
		s.find(14, s.cafe.String(), "entry/"+list([]int64{e.Seq}), "it is counted and cannot be: %s", fault)
		return
	}
	if s.events = append(s.events, event); len(s.events) == batchEvents {
		s.flush()
	}
}

func (s *summing) flush() {
	facts := analytics.Derive(s.events)
	s.events = s.events[:0]
	for i, t := range tables {
		if counted := s.facts && !t.byCafe || s.modifiers && t.byCafe; !counted {
			continue
		}
		for _, r := range *t.rows(&facts) {
			s.sums[i][r.Key] = s.sums[i][r.Key].Plus(r.Figures)
		}
	}
}

// compare holds the tables against the sums.
func (s *summing) compare(ctx context.Context, head int64) error {
	s.flush()
	name := s.cafe.String()
	switch {
	case s.at.stopped != "":
		s.find(14, name, "cursor", "it is not counted any further: %s", s.at.stopped)
	case s.at.modifiers > head:
		s.find(14, name, "cursor", "modifiers are counted to entry %d, the journal has %d", s.at.modifiers, head)
	case s.at.seq > head:
		s.find(14, name, "cursor", "%d entries are counted, the journal has %d", s.at.seq, head)
	case s.at.seq > 0 && !bytes.Equal(s.at.hash, s.hash):
		s.find(14, name, "cursor", "entry %d was counted with another hash than it has", s.at.seq)
	}
	for i, t := range tables {
		want := make([]analytics.Row, 0, len(s.sums[i]))
		for k, f := range s.sums[i] {
			want = append(want, analytics.Row{Key: k, Figures: f})
		}
		slices.SortFunc(want, analytics.CompareRows)
		have, err := s.kept(ctx, t, s.cafe)
		if err != nil {
			return err
		}
		s.differences(t.name, have, want)
	}
	return nil
}

// differences walks two sorted lists side by side.
func (s *summing) differences(name string, have, want []analytics.Row) {
	wrong := func(r analytics.Row, format string, args ...any) {
		s.find(14, s.cafe.String(), name+"/"+keyText(r.Key), format, args...)
	}
	for len(have) > 0 || len(want) > 0 {
		order := 0
		switch {
		case len(have) == 0:
			order = 1
		case len(want) == 0:
			order = -1
		default:
			order = analytics.CompareRows(have[0], want[0])
		}
		switch {
		case order < 0:
			wrong(have[0], "the journal knows nothing of it, the figures say %s", figureText(have[0].Figures))
			have = have[1:]
		case order > 0:
			wrong(want[0], "it is missing, the journal gives %s", figureText(want[0].Figures))
			want = want[1:]
		default:
			if have[0].Figures != want[0].Figures {
				wrong(have[0], "the figures say %s, the journal gives %s", figureText(have[0].Figures), figureText(want[0].Figures))
			}
			have, want = have[1:], want[1:]
		}
	}
}

func keyText(k analytics.Key) string {
	text := k.Period
	if k.Currency != "" {
		text = k.Currency + "/" + text
	}
	if k.Hour >= 0 {
		text += fmt.Sprintf("/%02d", k.Hour)
	}
	for _, id := range []string{k.Item, k.Category, k.Modifier} {
		if id != "" {
			text += "/" + id
		}
	}
	return text
}

func figureText(f analytics.Figures) string {
	return fmt.Sprintf("%d orders, %d lines, %d units, gross %d, discount %d, net %d, tax %d, sales %d",
		f.Orders, f.Lines, f.Units, f.Gross, f.Discount, f.Net, f.Tax, f.Sales)
}

// strangers names figures of cafés that have no journal.
func (f *figures) strangers(ctx context.Context, known map[key]sealedHead) error {
	for cafe, at := range f.cursors {
		if _, ok := known[cafe]; !ok && at.seq > 0 {
			f.find(14, cafe.String(), "cursor", "%d entries are counted, and the café has no journal", at.seq)
		}
	}
	for _, t := range tables {
		err := each(ctx, f.tx, func(scan func(...any) error) error {
			var cafe key
			var n int64
			if err := scan(&cafe, &n); err != nil {
				return err
			}
			if _, ok := known[cafe]; !ok {
				f.find(14, cafe.String(), t.name, "it has %d rows, and the café has no journal", n)
			}
			return nil
		}, "SELECT cafe_id, COUNT(*) FROM "+t.name+" GROUP BY cafe_id")
		if err != nil {
			return err
		}
	}
	return nil
}
