package rpc_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fullstorydev/grpchan"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	"coffee/internal/certs"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	orderpb "coffee/proto/coffee/order/v1"
	making "coffee/tool/certs"
)

// orders is an order service of which only the way to it matters.
type orders struct {
	orderpb.UnimplementedOrderServiceServer
	calls  atomic.Int64
	answer func(ctx context.Context, try int64) error
}

func (o *orders) do(ctx context.Context) error {
	try := o.calls.Add(1)
	if o.answer == nil {
		return nil
	}
	return o.answer(ctx, try)
}

// One method of each effect.
func (o *orders) GetPhoneOrders(ctx context.Context, _ *orderpb.GetPhoneOrdersRequest) (*orderpb.PhoneOrders, error) {
	return &orderpb.PhoneOrders{}, o.do(ctx)
}

func (o *orders) CancelOrder(ctx context.Context, _ *orderpb.CancelOrderRequest) (*orderpb.Order, error) {
	return &orderpb.Order{}, o.do(ctx)
}

func (o *orders) PlaceOrder(ctx context.Context, _ *orderpb.PlaceOrderRequest) (*orderpb.Order, error) {
	return &orderpb.Order{}, o.do(ctx)
}

func (o *orders) StreamOrder(_ *orderpb.StreamOrderRequest, stream grpc.ServerStreamingServer[orderpb.OrderEvent]) error {
	o.calls.Add(1)
	if err := stream.Send(&orderpb.OrderEvent{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

const contract = "coffee.order.v1.OrderService"

// fleet is replicas of an order service and how the gateway calls them.
type fleet struct {
	t       testing.TB
	rules   rpc.Table
	signer  *rpc.Signer
	trusted *rpc.Verifier
	files   func(part string) *certs.Watched // nil: in the clear
}

func newFleet(t testing.TB) *fleet {
	t.Helper()
	rules, err := rpc.Rules(contract)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := rpc.TrustedKeys{}
	keys.Add("gateway", public)
	began := time.Now()
	now := func() time.Time { return began } // a passport lives 30 s, and a test on a busy machine longer
	return &fleet{
		t: t, rules: rules, signer: &rpc.Signer{Issuer: "gateway", Audience: "chain", Key: private, Now: now},
		trusted: &rpc.Verifier{Audience: "chain", Keys: keys, Now: now},
	}
}

type replica struct {
	orders  *orders
	address string
	server  *grpc.Server
	guard   *rpc.Guard
	health  *health.Server
}

// serve starts a replica; options are added to its server's.
func (f *fleet) serve(o *orders, options ...grpc.ServerOption) *replica {
	f.t.Helper()
	guard, err := rpc.NewGuard(f.rules, f.trusted, slog.New(slog.DiscardHandler))
	if err != nil {
		f.t.Fatal(err)
	}
	security := insecure.NewCredentials()
	if f.files != nil {
		security, guard.Certificates = rpc.ServerCredentials(f.files("order")), true
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	r := &replica{o, listener.Addr().String(), nil, guard, health.NewServer()}
	r.server = grpc.NewServer(append(options, grpc.Creds(security), grpc.StreamInterceptor(streamGuard(guard)), grpc.UnaryInterceptor(guard.Unary))...)
	orderpb.RegisterOrderServiceServer(r.server, o)
	healthpb.RegisterHealthServer(r.server, r.health)
	r.health.SetServingStatus("order", healthpb.HealthCheckResponse_SERVING)
	go func() { _ = r.server.Serve(listener) }()
	f.t.Cleanup(r.server.Stop)
	return r
}

// streamGuard lets the health check by.
func streamGuard(guard *rpc.Guard) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if strings.HasPrefix(info.FullMethod, "/grpc.health.") {
			return handler(srv, stream)
		}
		return guard.Stream(srv, stream, info, handler)
	}
}

// client calls the replicas as the gateway does, for an admin.
func (f *fleet) client(replicas ...*replica) (orderpb.OrderServiceClient, context.Context) {
	f.t.Helper()
	policy, err := rpc.ClientPolicy(f.rules, "order")
	if err != nil {
		f.t.Fatal(err)
	}
	security := insecure.NewCredentials()
	if f.files != nil {
		security = rpc.ClientCredentials(f.files("gateway"), "order")
	}
	list := manual.NewBuilderWithScheme("list")
	var state resolver.State
	for _, r := range replicas {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: r.address}}})
	}
	list.InitialState(state)
	conn, err := grpc.NewClient("list:///order", grpc.WithResolvers(list), grpc.WithTransportCredentials(security), grpc.WithDefaultServiceConfig(policy))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	person, err := f.signer.Sign(rpc.Passport{Kind: rpc.KindAdmin, Subject: "a", Role: "admin"})
	if err != nil {
		f.t.Fatal(err)
	}
	client := &rpc.Client{Signer: f.signer, Timeout: time.Minute}
	return orderpb.NewOrderServiceClient(grpchan.InterceptClientConn(conn, client.Unary, client.Stream)), rpc.WithPassport(f.t.Context(), person)
}

