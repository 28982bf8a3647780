package guess

import (
	"context"
	"sync"
)

// queue lets one try per key run at a time in this process. Over replicas the table alone decides; then tries at
// the same moment each count.
type queue struct {
	mu      sync.Mutex
	waiting map[key]*line
}

type line struct {
	turn  chan struct{} // holds one token while somebody is in
	users int
}

// enter waits for the turn; leave must be called once.
func (q *queue) enter(ctx context.Context, k key) (leave func(), err error) {
	q.mu.Lock()
	l := q.waiting[k]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		q.waiting[k] = l
	}
	l.users++
	q.mu.Unlock()

	gone := func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(q.waiting, k)
		}
	}
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, ctx.Err()
	}
}
