package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNested is returned by Write, Read and Snapshot inside a closure of Write
// on the same DB: on SQLite it would wait for itself, on MySQL it would be a
// second transaction that cannot see the first.
var ErrNested = errors.New("db: nested use inside Write; use its tx")

var errClosed = &unavailableError{errors.New("db: the database is closed")}

// unavailableError marks what the layer above answers with 503.
type unavailableError struct{ err error }

func (e *unavailableError) Error() string { return "database unavailable: " + e.err.Error() }
func (e *unavailableError) Unwrap() error { return e.err }

// unknownCommitError marks a commit whose answer was lost.
type unknownCommitError struct{ err error }

func (e *unknownCommitError) Error() string {
	return "outcome of the commit unknown: " + e.err.Error()
}
func (e *unknownCommitError) Unwrap() error { return e.err }

// panicError is what a caller gets whose closure panicked; the stack is in the log.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("db: panic in a transaction: %v", e.value) }

// IsDuplicate tells whether err is a violation of a primary or unique key.
func IsDuplicate(err error) bool {
	switch code, engine := engineCode(err); engine {
	case SQLite:
		return code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_UNIQUE ||
			code == sqlite3.SQLITE_CONSTRAINT_ROWID
	case MySQL:
		return code == 1062 || code == 1586
	}
	return false
}

// IsUnknownCommit tells whether the connection was lost during COMMIT: the
// transaction is either whole or not there, and the caller reads back by key.
func IsUnknownCommit(err error) bool {
	var unknown *unknownCommitError
	return errors.As(err, &unknown)
}

// IsUnavailable tells whether err means that the database cannot serve now (not
// reachable, disk full, I/O error, locked for too long, closed), so that the
// layer above answers 503. A context's end is not one of these.
func IsUnavailable(err error) bool {
	if err == nil {
		return false
	}
	var unavailable *unavailableError
	if errors.As(err, &unavailable) || IsUnknownCommit(err) {
		return true
	}
	switch code, engine := engineCode(err); engine {
	case SQLite:
		return slices.Contains(sqliteUnavailable, code&0xff)
	case MySQL:
		return slices.Contains(mysqlUnavailable, code) || slices.Contains(mysqlRetry, code)
	}
	return lostConnection(err)
}

// classify marks the driver's errors that mean "not available"; all others stay
// as they are.
func classify(err error) error {
	var unavailable *unavailableError
	if err == nil || errors.As(err, &unavailable) || !IsUnavailable(err) {
		return err
	}
	return &unavailableError{err}
}

var (
	sqliteUnavailable = []int{
		sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
	}
	// After these the statement has failed and its transaction still stands;
	// after any other SQLite may have rolled the whole of it back.
	sqliteStatementOnly = []int{
		sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH,
		sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_AUTH,
	}
	// Deadlock, lock wait timeout, record changed (MariaDB), and TiDB's write
	// conflicts: run the whole transaction again.
	mysqlRetry = []int{1213, 1205, 1020, 8002, 8005, 9007, 8022}
	// Server going away or refusing (shutdown, killed, too many connections,
	// idle time-out, read-only, not this user now), its disk (full, write error).
	mysqlUnavailable = []int{
		1040, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1290, 1317, 1836, 1927, 4031,
		1045, 1698, 3118, 4151,
		3, 1021, 1026, 1030, 1114, 3169, 9001, 9002, 9003, 9005,
	}
	// Of those, the ones that end the connection, so that its transaction is gone.
	mysqlConnectionEnds = []int{1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1317, 1927, 4031, 3169}
)

// engineCode finds the driver's error in err: SQLite's extended result code or
// MySQL's error number.
func engineCode(err error) (int, Engine) {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code(), SQLite
	}
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		return int(my.Number), MySQL
	}
	return 0, ""
}

// lostConnection tells whether err is a connection's end, however it was seen.
func lostConnection(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var op *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.As(err, &op)
}

// refusedDial tells whether no connection could be made at all.
func refusedDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// connectionEnded tells whether MySQL's connection is gone after err.
func connectionEnded(err error) bool {
	code, engine := engineCode(err)
	return lostConnection(err) || engine == MySQL && slices.Contains(mysqlConnectionEnds, code)
}

// retryable tells whether the engine asks for the whole transaction again.
func retryable(err error) bool {
	switch code, engine := engineCode(err); engine {
	case SQLite:
		return code&0xff == sqlite3.SQLITE_BUSY || code&0xff == sqlite3.SQLITE_LOCKED
	case MySQL:
		return slices.Contains(mysqlRetry, code)
	}
	return false
}

// endsTransaction tells whether the transaction may be gone after err, so that
// a further statement would run (and commit) outside of it.
func endsTransaction(err error) bool {
	switch code, engine := engineCode(err); engine {
	case SQLite:
		return !slices.Contains(sqliteStatementOnly, code&0xff)
	case MySQL:
		return slices.Contains(mysqlRetry, code) || slices.Contains(mysqlConnectionEnds, code)
	}
	return lostConnection(err)
}
