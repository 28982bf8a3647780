package adminlogin

import (
	"context"
	"io"
	"log/slog"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/page"
)

// Store keeps the accounts. Writes take the audit entry of the change into their transaction.
type Store interface {
	// Admin finds one by id with the hash of the password; false: there is none.
	Admin(ctx context.Context, id string) (Admin, string, bool, error)
	// AdminNamed finds a live one by folded user name.
	AdminNamed(ctx context.Context, folded string) (Admin, string, bool, error)
	// Admins lists by folded user name, id, after a place in that order.
	Admins(ctx context.Context, includeArchived bool, after Place, limit int) ([]Admin, error)

	// Add stores a new account and ends the set-up. ErrUsernameTaken, ErrIDTaken.
	Add(ctx context.Context, a Admin, hash string, entry audit.Entry) error
	// Update replaces the user name and, where hash is not empty, the password, if the version is still from.
	// ErrUsernameTaken, ErrStale.
	Update(ctx context.Context, a Admin, from int64, hash string, entry audit.Entry) error
	// Remove archives a live account unless it is the last. ErrLastAdmin, ErrStale.
	Remove(ctx context.Context, a Admin, from int64, entry audit.Entry) error

	// OfferSetUp stores the hash of a new set-up token in place of any before; false: there is an admin already.
	OfferSetUp(ctx context.Context, tokenHash []byte, at time.Time) (bool, error)
	// SetUpToken is the hash of the token on offer; nil: none.
	SetUpToken(ctx context.Context) ([]byte, error)
	// AddFirst is Add while there is no admin and the token is still on offer. ErrSetUpDone.
	AddFirst(ctx context.Context, a Admin, hash string, tokenHash []byte, entry audit.Entry) error
	// Live is the number of live accounts.
	Live(ctx context.Context) (int64, error)

	// Factor is the sealed secret of an account's second factor, offered or asked for; false: none.
	Factor(ctx context.Context, id string) (sealed []byte, found bool, err error)
	// OfferFactor keeps a secret in place of one that was offered before, if the account is as it was read. ErrStale.
	OfferFactor(ctx context.Context, a Admin, sealed []byte) error
	// SwitchFactor stores since when the account asks for its factor, with these recovery codes and no others, if its
	// version is still from. Since never: the factor goes. ErrStale.
	SwitchFactor(ctx context.Context, a Admin, from int64, recovery [][]byte, entry audit.Entry) error
	// UseStep uses the code of a step up; false: it or a later one was used.
	UseStep(ctx context.Context, id string, step int64) (bool, error)
	// UseRecoveryCode uses one up; false: there is none such, or it was used.
	UseRecoveryCode(ctx context.Context, id string, hash []byte, at time.Time) (bool, error)
	RecoveryCodesLeft(ctx context.Context, id string) (int, error)
}

// What a store says of a write that did not happen.
var (
	ErrUsernameTaken = errs.Conflict("username_taken", "This user name is taken. Choose another.")
	ErrIDTaken       = errs.Conflict("version_conflict", "This id belongs to another account already.")
	ErrStale         = errs.Conflict("version_conflict", "This account was changed meanwhile. Read it again and repeat your change.")
	ErrLastAdmin     = errs.Conflict("last_admin", "This is the last account of head office: nobody could sign in any more. Make another one first.")
	ErrSetUpDone     = errs.Conflict("already_set_up", "The first account was made already. Sign in with it.")
)

// Place is a row's place in the order of the list; it is the cursor.
type Place struct {
	Username string `json:"n"`
	ID       string `json:"i"`
}

// Hasher makes and checks hashes; an empty hash costs the same and fits nothing.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (bool, error)
}

// Guesses admits tries before anything costly is evaluated.
type Guesses interface {
	Try(ctx context.Context, a guess.Attempt, check func(context.Context) (bool, error)) (bool, error)
	Run(ctx context.Context, log *slog.Logger)
}

// Deps is what the service works with.
type Deps struct {
	Store   Store
	Hasher  Hasher
	Guesses Guesses
	Seal    Seal
	Chain   string // what authenticator apps call it
	Random  io.Reader
	Now     func() time.Time
	NewID   func() string
	Log     *slog.Logger
}

// Service is the use cases of head office's accounts.
type Service struct{ deps Deps }

// New makes the service.
func New(deps Deps) *Service { return &Service{deps} }

// Run prunes old guesses until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	s.deps.Guesses.Run(ctx, s.deps.Log)
	return nil
}

// now is in microseconds, as stored: an answer and a later read agree.
func (s *Service) now() time.Time { return s.deps.Now().UTC().Truncate(time.Microsecond) }

