package rpc

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	accesspb "coffee/proto/coffee/access/v1"
)

// Roles are the words a rule may use.
var Roles = []string{"anonymous", "customer", "counter", "board", "barista", "lead", "manager", "admin", "operator"}

// Calls is who may call whom, besides the gateway, which calls every service. The rules' `services` must agree;
// the architecture test and the runtime allow-list read this table.
var Calls = map[string][]string{
	"order":     {"menu", "inventory", "cafe"},
	"analytics": {"order", "menu", "inventory", "cafe"},
	"login":     {"cafe"},
	"menu":      {"cafe"}, // docs/decisions/0002: releases and 86 end at the café's cut-off, in its currency
}

// Rule is one method's access rule.
type Rule struct {
	Method   string // /coffee.order.v1.OrderService/PlaceOrder
	Service  string // order
	Roles    []string
	Services []string
	Scope    accesspb.Scope
	Keyed    bool
	Effect   accesspb.Effect
	Stream   bool
}

// Table holds the rules by full method name.
type Table map[string]Rule

// Rules reads the rules of the named gRPC services (full names) from their contracts. A method without a rule, or
// with one that makes no sense, is an error: nothing starts.
func Rules(services ...string) (Table, error) {
	table := Table{}
	for _, name := range services {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			return nil, fmt.Errorf("contract %s: %w", name, err)
		}
		service, ok := d.(protoreflect.ServiceDescriptor)
		if !ok {
			return nil, fmt.Errorf("contract %s is not a service", name)
		}
		methods := service.Methods()
		for i := range methods.Len() {
			rule, err := ruleOf(service, methods.Get(i))
			if err != nil {
				return nil, err
			}
			table[rule.Method] = rule
		}
	}
	return table, nil
}

func ruleOf(service protoreflect.ServiceDescriptor, method protoreflect.MethodDescriptor) (Rule, error) {
	full := fmt.Sprintf("/%s/%s", service.FullName(), method.Name())
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	if options == nil || !proto.HasExtension(options, accesspb.E_Rule) {
		return Rule{}, fmt.Errorf("%s has no access rule", full)
	}
	r := proto.GetExtension(options, accesspb.E_Rule).(*accesspb.Rule)
	rule := Rule{
		Method: full, Service: serviceName(service), Roles: r.GetRoles(), Services: r.GetServices(),
		Scope: r.GetScope(), Keyed: r.GetKeyed(), Effect: r.GetEffect(), Stream: method.IsStreamingServer(),
	}
	switch {
	case len(rule.Roles)+len(rule.Services) == 0:
		return rule, fmt.Errorf("%s: its rule admits nobody", full)
	case rule.Scope == accesspb.Scope_SCOPE_UNSPECIFIED:
		return rule, fmt.Errorf("%s: its rule has no scope", full)
	case rule.Effect == accesspb.Effect_EFFECT_UNSPECIFIED:
		return rule, fmt.Errorf("%s: its rule does not say what a repeated call does (effect)", full)
	case rule.Keyed && rule.Effect != accesspb.Effect_EFFECT_KEYED:
		return rule, fmt.Errorf("%s: a call with an Idempotency-Key has the effect keyed", full)
	case rule.Scope == accesspb.Scope_SCOPE_CAFE && method.Input().Fields().ByName("cafe_id") == nil:
		return rule, fmt.Errorf("%s: a rule by café needs a cafe_id in the request", full)
	}
	for _, role := range rule.Roles {
		if !slices.Contains(Roles, role) {
			return rule, fmt.Errorf("%s: unknown role %q", full, role)
		}
	}
	for _, caller := range rule.Services {
		if caller != "gateway" && !slices.Contains(Calls[caller], rule.Service) {
			return rule, fmt.Errorf("%s: %s may not call %s", full, caller, rule.Service)
		}
	}
	return rule, nil
}

// serviceName is order for coffee.order.v1.OrderService.
func serviceName(service protoreflect.ServiceDescriptor) string {
	return string(service.ParentFile().Package().Parent().Name())
}

// Admits tells whether a role may call the method.
func (r Rule) Admits(role string) bool {
	return slices.Contains(r.Roles, role) || (role != RoleService && slices.Contains(r.Roles, "anonymous"))
}

// AdmitsService tells whether a part may make this call at all: one that the rule names, or the gateway for a person.
func (r Rule) AdmitsService(name string) bool {
	return slices.Contains(r.Services, name) || (name == "gateway" && len(r.Roles) > 0)
}

// Repeatable tells whether the transport may make a call again whose answer was lost.
func (r Rule) Repeatable() bool { return r.Effect != accesspb.Effect_EFFECT_ONCE }
