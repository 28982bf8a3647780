package session

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"time"

	"coffee/gateway/session/sqlc"
	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/page"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the goose files of the session database.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Store keeps the sessions.
type Store struct{ db *db.DB }

// New makes the store over its migrated database.
func New(d *db.DB) *Store { return &Store{d} }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// Find gives the session of a token as it stands now; false when there is none that lives.
func (s *Store) Find(ctx context.Context, token Hash, now time.Time) (Session, bool, error) {
	row, err := sqlc.New(s.db.Read()).ByToken(ctx, token[:])
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, false, nil
	}
	if err != nil {
		return Session{}, false, err
	}
	found, alive := fromRow(row).At(now)
	return found, alive, nil
}

// Create keeps a new session and gives its token, which is nowhere else. A session that it takes the place of (the
// caller's own before) ends in the same transaction.
func (s *Store) Create(ctx context.Context, created Session, instead *Hash) (string, error) {
	token := NewToken()
	hash, _ := HashOf(token)
	return token, s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		if instead != nil {
			if _, err := q.End(ctx, instead[:]); err != nil {
				return err
			}
		}
		return q.Insert(ctx, toRow(hash, created))
	})
}

// Renew gives a session another token, under which it goes on as changed. The old token is dead; when it was so
// already, because somebody ended the session meanwhile, there is none to renew and the answer is false.
func (s *Store) Renew(ctx context.Context, old Hash, changed Session) (token string, renewed bool, err error) {
	token = NewToken()
	hash, _ := HashOf(token)
	err = s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		ended, err := q.End(ctx, old[:])
		renewed = ended == 1
		if err != nil || !renewed {
			return err
		}
		return q.Insert(ctx, toRow(hash, changed))
	})
	return token, renewed, err
}

// Touch writes down that a session, and the person on it, was used: once a minute at most. It gives the session as it
// stands after that.
func (s *Store) Touch(ctx context.Context, token Hash, used Session, now time.Time) (Session, error) {
	if !used.needsTouch(now) {
		return used, nil
	}
	at := now.UnixMicro()
	err := s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		if used.Person == nil {
			_, err := q.Touch(ctx, sqlc.TouchParams{Seen: at, TokenHash: token[:]})
			return err
		}
		_, err := q.TouchPerson(ctx, sqlc.TouchPersonParams{
			Seen: at, PersonSeen: sql.NullInt64{Int64: at, Valid: true}, TokenHash: token[:], PersonID: db.ID(used.Person.ID),
		})
		return err
	})
	if err != nil {
		return used, err
	}
	used.Seen = now
	if used.Person != nil {
		person := *used.Person
		person.Seen = now
		used.Person = &person
	}
	return used, nil
}

// End ends one session.
func (s *Store) End(ctx context.Context, token Hash) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		_, err := q.End(ctx, token[:])
		return err
	})
}

// EndOwn ends a session by its id, if it is of that kind and subject; it tells whether there was one.
func (s *Store) EndOwn(ctx context.Context, id, kind, subject string) (ended bool, err error) {
	err = s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		n, err := q.EndID(ctx, sqlc.EndIDParams{ID: db.ID(id), Kind: kind, Subject: db.ID(subject)})
		ended = n == 1
		return err
	})
	return ended, err
}

// EndSubject ends every session of a device, admin or phone.
func (s *Store) EndSubject(ctx context.Context, kind, subject string) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		_, err := q.EndSubject(ctx, sqlc.EndSubjectParams{Kind: kind, Subject: db.ID(subject)})
		return err
	})
}

// EndOthers ends every session of a subject but one.
func (s *Store) EndOthers(ctx context.Context, kind, subject string, but Hash) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		_, err := q.EndOthers(ctx, sqlc.EndOthersParams{Kind: kind, Subject: db.ID(subject), TokenHash: but[:]})
		return err
	})
}

// EndCafe ends every session of a café's devices.
func (s *Store) EndCafe(ctx context.Context, cafe string) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		_, err := q.EndCafe(ctx, db.ID(cafe))
		return err
	})
}

// LeavePerson takes a person off every device; the devices stay.
func (s *Store) LeavePerson(ctx context.Context, person string) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		_, err := q.LeavePerson(ctx, db.ID(person))
		return err
	})
}

// cursor is the sort key of a list of sessions.
type cursor struct {
	ID string `json:"i"`
}

// List gives the live sessions of a subject, oldest first. A page may hold fewer than limit before the last.
func (s *Store) List(ctx context.Context, kind, subject string, now time.Time, after string, limit int) ([]Session, string, error) {
	from := cursor{ID: "00000000-0000-0000-0000-000000000000"}
	if _, err := page.Decode(after, &from); err != nil {
		return nil, "", err
	}
	id, err := db.ParseID(from.ID)
	if err != nil {
		return nil, "", errs.Invalid("invalid_cursor", "The cursor is not one of ours: start again from the first page.")
	}
	rows, err := sqlc.New(s.db.Read()).ListSubject(ctx, sqlc.ListSubjectParams{
		Kind: kind, Subject: db.ID(subject), ID: id, Limit: int32(limit) + 1, //nolint:gosec // at most page.MaxLimit
	})
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, limit, func(row sqlc.Session) any { return cursor{string(row.ID)} })
	live := make([]Session, 0, len(rows))
	for _, row := range rows {
		if found, alive := fromRow(row).At(now); alive {
			live = append(live, found)
		}
	}
	return live, next, nil
}

// Sweep removes the rows of sessions that are over; they open nothing any more.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(ctx context.Context, q *sqlc.Queries) error {
		if _, err := q.EndExpired(ctx, sql.NullInt64{Int64: now.UnixMicro(), Valid: true}); err != nil {
			return err
		}
		for kind, limits := range ByKind {
			if limits.Idle == 0 {
				continue
			}
			if _, err := q.EndIdle(ctx, sqlc.EndIdleParams{Kind: kind, SeenAt: now.Add(-limits.Idle).UnixMicro()}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) write(ctx context.Context, fn func(context.Context, *sqlc.Queries) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return fn(ctx, sqlc.New(tx)) })
}

// IsUnavailable tells whether the sessions' database could not be reached: nobody can be known then.
func IsUnavailable(err error) bool { return db.IsUnavailable(err) }
