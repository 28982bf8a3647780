// Package store keeps orders, attempts and journals in SQL. It decides nothing: the rules are in package order.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
	"unicode/utf8"

	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/service/order"
	"coffee/service/order/journal"
	"coffee/service/order/store/sqlc"
)

//go:embed migrations
var migrations embed.FS

// Migrations is the folder of this store's migrations.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic("store: no migrations: " + err.Error()) // a programming fault
	}
	return sub
}

// Store implements order.Store.
type Store struct {
	db *db.DB
	q  *sqlc.Queries // reads, each on its own
}

var _ order.Store = (*Store)(nil)

// New makes a Store over an open, migrated database.
func New(d *db.DB) *Store { return &Store{db: d, q: sqlc.New(d.Read())} }

// Write runs fn in one transaction, perhaps more than once.
func (s *Store) Write(ctx context.Context, fn func(order.Tx) error) error {
	return s.db.Write(ctx, func(ctx context.Context, t db.Tx) error {
		return fn(&tx{ctx: ctx, tx: t, q: sqlc.New(t)})
	})
}

// Attempts gives the attempts of orders, ascending.
func (s *Store) Attempts(ctx context.Context, ids []string) ([]order.Attempt, error) {
	return attempts(ctx, s.q, ids)
}

func attempts(ctx context.Context, q *sqlc.Queries, ids []string) ([]order.Attempt, error) {
	rows, err := q.AttemptsOf(ctx, dbIDs(ids))
	out := make([]order.Attempt, len(rows))
	for i, r := range rows {
		out[i] = order.Attempt{OrderID: string(r.OrderID), N: r.N, Outcome: r.Outcome, At: fromMicro(r.At)}
	}
	return out, err
}

// Orders gives those that exist, in the order of ids.
func (s *Store) Orders(ctx context.Context, ids []string) (out []order.Order, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context, t db.DBTX) error {
		out, err = orders(ctx, sqlc.New(t), ids)
		return err
	})
	return out, err
}

func orders(ctx context.Context, q *sqlc.Queries, ids []string) ([]order.Order, error) {
	rows, err := q.OrdersByID(ctx, dbIDs(ids))
	if err != nil {
		return nil, err
	}
	at := make(map[db.ID]int, len(ids))
	for i, id := range ids {
		at[db.ID(id)] = i
	}
	slices.SortFunc(rows, func(a, b sqlc.Order) int { return at[a.ID] - at[b.ID] })
	return complete(ctx, q, rows)
}

// complete reads the lines and tenders of order rows.
func complete(ctx context.Context, q *sqlc.Queries, rows []sqlc.Order) ([]order.Order, error) {
	out, at, ids := make([]order.Order, len(rows)), make(map[db.ID]int, len(rows)), make([]db.ID, len(rows))
	for i, r := range rows {
		o, err := orderFrom(r)
		if err != nil {
			return nil, err
		}
		out[i], at[r.ID], ids[i] = o, i, r.ID
	}
	if len(ids) == 0 {
		return out, nil
	}
	lines, err := q.LinesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range lines {
		l, err := lineFrom(r)
		if err != nil {
			return nil, err
		}
		o := &out[at[r.OrderID]]
		o.Lines = append(o.Lines, l)
	}
	tenders, err := q.TendersOf(ctx, ids)
	for _, r := range tenders {
		o := &out[at[r.OrderID]]
		o.Tenders = append(o.Tenders, tenderFrom(r))
	}
	return out, err
}

