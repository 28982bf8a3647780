package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"coffee/internal/db"
)

// module is one row of the parts table: its name, and how it is built from what it needs.
type module struct {
	name  string
	build func(ctx context.Context, a *App) error
}

// modules are built in this order and closed in reverse.
var modules = []module{
	{"cafe", buildCafe},
	{"login", buildLogin},
	{"adminlogin", buildAdminLogin},
	{"menu", buildMenu},
	{"inventory", buildInventory},
	{"order", buildOrder},
	{"analytics", buildAnalytics},
	{"gateway", buildGateway},
	{"frontend", buildFrontend},
}

// open migrates and opens the database of a part.
func (a *App) open(ctx context.Context, part string) (*db.DB, error) {
	if err := a.config.migrate(ctx, part, a.log); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	d, err := db.Open(ctx, db.Config{URL: a.config.Database[part], Service: part, Log: a.log})
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, d.Close)
	a.ready.add(part, d)
	a.watchDatabase(part, d)
	return d, nil
}

// serve makes a built service reachable.
func (a *App) serve(name string, register func(grpc.ServiceRegistrar)) error {
	for _, s := range Services {
		if s.Name == name {
			return a.transport.serve(s, register)
		}
	}
	return fmt.Errorf("no service %q in the port table", name)
}

// background notes what works beside the calls.
func (a *App) background(name string, run func(context.Context) error) {
	a.runs = append(a.runs, part{name, run})
}

// newID makes the ids of what the system itself first needs.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// now is the clock of every part.
func now() time.Time { return time.Now().UTC() }
