package verify_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/journal"
)

// BenchmarkRun verifies a system of COFFEE_BENCH_ORDERS orders (10,000 unless set), each of two lines, one tender,
// seven journal entries and nine movements. Making it takes longer than verifying it.
func BenchmarkRun(b *testing.B) {
	orders := 10_000
	if n, err := strconv.Atoi(os.Getenv("COFFEE_BENCH_ORDERS")); err == nil {
		orders = n
	}
	s := open(b, db.SQLite, 60)
	multiply(b, s, orders)
	if _, err := s.Analytics.FollowOnce(b.Context()); err != nil {
		b.Fatal(err)
	}
	if report := run(b, s.URLs, s.Now()); report.Count() != 0 {
		b.Fatal(report.Count(), report.Findings[:min(5, len(report.Findings))])
	}
	b.ResetTimer()
	for b.Loop() {
		report := run(b, s.URLs, s.Now())
		b.ReportMetric(float64(report.Checked["orders"])/report.Took.Seconds(), "orders/s")
	}
}

// copiedRows are an order's rows of one table; columns name what each clone changes.
type copiedRows struct {
	service, table string
	columns        []string
	rows           [][]any
}

func rowsOf(b *testing.B, s *shop, service, table, where string, args ...any) copiedRows {
	b.Helper()
	rows, err := s.Databases[service].Read().QueryContext(b.Context(), "SELECT * FROM "+table+" WHERE "+where, args...)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	out := copiedRows{service: service, table: table}
	if out.columns, err = rows.Columns(); err != nil {
		b.Fatal(err)
	}
	for rows.Next() {
		row := make([]any, len(out.columns))
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			b.Fatal(err)
		}
		out.rows = append(out.rows, row)
	}
	return out
}

// clone copies the rows with other values in some columns.
func (c copiedRows) clone(change func(column string, value any) any) [][]any {
	out := make([][]any, len(c.rows))
	for i, row := range c.rows {
		out[i] = make([]any, len(row))
		for k, v := range row {
			out[i][k] = change(c.columns[k], v)
		}
	}
	return out
}

// multiply puts copies of one order behind the last entry of its café's journal.
func multiply(b *testing.B, s *shop, orders int) {
	b.Helper()
	source, cafe := db.ID(s.order["latte"]), db.ID(s.cafe)
	tables := []copiedRows{
		rowsOf(b, s, "order", "attempt", "order_id = ?", source),
		rowsOf(b, s, "order", "orders", "id = ?", source),
		rowsOf(b, s, "order", "order_line", "order_id = ? ORDER BY line", source),
		rowsOf(b, s, "order", "tender", "order_id = ?", source),
		rowsOf(b, s, "inventory", "consumption", "order_id = ?", source),
		rowsOf(b, s, "inventory", "movement", "order_id = ?", source),
	}
	var events []*orderpb.Event
	entries := rowsOf(b, s, "order", "journal", "order_id = ? ORDER BY seq", source)
	for _, row := range entries.rows {
		event, err := journal.Decode(row[4].([]byte))
		if err != nil {
			b.Fatal(err)
		}
		events = append(events, event)
	}
	head := rowsOf(b, s, "order", "head", "cafe_id = ?", cafe).rows[0]
	seq, receipt, hash := head[1].(int64), head[2].(int64), head[3].([]byte)
	const atOnce = 1000
	for done := 0; done < orders; done += atOnce {
		batches := map[string][][]any{}
		for range min(atOnce, orders-done) {
			id := newID()
			receipt++
			for _, t := range tables {
				batches[t.table] = append(batches[t.table], t.clone(func(column string, v any) any {
					switch {
					case column == "order_id" || (column == "id" && t.table == "orders"):
						return db.ID(id)
					case column == "id":
						return db.ID(newID())
					case column == "receipt_number":
						return receipt
					}
					return v
				})...)
			}
			for _, event := range events {
				event = proto.CloneOf(event)
				event.OrderId = id
				if event.ReceiptNumber != 0 {
					event.ReceiptNumber = receipt
				}
				seq++
				payload := journal.Encode(event)
				next := journal.Hash(hash, s.cafe, seq, event.GetKind(), id, payload)
				batches["journal"] = append(batches["journal"], []any{cafe, seq, event.GetKind(), db.ID(id), payload, hash, next})
				hash = next
			}
		}
		insert(b, s, tables, entries, batches)
	}
	balance(b, s, int64(orders), source)
	change(b, s, "order", "UPDATE head SET seq = ?, receipt = ?, hash = ? WHERE cafe_id = ?", seq, receipt, hash, cafe)
}

func insert(b *testing.B, s *shop, tables []copiedRows, entries copiedRows, batches map[string][][]any) {
	b.Helper()
	entries.service, entries.table = "order", "journal"
	for _, service := range []string{"order", "inventory"} {
		err := s.Databases[service].Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, t := range append(tables[:len(tables):len(tables)], entries) {
				if t.service == service {
					if err := db.InsertRows(ctx, tx, t.table, t.columns, batches[t.table]); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// balance receives what the copies took, so that on hand is right again.
func balance(b *testing.B, s *shop, orders int64, source db.ID) {
	b.Helper()
	moved := rowsOf(b, s, "inventory", "movement", "order_id = ?", source)
	for _, row := range moved.rows {
		values := make([]any, len(row))
		for k, column := range moved.columns {
			switch values[k] = row[k]; column {
			case "id":
				values[k] = db.ID(newID())
			case "order_id":
				values[k] = nil
			case "type":
				values[k] = "receipt"
			case "quantity":
				values[k] = -orders * row[k].(int64)
			}
		}
		err := s.Databases["inventory"].Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
			return db.InsertRows(ctx, tx, "movement", moved.columns, [][]any{values})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func change(b *testing.B, s *shop, service, query string, args ...any) {
	b.Helper()
	err := s.Databases[service].Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
