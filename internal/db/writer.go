package db

import (
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
)

// maxBatch bounds the closures that share one commit, and with it how long the
// first of them waits for the last.
const maxBatch = 64

// writer is SQLite's one writing goroutine. Closures that are waiting when it
// comes round share a transaction and one commit, each under its own savepoint;
// nobody is answered before COMMIT returned. There is no waiting window: a
// closure that comes alone is committed alone.
type writer struct {
	writerConn
	log     *slog.Logger
	queue   chan *job
	quit    chan struct{} // closed: finish the queue and stop
	stopped chan struct{} // closed: no closure will run any more
	once    sync.Once

	// batch and current are the goroutine's own: the jobs of the transaction at
	// hand, and the one whose closure is running.
	batch   []*job
	current *job

	transactions, commits atomic.Int64
}

func newWriter(pool *sql.DB, log *slog.Logger) *writer {
	return &writer{
		writerConn: writerConn{pool: pool},
		log:        log,
		queue:      make(chan *job, maxBatch),
		quit:       make(chan struct{}),
		stopped:    make(chan struct{}),
	}
}

func (w *writer) loop() {
	defer w.ended()
	w.again()
	for {
		select {
		case j := <-w.queue:
			w.run(j)
		case <-w.quit:
			for j := w.next(); j != nil; j = w.next() {
				w.run(j)
			}
			w.disconnect()
			return
		}
	}
}

// ended is the loop's last word. A closure that calls runtime.Goexit (t.Fatal in
// a test) takes this goroutine with it; everybody else's writes go on in a new one.
func (w *writer) ended() {
	culprit := w.current
	if culprit == nil {
		close(w.stopped)
		return
	}
	w.current = nil
	for i, j := range w.batch {
		if j == culprit {
			w.batch[i] = nil
		}
	}
	culprit.done <- errors.New("db: the closure ended its goroutine (t.Fatal inside Write?)")
	w.disconnect()
	go w.loop()
}

// next returns a job that is waiting right now, or nil.
func (w *writer) next() *job {
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

// run commits first together with whoever is waiting. When the transaction as a
// whole is lost (disk full, I/O error, COMMIT failed), each of its jobs runs once
// more alone: one that was not to blame shall not fail for the others.
func (w *writer) run(first *job) {
	w.batch = w.batch[:0]
	err := w.begin(first)
	if err != nil {
		if first.take() {
			first.done <- err
		}
		return
	}
	for j := first; j != nil; j = w.following() {
		if !j.take() {
			continue
		}
		w.batch = append(w.batch, j)
		if err = w.attempt(j); err != nil {
			break
		}
	}
	if err == nil {
		err = w.commit()
	}
	if err == nil {
		w.answer()
		return
	}
	w.disconnect()
	if len(w.batch) == 1 {
		w.batch[0].done <- w.lost(w.batch[0], err)
		return
	}
	w.log.Warn("a shared transaction was lost; its closures run again one by one", "closures", len(w.batch), "error", err)
	w.again()
}

// again runs what is left of a lost batch, each job alone.
func (w *writer) again() {
	for i, j := range w.batch {
		if w.batch[i] = nil; j != nil {
			w.alone(j)
		}
	}
	w.batch = w.batch[:0]
}

func (w *writer) following() *job {
	if len(w.batch) == maxBatch {
		return nil
	}
	return w.next()
}

// alone gives a job of a lost transaction one of its own.
func (w *writer) alone(j *job) {
	err := w.begin(j)
	if err != nil {
		j.done <- err
		return
	}
	if err = w.attempt(j); err == nil {
		err = w.commit()
	}
	if err != nil {
		w.disconnect()
		j.done <- w.lost(j, err)
		return
	}
	w.transactionDone(j)
}

// answer tells the callers of the committed batch.
func (w *writer) answer() {
	for i, j := range w.batch {
		w.transactionDone(j)
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
}

func (w *writer) transactionDone(j *job) {
	if j.err == nil {
		w.transactions.Add(1)
	}
	j.done <- j.err
}

// lost is the answer to a job whose own transaction was lost by err.
func (w *writer) lost(j *job, err error) error {
	w.log.Error("a transaction was lost", "error", err)
	if j.err != nil {
		err = j.err // the closure's own words; they still carry the driver's error
	}
	if endsTransaction(err) || IsUnavailable(err) {
		return &unavailableError{err}
	}
	return err
}

// close runs what is queued and stops.
func (w *writer) close() {
	w.once.Do(func() { close(w.quit) })
	<-w.stopped
}
