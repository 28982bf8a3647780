// Package rpctest serves a gRPC service inside a test, behind the real guard, and calls it as any caller.
package rpctest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/fullstorydev/grpchan"
	"github.com/fullstorydev/grpchan/inprocgrpc"
	"google.golang.org/grpc"

	"coffee/internal/rpc"
)

// patience is longer than any call takes on a busy machine: no test may depend on how fast it is.
const patience = time.Minute

// Audience is the chain's name in tests.
const Audience = "coffee-test"

// Server is services in a test process behind one guard.
type Server struct {
	t       testing.TB
	channel *inprocgrpc.Channel
	signers map[string]*rpc.Signer
	// Verifier is the guard's; a service that checks approvals takes it.
	Verifier *rpc.Verifier
}

// New makes an empty server; now is the clock of passports (nil: the real one).
func New(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	if now == nil {
		now = time.Now
	}
	s := &Server{t: t, channel: &inprocgrpc.Channel{}, signers: map[string]*rpc.Signer{}}
	s.Verifier = &rpc.Verifier{Audience: Audience, Keys: rpc.TrustedKeys{}, Now: now}
	for _, issuer := range []string{"gateway", "login", "adminlogin", "menu", "order", "inventory", "cafe", "analytics"} {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		s.signers[issuer] = &rpc.Signer{Issuer: issuer, Audience: Audience, Key: private, Now: now}
		s.Verifier.Keys.Add(issuer, public)
	}
	return s
}

// Serve registers services, named by their contracts (coffee.order.v1.OrderService), behind the guard.
func (s *Server) Serve(register func(grpc.ServiceRegistrar), contracts ...string) {
	s.t.Helper()
	rules, err := rpc.Rules(contracts...)
	if err != nil {
		s.t.Fatal(err)
	}
	guard, err := rpc.NewGuard(rules, s.Verifier, slog.New(slog.NewTextHandler(s.t.Output(), nil)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.channel.WithServerUnaryInterceptor(guard.Unary).WithServerStreamInterceptor(guard.Stream)
	register(s.channel)
}

// Signer is an issuer's: the gateway signs passports of its own.
func (s *Server) Signer(issuer string) *rpc.Signer { return s.signers[issuer] }

// Service is a connection as a service calls on its own account (or with the caller of ctx behind it).
func (s *Server) Service(name string) grpc.ClientConnInterface {
	client := &rpc.Client{Signer: s.signers[name], Timeout: patience}
	return grpchan.InterceptClientConn(s.channel, client.Unary, client.Stream)
}

// As is a connection as the gateway calls for a caller: As(rpc.Caller{Kind: rpc.KindAdmin, Role: "admin", Subject: id}).
// The zero caller is anonymous.
func (s *Server) As(c rpc.Caller) grpc.ClientConnInterface {
	s.t.Helper()
	through := s.Service("gateway")
	if c.Role == "" {
		return through
	}
	return &asCaller{s, c, through}
}

type asCaller struct {
	server *Server
	caller rpc.Caller
	grpc.ClientConnInterface
}

// passport is signed anew for each call: tests may move the clock.
func (a *asCaller) with(ctx context.Context) context.Context {
	c := a.caller
	token, err := a.server.signers["gateway"].Sign(rpc.Passport{
		Kind: c.Kind, Subject: c.Subject, Role: c.Role, Cafe: c.Cafe, Device: c.Device, Session: c.Session,
	})
	if err != nil {
		a.server.t.Error(err)
	}
	return rpc.WithPassport(ctx, token)
}

func (a *asCaller) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return a.ClientConnInterface.Invoke(a.with(ctx), method, args, reply, opts...)
}

func (a *asCaller) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return a.ClientConnInterface.NewStream(a.with(ctx), desc, method, opts...)
}

// Approval signs a second person's approval for a café, given on a device.
func (s *Server) Approval(person, role, cafe, device string) string {
	s.t.Helper()
	token, err := s.signers["gateway"].SignApproval(rpc.Passport{Subject: person, Role: role, Cafe: cafe, Device: device, Session: rand.Text()})
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// The callers that most tests need.
func Admin(id string) rpc.Caller {
	return rpc.Caller{Kind: rpc.KindAdmin, Subject: id, Role: "admin"}
}

// Person is a staff member on a device of a café.
func Person(id, role, cafe, device string) rpc.Caller {
	return rpc.Caller{Kind: rpc.KindPerson, Subject: id, Role: role, Cafe: cafe, Device: device}
}

// Device is an enrolled device without a person: counter or board.
func Device(id, role, cafe string) rpc.Caller {
	return rpc.Caller{Kind: rpc.KindDevice, Subject: id, Role: role, Cafe: cafe, Device: id}
}

// Customer is a phone.
func Customer(phone string) rpc.Caller {
	return rpc.Caller{Kind: rpc.KindCustomer, Subject: phone, Role: "customer"}
}
