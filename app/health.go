package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coffee/internal/db"
	"coffee/internal/httpx"
)

const (
	checkEvery  = time.Second
	checkWithin = 2 * time.Second
	// stuckAfter is how many looks in a row may find jobs waiting and none done before a database counts as down.
	stuckAfter = 5
)

// readiness knows for each part that runs here whether it can work: its own database answers and its writes move.
// Another part's health never counts, or one that is down would take all with it.
type readiness struct {
	log       *slog.Logger
	leaving   atomic.Bool
	found     time.Time // from when on callers have found what this process serves; set before Run answers anybody
	mu        sync.Mutex
	databases map[string]*watchedDatabase
}

type watchedDatabase struct {
	db      *db.DB
	problem error
	commits int64
	stuck   int
}

func (r *readiness) add(part string, d *db.DB) {
	if r.databases == nil {
		r.databases = map[string]*watchedDatabase{}
	}
	r.databases[part] = &watchedDatabase{db: d}
}

// check looks at every database and tells what each service is.
func (r *readiness) check(ctx context.Context, tell func(part string, ready bool)) {
	var looking sync.WaitGroup
	for part, w := range r.databases {
		looking.Go(func() {
			problem := w.look(ctx)
			r.mu.Lock()
			was := w.problem
			w.problem = problem
			r.mu.Unlock()
			switch {
			case problem != nil && was == nil && ctx.Err() == nil:
				r.log.Error("not ready", "part", part, "error", problem.Error())
			case problem == nil && was != nil:
				r.log.Info("ready again", "part", part)
			}
			tell(part, problem == nil)
		})
	}
	looking.Wait()
}

func (w *watchedDatabase) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	err := w.db.Ping(ctx)
	stats := w.db.Stats()
	if err != nil && (stats.Commits == w.commits || ctx.Err() == nil) {
		return fmt.Errorf("its database does not answer: %w", err)
	}
	// A ping that waited in vain for a connection while others committed met a busy database, not a dead one: to be
	// taken out for being busy would make it worse for whoever is left.
	if stats.Queued == 0 || stats.Commits != w.commits {
		w.commits, w.stuck = stats.Commits, 0
		return nil
	}
	if w.stuck++; w.stuck >= stuckAfter {
		return fmt.Errorf("%d writes wait and none is done", stats.Queued)
	}
	return nil
}

// watch checks until ctx ends.
func (r *readiness) watch(ctx context.Context, tell func(part string, ready bool)) {
	for every := time.NewTicker(checkEvery); ; {
		select {
		case <-ctx.Done():
			every.Stop()
			return
		case <-every.C:
			r.check(ctx, tell)
		}
	}
}

// trouble is why this process should not be sent anything; empty when it should.
func (r *readiness) trouble() string {
	if r.leaving.Load() {
		return "This process is stopping."
	}
	if time.Now().Before(r.found) {
		return "This process has just started: its callers are finding it."
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var down []string
	for part, w := range r.databases {
		if w.problem != nil {
			down = append(down, part)
		}
	}
	if len(down) == 0 {
		return ""
	}
	slices.Sort(down)
	return "Not able to work, see the log: " + strings.Join(down, ", ") + "."
}

// ops is the door for whoever watches over the process: not part of the API, and never behind TLS or a sign-in, so it
// tells nothing that is secret. More is added with mux.Handle before Run.
type ops struct {
	mux      *http.ServeMux
	listener net.Listener
}

// listenOps opens the door where the configuration says.
func (a *App) listenOps() error {
	a.ops.mux = http.NewServeMux()
	a.ops.listener = a.options.Listeners["ops"]
	if a.ops.listener == nil && a.config.OpsListen != "" {
		listener, err := listen(a.config.OpsListen, "COFFEE_OPS_LISTEN")
		if err != nil {
			return err
		}
		a.ops.listener = listener
		a.closers = append(a.closers, func() error { _ = listener.Close(); return nil })
	}
	a.ops.mux.HandleFunc("GET /health/live", func(w http.ResponseWriter, _ *http.Request) { answerHealth(w, "live", "") })
	a.ops.mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, _ *http.Request) { answerHealth(w, "ready", a.ready.trouble()) })
	return nil
}

func answerHealth(w http.ResponseWriter, status, trouble string) {
	httpx.Secure(w.Header(), httpx.DataPolicy)
	if trouble != "" {
		httpx.WriteProblem(w, httpx.Problem{
			Status: http.StatusServiceUnavailable, Title: "Not available", Code: "not_ready", Detail: trouble, RetryAfter: checkEvery,
		})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, "{\"status\":%q}\n", status)
}

// serveOps answers until ctx ends, from the first moment of a process to its last.
func (a *App) serveOps(ctx context.Context) error {
	if a.ops.listener == nil {
		<-ctx.Done()
		return nil
	}
	server := httpx.Server(a.ops.mux, a.log)
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(a.ops.listener); ctx.Err() == nil {
		return fmt.Errorf("ops: %w", err)
	}
	return nil
}
