package rpc

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"coffee/internal/errs"
	accesspb "coffee/proto/coffee/access/v1"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func pair(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

func trust(issuer string, key ed25519.PublicKey) TrustedKeys {
	keys := TrustedKeys{}
	keys.Add(issuer, key)
	return keys
}

func TestPassports(t *testing.T) {
	c := &clock{time.Date(2026, 11, 20, 11, 42, 0, 0, time.UTC)}
	gatewayPublic, gatewayKey := pair(t)
	orderPublic, orderKey := pair(t)
	_, foreignKey := pair(t)
	gateway := &Signer{"gateway", "chain", gatewayKey, c.now}
	order := &Signer{"order", "chain", orderKey, c.now}
	nextPublic, nextKey := pair(t)
	verifier := &Verifier{Audience: "chain", Now: c.now, Keys: trust("gateway", gatewayPublic)}
	verifier.Keys.Add("gateway", nextPublic)
	verifier.Keys.Add("order", orderPublic)
	barista := Passport{Kind: KindPerson, Subject: "p", Role: "barista", Cafe: "c"}
	sign := func(s *Signer, p Passport) string {
		token, err := s.Sign(p)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(gateway, barista)
	for name, test := range map[string]struct {
		token string
		want  bool
	}{
		"the gateway's barista":                  {good, true},
		"the same again, from the cache":         {good, true},
		"the gateway's next key":                 {sign(&Signer{"gateway", "chain", nextKey, c.now}, barista), true},
		"the gateway's key under another's name": {sign(&Signer{"order", "chain", gatewayKey, c.now}, barista), false},
		"a service for itself":                   {sign(order, Passport{Kind: KindService, Subject: "order"}), true},
		"a service for another":                  {sign(order, Passport{Kind: KindService, Subject: "menu"}), false},
		"a service that signs people":            {sign(order, barista), false},
		"another chain's":                        {sign(&Signer{"gateway", "other", gatewayKey, c.now}, barista), false},
		"a foreign key under the gateway's name": {sign(&Signer{"gateway", "chain", foreignKey, c.now}, barista), false},
		"an unknown issuer":                      {sign(&Signer{"till", "chain", foreignKey, c.now}, barista), false},
		"an edited body":                         {"A" + good[1:], false},
		"a cut signature":                        {good[:len(good)-4], false},
		"nothing":                                {"", false},
		"rubbish":                                {"a.b.c", false},
		"far too long":                           {strings.Repeat("a", 5000) + ".b", false},
	} {
		if _, err := verifier.Verify(test.token); (err == nil) != test.want {
			t.Errorf("%s: %v, accepted should be %v", name, err, test.want)
		}
	}
	p, err := verifier.Verify(good)
	if err != nil || p.Subject != "p" || p.Role != "barista" || p.Cafe != "c" {
		t.Errorf("the passport says %+v, %v", p, err)
	}
	c.at = c.at.Add(PassportLife)
	if _, err := verifier.Verify(good); err == nil {
		t.Error("a passport outlived its 30 s, from the cache")
	}
	if _, err := (&Verifier{Audience: "chain", Now: c.now, Keys: verifier.Keys}).Verify(good); err == nil {
		t.Error("a passport outlived its 30 s")
	}
}

func TestApprovals(t *testing.T) {
	c := &clock{time.Date(2026, 11, 20, 11, 42, 0, 0, time.UTC)}
	public, private := pair(t)
	gateway := &Signer{"gateway", "chain", private, c.now}
	verifier := &Verifier{Audience: "chain", Now: c.now, Keys: trust("gateway", public)}
	token, err := gateway.SignApproval(Passport{Subject: "omar", Role: "lead", Cafe: "salam", Device: "till", Session: "once"})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := verifier.VerifyApproval(token, "salam"); err != nil || who.Subject != "omar" || who.Device != "till" || who.Session != "once" || !who.AtLeast("lead") {
		t.Errorf("approval: %+v %v", who, err)
	}
	if _, err := verifier.VerifyApproval(token, "atlas"); err == nil {
		t.Error("an approval works in another café")
	}
	nameless, _ := gateway.SignApproval(Passport{Subject: "omar", Role: "lead", Cafe: "salam"})
	if _, err := verifier.VerifyApproval(nameless, "salam"); err == nil {
		t.Error("an approval without an id could be used for ever")
	}
	passport, _ := gateway.Sign(Passport{Kind: KindPerson, Subject: "omar", Role: "lead", Cafe: "salam"})
	if _, err := verifier.VerifyApproval(passport, "salam"); err == nil {
		t.Error("a passport passes for an approval")
	}
	c.at = c.at.Add(ApprovalLife)
	if _, err := verifier.VerifyApproval(token, "salam"); err == nil {
		t.Error("an approval outlived its two minutes")
	}
}

func TestErrorsTravel(t *testing.T) {
	for _, sent := range []*errs.Error{
		errs.NotFound("order %s", "x"),
		errs.Conflict("price_changed", "The price is another one now.").With("total", "2800"),
		errs.Invalid("invalid_request", "Some fields are not valid.").Field("lines[0].quantity", "must be at least 1"),
		errs.TooMany("too_many_attempts", 90*time.Second, "Wait."),
		errs.Unavailable("unavailable", "Try again."),
		errs.Forbidden("forbidden", "No."),
		errs.Unauthenticated("sign_in_required", "Sign in."),
	} {
		got, ok := errs.As(FromStatus(ToStatus(sent)))
		if !ok || got.Kind != sent.Kind || got.Code != sent.Code || got.Detail != sent.Detail || got.RetryAfter != sent.RetryAfter {
			t.Errorf("%v arrived as %+v", sent, got)
		}
		if len(got.Fields) != len(sent.Fields) || got.Params["total"] != sent.Params["total"] {
			t.Errorf("%v lost its fields or parameters: %+v", sent, got)
		}
	}
	secret := errors.New("dial tcp 10.0.0.1: password rejected")
	st, _ := status.FromError(ToStatus(secret))
	if strings.Contains(st.Message(), "password") {
		t.Errorf("an unknown error is told outside: %s", st.Message())
	}
	if !errs.HasCode(FromStatus(ToStatus(context.DeadlineExceeded)), "deadline_exceeded") {
		t.Error("a deadline is not told as one")
	}
}

// method builds a contract with one method, with or without a rule.
func method(t *testing.T, rule *accesspb.Rule, withCafe bool) (protoreflect.ServiceDescriptor, protoreflect.MethodDescriptor) {
	t.Helper()
	options := &descriptorpb.MethodOptions{}
	if rule != nil {
		proto.SetExtension(options, accesspb.E_Rule, rule)
	}
	request := &descriptorpb.DescriptorProto{Name: proto.String("Request")}
	if withCafe {
		request.Field = []*descriptorpb.FieldDescriptorProto{{
			Name: proto.String("cafe_id"), Number: proto.Int32(int32(protowire.MinValidNumber)),
			Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}}
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("sample.proto"), Package: proto.String("coffee.sample.v1"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{request},
		Service: []*descriptorpb.ServiceDescriptorProto{{
			Name: proto.String("SampleService"),
			Method: []*descriptorpb.MethodDescriptorProto{{
				Name: proto.String("Do"), InputType: proto.String(".coffee.sample.v1.Request"),
				OutputType: proto.String(".coffee.sample.v1.Request"), Options: options,
			}},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	service := file.Services().Get(0)
	return service, service.Methods().Get(0)
}

func TestRulesThatDoNotStart(t *testing.T) {
	for name, test := range map[string]struct {
		rule     *accesspb.Rule
		withCafe bool
		want     string // part of the error; empty: it starts
	}{
		"no rule":   {nil, false, "has no access rule"},
		"no effect": {&accesspb.Rule{Roles: []string{"lead"}, Scope: accesspb.Scope_SCOPE_CHAIN}, false, "what a repeated call does"},
		"keyed, but done once": {
			&accesspb.Rule{Roles: []string{"lead"}, Scope: accesspb.Scope_SCOPE_CHAIN, Keyed: true, Effect: accesspb.Effect_EFFECT_ONCE}, false, "has the effect keyed",
		},
		"nobody":               {&accesspb.Rule{Scope: accesspb.Scope_SCOPE_CHAIN}, false, "admits nobody"},
		"no scope":             {&accesspb.Rule{Roles: []string{"admin"}}, false, "has no scope"},
		"an unknown role":      {&accesspb.Rule{Roles: []string{"root"}, Scope: accesspb.Scope_SCOPE_CHAIN, Effect: accesspb.Effect_EFFECT_READ}, false, "unknown role"},
		"café without cafe_id": {&accesspb.Rule{Roles: []string{"lead"}, Scope: accesspb.Scope_SCOPE_CAFE, Effect: accesspb.Effect_EFFECT_READ}, false, "needs a cafe_id"},
		"a call the table does not know": {
			&accesspb.Rule{Services: []string{"cafe"}, Scope: accesspb.Scope_SCOPE_CHAIN, Effect: accesspb.Effect_EFFECT_READ}, false, "may not call",
		},
		"a good one": {&accesspb.Rule{Roles: []string{"lead"}, Scope: accesspb.Scope_SCOPE_CAFE, Effect: accesspb.Effect_EFFECT_READ}, true, ""},
	} {
		_, err := ruleOf(method(t, test.rule, test.withCafe))
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	now := func() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }
	verifier := &Verifier{Audience: "chain", Now: now, Keys: trust("gateway", public)}
	good, _ := (&Signer{"gateway", "chain", private, now}).Sign(Passport{Kind: KindAdmin, Subject: "a", Role: "admin"})
	f.Add(good)
	f.Add("a.b")
	f.Fuzz(func(t *testing.T, token string) {
		if p, err := verifier.Verify(token); err == nil && token != good {
			t.Errorf("accepted %q as %+v", token, p)
		}
	})
}
