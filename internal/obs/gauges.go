package obs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Measure is one figure of now.
type Measure struct {
	Name  string // coffee_order_stock_due
	Help  string
	Part  string
	Value float64
	Total bool // it only grows, from zero at the start
}

// readWithin bounds what a look at the metrics may ask of a database.
const readWithin = 2 * time.Second

// Measures adds figures that are read when somebody looks. While read fails they are missing, which is what is known.
func (w *Observer) Measures(read func(context.Context) ([]Measure, error)) {
	if w != nil {
		w.Registry.MustRegister(&reader{read})
	}
}

type reader struct {
	read func(context.Context) ([]Measure, error)
}

// Describe says nothing beforehand: what there is to read is known when it is read.
func (r *reader) Describe(chan<- *prometheus.Desc) {}

func (r *reader) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	measures, err := r.read(ctx)
	if err != nil {
		return
	}
	for _, m := range measures {
		kind := prometheus.GaugeValue
		if m.Total {
			kind = prometheus.CounterValue
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(m.Name, m.Help, []string{"part"}, nil), kind, m.Value, m.Part)
	}
}
