package analytics

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// booksKept is how many months' books stay in memory; a book of 1,000 cafés takes a few MiB.
	booksKept = 6
	// bookWarm is for how long after its last reader a book is kept up to date by the follower.
	bookWarm = time.Minute
)

// Stamp is where a café's cursor stood when its figures of a month changed last.
type Stamp struct{ Generation, Seq int64 }

// Details is what a month's view shows of a café, besides its sums. Names are not filled in.
type Details struct {
	Days       []CafeDay
	Items      []Ranked
	Categories []Ranked
}

// book is a month of one currency in memory. Only what changed since is read again: a café's rows carry the stamp of
// their last change, so a book is never older than the snapshot it is held against.
type book struct {
	month    Month
	currency string

	mu         sync.Mutex
	used       time.Time
	cafes      map[string]*cafeBook
	items      map[string]Figures // over all cafés
	categories map[string]Figures
	days       [31]int64 // sales over all cafés, by day
	lastDay    int       // the latest day with figures
	names      map[string]string
}

type cafeBook struct {
	stamp Stamp
	Details
	view *CafeView // nil: not made yet, or out of date
}

func newBook(month Month, currency string) *book {
	return &book{
		month: month, currency: currency, cafes: map[string]*cafeBook{},
		items: map[string]Figures{}, categories: map[string]Figures{},
	}
}

// refresh brings the book to the state of a snapshot; rows are the month's cafés there. b.mu is held.
func (b *book) refresh(ctx context.Context, r Reader, rows []CafeMonth, cafe string) error {
	stamps := make(map[string]Stamp, len(rows))
	var stale []string
	for _, m := range rows {
		if m.Currency != b.currency || (cafe != "" && m.Cafe != cafe) {
			continue
		}
		stamps[m.Cafe] = m.Stamp
		if known := b.cafes[m.Cafe]; known == nil || known.stamp != m.Stamp {
			stale = append(stale, m.Cafe)
		}
	}
	var details map[string]Details
	if len(stale) > 0 {
		var err error
		if details, err = r.Details(ctx, b.month, b.currency, stale); err != nil {
			return err
		}
	}
	for id, known := range b.cafes {
		if _, there := stamps[id]; !there {
			b.add(known.Details, -1)
			delete(b.cafes, id)
		}
	}
	for _, id := range stale {
		if known := b.cafes[id]; known != nil {
			b.add(known.Details, -1)
		}
		b.cafes[id] = &cafeBook{stamp: stamps[id], Details: details[id]}
		b.add(details[id], 1)
	}
	if len(stale) > 0 {
		b.lastDay = 0
		for _, c := range b.cafes {
			for _, d := range c.Days {
				b.lastDay = max(b.lastDay, dayOf(d.Date))
			}
		}
	}
	return nil
}

// add puts a café's details into the sums, or takes them out.
func (b *book) add(d Details, sign int64) {
	for _, part := range []struct {
		sums map[string]Figures
		rows []Ranked
	}{{b.items, d.Items}, {b.categories, d.Categories}} {
		for _, row := range part.rows {
			sum := part.sums[row.ID]
			sum.Units += sign * row.Units
			sum.Sales += sign * row.Sales
			if sum.Zero() {
				delete(part.sums, row.ID)
			} else {
				part.sums[row.ID] = sum
			}
		}
	}
	for _, day := range d.Days {
		b.days[dayOf(day.Date)-1] += sign * day.Sales
	}
}

// dayOf is the day of the month of a date.
func dayOf(date string) int { return int(date[8]-'0')*10 + int(date[9]-'0') }

// salesUpTo is what was sold from the first to the n-th day.
func (b *book) salesUpTo(n int) int64 {
	var sum int64
	for _, sales := range b.days[:min(n, len(b.days))] {
		sum += sales
	}
	return sum
}

// named fills the names of all the book's items in. When one has changed, the views made with the old are made again.
func (b *book) named(ctx context.Context, r Reader) error {
	names, err := r.ItemNames(ctx, slices.Sorted(maps.Keys(b.items)))
	if err != nil {
		return err
	}
	if !maps.Equal(names, b.names) {
		for _, c := range b.cafes {
			c.view = nil
		}
	}
	b.names = names
	return nil
}

// ranked lists sums with their names.
func ranked(sums map[string]Figures, names map[string]string) []Ranked {
	rows := make([]Ranked, 0, len(sums))
	for id, f := range sums {
		rows = append(rows, Ranked{ID: id, Name: names[id], Figures: f})
	}
	return rows
}

// cafeView is a café's part of the overview. What it returns is never changed afterwards.
func (b *book) cafeView(cafe Ranked, dates []string) CafeView {
	c := b.cafes[cafe.ID]
	if c == nil {
		c = &cafeBook{} // no figures but sums: cannot be, but shows as zeros
	}
	if c.view == nil || c.view.Ranked != cafe {
		products := slices.Clone(c.Items)
		for i := range products {
			products[i].Name = b.names[products[i].ID]
		}
		v := &CafeView{Ranked: cafe, Days: FillDays(dates, cafe.ID, c.Days)}
		v.Top, v.Bottom = TopBottom(products, best)
		c.view = v
	}
	return *c.view
}

// books are the books in memory.
type books struct {
	mu   sync.Mutex
	kept []*book // the one asked for last at the end
}

// of gives the book of a month; the one asked for longest ago makes room.
func (k *books) of(month Month, currency string) *book {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.kept, func(b *book) bool { return b.month == month && b.currency == currency })
	var b *book
	if i >= 0 {
		b = k.kept[i]
		k.kept = slices.Delete(k.kept, i, i+1)
	} else {
		b = newBook(month, currency)
		if len(k.kept) == booksKept {
			k.kept = slices.Delete(k.kept, 0, 1)
		}
	}
	k.kept = append(k.kept, b)
	return b
}

// withBook runs fn with the book of a month as a snapshot has it. One café's book is read for the occasion: it is small.
func (s *Service) withBook(ctx context.Context, r Reader, month Month, currency, cafe string, rows []CafeMonth, fn func(*book) error) error {
	b := newBook(month, currency)
	if cafe == "" {
		b = s.books.of(month, currency)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = s.Now()
	if err := b.refresh(ctx, r, rows, cafe); err != nil {
		return err
	}
	return fn(b)
}

// warm keeps the books that are being read up to date, so that the next reader finds little to read again.
func (s *Service) warm(ctx context.Context) error {
	s.books.mu.Lock()
	kept := slices.Clone(s.books.kept)
	s.books.mu.Unlock()
	for _, b := range kept {
		b.mu.Lock()
		idle := s.Now().Sub(b.used) > bookWarm
		b.mu.Unlock()
		if idle {
			continue
		}
		err := s.Store.View(ctx, func(ctx context.Context, r Reader) error {
			rows, err := r.Months(ctx, b.month)
			if err != nil {
				return err
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.refresh(ctx, r, rows, "")
		})
		if err != nil {
			return err
		}
	}
	return nil
}
