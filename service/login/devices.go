package login

import (
	"context"
	"fmt"
	"strings"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/page"
	"coffee/internal/secret"
)

// accessCodeBits is the strength of an access code: twelve characters in three groups.
const accessCodeBits = 60

// Enrolment is a request to enrol a device.
type Enrolment struct {
	Cafe, AccessCode string
	Name             string // empty: named after kind and letter
	Kind             Kind   // empty: counter
	Network          string
	KnownDevice      string // vouched for by the gateway's session; may be empty
	Actor            audit.Actor
}

// Enrol checks a café's access code and enrols a device. The code is compared exactly, but for spaces around it.
// Errors: wrong_credentials, too_many_attempts, cafe_archived, invalid_name; unavailable while the café service is.
func (s *Service) Enrol(ctx context.Context, e Enrolment) (Device, error) {
	if e.Kind == "" {
		e.Kind = Counter
	}
	if e.Name != "" {
		if err := CheckName(e.Name); err != nil {
			return Device{}, err
		}
	}
	attempt := guess.Attempt{Subject: "cafe/" + e.Cafe, Network: e.Network}
	if known, ok, err := s.known(ctx, e); err != nil {
		return Device{}, err
	} else if ok {
		attempt.Device = known.ID
	}
	ok, err := s.deps.Guesses.Try(ctx, attempt, func(ctx context.Context) (bool, error) {
		hash, err := s.deps.Store.CodeHash(ctx, e.Cafe)
		if err != nil {
			return false, err
		}
		return s.deps.Hasher.Verify(ctx, hash, strings.TrimSpace(e.AccessCode))
	})
	if err != nil {
		return Device{}, err
	}
	if !ok {
		return Device{}, wrong()
	}
	// Only who knows the code learns that the café is closed, or that we cannot tell.
	if err := s.deps.Cafes.Open(ctx, e.Cafe); err != nil {
		if errs.IsKind(err, errs.KindNotFound) {
			err = wrong()
		}
		return Device{}, err
	}
	return s.add(ctx, e)
}

// known finds the device that a session vouches for, if it is one of this café.
func (s *Service) known(ctx context.Context, e Enrolment) (Device, bool, error) {
	id, ok := asID(e.KnownDevice)
	if !ok {
		return Device{}, false, nil
	}
	d, ok, err := s.deps.Store.Device(ctx, id)
	return d, ok && d.Live() && d.Cafe == e.Cafe, err
}

func (s *Service) add(ctx context.Context, e Enrolment) (Device, error) {
	d := Device{ID: s.deps.NewID(), Cafe: e.Cafe, Name: Tidy(e.Name), Kind: e.Kind, EnrolledAt: s.now()}
	return s.deps.Store.AddDevice(ctx, e.Cafe, d.EnrolledAt.Add(-LetterRest), func(taken map[string]bool) (Device, audit.Entry) {
		d := d.lettered(taken)
		return d, audit.Entry{At: d.EnrolledAt, Actor: e.Actor, Action: "enrol_device", Object: "device/" + d.ID, After: d}
	})
}

// RotateCode replaces a café's access code: the old one is dead at once, enrolled devices stay. The new one is in
// this answer and nowhere else. Errors: not_found, cafe_archived, unavailable.
func (s *Service) RotateCode(ctx context.Context, cafe string, actor audit.Actor) (string, error) {
	if err := s.deps.Cafes.Open(ctx, cafe); err != nil {
		return "", err
	}
	code, err := secret.NewCode(s.deps.Random, accessCodeBits)
	if err != nil {
		return "", err
	}
	hash, err := s.deps.Hasher.Hash(ctx, code)
	if err != nil {
		return "", err
	}
	now := s.now()
	entry := audit.Entry{At: now, Actor: actor, Action: "rotate_access_code", Object: "cafe/" + cafe}
	if err := s.deps.Store.SetCode(ctx, cafe, hash, now, entry); err != nil {
		return "", fmt.Errorf("access code of %s: %w", cafe, err)
	}
	return code, nil
}

// Devices pages a café's devices in the order of their enrolment.
func (s *Service) Devices(ctx context.Context, cafe string, includeRevoked bool, requested int32, cursor string) ([]Device, string, error) {
	var after string
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	limit := page.Limit(requested)
	rows, err := s.deps.Store.Devices(ctx, cafe, includeRevoked, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, limit, func(d Device) any { return d.ID })
	return rows, next, nil
}

// Revoke ends a device's enrolment; a second time changes nothing. Error: not_found, also for another café's device.
func (s *Service) Revoke(ctx context.Context, cafe, id string, actor audit.Actor) (Device, error) {
	was, ok, err := s.deps.Store.Device(ctx, id)
	if err != nil {
		return Device{}, err
	}
	if !ok || was.Cafe != cafe {
		return Device{}, errs.NotFound("device %s", id)
	}
	if !was.Live() {
		return was, nil
	}
	next := was
	next.RevokedAt = s.now()
	entry := audit.Entry{At: next.RevokedAt, Actor: actor, Action: "revoke_device", Object: "device/" + id, Before: was, After: next}
	ok, err = s.deps.Store.RevokeDevice(ctx, id, next.RevokedAt, entry)
	if err != nil || ok {
		return next, err
	}
	was, _, err = s.deps.Store.Device(ctx, id) // somebody else did, a moment ago
	return was, err
}
