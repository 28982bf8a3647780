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
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"coffee/internal/rpc"
)

// maxMessage bounds one gRPC message, both ways.
const maxMessage = 1 << 20

// transport carries calls between parts. This file is the only code that knows in which topology it runs.
type transport interface {
	// serve makes a service reachable behind the guard.
	serve(service Service, register func(grpc.ServiceRegistrar)) error
	// dial gives the bare connection to a service; app wraps it with the caller's identity.
	dial(service string) (grpc.ClientConnInterface, error)
	// run serves until ctx ends, then drains.
	run(ctx context.Context) error
	// close ends the connections to others; background work may need them until it has stopped.
	close() error
	// setReady tells the network whether a service takes calls.
	setReady(service string, ready bool)
}

// inProcess carries calls as function calls in one process.
type inProcess struct {
	channel *inprocgrpc.Channel
}

func newInProcess(guard *rpc.Guard) *inProcess {
	channel := &inprocgrpc.Channel{}
	channel.WithServerUnaryInterceptor(guard.Unary).WithServerStreamInterceptor(guard.Stream)
	return &inProcess{channel}
}

func (t *inProcess) serve(_ Service, register func(grpc.ServiceRegistrar)) error {
	register(t.channel)
	return nil
}

func (t *inProcess) dial(string) (grpc.ClientConnInterface, error) { return t.channel, nil }

func (t *inProcess) run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (t *inProcess) close() error { return nil }

func (t *inProcess) setReady(string, bool) {}

// network carries calls over TCP: a listener per service that runs here, a connection per service that is called.
type network struct {
	config    Config
	guard     *rpc.Guard
	listeners map[string]net.Listener // opened beforehand, by service
	health    *health.Server

	mu      sync.Mutex
	servers map[string]*grpc.Server
	conns   map[string]*grpc.ClientConn
}

func newNetwork(config Config, guard *rpc.Guard, listeners map[string]net.Listener) *network {
	return &network{
		config: config, guard: guard, listeners: listeners, health: health.NewServer(),
		servers: map[string]*grpc.Server{}, conns: map[string]*grpc.ClientConn{},
	}
}

func (t *network) serve(service Service, register func(grpc.ServiceRegistrar)) error {
	if t.listeners[service.Name] == nil {
		listener, err := listen(t.config.Listen[service.Name], "COFFEE_"+strings.ToUpper(service.Name)+"_LISTEN")
		if err != nil {
			return err
		}
		t.listeners[service.Name] = listener
	}
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(4*maxMessage),
		grpc.UnaryInterceptor(besideHealth(t.guard.Unary)), grpc.StreamInterceptor(besideHealthStream(t.guard.Stream)),
	)
	register(server)
	healthpb.RegisterHealthServer(server, t.health)
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

func (t *network) dial(service string) (grpc.ClientConnInterface, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if conn, ok := t.conns[service]; ok {
		return conn, nil
	}
	conn, err := grpc.NewClient(
		t.config.Address[service],
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(4*maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
	)
	if err != nil {
		return nil, fmt.Errorf("COFFEE_%s_ADDRESS: %w", strings.ToUpper(service), err)
	}
	t.conns[service] = conn
	return conn, nil
}

func (t *network) setReady(service string, ready bool) {
	status := healthpb.HealthCheckResponse_NOT_SERVING
	if ready {
		status = healthpb.HealthCheckResponse_SERVING
	}
	t.health.SetServingStatus(service, status)
}

func (t *network) run(ctx context.Context) error {
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
	t.health.Shutdown()
	var wait sync.WaitGroup
	for _, server := range t.servers {
		wait.Go(func() { stopGracefully(server) })
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

// stopGracefully lets calls end, and cuts what has not ended in time (streams never end by themselves).
func stopGracefully(server *grpc.Server) {
	cut := afterFunc(drainTime, server.Stop)
	defer cut()
	server.GracefulStop()
}

// identified wraps a connection so that its calls show the issuer's passport.
func identified(conn grpc.ClientConnInterface, signer *rpc.Signer, timeout time.Duration) grpc.ClientConnInterface {
	client := &rpc.Client{Signer: signer, Timeout: timeout}
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
