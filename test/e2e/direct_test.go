package e2e

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"coffee/app"
	"coffee/internal/certs"
	"coffee/internal/rpc"
)

// TestNothingOpensDirectly goes past the gateway: every method of every contract, over TCP, with papers that are not
// in order. The methods come from the linked contracts, so that a new one is tried the day it is written.
func TestNothingOpensDirectly(t *testing.T) {
	t.Run("in the clear", func(t *testing.T) {
		t.Parallel()
		nothingOpens(t, startSplit(t, app.Options{}))
	})
	t.Run("over TLS", func(t *testing.T) {
		t.Parallel()
		c := startSplitTLS(t, app.Options{})
		nothingOpens(t, c)
		noCertificateOpens(t, c)
	})
}

// noCertificateOpens tries every method with passports in order, but a connection that is not.
func noCertificateOpens(t *testing.T, c *chain) {
	d := newDirect(t, c)
	foreign := makeCerts(t, "order", "gateway", "menu")
	coffeeCerts(t, c.config.Certs, []string{"espresso"}, "issue", "espresso")
	coffeeCerts(t, c.config.Certs, nil, "issue", "--browser", "localhost")
	security := func(folder, part string) func(directMethod) credentials.TransportCredentials {
		return func(m directMethod) credentials.TransportCredentials {
			if part == "" {
				return rpc.ClientCredentials(watched(t, certs.In(folder, caller(m.rule))), m.service)
			}
			return rpc.ClientCredentials(watched(t, certs.In(folder, part)), m.service)
		}
	}
	nobody := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: watched(t, certs.In(c.config.Certs, "order")).Present().Authorities}
	for name, try := range map[string]struct {
		security func(directMethod) credentials.TransportCredentials
		want     codes.Code // Unavailable: there is no connection
	}{
		"no TLS": {func(directMethod) credentials.TransportCredentials { return insecure.NewCredentials() }, codes.Unavailable},
		"no certificate": {func(m directMethod) credentials.TransportCredentials {
			config := nobody.Clone()
			config.ServerName = certs.Name(m.service)
			return credentials.NewTLS(config)
		}, codes.Unavailable},
		"another chain's certificate": {func(m directMethod) credentials.TransportCredentials {
			config := nobody.Clone()
			config.ServerName = certs.Name(m.service)
			config.Certificates = []tls.Certificate{watched(t, certs.In(foreign, "gateway")).Present().Certificate}
			return credentials.NewTLS(config)
		}, codes.Unavailable},
		"another chain's caller, who believes its own": {security(foreign, "gateway"), codes.Unavailable},
		"the certificate for browsers":                 {security(c.config.Certs, "browser"), codes.Unavailable},
		"a certificate that names no part we know":     {security(c.config.Certs, "espresso"), codes.PermissionDenied},
		"a caller who looks for another service": {func(m directMethod) credentials.TransportCredentials {
			return rpc.ClientCredentials(watched(t, certs.In(c.config.Certs, caller(m.rule))), "espresso")
		}, codes.Unavailable},
		"a service that the table does not name": {func(m directMethod) credentials.TransportCredentials {
			return rpc.ClientCredentials(watched(t, certs.In(c.config.Certs, d.unnamed(m.rule))), m.service)
		}, codes.PermissionDenied},
	} {
		conns := map[string]*grpc.ClientConn{}
		for _, method := range d.methods {
			// Connections are for a caller, and every rule has one: by service and caller is enough.
			key := method.service + caller(method.rule) + d.unnamed(method.rule)
			if conns[key] == nil {
				conns[key] = directConn(t, c, method.service, try.security(method))
			}
			p := d.inOrder(method, newID(), newID())
			if code := d.callOn(conns[key], method, p.metadata()); code != try.want {
				t.Errorf("%s with %s: %s, want %s", method.rule.Method, name, code, try.want)
			}
		}
	}
	// A named caller's certificate opens nothing under another one's passport, though the rule names both.
	for _, method := range d.methods {
		p := d.inOrder(method, newID(), newID())
		for _, other := range append(method.rule.Services, "gateway") {
			if other == caller(method.rule) || !method.rule.AdmitsService(other) {
				continue
			}
			p.as = other
			if code := d.call(method, p); code != codes.Unauthenticated {
				t.Errorf("%s with the certificate of %s and the passport of %s: %s", method.rule.Method, other, caller(method.rule), code)
			}
		}
	}
}

