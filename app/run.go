package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The bounds of an end: what is in flight gets until drainTime after the process stopped being offered to others, and
// all of it is over within 25 s of the signal, after which supervisors kill.
const (
	drainWaitMost = 10 * time.Second
	httpDrainTime = 10 * time.Second
	drainTime     = 24 * time.Second // from the signal on, waiting included
)

// Run serves until ctx ends or a part fails, then drains and closes. It returns the failed part's error.
func (a *App) Run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	// Four circles, ended from the outside in: HTTP first, then what it calls, then what works in the background, and
	// last the door of those who watch.
	var webs, serving, work, watching circle
	for _, c := range []*circle{&webs, &serving, &work, &watching} {
		c.open(ctx, fail)
	}
	end, cut := context.WithCancel(context.WithoutCancel(ctx)) // when what has not ended by itself is cut
	defer cut()

	a.ready.found = a.transport.found(time.Now())
	for _, p := range a.runs {
		work.start(p.name, p.run)
	}
	a.ready.check(ctx, a.transport.setReady)
	work.start("readiness", func(ctx context.Context) error { a.ready.watch(ctx, a.transport.setReady); return nil })
	watching.start("ops", a.serveOps)
	serving.start("", func(ctx context.Context) error { return a.transport.run(ctx, end) })
	for _, w := range a.webs {
		webs.start(w.name, func(ctx context.Context) error { return serveHTTP(ctx, end, w) })
	}
	<-ctx.Done()
	defer time.AfterFunc(drainTime, cut).Stop()
	a.leave(ctx)
	webs.end()
	serving.end()
	work.end()
	watching.end()
	err := a.close()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// leave tells everybody that nothing new should be sent here, and goes on answering for a while: a balancer sees it
// before a connection is refused. Where nobody balances, or a part has failed, there is nothing to wait for.
func (a *App) leave(ctx context.Context) {
	a.ready.leaving.Store(true)
	for _, w := range a.webs {
		if w.leave != nil {
			w.leave()
		}
	}
	if len(a.webs) == 0 { // else what still comes in by HTTP needs the services
		a.transport.leave()
	}
	if len(a.options.Parts) > 0 && errors.Is(context.Cause(ctx), context.Canceled) {
		time.Sleep(a.config.DrainWait)
	}
}

// circle is a group of goroutines that end together.
type circle struct {
	ctx   context.Context
	stop  context.CancelFunc
	fail  context.CancelCauseFunc
	group sync.WaitGroup
}

// open keeps the values of ctx, but not its end: a circle ends when its turn comes.
func (c *circle) open(ctx context.Context, fail context.CancelCauseFunc) {
	c.ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	c.fail = fail
}

func (c *circle) start(name string, run func(context.Context) error) {
	c.group.Go(func() {
		err := run(c.ctx)
		if err != nil && name != "" {
			err = fmt.Errorf("%s: %w", name, err)
		}
		if err != nil {
			c.fail(err)
		}
	})
}

func (c *circle) end() {
	c.stop()
	c.group.Wait()
}

// serveHTTP serves until ctx ends, lets what is in flight end, and cuts it when end says so.
func serveHTTP(ctx, end context.Context, w website) error {
	ended := make(chan error, 2)
	go func() { ended <- w.server.Serve(w.listener) }()
	if w.run != nil {
		go func() {
			if err := w.run(ctx); err != nil {
				ended <- err
			}
		}()
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// Not to the very end: what the requests called must be able to stop after them.
	bounded, cancel := context.WithTimeout(end, httpDrainTime)
	defer cancel()
	if err := w.server.Shutdown(bounded); err != nil {
		return w.server.Close() // streams that did not end are cut
	}
	return nil
}
