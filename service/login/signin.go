package login

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"coffee/internal/errs"
	"coffee/internal/guess"
)

// cafeTimeout bounds the question whether the café is open: a sign-in does not hang with a café service that does.
const cafeTimeout = time.Second

// SignIn checks a person's PIN on an enrolled counter of their café. The person is an id or a name in any case.
// Errors: wrong_credentials, too_many_attempts, device_revoked, board_without_person, cafe_archived.
func (s *Service) SignIn(ctx context.Context, deviceID, person, pin, network string) (Person, error) {
	d, ok, err := s.deps.Store.Device(ctx, deviceID)
	switch {
	case err != nil:
		return Person{}, err
	case !ok: // nothing to find, at the price of a wrong PIN
		return s.checkPIN(ctx, "", person, pin, guess.Attempt{Subject: "device/" + deviceID, Network: network})
	case !d.Live():
		return Person{}, errs.Unauthenticated("device_revoked", "This device is no longer enrolled. Enrol it again with the café's access code.")
	case d.Kind == Board:
		return Person{}, errs.Forbidden("board_without_person", "Nobody signs in on a board. Use a counter.")
	}
	p, err := s.checkPIN(ctx, d.Cafe, person, pin, guess.Attempt{Network: network, Device: d.ID})
	if err != nil {
		return Person{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, cafeTimeout)
	defer cancel()
	switch err := s.deps.Cafes.Open(ctx, d.Cafe); {
	case err == nil:
	case errs.IsKind(err, errs.KindNotFound):
		return Person{}, wrong()
	case errs.IsKind(err, errs.KindUnavailable) || ctx.Err() != nil:
		// The device is enrolled here and the PIN is right: selling goes on while the café service is down.
		s.deps.Log.WarnContext(ctx, "signed in without asking the café service", "cafe", d.Cafe, "error", err.Error())
	default:
		return Person{}, err
	}
	return p, nil
}

// VerifyPin checks a second person's PIN for one approval. Errors: wrong_credentials, too_many_attempts.
func (s *Service) VerifyPin(ctx context.Context, cafe, person, pin, network string) (Person, error) {
	return s.checkPIN(ctx, cafe, person, pin, guess.Attempt{Network: network})
}

// checkPIN finds the person and checks the PIN; both an unknown person and a wrong PIN take one evaluation. An
// attempt without a subject is one at the person, however they were named.
func (s *Service) checkPIN(ctx context.Context, cafe, who, pin string, attempt guess.Attempt) (Person, error) {
	p, hash, err := s.lookUp(ctx, cafe, who)
	if err != nil {
		return Person{}, err
	}
	switch {
	case attempt.Subject != "":
	case p.ID != "":
		attempt.Subject = "person/" + p.ID
	default:
		attempt.Subject = "person of " + cafe + "/" + Fold(who)
	}
	ok, err := s.deps.Guesses.Try(ctx, attempt, func(ctx context.Context) (bool, error) {
		return s.deps.Hasher.Verify(ctx, hash, pin)
	})
	if err != nil {
		return Person{}, err
	}
	if !ok {
		return Person{}, wrong()
	}
	return p, nil
}

// lookUp finds somebody who works in the café; the zero Person and no hash where there is none.
func (s *Service) lookUp(ctx context.Context, cafe, who string) (Person, string, error) {
	if cafe == "" {
		return Person{}, "", nil
	}
	find := func() (Person, string, bool, error) { return s.deps.Store.PersonNamed(ctx, cafe, Fold(who)) }
	if id, ok := asID(who); ok {
		find = func() (Person, string, bool, error) { return s.deps.Store.Person(ctx, id) }
	}
	p, hash, ok, err := find()
	if err != nil || !ok || p.Cafe != cafe || p.Archived() {
		return Person{}, "", err
	}
	return p, hash, nil
}

// asID tells whether a text is an id, and gives its canonical spelling.
func asID(text string) (string, bool) {
	id := strings.ToLower(strings.TrimSpace(text))
	return id, len(id) == 36 && uuid.Validate(id) == nil
}
