package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"coffee/app"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// anywhere is the browser at the next replica.
func (s *modelShop) anywhere(b *browser) *browser {
	if len(s.replicas) == 0 {
		return b
	}
	there := *b
	there.c = s.replicas[int(s.turn.Add(1))%len(s.replicas)]
	return &there
}

// TestModel runs the state machine over HTTP.
func TestModel(t *testing.T) {
	for _, seed := range modelSeeds(t) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			runModel(t, seed, startOneProcess(t, app.Options{ReconcileAfter: time.Second}))
		})
	}
}

// TestModelOnTwoReplicas runs it over two processes on one data folder, each call at the other one: also the
// repetition of a call, and what races it.
func TestModelOnTwoReplicas(t *testing.T) {
	t.Parallel()
	data, options := t.TempDir(), app.Options{ReconcileAfter: time.Second}
	first := startIn(t, data, options)
	seeds := modelSeeds(t)
	runModel(t, seeds[len(seeds)-1], first, startIn(t, data, options))
}

// TestModelOnMySQL runs it over two processes on a MySQL server, where statements of two transactions interleave.
func TestModelOnMySQL(t *testing.T) {
	t.Parallel()
	data, databases := t.TempDir(), map[string]string{}
	for _, service := range []string{"order", "inventory", "analytics"} {
		databases["COFFEE_"+strings.ToUpper(service)+"_DATABASE"] = dbtest.Config(t, db.MySQL, service).URL
	}
	seeds := modelSeeds(t)
	first := startOver(t, data, databases)
	runModel(t, seeds[len(seeds)-1], first, startOver(t, data, databases))
}

// startOver starts one process on a data folder and databases that others may use too.
func startOver(t *testing.T, data string, databases map[string]string) *chain {
	t.Helper()
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	environment := maps.Clone(databases)
	environment["COFFEE_DATA"] = data
	environment["COFFEE_GATEWAY_URL"] = "http://" + listeners["gateway"].Addr().String()
	environment["COFFEE_PUBLIC_URL"] = "http://" + listeners["frontend"].Addr().String()
	config, err := app.Load(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	return running(t, config, []app.Options{{ReconcileAfter: time.Second, Listeners: listeners, Log: testLog(t)}})
}

func runModel(t *testing.T, seed uint64, c *chain, others ...*chain) {
	s := newModelShop(t, c)
	if len(others) > 0 {
		s.replicas = append([]*chain{c}, others...)
	}
	c.asOperator().keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{
		"lines": []object{{"ingredient_id": s.croissStk, "quantity": 200000}}, // scarce, not gone
	})
	opening := s.onHand()
	var wait sync.WaitGroup
	until := time.Now().Add(modelTime(t))
	for n := range 6 {
		a := newActor(s, rand.New(rand.NewPCG(seed, uint64(n))), []string{"Omar", "Salma", "Nadia"}[n%3])
		wait.Go(func() { a.work(until) })
	}
	meddler := s.counter("Salma")
	wait.Go(func() { s.meddle(meddler, rand.New(rand.NewPCG(seed, 99)), until) })
	wait.Wait()
	if !t.Failed() {
		s.check(seed, opening)
	}
	for _, other := range others {
		other.stop()
	}
	c.stop()
	c.verifyClean()
	if t.Failed() {
		t.Logf("run it again with COFFEE_TEST_SEED=%d", seed)
	}
}