// List pages orders, newest first.
func (s *Store) List(ctx context.Context, q order.Query) (out []order.Order, err error) {
	from, to := "0000-00-00", "9999-12-31"
	if q.BusinessDate != "" {
		from, to = q.BusinessDate, q.BusinessDate
	}
	after := q.After
	if after.ID == "" {
		after.Date = "9999-99-99"
	} else {
		to = min(to, after.Date) // the range starts where the page before ended
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context, t db.DBTX) error {
		queries := sqlc.New(t)
		var rows []sqlc.Order
		switch {
		case q.Phone != "":
			rows, err = queries.ListByPhone(ctx, sqlc.ListByPhoneParams{
				Phone: q.Phone, AnyCafe: flag(q.Cafe == ""), Cafe: db.ID(q.Cafe), FirstDate: from, LastDate: to,
				AnyState: flag(q.State == ""), State: string(q.State), AnyMoneyState: flag(q.MoneyState == ""),
				MoneyState: string(q.MoneyState), AnySource: flag(q.Source == ""), Source: string(q.Source),
				AnyDue: flag(!q.DueOnly), AnyText: flag(!q.Find.Given()), Calls: q.Find.Calls, Receipt: q.Find.Receipt,
				NameLength: int32(utf8.RuneCountInString(q.Find.Name)), Name: q.Find.Name, Date: after.Date, Sold: after.Sold, ID: db.ID(after.ID), Limit: int32(q.Limit),
			})
		case q.Cafe != "":
			rows, err = queries.ListByCafe(ctx, sqlc.ListByCafeParams{
				Cafe: db.ID(q.Cafe), FirstDate: from, LastDate: to, AnyState: flag(q.State == ""), State: string(q.State),
				AnyMoneyState: flag(q.MoneyState == ""), MoneyState: string(q.MoneyState), AnySource: flag(q.Source == ""), Source: string(q.Source),
				AnyDue: flag(!q.DueOnly), AnyText: flag(!q.Find.Given()), Calls: q.Find.Calls, Receipt: q.Find.Receipt,
				NameLength: int32(utf8.RuneCountInString(q.Find.Name)), Name: q.Find.Name, Date: after.Date, Sold: after.Sold,
				ID: db.ID(after.ID), Limit: int32(q.Limit),
			})
		default:
			rows, err = queries.ListAll(ctx, sqlc.ListAllParams{
				FirstDate: from, LastDate: to, AnyState: flag(q.State == ""), State: string(q.State),
				AnyMoneyState: flag(q.MoneyState == ""), MoneyState: string(q.MoneyState), AnySource: flag(q.Source == ""), Source: string(q.Source),
				AnyDue: flag(!q.DueOnly), AnyText: flag(!q.Find.Given()), Calls: q.Find.Calls, Receipt: q.Find.Receipt,
				NameLength: int32(utf8.RuneCountInString(q.Find.Name)), Name: q.Find.Name, Date: after.Date, Sold: after.Sold,
				ID: db.ID(after.ID), Limit: int32(q.Limit),
			})
		}
		if err != nil {
			return err
		}
		out, err = complete(ctx, queries, rows)
		return err
	})
	return out, err
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// Board is what is open in a café or still to be acknowledged, with the journal's position that it shows.
func (s *Store) Board(ctx context.Context, cafe string) (out []order.Order, seq int64, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, t db.DBTX) error {
		q := sqlc.New(t)
		head, err := headOf(ctx, q, cafe)
		if err != nil {
			return err
		}
		open, err := q.OpenOf(ctx, db.ID(cafe))
		if err != nil {
			return err
		}
		unseen, err := q.UnseenOf(ctx, db.ID(cafe))
		if err != nil {
			return err
		}
		open = append(open, unseen...)
		out, seq = nil, head.Seq
		if len(open) > 0 {
			out, err = orders(ctx, q, texts(open))
		}
		return err
	})
	return out, seq, err
}

// ReadySince gives open orders that have been ready since before t, without a phone's that is not paid: those wait
// until the day is over, and however many there are, they stand in nobody's way.
func (s *Store) ReadySince(ctx context.Context, t time.Time, limit int) ([]string, error) {
	ids, err := s.q.ReadySince(ctx, sqlc.ReadySinceParams{ReadyAt: t.UnixMicro() + 1, Limit: int32(limit)})
	return texts(ids), err
}

// OpenBefore gives open orders of business dates before one.
func (s *Store) OpenBefore(ctx context.Context, date string, limit int) ([]string, error) {
	ids, err := s.q.OpenBefore(ctx, sqlc.OpenBeforeParams{BusinessDate: date, Limit: int32(limit)})
	return texts(ids), err
}

// OpenUnpaid counts a phone's open unpaid orders of some business dates.
func (s *Store) OpenUnpaid(ctx context.Context, phone string, dates []string) (int, error) {
	n, err := s.q.OpenUnpaid(ctx, sqlc.OpenUnpaidParams{Phone: phone, Dates: dates})
	return int(n), err
}

// Head is a café's journal; one that has none has seq 0.
func (s *Store) Head(ctx context.Context, cafe string) (order.Head, error) {
	return headOf(ctx, s.q, cafe)
}

func headOf(ctx context.Context, q *sqlc.Queries, cafe string) (order.Head, error) {
	row, err := q.Head(ctx, db.ID(cafe))
	if errors.Is(err, sql.ErrNoRows) {
		return order.Head{Cafe: cafe}, nil
	}
	return headFrom(row), err
}

