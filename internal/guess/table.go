package guess

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"coffee/internal/db"
)

// The table, which the service's own first migration makes:
//
//	CREATE TABLE guess (
//	  subject VARBINARY(32) NOT NULL, place VARBINARY(32) NOT NULL, tries INT NOT NULL, until_at BIGINT NOT NULL,
//	  known_at BIGINT NOT NULL, last_at BIGINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (subject, place));
//	CREATE INDEX guess_by_last ON guess (last_at);
//
// A row is a pace, or a budget whose mark is until_at. Hashes only: neither names nor addresses can be read from it.
type table struct{ db *db.DB }

type key struct{ subject, place [32]byte }

type row struct {
	key
	tries                  int
	until, knownAt, lastAt time.Time
	version                int64 // 0: not stored yet
}

func (r row) pace() Pace {
	return Pace{Tries: r.tries, Until: r.until, KnownAt: r.knownAt, LastAt: r.lastAt}
}

func (r row) with(p Pace) row {
	r.tries, r.until, r.knownAt, r.lastAt = p.Tries, p.Until, p.KnownAt, p.LastAt
	return r
}

func (r row) marked(mark, now time.Time) row {
	r.until, r.lastAt = mark, now
	return r
}

func read(ctx context.Context, tx db.DBTX, k key) (row, error) {
	r := row{key: k}
	var until, known, last int64
	err := tx.QueryRowContext(ctx, "SELECT tries, until_at, known_at, last_at, version FROM guess WHERE subject = ? AND place = ?",
		k.subject[:], k.place[:]).Scan(&r.tries, &until, &known, &last, &r.version)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	r.until, r.knownAt, r.lastAt = moment(until), moment(known), moment(last)
	return r, err
}

// putNothing stands for put where somebody only looks.
func putNothing(context.Context, db.DBTX, row) error { return nil }

// errMoved: another replica touched the row between our read and our write.
var errMoved = errors.New("guess: a row has moved on")

func put(ctx context.Context, tx db.DBTX, r row) error {
	if r.version == 0 {
		_, err := tx.ExecContext(ctx, `INSERT INTO guess (subject, place, tries, until_at, known_at, last_at, version)
			VALUES (?, ?, ?, ?, ?, ?, 1)`, r.subject[:], r.place[:], r.tries, micros(r.until), micros(r.knownAt), micros(r.lastAt))
		if db.IsDuplicate(err) {
			return errMoved
		}
		return err
	}
	result, err := tx.ExecContext(ctx, `UPDATE guess SET tries = ?, until_at = ?, known_at = ?, last_at = ?, version = version + 1
		WHERE subject = ? AND place = ? AND version = ?`,
		r.tries, micros(r.until), micros(r.knownAt), micros(r.lastAt), r.subject[:], r.place[:], r.version)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errMoved
}

// write runs fn in a transaction, again where another replica was quicker.
func (t table) write(ctx context.Context, fn func(context.Context, db.Tx) error) error {
	for try := 0; ; try++ {
		err := t.db.Write(ctx, fn)
		if !errors.Is(err, errMoved) {
			return err
		}
		if try == 20 {
			return refuse(time.Second) // a storm on one subject
		}
	}
}

// Prune deletes what no longer matters: paces a day after the last try, and known places once they are forgotten.
func (g *Guard) Prune(ctx context.Context) error {
	now := g.now()
	return g.table.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM guess WHERE last_at < ? AND known_at < ? AND until_at < ?",
			micros(now.Add(-24*time.Hour)), micros(now.Add(-Remembered)), micros(now))
		return err
	})
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros)
}