// until repeats something that must always succeed until it has shown what is waited for.
func until(t *testing.T, what string, shown func() bool, do func() error) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !shown(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not so within a minute", what)
		}
		if err := do(); err != nil {
			t.Fatalf("until %s: %v", what, err)
		}
	}
}

const anID = "0193a5b0-0000-7000-8000-000000000001"

// effects call one method of each effect.
var effects = map[string]func(context.Context, orderpb.OrderServiceClient) error{
	"read": func(ctx context.Context, c orderpb.OrderServiceClient) error {
		_, err := c.GetPhoneOrders(ctx, &orderpb.GetPhoneOrdersRequest{CafeId: anID})
		return err
	},
	"keyed": func(ctx context.Context, c orderpb.OrderServiceClient) error {
		_, err := c.PlaceOrder(ctx, &orderpb.PlaceOrderRequest{Id: anID, CafeId: anID, Lines: []*orderpb.LineRequest{{VariationId: anID, Quantity: 1}}})
		return err
	},
	"once": func(ctx context.Context, c orderpb.OrderServiceClient) error {
		_, err := c.CancelOrder(ctx, &orderpb.CancelOrderRequest{Id: anID})
		return err
	},
}

// TestRepeatedElsewhere: a replica that dies with a call in hand. What is harmless to repeat is repeated at the other
// one; what is not is told to the caller.
func TestRepeatedElsewhere(t *testing.T) {
	for effect, call := range effects {
		t.Run(effect, func(t *testing.T) {
			f := newFleet(t)
			var replicas []*replica
			var died sync.Once
			for range 2 {
				o := &orders{}
				r := f.serve(o)
				o.answer = func(ctx context.Context, _ int64) error {
					dies := false
					died.Do(func() { dies = true })
					if dies {
						go r.server.Stop()
						<-ctx.Done() // its connection is cut; nothing it says arrives
					}
					return nil
				}
				replicas = append(replicas, r)
			}
			client, ctx := f.client(replicas...)
			err := call(ctx, client)
			calls := replicas[0].orders.calls.Load() + replicas[1].orders.calls.Load()
			if effect == "once" {
				if e, ok := errs.As(err); !ok || e.Kind != errs.KindUnavailable || calls != 1 {
					t.Errorf("%v after %d calls, want unavailable after 1", err, calls)
				}
				return
			}
			if err != nil || replicas[0].orders.calls.Load() != 1 || replicas[1].orders.calls.Load() != 1 {
				t.Errorf("%v after %d calls, want one at each replica", err, calls)
			}
		})
	}
}

// TestAnAnswerIsNotAskedForAgain: a service that says "not now" is believed.
func TestAnAnswerIsNotAskedForAgain(t *testing.T) {
	f := newFleet(t)
	o := &orders{answer: func(context.Context, int64) error { return errs.Unavailable("busy", "Not now.") }}
	client, ctx := f.client(f.serve(o))
	for effect, call := range effects {
		o.calls.Store(0)
		if err := call(ctx, client); !errs.HasCode(err, "busy") || o.calls.Load() != 1 {
			t.Errorf("%s: %v after %d calls", effect, err, o.calls.Load())
		}
	}
}

// TestRepeatingHasABudget: a service in trouble is not called three times for each call.
func TestRepeatingHasABudget(t *testing.T) {
	f := newFleet(t)
	var tries atomic.Int64
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
		tries.Add(1)
		return status.Error(codes.Unavailable, "as a proxy says it, whose service is gone")
	}))
	well := health.NewServer()
	well.SetServingStatus("order", healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, well)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, ctx := f.client(&replica{address: listener.Addr().String()})
	const calls = 100
	for range calls {
		if err := effects["read"](ctx, client); err == nil {
			t.Fatal("a call succeeded where nobody answers")
		}
	}
	if more := tries.Load() - calls; more < 1 || more > 10 {
		t.Errorf("%d calls were made %d times more, want 1 to 10", calls, more)
	}
}

// TestReplicasInTurn: both get work; one that says it is leaving gets no more, while the calls it has end well.
func TestReplicasInTurn(t *testing.T) {
	f := newFleet(t)
	one, two := f.serve(&orders{}), f.serve(&orders{})
	client, ctx := f.client(one, two)
	call := func() error { return effects["once"](ctx, client) }
	until(t, "both have worked", func() bool { return one.orders.calls.Load() > 0 && two.orders.calls.Load() > 0 }, call)

	one.health.Shutdown()
	quiet := 0
	until(t, "one gets no more", func() bool { return quiet >= 50 }, func() error {
		before := one.orders.calls.Load()
		err := call()
		if quiet++; one.orders.calls.Load() != before {
			quiet = 0
		}
		return err
	})
	one.server.GracefulStop()
	until(t, "two goes on alone", func() bool { return quiet >= 100 }, func() error { quiet++; return call() })
}

