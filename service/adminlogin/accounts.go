package adminlogin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/secret"
)

// PrepareSetUp is asked at start. Where there is no admin yet it answers a new one-time token for the set-up link and
// keeps only its hash; the one before is dead. needed is false once there is an admin.
func (s *Service) PrepareSetUp(ctx context.Context) (token string, needed bool, err error) {
	if live, err := s.deps.Store.Live(ctx); err != nil || live > 0 {
		return "", false, err
	}
	token, err = secret.NewToken(s.deps.Random)
	if err != nil {
		return "", false, err
	}
	needed, err = s.deps.Store.OfferSetUp(ctx, tokenHash(token), s.now())
	if err != nil || !needed {
		return "", false, err
	}
	return token, true, nil
}

// tokenHash: 256 random bits need no slow hash.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// SetUp makes the first admin with the token that the start printed. Errors: already_set_up, wrong_credentials,
// invalid_username, weak_password.
func (s *Service) SetUp(ctx context.Context, token, username, password string) (Admin, error) {
	offered, err := s.deps.Store.SetUpToken(ctx)
	if err != nil {
		return Admin{}, err
	}
	if offered == nil {
		return Admin{}, ErrSetUpDone
	}
	given := tokenHash(token)
	if subtle.ConstantTimeCompare(given, offered) != 1 {
		return Admin{}, errs.Unauthenticated("wrong_credentials", "This set-up link is not the latest one. Use the one the last start printed.")
	}
	a, hash, err := s.fresh(ctx, s.deps.NewID(), username, password)
	if err != nil {
		return Admin{}, err
	}
	entry := s.entry(audit.Actor{Kind: "set_up", ID: a.ID}, "set_up", nil, a)
	if err := s.deps.Store.AddFirst(ctx, a, hash, given, entry); err != nil {
		return Admin{}, err
	}
	return a, nil
}

// fresh is a new account with the hash of its password.
func (s *Service) fresh(ctx context.Context, id, username, password string) (Admin, string, error) {
	if err := errors.Join(CheckUsername(username), CheckPassword(password, username)); err != nil {
		return Admin{}, "", err
	}
	hash, err := s.deps.Hasher.Hash(ctx, password)
	now := s.now()
	return Admin{ID: id, Username: username, Version: 1, CreatedAt: now, PasswordChangedAt: now}, hash, err
}

// Create makes a further admin, or answers the one that the same call made before. Errors: username_taken,
// version_conflict, invalid_username, weak_password.
func (s *Service) Create(ctx context.Context, id, username, password string, actor audit.Actor) (Admin, error) {
	if stored, hash, ok, err := s.deps.Store.Admin(ctx, id); err != nil {
		return Admin{}, err
	} else if ok {
		return s.again(ctx, stored, hash, username, password)
	}
	a, hash, err := s.fresh(ctx, id, username, password)
	if err != nil {
		return Admin{}, err
	}
	err = s.deps.Store.Add(ctx, a, hash, s.entry(actor, "create_admin", nil, a))
	if errors.Is(err, ErrIDTaken) { // the same call, at the same moment
		stored, hash, ok, err := s.deps.Store.Admin(ctx, id)
		if err != nil || !ok {
			return Admin{}, err
		}
		return s.again(ctx, stored, hash, username, password)
	}
	if err != nil {
		return Admin{}, err
	}
	return a, nil
}

// again answers a retry whose first answer was lost. Whoever may make admins learns nothing new by it: a wrong
// password and an account that has changed since answer alike.
func (s *Service) again(ctx context.Context, stored Admin, hash, username, password string) (Admin, error) {
	if stored.Username != username || stored.Version != 1 {
		return Admin{}, ErrIDTaken
	}
	if ok, err := s.deps.Hasher.Verify(ctx, hash, password); err != nil {
		return Admin{}, err
	} else if !ok {
		return Admin{}, ErrIDTaken
	}
	return stored, nil
}

// Remove archives an account; a second time changes nothing. Errors: not_found, last_admin.
func (s *Service) Remove(ctx context.Context, id string, actor audit.Actor) (Admin, error) {
	for {
		was, _, ok, err := s.deps.Store.Admin(ctx, id)
		switch {
		case err != nil:
			return Admin{}, err
		case !ok:
			return Admin{}, errs.NotFound("account %s", id)
		case was.Archived():
			return was, nil
		}
		next := was
		next.ArchivedAt, next.Version = s.now(), was.Version+1
		err = s.deps.Store.Remove(ctx, next, was.Version, s.entry(actor, "remove_admin", was, next))
		if errors.Is(err, ErrStale) {
			continue // changed in between: it goes all the same
		}
		if err != nil {
			return Admin{}, err
		}
		return next, nil
	}
}
