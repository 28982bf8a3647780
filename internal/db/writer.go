package db

import (
	"context"
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

// A job is queued until the writer takes it or its caller leaves; exactly one of
// the two wins.
type job struct {
	ctx   context.Context
	fn    func(context.Context, Tx) error
	state atomic.Int32 // queued, taken or left
	err   error        // of the closure
	done  chan error   // holds the one answer
}

const (
	queued int32 = iota
	taken
	left
)

func newWriter(pool *sql.DB, log *slog.Logger) *writer {
	return &writer{
		writerConn: writerConn{pool: pool},
		log:        log,
		queue:      make(chan *job, maxBatch),
		quit:       make(chan struct{}),
		stopped:    make(chan struct{}),
	}
}

// write hands in a closure and waits for its outcome. The caller may leave only
// before its closure was taken: after that the answer is whatever COMMIT says.
func (w *writer) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return errClosed
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, left) {
			return ctx.Err()
		}
	case <-w.stopped:
		if j.state.CompareAndSwap(queued, left) {
			return errClosed
		}
	}
	return <-j.done
}

// take claims the job; a caller that has given up is not worked for.
func (j *job) take() bool {
	if j.ctx.Err() != nil {
		return false // its caller leaves on the same signal
	}
	return j.state.CompareAndSwap(queued, taken)
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
