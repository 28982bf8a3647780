package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"coffee/gateway/jsonpb"
	"coffee/internal/rpc"
	accesspb "coffee/proto/coffee/access/v1"
)

// Route is one method and path of the REST interface, and who may call it.
type Route struct {
	Method string
	Path   string // /api/v1/cafes/{id}
	RPC    string // /coffee.cafe.v1.CafeService/GetCafe; empty for the gateway's own
	// Roles may call it; "anonymous" among them admits everybody.
	Roles []string
	Scope accesspb.Scope
	// Keyed calls need an Idempotency-Key.
	Keyed  bool
	Stream bool // server-sent events
	Body   bool // takes a JSON object
	// Query are the parameters it takes; no others.
	Query   []string
	Summary string // of the gateway's own, for the description of the interface
}

// Admits tells whether a role may call the route.
func (r Route) Admits(role string) bool {
	return slices.Contains(r.Roles, role) || slices.Contains(r.Roles, "anonymous")
}

// Routes are all routes: those of the contracts, then the gateway's own.
func Routes() ([]Route, error) {
	routes, err := routesFromContracts()
	return append(routes, handWritten()...), err
}

func routesFromContracts() ([]Route, error) {
	var routes []Route
	for _, s := range services {
		rules, err := rpc.Rules(s.contract)
		if err != nil {
			return nil, err
		}
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(s.contract))
		if err != nil {
			return nil, fmt.Errorf("contract %s: %w", s.contract, err)
		}
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			method := methods.Get(i)
			http, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
			if http == nil {
				continue
			}
			if err := checkJSON(method); err != nil {
				return nil, err
			}
			rule := rules["/"+s.contract+"/"+string(method.Name())]
			for _, binding := range append([]*annotations.HttpRule{http}, http.GetAdditionalBindings()...) {
				route, err := routeOf(method, rule, binding)
				if err != nil {
					return nil, err
				}
				routes = append(routes, route)
			}
		}
	}
	return routes, nil
}

func checkJSON(method protoreflect.MethodDescriptor) error {
	if err := jsonpb.Check(method.Input()); err != nil {
		return err
	}
	return jsonpb.Check(method.Output())
}

func routeOf(method protoreflect.MethodDescriptor, rule rpc.Rule, binding *annotations.HttpRule) (Route, error) {
	r := Route{RPC: rule.Method, Roles: rule.Roles, Scope: rule.Scope, Keyed: rule.Keyed, Stream: rule.Stream}
	switch pattern := binding.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		r.Method, r.Path = http.MethodGet, pattern.Get
	case *annotations.HttpRule_Put:
		r.Method, r.Path = http.MethodPut, pattern.Put
	case *annotations.HttpRule_Post:
		r.Method, r.Path = http.MethodPost, pattern.Post
	case *annotations.HttpRule_Delete:
		r.Method, r.Path = http.MethodDelete, pattern.Delete
	default:
		return r, fmt.Errorf("%s: a binding that is no GET, PUT, POST or DELETE", rule.Method)
	}
	r.Body = binding.GetBody() == "*"
	if binding.GetBody() != "" && !r.Body {
		return r, fmt.Errorf("%s: a body is the whole message or nothing", rule.Method)
	}
	if r.Body {
		return r, nil
	}
	fields := method.Input().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		inPath := strings.Contains(r.Path, "{"+string(field.Name())+"}")
		if inPath || field.Kind() == protoreflect.BytesKind || (field.Message() != nil && field.Message().FullName() != timestampName) {
			continue
		}
		r.Query = append(r.Query, string(field.Name()))
	}
	return r, nil
}

var (
	everyone = []string{"anonymous"}
	signedIn = rpc.Roles[1:] // all but anonymous
	atWork   = []string{"counter", "barista", "lead", "manager"}
)

// handWritten are the gateway's own routes: signing in and out, and what describes the gateway itself.
func handWritten() []Route {
	const self = accesspb.Scope_SCOPE_SELF
	return []Route{
		{
			Method: http.MethodPost, Path: "/login", Roles: everyone, Scope: self, Body: true,
			Summary: "Enrols a device with a café's access code, signs a person in on it by PIN, or does both.",
		},
		{
			Method: http.MethodPost, Path: "/adminlogin", Roles: everyone, Scope: self, Body: true,
			Summary: "Signs head office in.",
		},
		{
			Method: http.MethodPost, Path: "/adminlogin/setup", Roles: everyone, Scope: self, Body: true,
			Summary: "Makes the first account of head office, with the token an empty start prints, and signs it in.",
		},
		{
			Method: http.MethodPost, Path: "/logout", Roles: everyone, Scope: self, Query: []string{"person"},
			Summary: "Ends the session. With person=1 only the person leaves; the device stays signed in.",
		},
		{
			Method: http.MethodGet, Path: "/session", Roles: signedIn, Scope: self,
			Summary: "Who is asking: kind, role, café, device, person, and until when.",
		},
		{
			Method: http.MethodPost, Path: "/api/v1/phones", Roles: everyone, Scope: self,
			Summary: "Gives a customer's phone a session of its own.",
		},
		{
			Method: http.MethodPost, Path: "/api/v1/approvals", Roles: atWork, Scope: accesspb.Scope_SCOPE_CAFE, Body: true,
			Summary: "Takes a second person's PIN and gives an approval for one call, which lives two minutes.",
		},
		{
			Method: http.MethodGet, Path: "/api/v1/sessions", Roles: signedIn, Scope: self, Query: []string{"limit", "cursor"},
			Summary: "The caller's own sessions: where this account, device or phone is signed in.",
		},
		{
			Method: http.MethodDelete, Path: "/api/v1/sessions/{id}", Roles: signedIn, Scope: self,
			Summary: "Ends one of the caller's own sessions.",
		},
		{Method: http.MethodGet, Path: "/openapi.json", Roles: everyone, Summary: "This document."},
		{Method: http.MethodGet, Path: "/docs", Roles: everyone, Summary: "This document, to read."},
		{Method: http.MethodGet, Path: "/docs/{file}", Roles: everyone, Summary: "The parts of the page."},
		{Method: http.MethodGet, Path: "/health/live", Roles: everyone, Summary: "Whether the gateway's process answers."},
		{Method: http.MethodGet, Path: "/health/ready", Roles: everyone, Summary: "Whether the gateway's own session database answers."},
	}
}
