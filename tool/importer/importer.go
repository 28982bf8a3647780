// Package importer brings history in: point-of-sale exports become cafés, menu items and orders, through the gateway
// like everybody else. It owns file formats and mappings; it opens no database, prices nothing and decides no rule.
package importer

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"coffee/internal/httpx"
)

// Options say what to import and where to.
type Options struct {
	Receipts string // file: one row a line of a receipt
	Products string // file: what is sold
	Outlets  string // file: where
	Mapping  *Mapping
	Rejects  string // file to write the rows to that could not be taken; empty: <Receipts>.rejects.csv in the current folder
	Client   *httpx.Client
	Workers  int       // batches in flight; 0: 3
	Progress io.Writer // nil: silent
	Live     bool      // Progress is a terminal: redraw one line

	wait func(context.Context, time.Duration) error // tests do not
}

// Summary is what an import came to. Money in minor units of Currency.
type Summary struct {
	Source   string
	Currency string
	Outlets  []OutletSum // by name; what the system now holds of the file
	OutletSum
	Added     int // receipts that are new
	Unchanged int // receipts that were there already
	Refused   int // receipts the system did not take
	Rows      int // rows that were not taken, those of refused receipts among them
	Rejects   string
	Elapsed   time.Duration
}

// OutletSum counts one outlet, or all of them.
type OutletSum struct {
	Outlet   string // the source's id
	Cafe     string // the café's name
	Receipts int
	Lines    int
	Units    int64
	Total    int64
}

func (s *Summary) count(r *receipt) {
	i := slices.IndexFunc(s.Outlets, func(o OutletSum) bool { return o.Outlet == r.outlet.key })
	if i < 0 {
		i = len(s.Outlets)
		s.Outlets = append(s.Outlets, OutletSum{Outlet: r.outlet.key, Cafe: r.outlet.put.Name})
	}
	for _, sum := range []*OutletSum{&s.OutletSum, &s.Outlets[i]} {
		sum.Receipts++
		sum.Lines += len(r.lines)
		sum.Total += r.total()
		for _, l := range r.lines {
			sum.Units += l.quantity
		}
	}
}

// Run imports a file of receipts. It may be stopped and run again: ids are derived from source, outlet, date and
// receipt, and what is there already is unchanged. Rows it could not take are in the file of rejects and no error.
func Run(ctx context.Context, o Options) (Summary, error) {
	begun := time.Now()
	catalogue, err := readCatalogue(o.Mapping, o.Products, o.Outlets)
	if err != nil {
		return Summary{}, err
	}
	file, err := os.Open(o.Receipts)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = file.Close() }() // only read
	progress := newProgress(o.Progress, o.Live, file)
	decoder, err := newDecoder(o.Mapping, catalogue, progress.reading(file))
	if err != nil {
		return Summary{}, fmt.Errorf("%s: %w", o.Receipts, err)
	}
	// Not before the file is known to be one: it replaces the rejects of the run before.
	rejects, err := openRejects(o.Rejects, o.Receipts)
	if err != nil {
		return Summary{}, err
	}
	decoder.reject = rejects.write
	wait := o.wait
	if wait == nil {
		wait = sleep
	}
	s := &sender{
		g:      &gateway{client: o.Client, wait: wait, note: progress.note},
		source: o.Mapping.Source, taxRate: o.Mapping.Receipts.TaxRate, reject: rejects.write,
		sum: Summary{Source: o.Mapping.Source, Currency: o.Mapping.Currency},
	}
	workers := o.Workers
	if workers == 0 {
		workers = 3
	}
	stop := progress.start(func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.sum.Receipts + s.sum.Refused
	})
	err = s.run(ctx, workers, decoder.next)
	if err == nil {
		err = s.g.publish(ctx, s.source)
	}
	stop()
	sum := s.sum
	slices.SortFunc(sum.Outlets, func(a, b OutletSum) int { return strings.Compare(a.Cafe, b.Cafe) })
	if err := rejects.close(); err != nil {
		return sum, err
	}
	sum.Rows, sum.Elapsed = rejects.count, time.Since(begun)
	if sum.Rows > 0 {
		sum.Rejects = rejects.path
	}
	return sum, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rejects is the file of rows that were not taken: line, column, reason, raw.
type rejects struct {
	mu    sync.Mutex
	path  string
	file  *os.File
	csv   *csv.Writer
	count int
}

func openRejects(path, receipts string) (*rejects, error) {
	if path == "" {
		path = filepath.Base(receipts) + ".rejects.csv"
	}
	if in, err := os.Stat(receipts); err == nil {
		if out, err := os.Stat(path); err == nil && os.SameFile(in, out) {
			return nil, fmt.Errorf("%s is the file to import: name another for the rejects", path)
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	r := &rejects{path: path, file: file, csv: csv.NewWriter(file)}
	_ = r.csv.Write([]string{"line", "column", "reason", "raw"}) // kept by the writer: close tells
	return r, nil
}

func (r *rejects) write(row rejection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	_ = r.csv.Write([]string{strconv.Itoa(row.row), row.column, row.reason, row.raw})
}

// close ends the file; one without rows is taken away.
func (r *rejects) close() error {
	r.csv.Flush()
	if err := errors.Join(r.csv.Error(), r.file.Close()); err != nil {
		return fmt.Errorf("the file of rejects: %w", err)
	}
	if r.count == 0 {
		return os.Remove(r.path)
	}
	return nil
}
