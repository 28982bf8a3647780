package analytics

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"coffee/internal/day"
)

// HourRow is a café's figures of one hour.
type HourRow struct {
	Cafe string
	Date string
	Hour int
	HourFigures
}

// TodayView is the running business dates of the cafés of one currency.
type TodayView struct {
	Currency        string
	Cafes           []CafeToday // most sales first
	Total           TodayTotal
	OtherCurrencies []string
}

const (
	historyKept  = 10 * time.Minute // past dates change by late sales and refunds only
	historyCafes = 1000
)

// historyMemory is the dates before today of the cafés asked for lately: about 40 kB a café.
type historyMemory struct {
	mu    sync.Mutex
	cafes map[historyKey]keptHistory
}

type historyKey struct{ currency, cafe, today string }

type keptHistory struct {
	read  time.Time
	dates map[string]DayHours
}

func (m *historyMemory) find(k historyKey, now time.Time) (map[string]DayHours, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept, ok := m.cafes[k]
	return kept.dates, ok && now.Sub(kept.read) < historyKept
}

func (m *historyMemory) keep(k historyKey, dates map[string]DayHours, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cafes == nil || len(m.cafes) >= historyCafes {
		m.cafes = map[historyKey]keptHistory{}
	}
	m.cafes[k] = keptHistory{now, dates}
}

// Today is the running business date of each café of one currency that is not archived, or of one café. A café whose
// zone nobody has told yet is left out. Error: not_found.
func (s *Service) Today(ctx context.Context, currency, cafe string) (TodayView, error) {
	if err := s.checkCafe(ctx, cafe); err != nil {
		return TodayView{}, err
	}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return TodayView{}, err
	}
	now := s.Now()
	var v TodayView
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		v = TodayView{}
		if v.Currency, v.OtherCurrencies, err = todaysCurrency(ctx, r, known, now, currency, cafe); err != nil {
			return err
		}
		v.Cafes, err = s.todayOf(ctx, r, open(known, v.Currency, cafe, now), v.Currency, now)
		return err
	})
	if err != nil {
		return TodayView{}, err
	}
	sortToday(v.Cafes)
	v.Total = TotalOf(v.Cafes)
	return v, nil
}

// todaysCurrency chooses by what the cafés sell in: one café's own, else the one most cafés have.
func todaysCurrency(ctx context.Context, r Reader, known map[string]Cafe, now time.Time, wish, cafe string) (string, []string, error) {
	months, err := r.Months(ctx, MonthAt(now))
	if err != nil {
		return "", nil, err
	}
	return chooseCurrency(ctx, r, months, known, wish, cafe)
}

// clocked is a café with its clock.
type clocked struct {
	Cafe
	Clock
}

// open is the cafés of a currency that still sell, with their clocks.
func open(known map[string]Cafe, currency, cafe string, now time.Time) []clocked {
	var cafes []clocked
	for id, c := range known {
		if c.Currency != currency || c.Archived || cafe != "" && id != cafe {
			continue
		}
		if calendar, err := day.Load(c.Zone, c.CutoffMinutes); err == nil {
			cafes = append(cafes, clocked{c, ClockAt(calendar, now)})
		}
	}
	slices.SortFunc(cafes, func(a, b clocked) int { return strings.Compare(a.ID, b.ID) })
	return cafes
}

// todayOf reads the running dates of all cafés at once, and the past of those whose past is not in memory.
func (s *Service) todayOf(ctx context.Context, r Reader, cafes []clocked, currency string, now time.Time) ([]CafeToday, error) {
	if len(cafes) == 0 {
		return nil, nil
	}
	ids := make([]string, len(cafes))
	first, last := cafes[0].Date, cafes[0].Date
	for i, c := range cafes {
		ids[i], first, last = c.ID, min(first, c.Date), max(last, c.Date)
	}
	running, err := r.Hours(ctx, currency, ids, first, last)
	if err != nil {
		return nil, err
	}
	byCafe := daysOf(running)
	out := make([]CafeToday, len(cafes))
	for i, c := range cafes {
		key := historyKey{currency, c.ID, c.Date}
		history, ok := s.history.find(key, now)
		if !ok {
			rows, err := r.Hours(ctx, currency, []string{c.ID}, dateAdd(c.Date, -historyDates), dateAdd(c.Date, -1))
			if err != nil {
				return nil, err
			}
			history = daysOf(rows)[c.ID]
			s.history.keep(key, history, now)
		}
		out[i] = TodayOf(c.Clock, byCafe[c.ID][c.Date], history)
		out[i].ID, out[i].Name = c.ID, c.Name
	}
	return out, nil
}

// daysOf puts rows together by café and date.
func daysOf(rows []HourRow) map[string]map[string]DayHours {
	out := map[string]map[string]DayHours{}
	for _, r := range rows {
		dates := out[r.Cafe]
		if dates == nil {
			dates = map[string]DayHours{}
			out[r.Cafe] = dates
		}
		d := dates[r.Date]
		d[r.Hour] = d[r.Hour].plus(r.HourFigures)
		dates[r.Date] = d
	}
	return out
}