func nothingOpens(t *testing.T, c *chain) {
	d := newDirect(t, c)
	device, phone, cafe := newID(), newID(), newID()

	nobody := func(rpc.Rule) papers { return papers{} }
	as := func(p rpc.Passport) func(rpc.Rule) papers {
		return func(rpc.Rule) papers { return papers{service: d.own("gateway"), person: d.person(p), as: "gateway"} }
	}
	customer := rpc.Passport{Kind: rpc.KindCustomer, Subject: phone, Role: "customer"}
	barista := rpc.Passport{Kind: rpc.KindPerson, Subject: newID(), Role: "barista", Cafe: cafe, Device: device}
	admin := rpc.Passport{Kind: rpc.KindAdmin, Subject: newID(), Role: "admin"}

	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	strange := func(issuer string) *rpc.Signer {
		return &rpc.Signer{Issuer: issuer, Audience: c.config.Chain, Key: foreign, Now: time.Now}
	}
	past := func() time.Time { return time.Now().Add(-time.Hour) }
	for name, try := range map[string]struct {
		papers func(rpc.Rule) papers
		only   func(rpc.Rule) bool // nil: every method
	}{
		"no passport": {papers: nobody},
		"a person's passport alone": {papers: func(rpc.Rule) papers {
			return papers{person: d.person(admin)}
		}},
		"a person's passport in place of a service's": {papers: func(rpc.Rule) papers {
			return papers{service: d.person(admin), person: d.person(admin)}
		}},
		"an expired service passport": {papers: func(r rpc.Rule) papers {
			return papers{service: sign(t, d.altered(caller(r), func(s *rpc.Signer) { s.Now = past }), service(caller(r))), person: d.person(admin)}
		}},
		"an expired person's passport": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(caller(r)), person: sign(t, d.altered("gateway", func(s *rpc.Signer) { s.Now = past }), admin)}
		}},
		"another chain's service passport": {papers: func(r rpc.Rule) papers {
			return papers{service: sign(t, d.altered(caller(r), func(s *rpc.Signer) { s.Audience = "tea" }), service(caller(r))), person: d.person(admin)}
		}},
		"another chain's person": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(caller(r)), person: sign(t, d.altered("gateway", func(s *rpc.Signer) { s.Audience = "tea" }), admin)}
		}},
		"a service passport under a foreign key": {papers: func(r rpc.Rule) papers {
			return papers{service: sign(t, strange(caller(r)), service(caller(r))), person: d.person(admin)}
		}},
		"a person under a foreign key": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(caller(r)), person: sign(t, strange("gateway"), admin)}
		}},
		"an issuer nobody knows": {papers: func(rpc.Rule) papers {
			return papers{service: sign(t, strange("evil"), service("evil")), person: d.person(admin)}
		}},
		"a person signed by a service": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(caller(r)), person: sign(t, d.signers["order"], admin)}
		}},
		"a service that speaks for the gateway": {papers: func(rpc.Rule) papers {
			return papers{service: sign(t, d.signers["menu"], service("gateway")), person: d.person(admin)}
		}},
		"an approval in place of a person": {papers: func(r rpc.Rule) papers {
			approval, err := d.signers["gateway"].SignApproval(rpc.Passport{Subject: newID(), Role: "manager", Cafe: cafe})
			if err != nil {
				t.Fatal(err)
			}
			return papers{service: d.own(caller(r)), person: approval}
		}},
		"a cut passport": {papers: func(r rpc.Rule) papers {
			whole := d.own(caller(r))
			return papers{service: whole[:len(whole)-4], person: d.person(admin)}
		}},
		"a service that the rule does not name": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(d.unnamed(r)), person: d.person(admin), as: d.unnamed(r)}
		}},
		"a service that the rule does not name, alone": {papers: func(r rpc.Rule) papers {
			return papers{service: d.own(d.unnamed(r)), as: d.unnamed(r)}
		}},
		"the gateway for nobody": {
			papers: func(rpc.Rule) papers { return papers{service: d.own("gateway"), as: "gateway"} },
			only:   func(r rpc.Rule) bool { return !slices.Contains(r.Services, "gateway") && !r.Admits("anonymous") },
		},
		"a customer inside": {papers: as(customer), only: func(r rpc.Rule) bool {
			return !slices.Contains(r.Services, "gateway") && !r.Admits("customer")
		}},
		"a barista at head office": {papers: as(barista), only: func(r rpc.Rule) bool {
			return !slices.Contains(r.Services, "gateway") && !r.Admits("barista")
		}},
		"an admin on an internal method": {papers: as(admin), only: func(r rpc.Rule) bool {
			return !slices.Contains(r.Services, "gateway") && !r.Admits("admin")
		}},
		"a role that there is not": {papers: as(rpc.Passport{Kind: rpc.KindAdmin, Subject: newID(), Role: "service"}), only: func(r rpc.Rule) bool {
			return !slices.Contains(r.Services, "gateway") && !r.Admits("anonymous")
		}},
	} {
		tried := 0
		for _, method := range d.methods {
			if try.only != nil && !try.only(method.rule) {
				continue
			}
			tried++
			p := try.papers(method.rule)
			if code := d.call(method, p); code != codes.Unauthenticated && code != codes.PermissionDenied {
				t.Errorf("%s with %s: %s", method.rule.Method, name, code)
			}
		}
		if tried == 0 {
			t.Errorf("%s was tried nowhere", name)
		}
	}

	// The same papers in order open the same doors: the refusals above are not for another reason.
	for _, method := range d.methods {
		r := method.rule
		if code := d.call(method, d.inOrder(method, cafe, device)); code == codes.Unauthenticated || code == codes.PermissionDenied {
			t.Errorf("%s with papers in order: %s", r.Method, code)
		}
	}
	for _, s := range app.Services {
		answer, err := healthpb.NewHealthClient(d.conn(s.Name, "gateway")).Check(t.Context(), &healthpb.HealthCheckRequest{Service: s.Name})
		if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("health of %s: %v %v", s.Name, answer.GetStatus(), err)
		}
	}
	// What no contract names is not there: no reflection, no channelz.
	for _, unknown := range []string{"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.health.v1.Health/../../coffee.order.v1.OrderService/GetOrder"} {
		err := d.conn("order", "gateway").Invoke(t.Context(), unknown, &healthpb.HealthCheckRequest{}, &healthpb.HealthCheckResponse{})
		if code := status.Code(err); code != codes.Unimplemented && code != codes.PermissionDenied {
			t.Errorf("%s: %v", unknown, err)
		}
	}
}