// TestStreamsEndSayingSo: a stream of a service that stops ends with something to come again for.
func TestStreamsEndSayingSo(t *testing.T) {
	f := newFleet(t)
	r := f.serve(&orders{})
	client, ctx := f.client(r)
	stream, err := client.StreamOrder(ctx, &orderpb.StreamOrderRequest{Id: anID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	r.guard.Stop()
	if _, err := stream.Recv(); !errs.HasCode(err, "stopping") {
		t.Errorf("the stream ended with %v", err)
	}
	r.server.GracefulStop() // ends, since no stream holds it
}

// TestLessTimeAtEachHop: a service has less time than whoever waits for it, and can say so before that.
func TestLessTimeAtEachHop(t *testing.T) {
	f := newFleet(t)
	const margin = 100 * time.Millisecond
	var left time.Duration
	client, ctx := f.client(f.serve(&orders{answer: func(ctx context.Context, _ int64) error {
		deadline, ok := ctx.Deadline()
		if left = time.Until(deadline); !ok {
			left = time.Hour
		}
		return nil
	}}))
	for _, within := range []time.Duration{30 * time.Second, 10 * time.Minute} {
		ctx, cancel := context.WithTimeout(ctx, within)
		deadline, _ := ctx.Deadline()
		// Time left, not moments: what travels is the time left, and a call that was held up on its way ends later.
		before := time.Until(deadline)
		if err := effects["read"](ctx, client); err != nil {
			t.Fatal(err)
		}
		cancel()
		if less := before - left; less < margin {
			t.Errorf("within %s the service had %s less than its caller, want %s", within, less, margin)
		}
	}
}

// withCerts gives the fleet certificates, read with a clock of the test's own.
func (f *fleet) withCerts(now func() time.Time) (folder string) {
	f.t.Helper()
	folder = f.t.TempDir()
	coffeeCerts(f.t, folder, "init")
	coffeeCerts(f.t, folder, "issue all")
	watched := map[string]*certs.Watched{}
	f.files = func(part string) *certs.Watched {
		if watched[part] == nil {
			w, err := certs.Watch(certs.In(folder, part), slog.New(slog.NewTextHandler(f.t.Output(), nil)), now)
			if err != nil {
				f.t.Fatal(err)
			}
			watched[part] = w
		}
		return watched[part]
	}
	return folder
}

func coffeeCerts(t testing.TB, folder, line string) {
	t.Helper()
	c := making.Command([]string{"gateway", "order"}, folder)
	c.SetOut(io.Discard)
	c.SetArgs(strings.Fields(line))
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("coffee certs %s: %v", line, err)
	}
}

// TestRotationLosesNoCall replaces every certificate and the authority itself under two replicas that are called all
// the time, and whose connections are made again and again.
func TestRotationLosesNoCall(t *testing.T) {
	f := newFleet(t)
	var ahead atomic.Int64
	folder := f.withCerts(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	var caller atomic.Value // the serial of the certificate that the last caller showed
	caller.Store("")
	var met sync.Map // addresses of callers
	var connections atomic.Int64
	answer := func(ctx context.Context, _ int64) error {
		p, _ := peer.FromContext(ctx)
		caller.Store(p.AuthInfo.(credentials.TLSInfo).State.PeerCertificates[0].SerialNumber.String())
		if _, before := met.LoadOrStore(p.Addr.String(), true); !before {
			connections.Add(1)
		}
		return nil
	}
	// Longer than it takes to make a connection and to hear that its end is well, on a busy machine too.
	brief := grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: 200 * time.Millisecond, MaxConnectionAgeGrace: time.Minute})
	client, ctx := f.client(f.serve(&orders{answer: answer}, brief), f.serve(&orders{answer: answer}, brief))
	call := func() error { return effects["once"](ctx, client) }
	shown := func() string { return caller.Load().(string) }
	until(t, "a first call", func() bool { return shown() != "" }, call)
	for _, step := range []string{"rotate", "rotate --ca", "rotate", "rotate --drop-old", "rotate"} {
		before, known := shown(), connections.Load()
		coffeeCerts(t, folder, step)
		ahead.Add(int64(time.Minute)) // the files are looked at again
		if step == "rotate" {
			until(t, "the new certificate is shown", func() bool { return shown() != before }, call)
			continue
		}
		until(t, "connections are made after "+step, func() bool { return connections.Load() >= known+4 }, call)
	}
}

// BenchmarkCall is a call from the gateway to a service on this machine: what passports and TLS add to one of gRPC alone.
func BenchmarkCall(b *testing.B) {
	read := effects["read"]
	run := func(ctx context.Context, name string, client orderpb.OrderServiceClient) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(ctx, client); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	plain, secured := newFleet(b), newFleet(b)
	secured.withCerts(nil)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := grpc.NewServer()
	orderpb.RegisterOrderServiceServer(server, &orders{})
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	run(b.Context(), "gRPC alone", orderpb.NewOrderServiceClient(conn))

	client, ctx := plain.client(plain.serve(&orders{}))
	run(ctx, "with passports and rules", client)
	client, ctx = secured.client(secured.serve(&orders{}))
	run(ctx, "with passports, rules and TLS", client)
}
