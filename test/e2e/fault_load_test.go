package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"
)

// faults switches the fault tests from seconds to the full figures: make faults. A machine that cannot carry these says
// less: it is overload, then, that fails.
var (
	faults     = flag.Bool("faults", false, "the fault tests run at full length and rate")
	fullRate   = flag.Int("faults.rate", 200, "with -faults: requests a second of the rolling restart")
	fullRounds = flag.Int("faults.rounds", 20, "with -faults: how often each process is restarted")
)

// inFull chooses between what a test does by default and under make faults.
func inFull[T any](seconds, full T) T {
	if *faults {
		return full
	}
	return seconds
}

// lookout knows which processes say that they are ready, as a balancer does: it asks now and then.
type lookout struct {
	targets []*replica
	ready   []atomic.Bool
	turn    atomic.Int64
}

const lookEvery = 200 * time.Millisecond

func watchOver(t *testing.T, targets ...*replica) *lookout {
	w := &lookout{targets: targets, ready: make([]atomic.Bool, len(targets))}
	for i := range targets {
		w.ready[i].Store(true) // who is not there yet refuses, and is passed over
	}
	over, end := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	t.Cleanup(func() { end(); looking.Wait() })
	for i, r := range targets {
		looking.Go(func() {
			for every := time.NewTicker(lookEvery); ; {
				select {
				case <-over.Done():
					every.Stop()
					return
				case <-every.C:
					w.ready[i].Store(r.ready())
				}
			}
		})
	}
	return w
}

// next is the next one in turn that is ready; where none is, simply the next.
func (w *lookout) next() (i int) {
	for range w.targets {
		if i = int(w.turn.Add(1)) % len(w.targets); w.ready[i].Load() {
			return i
		}
	}
	return i
}

// balance is a balancer of connections before some processes, as a Kubernetes Service is; it returns its address.
func balance(t *testing.T, w *lookout) string {
	t.Helper()
	listener := listenLocal(t)
	t.Cleanup(func() { _ = listener.Close() })
	pass := func(in net.Conn) {
		defer func() { _ = in.Close() }()
		for range 3 * len(w.targets) {
			i := w.next()
			out, err := net.DialTimeout("tcp", w.targets[i].address, time.Second)
			if err != nil {
				w.ready[i].Store(false)
				continue
			}
			go func() { _, _ = io.Copy(out, in); _ = out.(*net.TCPConn).CloseWrite() }()
			_, _ = io.Copy(in, out)
			_ = out.Close()
			return
		}
	}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go pass(in)
		}
	}()
	return listener.Addr().String()
}

// mostAtOnce bounds what is under way at the same moment, but at full length: a busy machine then makes fewer requests.
// An open loop would pile them up until they fail by the bound of 5 s, which says nothing of the fault.
const mostAtOnce = 8

// load is a chain's cafés at work: requests at a steady rate, at full length whatever becomes of those before (an open
// loop).
type load struct {
	t     *testing.T
	cafes []*atWork
	doors *lookout // frontends and gateways
	at    []*chain // the same chain, seen through each door
	http  http.RoundTripper

	mu       sync.Mutex
	tallies  map[string]*tally
	since    time.Time     // successes of what was due before say nothing
	longest  time.Duration // that any request took
	began    time.Time
	moved    atomic.Int64 // sent again, elsewhere: the door was closed, or said that it leaves
	resent   atomic.Int64 // sent again, as browsers do: a connection that was used before ended without a byte
	underWay atomic.Int64
	unmade   atomic.Int64 // due while mostAtOnce were under way
	paused   atomic.Bool
	stopping context.CancelFunc
	inFlight sync.WaitGroup
}

// atWork is one of the cafés, with its manager at the till.
type atWork struct {
	*shop
	till           *browser
	queued, placed chan string // ids of orders
}

// tally is what became of the requests of one kind.
type tally struct {
	took     []time.Duration // from the moment when it was due
	outcomes map[string]int  // "200", "503 unavailable", …
	details  []string        // of the first that failed
}

