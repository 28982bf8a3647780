package adminlogin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/secret"
)

// Seal keeps the secrets of second factors from whoever has only the database.
type Seal interface {
	Close(plain []byte, owner string) ([]byte, error)
	Open(sealed []byte, owner string) ([]byte, error)
}

const (
	recoveryCodes = 10
	recoveryBits  = 60
	wrongCode     = "This code is not right, or was used already. Wait for the next one."
)

var (
	errCode      = errs.Forbidden("wrong_code", wrongCode)
	errFactorOn  = errs.Conflict("second_factor_on", "A second factor is asked for already. Remove it first.")
	errFactorOff = errs.Conflict("second_factor_off", "No second factor is asked for.")
	errNoOffer   = errs.Conflict("second_factor_not_offered", "There is no secret to confirm. Begin again.")
)

// passFactor holds a sign-in against the account's second factor, if it has one. Errors: second_factor_required,
// wrong_code, too_many_attempts.
func (s *Service) passFactor(ctx context.Context, a Admin, code, network string) error {
	switch {
	case a.SecondFactorAt.IsZero():
		return nil
	case code == "":
		return errs.Unauthenticated("second_factor_required", "Enter the code of your authenticator app, or a recovery code.")
	}
	err := s.tryCode(ctx, a, code, guess.Attempt{Network: network})
	if errors.Is(err, errCode) {
		return errs.Unauthenticated("wrong_code", wrongCode)
	}
	return err
}

// tryCode uses up a code of the app or a recovery code. Wrong ones are counted apart from wrong passwords: whoever has
// the password must not clear the count of codes with it. Errors: wrong_code, too_many_attempts.
func (s *Service) tryCode(ctx context.Context, a Admin, typed string, from guess.Attempt) error {
	from.Subject = "second factor/" + a.ID
	ok, err := s.deps.Guesses.Try(ctx, from, func(ctx context.Context) (bool, error) {
		code := foldCode(typed)
		if len(code) != 6 {
			return s.deps.Store.UseRecoveryCode(ctx, a.ID, codeHash(a.ID, code), s.now())
		}
		sealed, found, err := s.deps.Store.Factor(ctx, a.ID)
		if err != nil || !found {
			return false, err
		}
		return s.useStep(ctx, a.ID, sealed, code)
	})
	if err == nil && !ok {
		err = errCode
	}
	return err
}

func (s *Service) useStep(ctx context.Context, id string, sealed []byte, code string) (bool, error) {
	plain, err := s.deps.Seal.Open(sealed, id)
	if err != nil {
		return false, err
	}
	step, ok := matchStep(plain, code, s.deps.Now())
	if !ok {
		return false, nil
	}
	return s.deps.Store.UseStep(ctx, id, step)
}

// codeHash: 60 random bits behind a count of guesses need no slow hash.
func codeHash(id, code string) []byte {
	sum := sha256.Sum256([]byte(id + "/" + code))
	return sum[:]
}

// newRecoveryCodes draws codes to show, and their hashes to keep.
func (s *Service) newRecoveryCodes(id string) (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		code, err := secret.NewCode(s.deps.Random, recoveryBits)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code), append(hashes, codeHash(id, foldCode(code)))
	}
	return codes, hashes, nil
}

// SecondFactor tells since when an account asks for one (zero: it does not) and how many recovery codes are left.
func (s *Service) SecondFactor(ctx context.Context, id string) (since time.Time, left int, err error) {
	a, err := s.live(ctx, id)
	if err != nil || a.SecondFactorAt.IsZero() {
		return time.Time{}, 0, err
	}
	left, err = s.deps.Store.RecoveryCodesLeft(ctx, id)
	return a.SecondFactorAt, left, err
}

func (s *Service) live(ctx context.Context, id string) (Admin, error) {
	a, _, ok, err := s.deps.Store.Admin(ctx, id)
	if err == nil && (!ok || a.Archived()) {
		err = errs.NotFound("account %s", id)
	}
	return a, err
}

