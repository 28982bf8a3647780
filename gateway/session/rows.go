package session

import (
	"database/sql"
	"time"

	"coffee/gateway/session/sqlc"
	"coffee/internal/db"
)

func micros(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

func moment(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}

func fromRow(row sqlc.Session) Session {
	s := Session{
		ID: string(row.ID), Kind: row.Kind, Subject: string(row.Subject), Role: row.Role, Cafe: string(row.CafeID),
		Name: row.Name, Letter: row.Letter, Created: time.UnixMicro(row.CreatedAt).UTC(),
		Seen: time.UnixMicro(row.SeenAt).UTC(), Expires: moment(row.ExpiresAt),
	}
	if row.PersonID != "" {
		s.Person = &Person{
			ID: string(row.PersonID), Name: row.PersonName, Role: row.PersonRole,
			Since: moment(row.PersonSince), Seen: moment(row.PersonSeen),
		}
	}
	return s
}

func toRow(token Hash, s Session) sqlc.InsertParams {
	row := sqlc.InsertParams{
		TokenHash: token[:], ID: db.ID(s.ID), Kind: s.Kind, Subject: db.ID(s.Subject), Role: s.Role, CafeID: db.ID(s.Cafe),
		Name: s.Name, Letter: s.Letter, CreatedAt: s.Created.UnixMicro(), SeenAt: s.Seen.UnixMicro(), ExpiresAt: micros(s.Expires),
	}
	if p := s.Person; p != nil {
		row.PersonID, row.PersonName, row.PersonRole = db.ID(p.ID), p.Name, p.Role
		row.PersonSince, row.PersonSeen = micros(p.Since), micros(p.Seen)
	}
	return row
}
