package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"coffee/internal/db"
)

// TestReadiness: a part is ready as long as its own database answers and its writes move.
func TestReadiness(t *testing.T) {
	r := readiness{log: slog.New(slog.DiscardHandler)}
	open := func(part string) *db.DB {
		d, err := db.Open(t.Context(), db.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), part+".db"), Service: part})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		r.add(part, d)
		return d
	}
	orders, menus := open("order"), open("menu")
	var mu sync.Mutex
	said := map[string]bool{}
	check := func() {
		r.check(t.Context(), func(part string, ready bool) {
			mu.Lock()
			defer mu.Unlock()
			said[part] = ready
		})
	}
	want := func(when string, order, menu bool, trouble string) {
		t.Helper()
		if said["order"] != order || said["menu"] != menu || r.trouble() != trouble {
			t.Errorf("%s: %v, %q", when, said, r.trouble())
		}
	}
	check()
	want("at first", true, true, "")

	// One write hangs and another waits behind it.
	began, free := make(chan struct{}), make(chan struct{})
	var writes sync.WaitGroup
	hang := func(context.Context, db.Tx) error {
		close(began)
		<-free
		return nil
	}
	writes.Go(func() { _ = orders.Write(t.Context(), hang) })
	<-began
	writes.Go(func() { _ = orders.Write(t.Context(), func(context.Context, db.Tx) error { return nil }) })
	for orders.Stats().Queued == 0 {
		runtime.Gosched() // until the second is in the queue
	}
	for range stuckAfter + 1 {
		check()
	}
	want("while nothing is written", false, true, "Not able to work, see the log: order.")
	close(free)
	writes.Wait()
	check()
	want("when it moves again", true, true, "")

	// Every reader is busy, and writes go on: busy is not down.
	busy := func(look func()) {
		var readers sync.WaitGroup
		took, release := make(chan struct{}), make(chan struct{})
		for range max(2, runtime.GOMAXPROCS(0)) {
			readers.Go(func() {
				_ = orders.Snapshot(t.Context(), func(context.Context, db.DBTX) error { took <- struct{}{}; <-release; return nil })
			})
			<-took
		}
		look()
		close(release)
		readers.Wait()
	}
	busy(func() {
		if err := orders.Write(t.Context(), func(context.Context, db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		check()
		want("while it is busy", true, true, "")
		check()
		want("while nobody can read and nothing is written", false, true, "Not able to work, see the log: order.")
	})
	check()
	want("when readers are free", true, true, "")

	if err := menus.Close(); err != nil {
		t.Fatal(err)
	}
	check()
	want("without menu's database", true, false, "Not able to work, see the log: menu.")
	r.leaving.Store(true)
	w := httptest.NewRecorder()
	answerHealth(w, "ready", r.trouble())
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("while it leaves: %d %v", w.Code, w.Header())
	}
}

// TestFound: whoever has just begun to serve is not ready before its callers have had the time to find it.
func TestFound(t *testing.T) {
	r := readiness{found: time.Now().Add(time.Hour)}
	if r.trouble() == "" {
		t.Error("it is ready before callers have found it")
	}
	r.found = time.Now()
	if trouble := r.trouble(); trouble != "" {
		t.Errorf("it is not ready afterwards: %s", trouble)
	}
}