// OfferSecondFactor makes a new secret, which asks for nothing yet. Errors: those of own, second_factor_on.
func (s *Service) OfferSecondFactor(ctx context.Context, id, password string) (spelled, uri string, err error) {
	a, err := s.own(ctx, id, password)
	if err != nil {
		return "", "", err
	}
	if !a.SecondFactorAt.IsZero() {
		return "", "", errFactorOn
	}
	plain := make([]byte, secretBytes)
	if _, err := io.ReadFull(s.deps.Random, plain); err != nil {
		return "", "", fmt.Errorf("second factor: %w", err)
	}
	sealed, err := s.deps.Seal.Close(plain, id)
	if err != nil {
		return "", "", err
	}
	if err := s.deps.Store.OfferFactor(ctx, a, sealed); err != nil {
		return "", "", err
	}
	return spellSecret(plain), otpauth(s.deps.Chain, a.Username, plain), nil
}

// ConfirmSecondFactor switches the offered factor on with its first code, and answers the recovery codes. Errors:
// wrong_code, too_many_attempts, second_factor_on, second_factor_not_offered.
func (s *Service) ConfirmSecondFactor(ctx context.Context, id, code string, actor audit.Actor) ([]string, error) {
	a, err := s.live(ctx, id)
	if err != nil {
		return nil, err
	}
	if !a.SecondFactorAt.IsZero() {
		return nil, errFactorOn
	}
	if _, offered, err := s.deps.Store.Factor(ctx, id); err != nil {
		return nil, err
	} else if !offered {
		return nil, errNoOffer
	}
	if err := s.tryCode(ctx, a, code, guess.Attempt{Device: "session of " + id}); err != nil {
		return nil, err
	}
	codes, hashes, err := s.newRecoveryCodes(id)
	if err != nil {
		return nil, err
	}
	next := a
	next.SecondFactorAt, next.Version = s.now(), a.Version+1
	return codes, s.deps.Store.SwitchFactor(ctx, next, a.Version, hashes, s.entry(actor, "confirm_second_factor", a, next))
}

// RenewRecoveryCodes replaces the recovery codes. Errors: those of own, wrong_code, second_factor_off.
func (s *Service) RenewRecoveryCodes(ctx context.Context, id, password, code string, actor audit.Actor) ([]string, error) {
	a, err := s.ownWithCode(ctx, id, password, code)
	if err != nil {
		return nil, err
	}
	codes, hashes, err := s.newRecoveryCodes(id)
	if err != nil {
		return nil, err
	}
	next := a
	next.Version = a.Version + 1
	return codes, s.deps.Store.SwitchFactor(ctx, next, a.Version, hashes, s.entry(actor, "renew_recovery_codes", a, next))
}

// RemoveSecondFactor switches it off. Errors: those of own, wrong_code, second_factor_off.
func (s *Service) RemoveSecondFactor(ctx context.Context, id, password, code string, actor audit.Actor) error {
	a, err := s.ownWithCode(ctx, id, password, code)
	if err != nil {
		return err
	}
	return s.dropFactor(ctx, a, "remove_second_factor", actor)
}

func (s *Service) ownWithCode(ctx context.Context, id, password, code string) (Admin, error) {
	a, err := s.own(ctx, id, password)
	if err != nil {
		return Admin{}, err
	}
	if a.SecondFactorAt.IsZero() {
		return Admin{}, errFactorOff
	}
	return a, s.tryCode(ctx, a, code, guess.Attempt{Device: "session of " + id})
}

func (s *Service) dropFactor(ctx context.Context, a Admin, action string, actor audit.Actor) error {
	next := a
	next.SecondFactorAt, next.Version = time.Time{}, a.Version+1
	return s.deps.Store.SwitchFactor(ctx, next, a.Version, nil, s.entry(actor, action, a, next))
}

// ResetSecondFactor switches an account's factor off whose phone and codes are lost; a second time changes nothing.
// Error: not_found.
func (s *Service) ResetSecondFactor(ctx context.Context, id string, actor audit.Actor) (Admin, error) {
	for {
		a, err := s.live(ctx, id)
		if err != nil || a.SecondFactorAt.IsZero() {
			return a, err
		}
		if err := s.dropFactor(ctx, a, "reset_second_factor", actor); errors.Is(err, ErrStale) {
			continue // changed in between: it goes all the same
		} else if err != nil {
			return Admin{}, err
		}
	}
}

// otpauth is what the QR code says.
func otpauth(chain, username string, secret []byte) string {
	query := url.Values{"secret": {spellSecret(secret)}, "issuer": {chain}}
	return "otpauth://totp/" + url.PathEscape(chain+":"+username) + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}