// kinds are the requests of a shop, with how many of a hundred each is.
var kinds = []struct {
	name  string
	share int
}{{"menu", 50}, {"read", 20}, {"place", 8}, {"bar", 8}, {"stock", 8}, {"report", 5}, {"sign-in", 1}}

// loadCafes is how many cafés share the load: one café's orders wait for each other, as they touch the same stock.
const loadCafes = 12

// newLoad opens the cafés, all with the menu of a first one.
func newLoad(first *shop, doors *lookout) *load {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}
	l := &load{t: first.c.t.(*testing.T), doors: doors, http: transport, tallies: map[string]*tally{}}
	l.t.Cleanup(transport.CloseIdleConnections)
	for _, r := range doors.targets {
		through := *first.c
		through.gateway = "http://" + r.address
		l.at = append(l.at, &through)
	}
	for n := range loadCafes {
		s := first.branch(l.at[0], fmt.Sprint("Café ", n+1)) // all doors share one host, and so the cookies
		cafe := &atWork{s, s.counter("Salma"), make(chan string, 1000), make(chan string, 1000)}
		cafe.till.client.Transport = transport
		l.cafes = append(l.cafes, cafe)
	}
	return l
}

// branch opens another café with the same menu, and stock that does not run out.
func (s *shop) branch(c *chain, name string) *shop {
	s.c.t.Helper()
	b := *s
	b.c, b.id, b.pins = c, newID(), map[string]string{}
	b.makeCafe(name)
	b.stockUp()
	c.asOperator().keyed("POST", "/api/v1/cafes/"+b.id+"/receipts", object{
		"lines": []object{{"ingredient_id": b.croissStk, "quantity": 1000000000}},
	})
	return &b
}

// run begins; the load goes on until end.
func (l *load) run(rate int) {
	var ctx context.Context
	ctx, l.stopping = context.WithCancel(context.Background())
	l.began = time.Now()
	l.t.Cleanup(l.end) // when the test was given up
	l.inFlight.Go(func() {
		for n := 0; ; n++ {
			due := l.began.Add(time.Duration(n) * time.Second / time.Duration(rate))
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(due)):
			}
			if l.paused.Load() {
				continue
			}
			if !*faults && l.underWay.Load() >= mostAtOnce {
				l.unmade.Add(1)
				continue
			}
			l.underWay.Add(1)
			l.inFlight.Go(func() {
				defer l.underWay.Add(-1)
				l.make(anyKind(), l.cafes[rand.N(len(l.cafes))], due)
			})
		}
	})
}

// afresh lets everything end that is under way, and goes on.
func (l *load) afresh() {
	l.paused.Store(true)
	l.at[0].waitFor("everything under way has ended", func() bool { return l.underWay.Load() == 0 })
	l.paused.Store(false)
	time.Sleep(lookEvery) // some more is under way
}

// end waits for what is under way.
func (l *load) end() {
	l.stopping()
	l.inFlight.Wait()
}

func anyKind() string {
	n := rand.N(100)
	for _, k := range kinds {
		if n -= k.share; n < 0 {
			return k.name
		}
	}
	return "" // the shares are a hundred together
}

// make makes a request of a kind at a café, and notes what became of it.
func (l *load) make(kind string, cafe *atWork, due time.Time) {
	till := cafe.till
	var a answer
	var err error
	switch kind {
	case "menu":
		a, err = l.send(till, "GET", "/api/v1/cafes/"+cafe.id+"/menu", nil)
	case "place":
		id := newID()
		body := cafe.threeLines()
		a, err = l.send(till, "PUT", "/api/v1/orders/"+id, body)
		if err == nil && a.status == 200 {
			keep(cafe.queued, id)
			keep(cafe.placed, id)
		}
	case "bar":
		select {
		case id := <-cafe.queued:
			a, err = l.send(till, "POST", "/api/v1/orders/"+id+"/lines", object{"lines": []int{1, 2}, "to": "making"})
		default:
			return // the bar has nothing to do
		}
	case "read":
		select {
		case id := <-cafe.placed:
			a, err = l.send(till, "GET", "/api/v1/orders/"+id, nil)
			keep(cafe.placed, id)
		default:
			return
		}
	case "stock":
		a, err = l.send(till, "GET", "/api/v1/cafes/"+cafe.id+"/stock", nil)
	case "report":
		a, err = l.send(till, "GET", "/api/v1/analytics/month?month="+time.Now().UTC().Format("2006-01")+"&cafe_id="+cafe.id, nil)
	case "sign-in":
		a, err = l.send(l.visitor(), "POST", "/login", object{"cafe_id": cafe.id, "access_code": cafe.code, "device_name": "Till 2"})
	}
	l.note(kind, due, a, err)
}

