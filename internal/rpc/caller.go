package rpc

import (
	"context"
	"slices"

	"coffee/internal/audit"
)

// Caller is who stands behind a call: a person, device, phone, admin, operator, or nobody; and which service calls.
type Caller struct {
	Kind    string
	Subject string // person, phone, admin or device id
	Role    string // anonymous, customer, counter, board, barista, lead, manager, admin, operator
	Cafe    string // of staff and devices; empty for everybody else
	Device  string
	Session string
	Service string // the calling service; gateway for whatever comes from outside
}

// Is tells whether the caller has one of the roles.
func (c Caller) Is(roles ...string) bool { return slices.Contains(roles, c.Role) }

// HeadOffice tells whether the caller works in every café.
func (c Caller) HeadOffice() bool { return c.Is("admin", "operator") }

// Staff tells whether the caller belongs to one café.
func (c Caller) Staff() bool { return c.Is("counter", "board", "barista", "lead", "manager") }

// MayCafe tells whether a café's objects are the caller's business: head office and services always, staff in
// their own café. A customer is bound to its own objects instead; the service checks that.
func (c Caller) MayCafe(cafe string) bool {
	return c.HeadOffice() || (c.Staff() && c.Cafe == cafe) || (c.Role == RoleService)
}

// RoleService is the role of a call that a service makes on its own account.
const RoleService = "service"

// roleRank orders the staff roles by what they may do.
var roleRank = map[string]int{"barista": 1, "lead": 2, "manager": 3, "admin": 4, "operator": 4}

// AtLeast tells whether the caller may do what a role may.
func (c Caller) AtLeast(role string) bool {
	return roleRank[c.Role] >= roleRank[role] && roleRank[role] > 0
}

type callerKey struct{}

// WithCaller puts the caller into a context. The server interceptor does it; tests may.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom gives the caller; the zero Caller is nobody and may nothing.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

type keyKey struct{}

// WithIdempotencyKey puts a call's key into a context.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

// IdempotencyKey gives the key of a keyed call.
func IdempotencyKey(ctx context.Context) string {
	k, _ := ctx.Value(keyKey{}).(string)
	return k
}

type passportKey struct{}

// withPassport keeps the caller's own passport, so that a further call shows it again.
func withPassport(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, passportKey{}, token)
}

// WithPassport is for the gateway: it makes outgoing calls show this passport.
func WithPassport(ctx context.Context, token string) context.Context { return withPassport(ctx, token) }

func passportFrom(ctx context.Context) string {
	t, _ := ctx.Value(passportKey{}).(string)
	return t
}

// Actor is the caller as an audit entry names it.
func (c Caller) Actor() audit.Actor {
	if c.Subject == "" {
		return audit.Actor{Kind: c.Kind, ID: c.Service}
	}
	return audit.Actor{Kind: c.Kind, ID: c.Subject, Device: c.Device}
}
