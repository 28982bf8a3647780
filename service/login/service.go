package login

import (
	"context"
	"io"
	"log/slog"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/guess"
)

// Store keeps devices, people, codes and phones. Writes take the audit entry of the change into their transaction.
type Store interface {
	// CodeHash is the hash of a café's access code; "" where there is none.
	CodeHash(ctx context.Context, cafe string) (string, error)
	// SetCode replaces a café's access code.
	SetCode(ctx context.Context, cafe, hash string, at time.Time, entry audit.Entry) error

	// AddDevice stores a device as complete made it from the letters that are taken in its café: by live devices, and
	// by ones revoked after the given moment.
	AddDevice(ctx context.Context, cafe string, revokedAfter time.Time, complete func(taken map[string]bool) (Device, audit.Entry)) (Device, error)
	// Device finds one; false: there is none.
	Device(ctx context.Context, id string) (Device, bool, error)
	Devices(ctx context.Context, cafe string, includeRevoked bool, afterID string, limit int) ([]Device, error)
	// RevokeDevice marks a live device; false: it was revoked already.
	RevokeDevice(ctx context.Context, id string, at time.Time, entry audit.Entry) (bool, error)

	// AddPerson stores a new person. ErrNameTaken, ErrIDTaken.
	AddPerson(ctx context.Context, p Person, pinHash string, entry audit.Entry) error
	// UpdatePerson replaces the person if their version is still from, and their PIN where pinHash is not empty.
	// ErrStale, ErrNameTaken.
	UpdatePerson(ctx context.Context, p Person, from int64, pinHash string, entry audit.Entry) error
	// Person finds one by id with the hash of their PIN; false: there is none.
	Person(ctx context.Context, id string) (Person, string, bool, error)
	// PersonNamed finds one who works in the café by folded name.
	PersonNamed(ctx context.Context, cafe, folded string) (Person, string, bool, error)
	// People lists by folded name, id, after a place in that order.
	People(ctx context.Context, cafe string, includeArchived bool, after Place, limit int) ([]Person, error)

	AddPhone(ctx context.Context, id string, at time.Time) error
}

// What a store says of a write that did not happen.
var (
	ErrNameTaken = errs.Conflict("name_taken", "Somebody with this name works here already. Add an initial.")
	ErrIDTaken   = errs.Conflict("version_conflict", "This id belongs to somebody already.")
	ErrStale     = errs.Conflict("version_conflict", "Somebody else changed this person meanwhile. Read them again and repeat your change.")
)

// Place is a row's place in the order of the list of people; it is the cursor.
type Place struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// Cafes answers whether a café may be worked in.
type Cafes interface {
	// Open is nil for a café that is open for business. Errors: not_found, cafe_archived, unavailable.
	Open(ctx context.Context, cafe string) error
}

// Hasher makes and checks hashes; an empty hash costs the same and fits nothing.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (bool, error)
}

// Guesses admits tries before anything costly is evaluated.
type Guesses interface {
	Try(ctx context.Context, a guess.Attempt, check func(context.Context) (bool, error)) (bool, error)
	Allow(ctx context.Context, what, of string, limit guess.Limit) error
	Run(ctx context.Context, log *slog.Logger)
}

// Deps is what the service works with.
type Deps struct {
	Store   Store
	Cafes   Cafes
	Hasher  Hasher
	Guesses Guesses
	Random  io.Reader
	Now     func() time.Time
	NewID   func() string
	Log     *slog.Logger
}

// Service is the use cases of devices, people and phones.
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

// wrong is the one answer to a wrong code or PIN and to an unknown café, device or person.
func wrong() error {
	return errs.Unauthenticated("wrong_credentials", "That does not match. Check the name and the code, then try again.")
}

// PhonesPerNetwork bounds new phones: a café's guests share one address, so it is wide for one person and narrow for
// a script. 90 in the first hour, 60 in each further one.
var PhonesPerNetwork = guess.Limit{Burst: 30, Every: time.Minute}

// RegisterPhone makes the subject of a customer's phone. Error: too_many_attempts.
func (s *Service) RegisterPhone(ctx context.Context, network string) (string, error) {
	if err := s.deps.Guesses.Allow(ctx, "phones", network, PhonesPerNetwork); err != nil {
		return "", err
	}
	id := s.deps.NewID()
	return id, s.deps.Store.AddPhone(ctx, id, s.now())
}
