// Package verify reads the databases of a stopped or running system and names what does not add up; it changes
// nothing. It trusts no service's word: the rows are read by SQL of its own, and sums, chains, prices, days and
// states are worked out again from them.
package verify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"coffee/internal/db"
)

// DefaultGrace is how old something half done may be, in a running system, before it counts as forgotten.
const DefaultGrace = 120 * time.Second

// Options says what to look at.
type Options struct {
	// Open opens a service's database (order, inventory, analytics or login); Run closes it. See Databases.
	Open func(ctx context.Context, service string) (*db.DB, error)
	// Grace is for what is younger: 0 is DefaultGrace, negative is none.
	Grace time.Duration
	// Now is the clock that ages are taken by; nil is time.Now.
	Now func() time.Time
	// Only is the invariants to check; empty is all of them.
	Only []int
}

// Invariants are the ones that are checked, with what each of them says (docs: trust.md).
var Invariants = map[int]string{
	4:  "one order per id, one content",
	5:  "lines less discounts are the total; net and tax are gross, per rate",
	6:  "a line's price is the named release's, or an override with its author",
	7:  "captured, refunded and due agree with the tenders; no more is given back than was taken",
	9:  "on hand is the sum of the movements, per café and ingredient",
	10: "counted goods are never below zero",
	11: "each placed order has one live consumption with its snapshot; each void came back or is waste",
	12: "no consumption is left open and no stock is owed for longer than the grace",
	13: "the journal of each café has no gap, its chain holds, its head is its last entry",
	14: "the figures of analytics are the sum of the journal up to their cursor",
	15: "only legal states and changes of state",
	16: "the business date is that of the time of sale, or the entry says what it mends",
	17: "receipt numbers of a café have no gap and no double",
	18: "an order's café is its device's",
}

// check is one Run.
type check struct {
	*collector
	now, oldest time.Time // what is older than oldest has had its grace
	only        []int
	databases   map[string]*db.DB
}

// asked tells whether any of the invariants is wanted.
func (c *check) asked(invariants ...int) bool {
	return len(c.only) == 0 || slices.ContainsFunc(invariants, func(i int) bool { return slices.Contains(c.only, i) })
}

// Run checks the system and reports. An error means that it could not look, not that something is wrong.
func Run(ctx context.Context, o Options) (Report, error) {
	for _, i := range o.Only {
		if Invariants[i] == "" {
			return Report{}, fmt.Errorf("there is no invariant %d to check", i)
		}
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	grace := o.Grace
	if grace == 0 {
		grace = DefaultGrace
	}
	began := time.Now()
	c := &check{collector: newCollector(o.Only), now: now(), only: o.Only, databases: map[string]*db.DB{}}
	c.oldest = c.now.Add(-max(grace, 0))
	defer func() {
		for _, d := range c.databases {
			_ = d.Close() // nothing was written
		}
	}()
	trade := c.asked(4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 17, 18)
	for service, wanted := range map[string]bool{
		"order": true, "inventory": trade && c.asked(9, 10, 11, 12), "login": trade && c.asked(18), "analytics": c.asked(14),
	} {
		if !wanted {
			continue
		}
		d, err := o.Open(ctx, service)
		if err != nil {
			return Report{}, fmt.Errorf("database of %s: %w", service, err)
		}
		c.databases[service] = d
	}
	// Two readings at once, each with snapshots of its own: what was sold, and the journals.
	group, ctx := errgroup.WithContext(ctx)
	if trade {
		group.Go(func() error { return c.trade(ctx) })
	}
	if c.asked(13, 14) {
		group.Go(func() error { return c.history(ctx) })
	}
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	return c.report(time.Since(began)), nil
}
