package analytics

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"coffee/internal/errs"
)

// maxAhead is how many months after the running one may be asked for: a line says nothing about years to come.
const maxAhead = 12

// PredictionView is what each café's past says about a month.
type PredictionView struct {
	Month    Month
	Currency string
	Cafes    []CafePrediction // by predicted sales; those without a prediction last
}

// CafePrediction is one café's.
type CafePrediction struct {
	ID, Name  string
	Rank      int // from 1; 0 where there is no prediction
	Forecast  Forecast
	ThisMonth int64  // sales of the month before the predicted one, so far if it still runs; minor units
	Growth    Growth // against the last full month
}

// Prediction predicts a month from the full months before it: those before the running month, from the café's first
// month with sales on (its later months without any count as zeros). Errors: invalid_month, month_too_far, not_found.
func (s *Service) Prediction(ctx context.Context, q Query) (PredictionView, error) {
	if err := s.checkQuery(ctx, &q, 1); err != nil {
		return PredictionView{}, err
	}
	running := MonthAt(s.Now())
	if q.Month.Since(running) > maxAhead {
		return PredictionView{}, errs.Invalid("month_too_far", "Predictions reach %d months ahead: ask for %s or earlier.", maxAhead, running.Add(maxAhead))
	}
	v := PredictionView{Month: q.Month}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return v, err
	}
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		last := q.Month.Add(-1)
		all, err := r.Months(ctx, last)
		if err != nil {
			return err
		}
		if v.Currency, _, err = chooseCurrency(ctx, r, all, known, q.Currency, q.Cafe); err != nil {
			return err
		}
		past, err := r.Past(ctx, last, v.Currency, q.Cafe)
		if err != nil {
			return err
		}
		v.Cafes = predictAll(past, q.Month, running)
		return nil
	})
	if err != nil {
		return v, err
	}
	v.Cafes = completed(v.Cafes, known, v.Currency, q.Cafe)
	rank(v.Cafes)
	return v, nil
}

// completed names the cafés, adds those that never sold, and takes the prediction from those that are closed for good.
func completed(cafes []CafePrediction, known map[string]Cafe, currency, only string) []CafePrediction {
	listed := make(map[string]bool, len(cafes))
	for i := range cafes {
		c := known[cafes[i].ID]
		listed[cafes[i].ID] = true
		cafes[i].Name = c.Name
		if c.Archived {
			cafes[i].Forecast, cafes[i].Growth = Forecast{Note: "The café is archived."}, Growth{}
		}
	}
	for id, c := range known {
		if listed[id] || c.Archived || c.Currency != currency || (only != "" && id != only) {
			continue
		}
		cafes = append(cafes, CafePrediction{ID: id, Name: c.Name, Forecast: Predict(nil, 1)})
	}
	return cafes
}

// predictAll predicts a month for each café that ever sold before it.
func predictAll(past []CafeMonth, target, running Month) []CafePrediction {
	lastFull := min(target, running).Add(-1)
	byCafe := map[string]map[Month]Figures{}
	for _, m := range past {
		if m.Zero() {
			continue
		}
		if byCafe[m.Cafe] == nil {
			byCafe[m.Cafe] = map[Month]Figures{}
		}
		byCafe[m.Cafe][m.Month] = m.Figures
	}
	predictions := make([]CafePrediction, 0, len(byCafe))
	for cafe, months := range byCafe {
		first := target
		for m := range months {
			first = min(first, m)
		}
		var sales []int64
		for m := first; m <= lastFull; m = m.Add(1) {
			sales = append(sales, months[m].Sales)
		}
		p := CafePrediction{ID: cafe, ThisMonth: months[target.Add(-1)].Sales, Forecast: Predict(sales, target.Since(lastFull))}
		if p.Forecast.Known {
			p.Growth = GrowthOf(sales[len(sales)-1], p.Forecast.Sales)
		}
		predictions = append(predictions, p)
	}
	return predictions
}

// rank sorts by predicted sales, then name, and numbers them; cafés without a prediction come last, by name.
func rank(cafes []CafePrediction) {
	slices.SortFunc(cafes, func(a, b CafePrediction) int {
		if a.Forecast.Known != b.Forecast.Known {
			if a.Forecast.Known {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Forecast.Sales, a.Forecast.Sales), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	for i := range cafes {
		if cafes[i].Forecast.Known {
			cafes[i].Rank = i + 1
		}
	}
}
