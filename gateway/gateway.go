// Package gateway is REST, sessions and identity in front of the services: it knows who is asking, turns HTTP into
// gRPC and errors into problems, and bounds what comes in. It holds no rule of the domain, and no SQL but in
// gateway/session. Who may call what stands in the contracts; the services hold every call against it again.
package gateway

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"coffee/gateway/session"
	"coffee/internal/httpx"
	"coffee/internal/obs"
	"coffee/internal/rpc"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// The bounds of a request.
const (
	DefaultTimeout = 5 * time.Second
	ImportTimeout  = 30 * time.Second
	Heartbeat      = 15 * time.Second
	// FirstWord is how long a stream may stay a problem; then it begins, with or without an event.
	FirstWord   = 250 * time.Millisecond
	bodyLimit   = 256 << 10
	importLimit = 1 << 20
)

// Deps is what the gateway works with.
type Deps struct {
	// Conns gives the connection to a service (login, order …) on which rpc.Client shows the gateway's own passport.
	// The client's Timeout must not be below ImportTimeout: the gateway bounds each request itself.
	Conns    func(service string) grpc.ClientConnInterface
	Sessions *session.Store
	Signer   *rpc.Signer // issuer gateway
	Now      func() time.Time
	NewID    func() string
	Log      *slog.Logger
	// PublicURL is where browsers find the chain: https, or plain http on loopback. Empty: http on localhost.
	PublicURL string
	// TrustedProxies may name the caller's address in X-Forwarded-For. Nil: those on this machine.
	TrustedProxies []netip.Prefix
	// OperatorToken admits the operator as a bearer token. Empty: nobody.
	OperatorToken string
	// CredentialsChanged, when set, is told after every change of a password, code or PIN: what was written down of
	// them is not true any more.
	CredentialsChanged func()
	// Watch, when set, sees every request.
	Watch *obs.Observer
	// Timeout, ImportTimeout, Heartbeat and FirstWord replace the constants of the same names when they are set.
	Timeout, ImportTimeout, Heartbeat, FirstWord time.Duration
}

// Gateway answers all requests of the REST interface.
type Gateway struct {
	Deps
	router     *router
	mux        *runtime.ServeMux
	login      loginpb.LoginServiceClient
	adminlogin adminloginpb.AdminLoginServiceClient
	order      orderpb.OrderServiceClient
	cookie     cookie
	crossSite  *http.CrossOriginProtection
	operator   [sha256.Size]byte
	passports  passports
	streams    streams
	docs       *httpx.Files
	leaving    atomic.Bool
	stopping   context.Context
	stop       context.CancelFunc
}

// New makes the gateway. It refuses a public address whose cookies would travel in the clear.
func New(d Deps) (*Gateway, error) {
	switch {
	case d.Conns == nil || d.Sessions == nil || d.Signer == nil:
		return nil, errors.New("gateway: connections, sessions and signer are needed")
	case d.Signer.Issuer != "gateway":
		return nil, fmt.Errorf("gateway: the signer is %s's", d.Signer.Issuer)
	}
	d.defaults()
	g := &Gateway{
		Deps:       d,
		login:      loginpb.NewLoginServiceClient(d.Conns("login")),
		adminlogin: adminloginpb.NewAdminLoginServiceClient(d.Conns("adminlogin")),
		order:      orderpb.NewOrderServiceClient(d.Conns("order")),
		operator:   sha256.Sum256([]byte(d.OperatorToken)),
		streams:    streams{open: map[session.Hash]int{}},
	}
	g.stopping, g.stop = context.WithCancel(context.Background())
	var err error
	if g.cookie, g.crossSite, err = origin(d.PublicURL); err != nil {
		return nil, err
	}
	if g.docs, err = docsFiles(); err != nil {
		return nil, err
	}
	if err := g.connect(); err != nil {
		return nil, err
	}
	routes, err := routesFromContracts()
	if err != nil {
		return nil, err
	}
	handlers := g.byHand()
	g.router = newRouter()
	for _, route := range append(routes, handWritten()...) {
		handler, ok := handlers[route.Method+" "+route.Path]
		if !ok {
			if route.RPC == "" {
				return nil, fmt.Errorf("gateway: nothing answers %s %s", route.Method, route.Path)
			}
			handler = g.forward
		}
		g.router.add(route, handler)
	}
	return g, nil
}

func (d *Deps) defaults() {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.TrustedProxies == nil {
		d.TrustedProxies = httpx.Loopback
	}
	for value, fallback := range map[*time.Duration]time.Duration{
		&d.Timeout: DefaultTimeout, &d.ImportTimeout: ImportTimeout, &d.Heartbeat: Heartbeat, &d.FirstWord: FirstWord,
	} {
		if *value <= 0 {
			*value = fallback
		}
	}
}

// connect registers the generated handlers of every service.
func (g *Gateway) connect() error {
	parseStrictly()
	nothing := func(string) (string, bool) { return "", false }
	g.mux = runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newMarshaler()),
		runtime.WithErrorHandler(g.rpcError),
		runtime.WithRoutingErrorHandler(g.routingError),
		runtime.WithIncomingHeaderMatcher(nothing),
		runtime.WithOutgoingHeaderMatcher(nothing),
		runtime.WithOutgoingTrailerMatcher(nothing),
		runtime.WithMetadata(func(context.Context, *http.Request) metadata.MD { return nil }),
		runtime.WithForwardResponseOption(g.afterwards),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithWriteContentLength(),
	)
	for _, s := range services {
		conn := g.Conns(s.name)
		if s.name == "menu" {
			conn = &menus{ClientConnInterface: conn, kept: map[string]*menupb.Menu{}}
		}
		if err := s.register(g.mux, conn); err != nil {
			return fmt.Errorf("gateway: routes of %s: %w", s.name, err)
		}
	}
	return nil
}

// Leave makes the gateway say that it is not ready, and go on answering: balancers learn of its end before it comes.
func (g *Gateway) Leave() { g.leaving.Store(true) }

// Run removes the rows of sessions that are over, every hour, and ends the open streams when ctx does; from then on
// the gateway is not ready.
func (g *Gateway) Run(ctx context.Context) error {
	defer g.stop()
	for every := time.NewTicker(time.Hour); ; {
		sweep, cancel := context.WithTimeout(ctx, 30*time.Second)
		if err := g.Sessions.Sweep(sweep, g.Now()); err != nil && ctx.Err() == nil {
			g.Log.Warn("sweep of ended sessions", "error", err.Error())
		}
		cancel()
		select {
		case <-ctx.Done():
			every.Stop()
			return nil
		case <-every.C:
		}
	}
}