// visitor is somebody who is not signed in.
func (l *load) visitor() *browser {
	b := l.at[0].browser()
	b.client.Transport = l.http
	return b
}

// keep puts an id where others find it, unless there are plenty.
func keep(in chan string, id string) {
	select {
	case in <- id:
	default:
	}
}

// count says from when on successes count.
func (l *load) count(since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.since = since
}

// note counts an answer to what was due at a moment.
func (l *load) note(kind string, due time.Time, a answer, err error) {
	took := time.Since(due)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && a.status < 300 && due.Before(l.since) {
		return
	}
	t := l.tallies[kind]
	if t == nil {
		t = &tally{outcomes: map[string]int{}}
		l.tallies[kind] = t
	}
	t.took = append(t.took, took)
	l.longest = max(l.longest, took)
	outcome := fmt.Sprint(a.status)
	switch {
	case err != nil:
		outcome = "no answer"
	case a.status == 503:
		outcome += " " + a.text("code")
		if a.header.Get("Retry-After") == "" {
			outcome += " without Retry-After"
		}
	case a.status > 299:
		outcome += " " + a.text("code")
	}
	t.outcomes[outcome]++
	if (err != nil || a.status > 299) && len(t.details) < 3 {
		t.details = append(t.details, fmt.Sprintf("%s after %v, %v into the test: %s: %v %s", kind, took.Round(time.Millisecond), time.Since(l.began).Round(time.Millisecond), outcome, err, a.raw))
	}
}

// send asks at one door after the other as a browser behind a balancer: where nobody listens, or whoever leaves says
// so, it takes the next; and a used connection that ends without a byte is a reason to send it once more.
func (l *load) send(till *browser, method, path string, body any) (a answer, err error) {
	for range 2 * len(l.at) {
		door := l.doors.next()
		through := &browser{c: l.at[door], client: till.client}
		var reused bool
		ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{GotConn: func(g httptrace.GotConnInfo) { reused = g.Reused }})
		var request *http.Request
		if request, err = through.request(ctx, method, path, body); err != nil {
			return answer{}, err
		}
		a, err = through.do(request)
		var op *net.OpError
		switch {
		case errors.As(err, &op) && op.Op == "dial":
			l.doors.ready[door].Store(false)
			l.moved.Add(1)
		case err != nil && reused && a.status == 0:
			l.resent.Add(1)
		case err == nil && a.status == 503 && a.header.Get("Retry-After") != "" && !l.doors.ready[door].Load():
			l.moved.Add(1)
		default:
			return a, err
		}
	}
	return a, err
}

// outcomes is what became of each kind since the last table.
func (l *load) outcomes() (outcomes map[string]map[string]int, details []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	outcomes = map[string]map[string]int{}
	for kind, t := range l.tallies {
		outcomes[kind] = maps.Clone(t.outcomes)
		details = append(details, t.details...)
	}
	return outcomes, details
}

// table says what became of everything since the last time, and begins anew.
func (l *load) table() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "request\tmade\thalf within\t99 % within\tlongest\toutcomes")
	for _, kind := range slices.Sorted(maps.Keys(l.tallies)) {
		t := l.tallies[kind]
		slices.Sort(t.took)
		at := func(share float64) time.Duration {
			return t.took[int(share*float64(len(t.took)-1))].Round(time.Millisecond)
		}
		fmt.Fprintf(w, "%s\t%d\t%v\t%v\t%v\t%v\n", kind, len(t.took), at(0.5), at(0.99), at(1), t.outcomes)
	}
	_ = w.Flush()
	l.tallies = map[string]*tally{}
	return out.String()
}
