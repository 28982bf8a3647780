// Package page is the opaque cursor of every list: the sort key of the last row, and nothing a client should read.
package page

import (
	"encoding/base64"
	"encoding/json"

	"coffee/internal/errs"
)

// The sizes of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Limit is the page size for a requested one; 0 is the default.
func Limit(requested int32) int {
	if requested <= 0 {
		return DefaultLimit
	}
	return min(int(requested), MaxLimit)
}

// Encode makes the cursor of a row from its sort key, a struct of exported fields.
func Encode(key any) string {
	body, err := json.Marshal(key)
	if err != nil {
		panic("page: a sort key that is no JSON: " + err.Error()) // a programming fault
	}
	return base64.RawURLEncoding.EncodeToString(body)
}

// Decode reads a cursor into key and tells whether there was one. Anything we did not write is invalid_cursor.
func Decode(cursor string, key any) (bool, error) {
	if cursor == "" {
		return false, nil
	}
	body, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(body, key)
	}
	if err != nil {
		return false, Foreign()
	}
	return true, nil
}

// Foreign is the answer to a cursor we did not write, also where only its content shows it (an id that is none).
func Foreign() error {
	return errs.Invalid("invalid_cursor", "The cursor is not one of ours: start again from the first page.")
}

// Cut returns at most limit rows and the cursor of the next page, empty on the last. Ask the store for limit+1 rows.
func Cut[T any](rows []T, limit int, key func(T) any) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, Encode(key(rows[limit-1]))
}
