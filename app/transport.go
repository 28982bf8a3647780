package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/fullstorydev/grpchan"
	"github.com/fullstorydev/grpchan/inprocgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	"coffee/internal/certs"
	"coffee/internal/obs"
	"coffee/internal/rpc"
)

// maxMessage bounds one gRPC message, both ways.
const maxMessage = 1 << 20

// transport carries calls between parts. This file is the only code that knows in which topology it runs.
type transport interface {
	// serve makes a service reachable behind the guard.
	serve(service Service, register func(grpc.ServiceRegistrar)) error
	// dial gives a part's bare connection to a service; app wraps it with the caller's identity.
	dial(caller, service string) (grpc.ClientConnInterface, error)
	// run serves until ctx ends, then drains, and cuts what is left when end says so.
	run(ctx, end context.Context) error
	// close ends the connections to others; background work may need them until it has stopped.
	close() error
	// setReady tells the network whether a service takes calls; leave, that none does any more.
	setReady(service string, ready bool)
	leave()
	// found is when callers know of what was begun to be served now.
	found(now time.Time) time.Time
}

// inProcess carries calls as function calls in one process.
type inProcess struct {
	channel *inprocgrpc.Channel
	guard   *rpc.Guard
}

func newInProcess(guard *rpc.Guard) *inProcess {
	channel := &inprocgrpc.Channel{}
	channel.WithServerUnaryInterceptor(guard.Unary).WithServerStreamInterceptor(guard.Stream)
	return &inProcess{channel, guard}
}

func (t *inProcess) serve(_ Service, register func(grpc.ServiceRegistrar)) error {
	register(t.channel)
	return nil
}

func (t *inProcess) dial(_, _ string) (grpc.ClientConnInterface, error) { return t.channel, nil }

func (t *inProcess) run(ctx, _ context.Context) error {
	<-ctx.Done()
	t.guard.Stop()
	return nil
}

func (t *inProcess) close() error { return nil }

func (t *inProcess) setReady(string, bool) {}

func (t *inProcess) leave() {}

func (t *inProcess) found(now time.Time) time.Time { return now }

// network carries calls over TCP: a listener per service that runs here, a connection per service that is called, for
// each part that calls. With certificates both ends of each are known.
type network struct {
	config    Config
	guard     *rpc.Guard
	certs     map[string]*certs.Watched // by part that runs here; nil: in the clear
	listeners map[string]net.Listener   // opened beforehand, by service
	health    *health.Server

	mu      sync.Mutex
	servers map[string]*grpc.Server
	conns   map[[2]string]*grpc.ClientConn // by caller and service
}

func newNetwork(config Config, guard *rpc.Guard, certificates map[string]*certs.Watched, listeners map[string]net.Listener) *network {
	guard.Certificates = certificates != nil
	return &network{
		config: config, guard: guard, certs: certificates, listeners: listeners, health: health.NewServer(),
		servers: map[string]*grpc.Server{}, conns: map[[2]string]*grpc.ClientConn{},
	}
}

// The life of a connection: it ends now and then, so that its callers find replicas that came since, and show
// certificates that were replaced since. Calls on it end by themselves; streams are cut after the grace.
const (
	connectionAge   = 10 * time.Minute
	connectionGrace = time.Hour
	pingEvery       = 20 * time.Second // a peer that vanished is noticed within pingEvery + pingWait
	pingWait        = 5 * time.Second
	// reconnectEvery is how often callers try to reach a replica that is gone.
	reconnectEvery = 400 * time.Millisecond
)

func (t *network) serve(service Service, register func(grpc.ServiceRegistrar)) error {
	if t.listeners[service.Name] == nil {
		listener, err := listen(t.config.Listen[service.Name], "COFFEE_"+strings.ToUpper(service.Name)+"_LISTEN")
		if err != nil {
			return err
		}
		t.listeners[service.Name] = listener
	}
	security := insecure.NewCredentials()
	if t.certs != nil {
		security = rpc.ServerCredentials(t.certs[service.Name])
	}
	server := grpc.NewServer(
		grpc.Creds(security), grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(4*maxMessage),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge: connectionAge, MaxConnectionAgeGrace: connectionGrace, Time: pingEvery, Timeout: pingWait,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingEvery / 2, PermitWithoutStream: true}),
		grpc.UnaryInterceptor(besideHealth(t.guard.Unary)), grpc.StreamInterceptor(besideHealthStream(t.guard.Stream)),
	)
	register(server)
	healthpb.RegisterHealthServer(server, t.health)
	t.health.SetServingStatus(service.Name, healthpb.HealthCheckResponse_NOT_SERVING) // until its database answered
	t.servers[service.Name] = server
	return nil
}

