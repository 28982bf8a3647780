package guess

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"coffee/internal/db"
	"coffee/internal/errs"
)

// Attempt is one try to prove something.
type Attempt struct {
	// Subject is what is guessed at: "person/0199…", "cafe/0199…"; for a name nobody has, the name as it was typed.
	// Only its hash is stored, as people type passwords into name fields.
	Subject string
	// Network is the address it comes from.
	Network string
	// Device, where set, is an enrolled device or a live session that the gateway vouches for: it stands for the
	// place, and strangers' budgets do not bind it. All devices together have a budget of their own for a subject, as
	// whoever has a café's access code makes as many devices as they like.
	Device string
}

func (a Attempt) place() string {
	if a.Device != "" {
		return "device/" + a.Device
	}
	return "network/" + a.Network
}

// Guard admits tries. Its state is in the service's own database (see table.go), so it holds over replicas.
type Guard struct {
	table table
	now   func() time.Time
	queue queue
}

// New makes the guard over a database whose migrations made the table guess.
func New(d *db.DB, now func() time.Time) *Guard {
	return &Guard{table: table{d}, now: now, queue: queue{waiting: map[key]*line{}}}
}

// Try runs check if a try may be made now, and remembers how it went. Tries of one subject at one place wait for
// each other, so that several right ones at once all pass. Errors: too_many_attempts with the wait, before check
// ran; what check returned.
func (g *Guard) Try(ctx context.Context, a Attempt, check func(context.Context) (bool, error)) (bool, error) {
	pace := key{digest("subject/" + a.Subject), digest(a.place())}
	leave, err := g.queue.enter(ctx, pace)
	if err != nil {
		return false, err
	}
	defer leave()

	now := g.now()
	// Refused without the writer: ten thousand guesses cost it a hundred writes.
	if _, err := g.admit(ctx, g.table.db.Read(), a, pace, now, putNothing); err != nil {
		return false, err
	}
	var taken []key
	if err := g.table.write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		taken, err = g.admit(ctx, tx, a, pace, now, put)
		return err
	}); err != nil {
		return false, err
	}
	ok, err := check(ctx)
	if err != nil || !ok {
		return false, err
	}
	return true, g.succeeded(ctx, a, pace, taken)
}

// admit decides, and through put writes down what the try costs. It returns the budgets it took from.
func (g *Guard) admit(ctx context.Context, tx db.DBTX, a Attempt, pace key, now time.Time, put func(context.Context, db.DBTX, row) error) ([]key, error) {
	row, err := read(ctx, tx, pace)
	if err != nil {
		return nil, err
	}
	if wait := row.pace().Wait(now); wait > 0 {
		return nil, refuse(wait)
	}
	if err := put(ctx, tx, row.with(row.pace().Try(now))); err != nil {
		return nil, err
	}
	if row.pace().Known(now) {
		return nil, nil
	}
	budgets := budgetsOf(a)
	taken := make([]key, 0, len(budgets))
	for _, b := range budgets {
		row, err := read(ctx, tx, b.key)
		if err != nil {
			return nil, err
		}
		mark, wait := b.limit.Take(row.until, now)
		if wait > 0 {
			return nil, refuse(wait)
		}
		if err := put(ctx, tx, row.marked(mark, now)); err != nil {
			return nil, err
		}
		taken = append(taken, b.key)
	}
	return taken, nil
}

type budget struct {
	key   key
	limit Limit
}

func budgetsOf(a Attempt) []budget {
	if a.Device != "" {
		return []budget{{key{digest("subject/" + a.Subject), digest("every device")}, PerSubject}}
	}
	return []budget{
		{key{digest("subject/" + a.Subject), digest("everywhere")}, PerSubject},
		{key{digest("everybody"), digest(a.place())}, PerNetwork},
	}
}

func (g *Guard) succeeded(ctx context.Context, a Attempt, pace key, taken []key) error {
	now := g.now()
	return g.table.write(ctx, func(ctx context.Context, tx db.Tx) error {
		row, err := read(ctx, tx, pace)
		if err != nil {
			return err
		}
		if err := put(ctx, tx, row.with(row.pace().Success(now))); err != nil {
			return err
		}
		budgets := budgetsOf(a)
		for i, k := range taken {
			row, err := read(ctx, tx, k)
			if err != nil {
				return err
			}
			if err := put(ctx, tx, row.marked(budgets[i].limit.Return(row.until), now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Allow takes one from a budget of the service's own, such as new phones per network. Error: too_many_attempts.
func (g *Guard) Allow(ctx context.Context, what, of string, limit Limit) error {
	k, now := key{digest("limit/" + what), digest(of)}, g.now()
	return g.table.write(ctx, func(ctx context.Context, tx db.Tx) error {
		row, err := read(ctx, tx, k)
		if err != nil {
			return err
		}
		mark, wait := limit.Take(row.until, now)
		if wait > 0 {
			return refuse(wait)
		}
		return put(ctx, tx, row.marked(mark, now))
	})
}

func refuse(wait time.Duration) error {
	wait = (wait + time.Second - 1).Truncate(time.Second)
	return errs.TooMany("too_many_attempts", wait, "Too many tries. Wait %s, then try again.", spoken(wait))
}

func spoken(wait time.Duration) string {
	switch seconds := int(wait / time.Second); {
	case seconds == 1:
		return "a second"
	case seconds < 90:
		return fmt.Sprintf("%d seconds", seconds)
	default:
		return fmt.Sprintf("%d minutes", (seconds+59)/60)
	}
}

func digest(s string) [32]byte { return sha256.Sum256([]byte(s)) }

// Run prunes what no longer matters, every hour, until ctx ends. A database that does not answer is tried again.
func (g *Guard) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := g.Prune(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "guesses not pruned", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
