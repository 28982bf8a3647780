package verify

import (
	"context"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"coffee/internal/day"
	"coffee/internal/db"
	"coffee/service/order/price"
)

// chunkOrders is how many orders are read and held at once; a few chunks are on their way at any time.
const chunkOrders = 1000

// trade is the reading of what was sold and what stock it took: every order once, in the order of ids, with
// everything that belongs to it, in one snapshot of each database. Order's snapshot is taken before inventory's: what
// an order took is there by then.
type trade struct {
	*check
	orders db.DBTX
	stock  db.DBTX // nil: not asked for

	heads    map[key]headRow
	open     map[key]key // open orders, with their cafés
	due      map[key][]dueRow
	taking   map[taking]bool // consumptions that are open
	devices  map[string]key
	menus    map[menuName]*price.Menu
	contents map[[32]byte]*price.Menu
	sums     map[stockKey]int64

	mu       sync.Mutex
	zones    map[zoneName]zone
	receipts map[key]*receipts
}

type headRow struct{ seq, receipt int64 }

type taking struct {
	order   key
	attempt int32
}

type zoneName struct {
	zone   string
	cutoff int
}

type zone struct {
	day.Calendar
	err error
}

// trade checks 4 to 12 and 15 to 18.
func (c *check) trade(ctx context.Context) error {
	return c.databases["order"].Snapshot(ctx, func(ctx context.Context, orders db.DBTX) error {
		t := &trade{
			check: c, orders: orders, heads: map[key]headRow{}, open: map[key]key{}, due: map[key][]dueRow{},
			taking: map[taking]bool{}, devices: map[string]key{}, menus: map[menuName]*price.Menu{},
			contents: map[[32]byte]*price.Menu{}, sums: map[stockKey]int64{}, zones: map[zoneName]zone{}, receipts: map[key]*receipts{},
		}
		// Its first query is what a snapshot begins with.
		if err := t.readOrderSide(ctx); err != nil {
			return err
		}
		if d := c.databases["login"]; d != nil {
			if err := t.readDevices(ctx, d.Read()); err != nil {
				return err
			}
		}
		d := c.databases["inventory"]
		if d == nil {
			return t.run(ctx)
		}
		return d.Snapshot(ctx, func(ctx context.Context, stock db.DBTX) error {
			t.stock = stock
			if err := t.readStockSide(ctx); err != nil {
				return err
			}
			if err := t.run(ctx); err != nil {
				return err
			}
			return t.shelves(ctx)
		})
	})
}

// run reads chunk by chunk and checks the chunks beside it.
func (t *trade) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	chunks := make(chan chunk, 1)
	group.Go(func() error {
		defer close(chunks)
		from := []byte{0} // before every id: it is shorter
		for {
			c, next, err := t.readChunk(ctx, from)
			if err != nil {
				return err
			}
			select {
			case chunks <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
			if next == nil {
				return nil
			}
			from = next
		}
	})
	for range max(1, runtime.GOMAXPROCS(0)) {
		group.Go(func() error {
			for c := range chunks {
				for _, b := range c {
					t.look(b)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	t.receiptGaps()
	return nil
}

// look checks one order with everything that belongs to it; the order itself may be missing.
func (t *trade) look(b *bundle) {
	if !t.decode(b) {
		return
	}
	t.content(b)
	if b.order != nil {
		t.sums5(b)
		t.linePrices(b)
		t.money(b)
		t.states(b)
		t.dates(b)
		t.receipt(b)
		t.device(b)
	}
	if t.stock != nil {
		t.taken(b)
	}
}

// calendar is a zone with its cut-off, loaded once.
func (t *trade) calendar(name string, cutoff int) (day.Calendar, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := zoneName{name, cutoff}
	z, ok := t.zones[at]
	if !ok {
		z.Calendar, z.err = day.Load(name, cutoff)
		t.zones[at] = z
	}
	return z.Calendar, z.err
}

func micro(n int64) time.Time { return time.UnixMicro(n).UTC() }
