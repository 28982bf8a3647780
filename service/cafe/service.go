package cafe

import (
	"context"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/page"
)

// Store keeps cafés. Writes take the audit entry of the change into their transaction.
type Store interface {
	// Create stores a new café; false: the id is taken.
	Create(ctx context.Context, c Cafe, entry audit.Entry) (bool, error)
	// Update replaces the café if its version is still from; false: it is not.
	Update(ctx context.Context, c Cafe, from int64, entry audit.Entry) (bool, error)
	// Cafe finds one; false: there is none.
	Cafe(ctx context.Context, id string) (Cafe, bool, error)
	// Cafes lists by SortName, id, after a place in that order.
	Cafes(ctx context.Context, f Filter, after Place, limit int) ([]Cafe, error)
}

// Filter narrows a list.
type Filter struct {
	Query           string // part of SearchText, lower-case
	IncludeArchived bool
}

// Place is a row's place in the order of the list; it is the cursor.
type Place struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// Deps is what the service works with.
type Deps struct {
	Store Store
	Now   func() time.Time
}

// Service is the use cases of cafés.
type Service struct{ deps Deps }

// New makes the service.
func New(deps Deps) *Service { return &Service{deps} }

// now is in microseconds, as stored: an answer and a later read agree.
func (s *Service) now() time.Time { return s.deps.Now().UTC().Truncate(time.Microsecond) }

// Put creates (version 0) or edits a café. Errors: those of Check and Edit, not_found, version_conflict.
func (s *Service) Put(ctx context.Context, c Cafe, by audit.Actor) (Cafe, error) {
	c = c.Normal()
	if err := c.Check(); err != nil {
		return Cafe{}, err
	}
	if c.Version == 0 {
		return s.create(ctx, c, by)
	}
	was, err := s.find(ctx, c.ID)
	if err != nil {
		return Cafe{}, err
	}
	next, err := Edit(was, c, s.now())
	if err != nil {
		return Cafe{}, err
	}
	entry := audit.Entry{At: next.UpdatedAt, Actor: by, Action: "put_cafe", Object: "cafe/" + c.ID, Before: was, After: next}
	ok, err := s.deps.Store.Update(ctx, next, was.Version, entry)
	if err != nil {
		return Cafe{}, err
	}
	if !ok {
		return Cafe{}, VersionConflict()
	}
	return next, nil
}

func (s *Service) create(ctx context.Context, c Cafe, by audit.Actor) (Cafe, error) {
	c.Version, c.UpdatedAt = 1, s.now()
	entry := audit.Entry{At: c.UpdatedAt, Actor: by, Action: "put_cafe", Object: "cafe/" + c.ID, After: c}
	ok, err := s.deps.Store.Create(ctx, c, entry)
	if err != nil || ok {
		return c, err
	}
	stored, err := s.find(ctx, c.ID)
	if err != nil {
		return Cafe{}, err
	}
	if !stored.Same(c) {
		return Cafe{}, VersionConflict()
	}
	return stored, nil // a retry whose first answer was lost
}

func (s *Service) find(ctx context.Context, id string) (Cafe, error) {
	c, ok, err := s.deps.Store.Cafe(ctx, id)
	if err != nil {
		return Cafe{}, err
	}
	if !ok {
		return Cafe{}, errs.NotFound("café %s", id)
	}
	return c, nil
}

// Get reads one café. An archived one answers not_found unless archived ones may be seen.
func (s *Service) Get(ctx context.Context, id string, seesArchived bool) (Cafe, error) {
	c, err := s.find(ctx, id)
	if err == nil && c.Archived() && !seesArchived {
		return Cafe{}, errs.NotFound("café %s", id)
	}
	return c, err
}

// List pages by name. The query is part of a name or city, any case.
func (s *Service) List(ctx context.Context, f Filter, requested int32, cursor string) ([]Cafe, string, error) {
	var after Place
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	f.Query = strings.ToLower(tidy(f.Query))
	limit := page.Limit(requested)
	rows, err := s.deps.Store.Cafes(ctx, f, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, limit, func(c Cafe) any { return Place{c.SortName(), c.ID} })
	return rows, next, nil
}

// Archive closes a café for good; a second time changes nothing.
func (s *Service) Archive(ctx context.Context, id string, by audit.Actor) (Cafe, error) {
	for {
		was, err := s.find(ctx, id)
		if err != nil || was.Archived() {
			return was, err
		}
		next := was
		next.ArchivedAt = s.now()
		next.UpdatedAt, next.Version = next.ArchivedAt, was.Version+1
		entry := audit.Entry{At: next.ArchivedAt, Actor: by, Action: "archive_cafe", Object: "cafe/" + id, Before: was, After: next}
		ok, err := s.deps.Store.Update(ctx, next, was.Version, entry)
		if err != nil || ok {
			return next, err
		}
		// Edited in between: the archiving stands above it.
	}
}