// besideHealth leaves the health check open: it says only that a process answers, to whoever must know it before
// it has any key.
func besideHealth(guard grpc.UnaryServerInterceptor) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if strings.HasPrefix(info.FullMethod, "/grpc.health.v1.Health/") {
			return handler(ctx, req)
		}
		return guard(ctx, req, info, handler)
	}
}

func besideHealthStream(guard grpc.StreamServerInterceptor) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if strings.HasPrefix(info.FullMethod, "/grpc.health.v1.Health/") {
			return handler(srv, stream)
		}
		return guard(srv, stream, info, handler)
	}
}

func (t *network) dial(caller, service string) (grpc.ClientConnInterface, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	way := [2]string{caller, service}
	if conn, ok := t.conns[way]; ok {
		return conn, nil
	}
	policy, err := rpc.ClientPolicy(t.guard.Rules, service)
	if err != nil {
		return nil, err
	}
	files := t.certs[caller]
	if t.certs != nil && files == nil {
		return nil, fmt.Errorf("%s has no certificate to call %s with", caller, service)
	}
	conn, err := connect(t.config.addresses(service), service, files, grpc.WithDefaultServiceConfig(policy))
	if err != nil {
		return nil, fmt.Errorf("COFFEE_%s_ADDRESS: %w", strings.ToUpper(service), err)
	}
	t.conns[way] = conn
	return conn, nil
}

// connect opens a connection to a service: to every address of one name, or to each of a list. It knows the service by
// its certificate, not by its address.
func connect(addresses []string, service string, files *certs.Watched, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	security := insecure.NewCredentials()
	if files != nil {
		security = rpc.ClientCredentials(files, service)
	}
	options = append(
		options,
		grpc.WithTransportCredentials(security),
		grpc.WithNoProxy(),              // the parts are this chain's network
		grpc.WithDisableServiceConfig(), // what DNS says about how to call is nobody's business
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(4*maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingEvery, Timeout: pingWait, PermitWithoutStream: true}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: reconnectEvery},
			MinConnectTimeout: 3 * time.Second,
		}),
	)
	// This machine is one address, though localhost has two: nobody listens on the other.
	if len(addresses) == 1 && !Loopback(addresses[0]) {
		return grpc.NewClient("dns:///"+addresses[0], options...)
	}
	list := manual.NewBuilderWithScheme("list")
	var state resolver.State
	for _, address := range addresses {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: address}}})
	}
	list.InitialState(state)
	return grpc.NewClient(list.Scheme()+":///"+service, append(options, grpc.WithResolvers(list))...)
}

func (t *network) setReady(service string, ready bool) {
	status := healthpb.HealthCheckResponse_NOT_SERVING
	if ready {
		status = healthpb.HealthCheckResponse_SERVING
	}
	t.health.SetServingStatus(service, status)
}

// leave says for good that nothing here serves any more; calls are answered all the same.
func (t *network) leave() { t.health.Shutdown() }

// found waits for callers' next try, and for the jitter of it. Where replicas are restarted one after the other, the next
// one leaves as soon as this one is ready: had callers not found it by then, they would know of none.
func (t *network) found(now time.Time) time.Time {
	if len(t.servers) == 0 {
		return now
	}
	return now.Add(2 * reconnectEvery)
}

func (t *network) run(ctx, end context.Context) error {
	failed := make(chan error, len(t.servers))
	for name, server := range t.servers {
		go func() {
			if err := server.Serve(t.listeners[name]); err != nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		}()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	t.leave()
	t.guard.Stop()
	var wait sync.WaitGroup
	for _, server := range t.servers {
		wait.Go(func() { stopGracefully(end, server) })
	}
	wait.Wait()
	return err
}

func (t *network) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var problems []error
	for _, conn := range t.conns {
		problems = append(problems, conn.Close())
	}
	return errors.Join(problems...)
}

// stopGracefully lets calls end, and cuts what has not ended in time.
func stopGracefully(end context.Context, server *grpc.Server) {
	defer context.AfterFunc(end, server.Stop)()
	server.GracefulStop()
}

// identified wraps a connection so that its calls show the issuer's passport.
func identified(conn grpc.ClientConnInterface, signer *rpc.Signer, timeout time.Duration, watch *obs.Observer) grpc.ClientConnInterface {
	client := &rpc.Client{Signer: signer, Timeout: timeout, Watch: watch}
	return grpchan.InterceptClientConn(conn, client.Unary, client.Stream)
}

// listen opens a listener; a busy port is named with the variable that changes it.
func listen(address, variable string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (set %s to use another address): %w", address, variable, err)
	}
	return listener, nil
}
