package e2e

import (
	"strings"
	"testing"
	"time"

	"coffee/app"
	"coffee/internal/db/dbtest"
)

// usualStart is how long a process takes until it says that it is ready, on a machine that does nothing else: 0.8 s of
// that are for its callers to find it.
const usualStart = 1500 * time.Millisecond

// TestFaultRollingRestart ends and starts every process of a deployment, one after the other, under a shop at work, as
// an upgrade does: no request fails. Two of each part run, as in deploy/kubernetes: with one of a part its calls have
// nowhere to go for a moment. The next one leaves as soon as the one before says that it is ready.
func TestFaultRollingRestart(t *testing.T) {
	f := newFleet(t, app.All()...)
	f.server = dbtest.StartPrivate(t).DSN()
	f.common["COFFEE_GATEWAY_URL"] = "http://" + balance(t, watchOver(t, f.of("gateway")...))
	c := f.deploy()
	s := newShop(c, "Café Salam")
	l := newLoad(s, watchOver(t, append(f.of("frontend"), f.of("gateway")...)...))
	rounds, rate := inFull(1, *fullRounds), inFull(50, *fullRate) // CI does other things, too
	l.run(rate)
	for range rounds {
		for _, r := range f.replicas {
			r.stop()
			began := time.Now()
			r.start()
			c.waitFor(r.part+" is ready", r.ready)
			if !*faults { // where all of that takes longer, callers that share the machine do, too
				time.Sleep(time.Since(began) - usualStart)
			}
		}
	}
	l.end()
	outcomes, details := l.outcomes()
	failed, all := 0, 0
	for _, of := range outcomes {
		for outcome, n := range of {
			if all += n; !strings.HasPrefix(outcome, "2") {
				failed += n
			}
		}
	}
	t.Logf("%d processes restarted %d times at %d requests/s: %d of %d requests failed, %d sent elsewhere, %d sent again, %d not made\n%s",
		len(f.replicas), rounds, rate, failed, all, l.moved.Load(), l.resent.Load(), l.unmade.Load(), l.table())
	if failed > 0 {
		t.Errorf("%d of %d requests failed:\n%s", failed, all, strings.Join(details, "\n"))
	}
	c.stop()
	c.verifyClean()
}
