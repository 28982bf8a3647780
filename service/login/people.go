package login

import (
	"context"
	"errors"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/page"
	"coffee/internal/secret"
)

// PersonEdit is a request to make (version 0) or edit a person.
type PersonEdit struct {
	Cafe, ID, Name string
	Role           Role
	Version        int64
	PIN            string // of a new person; empty draws one
	By             By
	Actor          audit.Actor
}

// PutPerson creates or edits a person. The PIN is answered once, when it was made by this call. Errors: not_found,
// version_conflict, name_taken, role_too_high, person_archived, invalid_name, weak_pin, invalid_pin,
// pin_not_editable; for a new person also cafe_archived and unavailable.
func (s *Service) PutPerson(ctx context.Context, e PersonEdit) (Person, string, error) {
	if err := CheckName(e.Name); err != nil {
		return Person{}, "", err
	}
	if e.Version == 0 {
		return s.createPerson(ctx, e)
	}
	if e.PIN != "" {
		return Person{}, "", errs.Invalid("pin_not_editable", "A PIN is not edited with the name: set a new one instead.").
			Field("pin", "must be empty in an edit")
	}
	was, _, err := s.person(ctx, e.Cafe, e.ID)
	if err != nil {
		return Person{}, "", err
	}
	next, err := Edit(was, e.Name, e.Role, e.Version, e.By)
	if err != nil {
		return Person{}, "", err
	}
	entry := s.entry(e.Actor, "put_person", was, next)
	return next, "", s.deps.Store.UpdatePerson(ctx, next, was.Version, "", entry)
}

func (s *Service) createPerson(ctx context.Context, e PersonEdit) (Person, string, error) {
	if err := e.By.MayTouch(e.Role); err != nil {
		return Person{}, "", err
	}
	if stored, hash, ok, err := s.deps.Store.Person(ctx, e.ID); err != nil {
		return Person{}, "", err
	} else if ok {
		return s.again(ctx, e, stored, hash)
	}
	if err := s.deps.Cafes.Open(ctx, e.Cafe); err != nil {
		return Person{}, "", err
	}
	pin, hash, err := s.newPIN(ctx, e.PIN)
	if err != nil {
		return Person{}, "", err
	}
	p := Person{ID: e.ID, Cafe: e.Cafe, Name: Tidy(e.Name), Role: e.Role, Version: 1, CreatedAt: s.now()}
	entry := audit.Entry{At: p.CreatedAt, Actor: e.Actor, Action: "put_person", Object: "person/" + p.ID, After: p}
	err = s.deps.Store.AddPerson(ctx, p, hash, entry)
	if errors.Is(err, ErrIDTaken) { // the same call, at the same moment
		stored, hash, ok, err := s.deps.Store.Person(ctx, e.ID)
		if err != nil || !ok {
			return Person{}, "", err
		}
		return s.again(ctx, e, stored, hash)
	}
	if err != nil {
		return Person{}, "", err
	}
	return p, pin, nil
}

// again answers a retry of a creation whose first answer was lost: the person, without the PIN it made. A PIN that
// was chosen is known to the caller, and must be the stored one.
func (s *Service) again(ctx context.Context, e PersonEdit, stored Person, hash string) (Person, string, error) {
	if stored.Cafe != e.Cafe || stored.Name != Tidy(e.Name) || stored.Role != e.Role || stored.Version != 1 {
		return Person{}, "", ErrIDTaken
	}
	if e.PIN != "" {
		if ok, err := s.deps.Hasher.Verify(ctx, hash, e.PIN); err != nil {
			return Person{}, "", err
		} else if !ok {
			return Person{}, "", ErrIDTaken
		}
	}
	return stored, "", nil
}

// newPIN checks the chosen PIN or draws one, and hashes it.
func (s *Service) newPIN(ctx context.Context, chosen string) (pin, hash string, err error) {
	if pin = chosen; pin == "" {
		pin, err = secret.NewPIN(s.deps.Random, DrawnPINDigits, Weak)
	} else {
		err = CheckPIN(pin)
	}
	if err != nil {
		return "", "", err
	}
	hash, err = s.deps.Hasher.Hash(ctx, pin)
	return pin, hash, err
}

// person finds somebody of the café, whether or not they still work there.
func (s *Service) person(ctx context.Context, cafe, id string) (Person, string, error) {
	p, hash, ok, err := s.deps.Store.Person(ctx, id)
	if err != nil {
		return Person{}, "", err
	}
	if !ok || p.Cafe != cafe {
		return Person{}, "", errs.NotFound("person %s", id)
	}
	return p, hash, nil
}

func (s *Service) entry(actor audit.Actor, action string, was, next Person) audit.Entry {
	return audit.Entry{At: s.now(), Actor: actor, Action: action, Object: "person/" + next.ID, Before: was, After: next}
}

// ResetPIN sets a PIN, or draws one, and answers it once. Errors: not_found, role_too_high, person_archived,
// weak_pin, invalid_pin, version_conflict.
func (s *Service) ResetPIN(ctx context.Context, cafe, id, chosen string, by By, actor audit.Actor) (Person, string, error) {
	was, _, err := s.person(ctx, cafe, id)
	if err != nil {
		return Person{}, "", err
	}
	if err := by.MayTouch(was.Role); err != nil {
		return Person{}, "", err
	}
	if was.Archived() {
		return Person{}, "", Left(was)
	}
	pin, hash, err := s.newPIN(ctx, chosen)
	if err != nil {
		return Person{}, "", err
	}
	next := was
	next.Version++
	if err := s.deps.Store.UpdatePerson(ctx, next, was.Version, hash, s.entry(actor, "reset_pin", was, next)); err != nil {
		return Person{}, "", err
	}
	return next, pin, nil
}

// ArchivePerson ends somebody's work in the café; a second time changes nothing. Errors: not_found, role_too_high.
func (s *Service) ArchivePerson(ctx context.Context, cafe, id string, by By, actor audit.Actor) (Person, error) {
	for {
		was, _, err := s.person(ctx, cafe, id)
		if err != nil {
			return Person{}, err
		}
		if err := by.MayTouch(was.Role); err != nil || was.Archived() {
			return was, err
		}
		next := was
		next.ArchivedAt, next.Version = s.now(), was.Version+1
		err = s.deps.Store.UpdatePerson(ctx, next, was.Version, "", s.entry(actor, "archive_person", was, next))
		if !errors.Is(err, ErrStale) {
			return next, err
		}
		// Edited in between: look again, they may be a manager now.
	}
}

// People pages the people of a café by name.
func (s *Service) People(ctx context.Context, cafe string, includeArchived bool, requested int32, cursor string) ([]Person, string, error) {
	var after Place
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	limit := page.Limit(requested)
	rows, err := s.deps.Store.People(ctx, cafe, includeArchived, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, limit, func(p Person) any { return Place{Fold(p.Name), p.ID} })
	return rows, next, nil
}
