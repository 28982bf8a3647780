// Package keyed makes a call with an Idempotency-Key happen once: key, fingerprint and answer are stored in the
// transaction of the change itself. Every writing service's first migration makes its table:
//
//	CREATE TABLE idempotency (
//	  scope VARCHAR(180) NOT NULL, fingerprint VARBINARY(32) NOT NULL, answer LONGBLOB NOT NULL, at BIGINT NOT NULL,
//	  PRIMARY KEY (scope));
package keyed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/errs"
)

// Key names one try of one caller at one method. The zero Key is an unkeyed call: nothing is looked up or stored.
type Key struct {
	Method      string // the RPC's short name
	Subject     string // who asks; two callers may use the same key
	Key         string // the Idempotency-Key
	Fingerprint []byte // SHA-256 of the request
}

func (k Key) scope() string { return k.Method + "/" + k.Subject + "/" + k.Key }

// Fingerprint is the SHA-256 of a request as this binary encodes it.
func Fingerprint(request proto.Message) []byte {
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(request)
	if err != nil {
		panic("keyed: a request that does not encode: " + err.Error()) // a programming fault
	}
	sum := sha256.Sum256(body)
	return sum[:]
}

// Do runs fn inside tx unless this key was answered before: then the stored answer comes back. The same key with
// another request is idempotency_key_reused. T is stored as JSON.
func Do[T any](ctx context.Context, tx db.Tx, key Key, now time.Time, fn func() (T, error)) (T, error) {
	var answer T
	if key.Key == "" {
		return fn()
	}
	var fingerprint, stored []byte
	err := tx.QueryRowContext(ctx, "SELECT fingerprint, answer FROM idempotency WHERE scope = ?", key.scope()).
		Scan(&fingerprint, &stored)
	switch {
	case err == nil && !bytes.Equal(fingerprint, key.Fingerprint):
		return answer, errs.Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request.")
	case err == nil:
		if err := json.Unmarshal(stored, &answer); err != nil {
			return answer, fmt.Errorf("stored answer of %s: %w", key.Method, err)
		}
		return answer, nil
	case !errors.Is(err, sql.ErrNoRows):
		return answer, err
	}
	if answer, err = fn(); err != nil {
		// Another try of the same call may have committed since the look above, and fn refused what it left (an order
		// that is paid already). Then this one starts over and replays.
		if tx.QueryRowContext(ctx, "SELECT fingerprint, answer FROM idempotency WHERE scope = ?", key.scope()).
			Scan(&fingerprint, &stored) == nil {
			err = inProgress()
		}
		return answer, err
	}
	if stored, err = json.Marshal(answer); err != nil {
		return answer, fmt.Errorf("answer of %s: %w", key.Method, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO idempotency (scope, fingerprint, answer, at) VALUES (?, ?, ?, ?)",
		key.scope(), key.Fingerprint, stored, now.UnixMicro())
	if db.IsDuplicate(err) {
		// Two tries at the same moment on two connections: the other one wins, this one starts over and replays.
		return answer, inProgress()
	}
	return answer, err
}

func inProgress() error {
	return errs.Conflict("idempotency_in_progress", "The same request is being answered. Try again.").After(time.Second)
}
