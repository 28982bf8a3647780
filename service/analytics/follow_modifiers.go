package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// modifierPages bounds how much of the past one look counts for the modifiers, so that what is sold now need not wait
// for a long journal.
const modifierPages = 20

// catchUpModifiers counts modifiers where they lag behind the other sums: after an update from a version that did not
// know them, whose process may even run on beside this one. Every entry is counted once, whoever counts it: the cursor
// of the modifiers moves by compare-and-set in the transaction of what it adds.
func (s *Service) catchUpModifiers(ctx context.Context) error {
	f := &s.follow
	var behind []string
	for cafe, c := range f.cursors {
		if c.Modifiers < c.Seq {
			behind = append(behind, cafe)
		}
	}
	slices.Sort(behind)
	var failed []error
	pages := modifierPages
	for _, cafe := range behind {
		for pages > 0 && f.cursors[cafe].Modifiers < f.cursors[cafe].Seq {
			if err := ctx.Err(); err != nil {
				return errors.Join(append(failed, err)...)
			}
			pages--
			if err := s.countModifiers(ctx, cafe); err != nil {
				failed = append(failed, fmt.Errorf("café %s: modifiers: %w", cafe, err))
				break
			}
		}
	}
	return errors.Join(failed...)
}

// countModifiers counts the next page of a café's journal that was counted without its modifiers.
func (s *Service) countModifiers(ctx context.Context, cafe string) error {
	f := &s.follow
	from := f.cursors[cafe]
	entries, err := s.page(ctx, cafe, from.Modifiers)
	if err != nil {
		return err
	}
	at := Step{From: from, Seq: from.Modifiers}
	var events []Event
	for i := range entries {
		e := &entries[i]
		if e.Seq > from.Seq {
			break
		}
		if i == 0 {
			at.Hash = e.PrevHash // counted before, and held against its chain then
		}
		if broken := follows(at, cafe, e); broken != "" {
			return errors.New(broken)
		}
		at.Seq, at.Hash = e.Seq, e.Hash
		events = append(events, e.Event)
	}
	if len(events) == 0 {
		return fmt.Errorf("entry %d is missing", from.Modifiers+1)
	}
	won, err := s.Store.ApplyModifiers(ctx, from, at.Seq, Derive(events).Modifiers)
	switch {
	case err != nil:
		return err
	case won:
		from.Modifiers = at.Seq
		f.cursors[cafe] = from
		return nil
	}
	f.cursors[cafe], err = s.Store.Cursor(ctx, cafe)
	return err
}
