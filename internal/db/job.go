package db

import (
	"context"
	"sync/atomic"
)

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
