package db

import (
	"context"
	"fmt"
	"strings"
)

const (
	// sqliteRows keeps the texts of an insert few, so that each is prepared once;
	// without a network more rows in one statement gain nothing.
	sqliteRows = 16
	// mysqlRows and mysqlBytes keep one statement well under the smallest usual
	// max_allowed_packet (16 MiB, escaped twice as long at worst).
	mysqlRows  = 500
	mysqlBytes = 4 << 20
	// maxValues is under both engines' limit on placeholders (32766 and 65535).
	maxValues = 30000
)

// In returns n placeholders, "?,?,?", for a hand-written IN list; for none it
// returns NULL, which equals nothing.
func In(n int) string {
	if n <= 0 {
		return "NULL"
	}
	return strings.Repeat(",?", n)[1:]
}

// InsertRows inserts any number of rows with few statements. Table and columns
// are constants of the store, never input. It is atomic only inside Write.
func InsertRows(ctx context.Context, tx DBTX, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if len(columns) == 0 || len(columns) > maxValues {
		return fmt.Errorf("db: insert into %s: %d columns", table, len(columns))
	}
	limit, size := mysqlRows, mysqlBytes
	if t, ok := tx.(*guardedTx); ok && t.ctx != nil {
		limit = sqliteRows
	}
	limit = min(limit, maxValues/len(columns))

	args := make([]any, 0, min(limit, len(rows))*len(columns))
	count, bytes := 0, 0
	flush := func() error {
		if count == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, insertText(table, columns, count), args...)
		args, count, bytes = args[:0], 0, 0
		return err
	}
	for i, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("db: insert into %s: row %d has %d values for %d columns", table, i, len(row), len(columns))
		}
		weight := valueBytes(row)
		if count == limit || bytes+weight > size {
			if err := flush(); err != nil {
				return err
			}
		}
		args, count, bytes = append(args, row...), count+1, bytes+weight
	}
	return flush()
}

func insertText(table string, columns []string, rows int) string {
	tuple := "(" + In(len(columns)) + ")"
	return "INSERT INTO `" + table + "` (`" + strings.Join(columns, "`, `") + "`) VALUES " +
		tuple + strings.Repeat(","+tuple, rows-1)
}

func valueBytes(row []any) int {
	n := 0
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		default:
			n += 16
		}
	}
	return n
}