// papers are the passports that a call shows, and whose certificate its connection does: the rule's caller's, if not said.
type papers struct{ service, person, as string }

func (p papers) metadata() metadata.MD {
	md := metadata.MD{}
	if p.service != "" {
		md.Set("coffee-service-passport", p.service)
	}
	if p.person != "" {
		md.Set("coffee-passport", p.person)
	}
	md.Set("coffee-idempotency-key", newID())
	return md
}

// direct calls services past the gateway, with the chain's real keys.
type direct struct {
	t       *testing.T
	signers map[string]*rpc.Signer
	chain   *chain
	conns   map[[2]string]*grpc.ClientConn // by service and whose certificate
	methods []directMethod
}

type directMethod struct {
	rule       rpc.Rule
	service    string
	descriptor protoreflect.MethodDescriptor
}

func newDirect(t *testing.T, c *chain) *direct {
	t.Helper()
	d := &direct{t: t, signers: map[string]*rpc.Signer{}, chain: c, conns: map[[2]string]*grpc.ClientConn{}}
	issuers := []string{"gateway"}
	for _, s := range app.Services {
		issuers = append(issuers, s.Name)
		rules, err := rpc.Rules(s.Contract)
		if err != nil {
			t.Fatal(err)
		}
		found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(s.Contract))
		if err != nil {
			t.Fatal(err)
		}
		methods := found.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			m := methods.Get(i)
			d.methods = append(d.methods, directMethod{rules["/"+s.Contract+"/"+string(m.Name())], s.Name, m})
		}
	}
	for _, issuer := range issuers {
		text, err := os.ReadFile(c.config.Data + "/keys/" + issuer + ".key")
		if err != nil {
			t.Fatal(err)
		}
		seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		d.signers[issuer] = &rpc.Signer{Issuer: issuer, Audience: c.config.Chain, Key: ed25519.NewKeyFromSeed(seed), Now: time.Now}
	}
	return d
}