func headFrom(r sqlc.Head) order.Head {
	return order.Head{Cafe: string(r.CafeID), Seq: r.Seq, Receipt: r.Receipt, Hash: r.Hash, Changed: r.Changed}
}

// Heads pages the journals that changed at or after a mark, the longest unchanged first.
func (s *Store) Heads(ctx context.Context, since int64, after order.Head, limit int) ([]order.Head, error) {
	rows, err := s.q.Heads(ctx, sqlc.HeadsParams{Since: since, Mark: after.Changed, Cafe: db.ID(after.Cafe), Limit: int32(limit)})
	out := make([]order.Head, len(rows))
	for i, r := range rows {
		out[i] = headFrom(r)
	}
	return out, err
}

// Journal reads a café's entries after a position, or those of one order.
func (s *Store) Journal(ctx context.Context, cafe string, after int64, id string, limit int) ([]journal.Entry, error) {
	var rows []sqlc.Journal
	var err error
	if id != "" {
		rows, err = s.q.JournalOfOrder(ctx, sqlc.JournalOfOrderParams{OrderID: db.ID(id), Seq: after, Limit: int32(limit)})
	} else {
		rows, err = s.q.Journal(ctx, sqlc.JournalParams{CafeID: db.ID(cafe), Seq: after, Limit: int32(limit)})
	}
	var out []journal.Entry
	for _, r := range rows {
		if string(r.CafeID) == cafe {
			out = append(out, journal.Entry{
				Cafe: cafe, Seq: r.Seq, Kind: r.Kind, OrderID: string(r.OrderID), Payload: r.Payload, PrevHash: r.PrevHash, Hash: r.Hash,
			})
		}
	}
	return out, err
}

// Moves is Journal without the payloads.
func (s *Store) Moves(ctx context.Context, cafe string, after int64, limit int) ([]journal.Entry, error) {
	rows, err := s.q.Moves(ctx, sqlc.MovesParams{CafeID: db.ID(cafe), Seq: after, Limit: int32(limit)})
	out := make([]journal.Entry, len(rows))
	for i, r := range rows {
		out[i] = journal.Entry{Cafe: cafe, Seq: r.Seq, Kind: r.Kind, OrderID: string(r.OrderID)}
	}
	return out, err
}

// Backlog implements order.Store.
func (s *Store) Backlog(ctx context.Context) (int64, time.Time, error) {
	r, err := s.q.StockDueBacklog(ctx)
	if err != nil || r.Waiting == 0 {
		return 0, time.Time{}, err
	}
	return r.Waiting, fromMicro(r.Oldest), nil
}

// Due gives what stock is owed and may be tried again.
func (s *Store) Due(ctx context.Context, until time.Time, limit int) ([]order.StockDue, error) {
	rows, err := s.q.StockDue(ctx, sqlc.StockDueParams{NextAt: until.UnixMicro(), Limit: int32(limit)})
	if err != nil {
		return nil, err
	}
	out := make([]order.StockDue, len(rows))
	for i, r := range rows {
		out[i] = order.StockDue{At: fromMicro(r.At), Tries: r.Tries, Reversal: order.Reversal{
			ID: string(r.ID), OrderID: string(r.OrderID), Attempt: r.Attempt, Cafe: string(r.CafeID), BusinessDate: r.BusinessDate, By: r.Person,
		}}
		if err := json.Unmarshal(r.Reversal, &out[i].Lines); err != nil {
			return nil, fmt.Errorf("reversal %s: %w", r.ID, err)
		}
	}
	return out, nil
}

// Recall gives what was remembered under a name; nil: nothing.
func (s *Store) Recall(ctx context.Context, name string) ([]byte, error) {
	body, err := s.q.Recall(ctx, name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

// Answered gives the answer of a keyed call that was made before. Error: idempotency_key_reused.
func (s *Store) Answered(ctx context.Context, key keyed.Key) (order.Answer, bool, error) {
	if key.Key == "" {
		return order.Answer{}, false, nil
	}
	none := errors.New("not answered yet")
	answer, err := keyed.Do(ctx, s.db.Read(), key, time.Time{}, func() (order.Answer, error) { return order.Answer{}, none })
	switch {
	case errors.Is(err, none):
		return order.Answer{}, false, nil
	case errs.HasCode(err, "idempotency_in_progress"): // answered between two looks
		return s.Answered(ctx, key)
	}
	return answer, err == nil, err
}

func dbIDs(ids []string) []db.ID {
	out := make([]db.ID, len(ids))
	for i, id := range ids {
		out[i] = db.ID(id)
	}
	return out
}

func texts(ids []db.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}
