package verify

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"coffee/internal/db"
)

// key is an id as it is stored. The zero key is NULL.
type key [16]byte

// Scan implements sql.Scanner.
func (k *key) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*k = key{}
		return nil
	case []byte:
		if len(v) == len(k) {
			copy(k[:], v)
			return nil
		}
	case string:
		if len(v) == len(k) {
			copy(k[:], v)
			return nil
		}
	}
	return fmt.Errorf("an id is not 16 bytes: %v", src)
}

// String is the canonical UUID.
func (k key) String() string {
	var out [36]byte
	hex.Encode(out[0:8], k[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], k[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], k[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], k[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], k[10:16])
	return string(out[:])
}

// span is a stretch of ids: after from, up to and with to.
type span struct{ from, to []byte }

// lastKey is behind every id.
var lastKey = bytes.Repeat([]byte{0xff}, 16)

// each runs a query and calls fn on every row.
func each(ctx context.Context, tx db.DBTX, fn func(scan func(...any) error) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// raw is bytes that are only valid until the next row.
type raw = sql.RawBytes