func service(name string) rpc.Passport { return rpc.Passport{Kind: rpc.KindService, Subject: name} }

// caller is a service that a rule admits: one it names, else the gateway.
func caller(r rpc.Rule) string {
	if len(r.Services) > 0 && len(r.Roles) == 0 {
		return r.Services[0]
	}
	return "gateway"
}

func sign(t *testing.T, signer *rpc.Signer, p rpc.Passport) string {
	t.Helper()
	token, err := signer.Sign(p)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// own is a service's own passport.
func (d *direct) own(name string) string { return sign(d.t, d.signers[name], service(name)) }

// person is a passport as the gateway signs it.
func (d *direct) person(p rpc.Passport) string { return sign(d.t, d.signers["gateway"], p) }

// altered is an issuer's signer with something changed.
func (d *direct) altered(issuer string, change func(*rpc.Signer)) *rpc.Signer {
	s := *d.signers[issuer]
	change(&s)
	return &s
}

// unnamed is a service that a rule does not let in.
func (d *direct) unnamed(r rpc.Rule) string {
	for _, s := range app.Services {
		if !slices.Contains(r.Services, s.Name) {
			return s.Name
		}
	}
	d.t.Fatalf("%s admits every service", r.Method)
	return ""
}

// inOrder are the papers with which a method opens.
func (d *direct) inOrder(m directMethod, cafe, device string) papers {
	r := m.rule
	p := papers{service: d.own(caller(r))}
	if !slices.Contains(r.Services, caller(r)) {
		p.person = d.person(rpc.Passport{Kind: rpc.KindAdmin, Subject: newID(), Role: r.Roles[len(r.Roles)-1], Cafe: cafe, Device: device})
	}
	return p
}

// conn is a connection to a service under the certificate of a part.
func (d *direct) conn(service, as string) *grpc.ClientConn {
	way := [2]string{service, as}
	if d.conns[way] == nil {
		security := insecure.NewCredentials()
		if d.chain.config.Certs != "" {
			security = rpc.ClientCredentials(watched(d.t, certs.In(d.chain.config.Certs, as)), service)
		}
		d.conns[way] = directConn(d.t, d.chain, service, security)
	}
	return d.conns[way]
}

func directConn(t *testing.T, c *chain, service string, security credentials.TransportCredentials) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(c.config.Address[service], grpc.WithTransportCredentials(security))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// call makes an empty request and tells how it was answered.
func (d *direct) call(m directMethod, p papers) codes.Code {
	d.t.Helper()
	as := p.as
	if as == "" {
		as = caller(m.rule)
	}
	return d.callOn(d.conn(m.service, as), m, p.metadata())
}

func (d *direct) callOn(conn *grpc.ClientConn, m directMethod, md metadata.MD) codes.Code {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(metadata.NewOutgoingContext(d.t.Context(), md), patience)
	defer cancel()
	in, out := dynamicpb.NewMessage(m.descriptor.Input()), dynamicpb.NewMessage(m.descriptor.Output())
	if !m.descriptor.IsStreamingServer() {
		return status.Code(conn.Invoke(ctx, m.rule.Method, in, out))
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, m.rule.Method)
	if err != nil {
		return status.Code(err)
	}
	if err := stream.SendMsg(in); err != nil {
		return status.Code(err)
	}
	_ = stream.CloseSend()
	return status.Code(stream.RecvMsg(out))
}
