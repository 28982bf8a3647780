package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store/sqlc"
)

// Factor implements adminlogin.Store.
func (s *Store) Factor(ctx context.Context, id string) ([]byte, bool, error) {
	r, err := s.read().GetSecondFactor(ctx, db.ID(id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return r.Sealed, err == nil, err
}

// setFactorAt is the lock of every change of a factor: the account's row.
func setFactorAt(ctx context.Context, q *sqlc.Queries, a adminlogin.Admin, from int64) error {
	at := int64(0)
	if !a.SecondFactorAt.IsZero() {
		at = a.SecondFactorAt.UnixMicro()
	}
	n, err := q.SetSecondFactorAt(ctx, sqlc.SetSecondFactorAtParams{
		SecondFactorAt: at, Version: a.Version, ID: db.ID(a.ID), FromVersion: from,
	})
	if err == nil && n == 0 {
		err = adminlogin.ErrStale
	}
	return err
}

// OfferFactor implements adminlogin.Store.
func (s *Store) OfferFactor(ctx context.Context, a adminlogin.Admin, sealed []byte) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		if err := setFactorAt(ctx, q, a, a.Version); err != nil {
			return err
		}
		if err := q.DeleteSecondFactor(ctx, db.ID(a.ID)); err != nil {
			return err
		}
		return q.InsertSecondFactor(ctx, sqlc.InsertSecondFactorParams{AdminID: db.ID(a.ID), Sealed: sealed})
	})
}

// SwitchFactor implements adminlogin.Store.
func (s *Store) SwitchFactor(ctx context.Context, a adminlogin.Admin, from int64, recovery [][]byte, entry audit.Entry) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q, id := sqlc.New(tx), db.ID(a.ID)
		if err := setFactorAt(ctx, q, a, from); err != nil {
			return err
		}
		if a.SecondFactorAt.IsZero() {
			if err := q.DeleteSecondFactor(ctx, id); err != nil {
				return err
			}
		}
		if err := q.DeleteRecoveryCodes(ctx, id); err != nil {
			return err
		}
		for _, hash := range recovery {
			if err := q.InsertRecoveryCode(ctx, sqlc.InsertRecoveryCodeParams{AdminID: id, Hash: hash}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry)
	})
}

// UseStep implements adminlogin.Store.
func (s *Store) UseStep(ctx context.Context, id string, step int64) (used bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := sqlc.New(tx).UseStep(ctx, sqlc.UseStepParams{Step: step, AdminID: db.ID(id)})
		used = n == 1
		return err
	})
	return used, err
}

// UseRecoveryCode implements adminlogin.Store.
func (s *Store) UseRecoveryCode(ctx context.Context, id string, hash []byte, at time.Time) (used bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := sqlc.New(tx).UseRecoveryCode(ctx, sqlc.UseRecoveryCodeParams{UsedAt: at.UnixMicro(), AdminID: db.ID(id), Hash: hash})
		used = n == 1
		return err
	})
	return used, err
}

// RecoveryCodesLeft implements adminlogin.Store.
func (s *Store) RecoveryCodesLeft(ctx context.Context, id string) (int, error) {
	n, err := s.read().RecoveryCodesLeft(ctx, db.ID(id))
	return int(n), err
}
