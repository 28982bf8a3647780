package store

import (
	"context"
	"database/sql"
	"errors"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/page"
	"coffee/service/login"
	"coffee/service/login/store/sqlc"
)

// AddPerson implements login.Store.
func (s *Store) AddPerson(ctx context.Context, p login.Person, pinHash string, entry audit.Entry) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		key := login.Fold(p.Name)
		if err := sqlc.New(tx).InsertPerson(ctx, sqlc.InsertPersonParams{
			ID: db.ID(p.ID), CafeID: db.ID(p.Cafe), Name: p.Name, NameKey: key, LiveName: nullable(key), Role: string(p.Role),
			PinHash: pinHash, Version: p.Version, CreatedAt: p.CreatedAt.UnixMicro(),
		}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry)
	})
	if !db.IsDuplicate(err) {
		return err
	}
	// Two keys can be taken, and the engines name them differently: look which.
	if _, _, ok, err := s.Person(ctx, p.ID); err != nil {
		return err
	} else if ok {
		return login.ErrIDTaken
	}
	return login.ErrNameTaken
}

// UpdatePerson implements login.Store.
func (s *Store) UpdatePerson(ctx context.Context, p login.Person, from int64, pinHash string, entry audit.Entry) error {
	key := login.Fold(p.Name)
	live := nullable(key)
	if p.Archived() {
		live = nullable("")
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		n, err := q.UpdatePerson(ctx, sqlc.UpdatePersonParams{
			Name: p.Name, NameKey: key, LiveName: live, Role: string(p.Role), Version: p.Version,
			ArchivedAt: micros(p.ArchivedAt), ID: db.ID(p.ID), FromVersion: from,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return login.ErrStale
		}
		if pinHash != "" {
			if _, err := q.SetPin(ctx, sqlc.SetPinParams{PinHash: pinHash, ID: db.ID(p.ID)}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry)
	})
	if db.IsDuplicate(err) {
		return login.ErrNameTaken
	}
	return err
}

// Person implements login.Store.
func (s *Store) Person(ctx context.Context, id string) (login.Person, string, bool, error) {
	return person(s.read().GetPerson(ctx, db.ID(id)))
}

// PersonNamed implements login.Store.
func (s *Store) PersonNamed(ctx context.Context, cafe, folded string) (login.Person, string, bool, error) {
	return person(s.read().GetPersonNamed(ctx, sqlc.GetPersonNamedParams{CafeID: db.ID(cafe), LiveName: nullable(folded)}))
}

func person(r sqlc.Person, err error) (login.Person, string, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return login.Person{}, "", false, nil
	}
	if err != nil {
		return login.Person{}, "", false, err
	}
	return toPerson(r), r.PinHash, true, nil
}

// People implements login.Store.
func (s *Store) People(ctx context.Context, cafe string, includeArchived bool, after login.Place, limit int) ([]login.Person, error) {
	if _, err := db.ParseID(after.ID); err != nil && after != (login.Place{}) {
		return nil, page.Foreign()
	}
	rows, err := s.read().ListPeople(ctx, sqlc.ListPeopleParams{
		CafeID: db.ID(cafe), AfterName: after.Name, AfterID: db.ID(after.ID), ArchivedUntil: until(includeArchived), Limit: int32(limit),
	})
	out := make([]login.Person, len(rows))
	for i, row := range rows {
		out[i] = toPerson(row)
	}
	return out, err
}

func toPerson(r sqlc.Person) login.Person {
	return login.Person{
		ID: string(r.ID), Cafe: string(r.CafeID), Name: r.Name, Role: login.Role(r.Role), Version: r.Version,
		CreatedAt: moment(r.CreatedAt), ArchivedAt: moment(r.ArchivedAt),
	}
}
