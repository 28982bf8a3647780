package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"

	"coffee/internal/certs"
	"coffee/internal/obs"
	"coffee/internal/rpc"
	"coffee/internal/secret"
)

// gatewayTimeout is above every bound that the gateway itself sets a request.
const gatewayTimeout = time.Minute

// Options are what a start decides, beside the configuration.
type Options struct {
	// Parts to run, over TCP; none means everything in this process, calls staying inside it.
	Parts []string
	Log   *slog.Logger
	// Listeners opened beforehand, by part: tests pass ports of their own.
	Listeners map[string]net.Listener
	// Step, when set, is called at named points of an order; fault tests kill or fail there.
	Step func(name string)
	// ReconcileAfter is how old an unconfirmed consumption must be to be looked at; 0: 30 s.
	ReconcileAfter time.Duration
	// CallTimeout bounds a request and each call behind it; 0: the standard bounds. Tests on busy machines wait longer.
	CallTimeout time.Duration
	// Traces takes the spans instead of a collector, for tests.
	Traces sdktrace.SpanExporter
}

// App is parts of the system, listening.
type App struct {
	config    Config
	options   Options
	log       *slog.Logger
	keys      *keys
	certs     map[string]*certs.Watched // by part that runs here; nil without
	transport transport
	ready     readiness
	ops       ops
	watch     *obs.Observer
	closers   []func() error
	runs      []part
	webs      []website
	operator  string
	hasher    *secret.Hasher
	set       setUp
}

// part is a running part's background work.
type part struct {
	name string
	run  func(context.Context) error
}

// website is a part that speaks HTTP.
type website struct {
	name     string
	listener net.Listener
	server   *http.Server
	run      func(context.Context) error // beside its requests; ends what would not end by itself. May be nil.
	leave    func()                      // it is not ready any more, but answers. May be nil.
}

// All are the names of every part.
func All() []string {
	var names []string
	for _, s := range Services {
		names = append(names, s.Name)
	}
	return append(names, "gateway", "frontend")
}

// Open builds the parts in the order of the table: databases migrated, listeners open, nobody answered yet. When one
// part fails the ones before it are closed and the error names it.
func Open(ctx context.Context, config Config, options Options) (_ *App, err error) {
	a := &App{config: config, options: options, log: options.Log, ready: readiness{log: options.Log}}
	if a.options.Listeners == nil {
		a.options.Listeners = map[string]net.Listener{}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	wanted := options.Parts
	if len(wanted) == 0 {
		wanted = All()
	}
	for _, name := range wanted {
		if !slices.Contains(All(), name) {
			return nil, fmt.Errorf("there is no part %q; the parts are %v", name, All())
		}
	}
	// Listeners first: a busy port should be known before anything is written.
	if err := a.listenHTTP(wanted); err != nil {
		return nil, err
	}
	if err := a.listenOps(); err != nil {
		return nil, err
	}
	if err := a.startWatching(ctx); err != nil {
		return nil, err
	}
	issuers := slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return name == "frontend" })
	if a.keys, err = loadKeys(config, issuers); err != nil {
		return nil, err
	}
	if slices.Contains(wanted, "gateway") { // nobody else is asked with it
		if a.operator, err = operatorToken(config); err != nil {
			return nil, err
		}
	}
	if a.hasher, err = secret.New(rand.Reader, secret.Standard, runtime.GOMAXPROCS(0)); err != nil {
		return nil, err
	}
	if config.ClearRPC || config.ClearHTTP {
		a.log.Warn("what crosses the network may be read there", "calls", config.ClearRPC, "http", config.ClearHTTP, "set", "COFFEE_INSECURE_NETWORK")
	}
	if a.certs, err = watchCertificates(config, options); err != nil {
		return nil, err
	}
	if err := a.chooseTransport(); err != nil {
		return nil, err
	}
	for _, module := range modules {
		if !slices.Contains(wanted, module.name) {
			continue
		}
		if err := module.build(ctx, a); err != nil {
			return nil, fmt.Errorf("%s: %w", module.name, err)
		}
	}
	return a, nil
}

func (a *App) chooseTransport() error {
	var contracts []string
	for _, s := range Services {
		contracts = append(contracts, s.Contract)
	}
	rules, err := rpc.Rules(contracts...)
	if err != nil {
		return err
	}
	guard, err := rpc.NewGuard(rules, a.keys.verifier, a.log)
	if err != nil {
		return err
	}
	guard.Watch = a.watch
	if len(a.options.Parts) == 0 {
		a.transport = newInProcess(guard)
	} else {
		a.transport = newNetwork(a.config, guard, a.certs, a.options.Listeners)
	}
	a.closers = append(a.closers, a.transport.close)
	return nil
}

func (a *App) listenHTTP(wanted []string) error {
	addresses := map[string][2]string{
		"gateway":  {a.config.GatewayListen, "COFFEE_GATEWAY_LISTEN"},
		"frontend": {a.config.FrontendListen, "COFFEE_FRONTEND_LISTEN"},
	}
	for _, name := range []string{"gateway", "frontend"} {
		if !slices.Contains(wanted, name) || a.options.Listeners[name] != nil {
			continue
		}
		listener, err := listen(addresses[name][0], addresses[name][1])
		if err != nil {
			return err
		}
		a.options.Listeners[name] = listener
		a.closers = append(a.closers, func() error { _ = listener.Close(); return nil })
	}
	return nil
}

// conn is a connection to a service, as issuer.
func (a *App) conn(issuer, to string) (grpc.ClientConnInterface, error) {
	bare, err := a.transport.dial(issuer, to)
	if err != nil {
		return nil, err
	}
	timeout := max(rpc.DefaultTimeout, a.options.CallTimeout)
	if issuer == "gateway" {
		timeout = gatewayTimeout
	}
	return identified(bare, a.keys.signers[issuer], timeout, a.watch), nil
}

// close closes in the reverse order of opening.
func (a *App) close() error {
	var problems []error
	for _, c := range slices.Backward(a.closers) {
		problems = append(problems, c())
	}
	a.closers = nil
	return errors.Join(problems...)
}

// Address is where a part that listens really listens.
func (a *App) Address(part string) string {
	if l := a.options.Listeners[part]; l != nil {
		return l.Addr().String()
	}
	return ""
}

// Addresses are where everything here listens, as "order 127.0.0.1:5002".
func (a *App) Addresses() []string {
	var all []string
	for _, part := range slices.Sorted(maps.Keys(a.options.Listeners)) {
		all = append(all, part+" "+a.Address(part))
	}
	if l := a.ops.listener; l != nil && a.options.Listeners["ops"] == nil {
		all = append(all, "ops "+l.Addr().String())
	}
	return all
}