// Authenticate checks a user name and password, then the code of the second factor where the account has one. Errors:
// wrong_credentials, the same for an unknown name; too_many_attempts; second_factor_required, wrong_code.
func (s *Service) Authenticate(ctx context.Context, username, password, code, network string) (Admin, error) {
	a, hash, ok, err := s.deps.Store.AdminNamed(ctx, Fold(username))
	if err != nil {
		return Admin{}, err
	}
	attempt := guess.Attempt{Subject: "name/" + Fold(username), Network: network}
	if ok {
		attempt.Subject = subject(a)
	}
	ok, err = s.deps.Guesses.Try(ctx, attempt, func(ctx context.Context) (bool, error) {
		return s.deps.Hasher.Verify(ctx, hash, password)
	})
	if err != nil {
		return Admin{}, err
	}
	if !ok {
		return Admin{}, errs.Unauthenticated("wrong_credentials", "User name and password do not match. Try again.")
	}
	if err := s.passFactor(ctx, a, code, network); err != nil {
		return Admin{}, err
	}
	return a, nil
}

func subject(a Admin) string { return "admin/" + a.ID }

// own finds the caller's live account and checks its password, which counts as a guess. Errors: wrong_password,
// too_many_attempts, not_found.
func (s *Service) own(ctx context.Context, id, password string) (Admin, error) {
	a, _, err := s.ownOr(ctx, id, password, "")
	return a, err
}

// ownOr is own; again tells that the password is not right and other is, set a short while ago: the same change of
// password a second time.
func (s *Service) ownOr(ctx context.Context, id, password, other string) (a Admin, again bool, err error) {
	a, hash, ok, err := s.deps.Store.Admin(ctx, id)
	if err != nil {
		return Admin{}, false, err
	}
	if !ok || a.Archived() {
		return Admin{}, false, errs.NotFound("account %s", id)
	}
	// A live session stands for the place: strangers at the front door do not hold up who is inside.
	attempt := guess.Attempt{Subject: subject(a), Device: "session of " + a.ID}
	ok, err = s.deps.Guesses.Try(ctx, attempt, func(ctx context.Context) (bool, error) {
		right, err := s.deps.Hasher.Verify(ctx, hash, password)
		if err != nil || right || other == "" || s.now().Sub(a.PasswordChangedAt) > changedLately {
			return right, err
		}
		again, err = s.deps.Hasher.Verify(ctx, hash, other)
		return again, err
	})
	if err != nil {
		return Admin{}, false, err
	}
	if !ok {
		return Admin{}, false, errs.Forbidden("wrong_password", "The password is not right. Nothing was changed.")
	}
	return a, again, nil
}

// changedLately is how long a change of password may be repeated: its answer was lost, or the gateway could not end
// the other sessions and asked for it to be done again.
const changedLately = 10 * time.Minute

// ChangePassword needs the old one. The same change again, within ten minutes, changes nothing and succeeds. Errors:
// those of own and NewPassword, version_conflict.
func (s *Service) ChangePassword(ctx context.Context, id, old, next string, actor audit.Actor) (Admin, error) {
	a, again, err := s.ownOr(ctx, id, old, next)
	if err != nil || again {
		return a, err
	}
	if err := NewPassword(a.Username, old, next); err != nil {
		return Admin{}, err
	}
	hash, err := s.deps.Hasher.Hash(ctx, next)
	if err != nil {
		return Admin{}, err
	}
	from := a.Version
	a.Version, a.PasswordChangedAt = from+1, s.now()
	return a, s.deps.Store.Update(ctx, a, from, hash, s.entry(actor, "change_password", nil, a))
}

// ChangeUsername needs the password. Errors: those of own, invalid_username, username_taken, weak_password (it would
// be the password), version_conflict.
func (s *Service) ChangeUsername(ctx context.Context, id, password, username string, actor audit.Actor) (Admin, error) {
	if err := CheckUsername(username); err != nil {
		return Admin{}, err
	}
	was, err := s.own(ctx, id, password)
	if err != nil {
		return Admin{}, err
	}
	if Fold(password) == Fold(username) {
		return Admin{}, CheckPassword(password, username)
	}
	next := was
	next.Username, next.Version = username, was.Version+1
	return next, s.deps.Store.Update(ctx, next, was.Version, "", s.entry(actor, "change_username", was, next))
}

func (s *Service) entry(actor audit.Actor, action string, before any, after Admin) audit.Entry {
	return audit.Entry{At: s.now(), Actor: actor, Action: action, Object: "admin/" + after.ID, Before: before, After: after}
}

// Admins pages the accounts by user name.
func (s *Service) Admins(ctx context.Context, includeArchived bool, requested int32, cursor string) ([]Admin, string, error) {
	var after Place
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	limit := page.Limit(requested)
	rows, err := s.deps.Store.Admins(ctx, includeArchived, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, limit, func(a Admin) any { return Place{Fold(a.Username), a.ID} })
	return rows, next, nil
}
