package db

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
)

// ID is a canonical lower-case UUID in Go and 16 bytes (BINARY(16)) in the
// database: text ids cost 43 % more disk. The empty ID is NULL.
type ID string

// ParseID checks that s is a canonical lower-case UUID. Ids are compared as
// text above the store, so other spellings of the same UUID are refused.
func ParseID(s string) (ID, error) {
	if _, err := ID(s).bytes(); err != nil {
		return "", err
	}
	return ID(s), nil
}

func (id ID) bytes() ([]byte, error) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return nil, fmt.Errorf("db: %q is not a canonical lower-case UUID", string(id))
	}
	out := make([]byte, 16)
	for i, at := 0, 0; i < 16; i, at = i+1, at+2 {
		switch at { // by place: a hyphen elsewhere is no digit, and must not shift the rest
		case 8, 13, 18, 23:
			at++
		}
		high, low := nibble(id[at]), nibble(id[at+1])
		if high > 15 || low > 15 {
			return nil, fmt.Errorf("db: %q is not a canonical lower-case UUID", string(id))
		}
		out[i] = high<<4 | low
	}
	return out, nil
}

func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}

// Value implements driver.Valuer: 16 bytes, or NULL for the empty ID.
func (id ID) Value() (driver.Value, error) {
	if id == "" {
		return nil, nil
	}
	b, err := id.bytes()
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Scan implements sql.Scanner: 16 bytes, or the empty ID for NULL.
func (id *ID) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case nil:
		*id = ""
		return nil
	case []byte:
		b = v
	case string:
		b = []byte(v)
	default:
		return fmt.Errorf("db: an id cannot be read from %T", src)
	}
	if len(b) != 16 {
		return fmt.Errorf("db: an id has 16 bytes, the column holds %d", len(b))
	}
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], b[10:16])
	*id = ID(out[:])
	return nil
}
