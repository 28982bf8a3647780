package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/obs"
	accesspb "coffee/proto/coffee/access/v1"
)

// The metadata of a call.
const (
	mdPassport        = "coffee-passport"
	mdServicePassport = "coffee-service-passport"
	mdIdempotencyKey  = "coffee-idempotency-key"
	mdRequestID       = "coffee-request-id"
)

// Guard stands before every method of every service: it recovers panics, learns who calls, holds the call against
// the method's rule and the request against its contract, and translates errors. One for all services of a process.
type Guard struct {
	Rules    Table
	Verifier *Verifier
	Log      *slog.Logger
	// Timeout bounds a unary call that came without a deadline.
	Timeout time.Duration
	// Certificates says that calls come over TLS: a caller is then who its certificate names, too.
	Certificates bool
	// Watch, when set, sees every call.
	Watch     *obs.Observer
	validator protovalidate.Validator
	stopping  context.Context
	stop      context.CancelFunc
}

// NewGuard makes a guard.
func NewGuard(rules Table, verifier *Verifier, log *slog.Logger) (*Guard, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, fmt.Errorf("validator: %w", err)
	}
	g := &Guard{Rules: rules, Verifier: verifier, Log: log, Timeout: 10 * time.Second, validator: validator}
	g.stopping, g.stop = context.WithCancel(context.Background())
	return g, nil
}

// Stop ends the open streams, which would not end by themselves; whoever read them may come again elsewhere.
func (g *Guard) Stop() { g.stop() }

// errStopping ends a stream of a process that stops: the one refusal after which another replica is worth asking.
var errStopping = errs.Unavailable("stopping", "This part of the system is stopping. Try again.")

// Unary is the server interceptor of plain calls.
func (g *Guard) Unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	ctx, end := g.Watch.Answer(ctx, info.FullMethod, incoming(ctx))
	defer func() {
		if r := recover(); r != nil {
			g.Log.ErrorContext(ctx, "panic", "method", info.FullMethod, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
		if err != nil {
			err = g.outward(ctx, info.FullMethod, err)
		}
		end(status.Code(err).String(), err)
	}()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.Timeout)
		defer cancel()
	}
	ctx, rule, err := g.identify(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	if err := g.check(ctx, rule, req); err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

// Stream is the server interceptor of server streams.
func (g *Guard) Stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	ctx := stream.Context()
	defer func() {
		if r := recover(); r != nil {
			g.Log.ErrorContext(ctx, "panic", "method", info.FullMethod, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
		if err != nil {
			err = g.outward(ctx, info.FullMethod, err)
		}
	}()
	ctx, rule, err := g.identify(ctx, info.FullMethod)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(g.stopping, func() { cancel(errStopping) })()
	err = handler(srv, &guardedStream{ServerStream: stream, ctx: ctx, guard: g, rule: rule})
	if g.stopping.Err() != nil && errors.Is(context.Cause(ctx), errStopping) {
		return errStopping // whatever the handler made of the end of its context
	}
	return err
}

// guardedStream checks the request message of a server stream as it is read.
type guardedStream struct {
	grpc.ServerStream
	ctx   context.Context
	guard *Guard
	rule  Rule
}

func (s *guardedStream) Context() context.Context { return s.ctx }

func (s *guardedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return s.guard.check(s.ctx, s.rule, m)
}

// identify reads the passports and finds out whether this caller may call this method at all.
func (g *Guard) identify(ctx context.Context, method string) (context.Context, Rule, error) {
	rule, ok := g.Rules[method]
	if !ok {
		return ctx, rule, errs.Forbidden("forbidden", "This method has no access rule.")
	}
	if g.Certificates {
		if part := callingPart(ctx); !rule.AdmitsService(part) {
			return ctx, rule, errs.Forbidden("forbidden", "%q may not call this.", part)
		}
	}
	md, _ := metadata.FromIncomingContext(ctx)
	service, err := g.Verifier.Verify(first(md, mdServicePassport))
	if err != nil || service.Kind != KindService {
		return ctx, rule, errs.Unauthenticated("passport_refused", "The calling service is not known.")
	}
	if g.Certificates && callingPart(ctx) != service.Subject {
		return ctx, rule, errs.Unauthenticated("passport_refused", "Passport and certificate name different services.")
	}
	caller := Caller{Kind: KindAnonymous, Role: "anonymous", Service: service.Subject}
	if token := first(md, mdPassport); token != "" {
		p, err := g.Verifier.Verify(token)
		if err != nil || p.Kind == KindService || p.Kind == KindApproval {
			return ctx, rule, errs.Unauthenticated("passport_refused", "Sign in again.")
		}
		caller.Kind, caller.Subject, caller.Role = p.Kind, p.Subject, p.Role
		caller.Cafe, caller.Device, caller.Session = p.Cafe, p.Device, p.Session
		ctx = withPassport(ctx, token)
	}
	switch {
	case slices.Contains(rule.Services, service.Subject):
		// A listed service answers for the call; the person behind it stays known.
		if caller.Kind == KindAnonymous {
			caller.Kind, caller.Role = KindService, RoleService
		}
	case service.Subject != "gateway":
		return ctx, rule, errs.Forbidden("forbidden", "%s may not call this.", service.Subject)
	case !rule.Admits(caller.Role):
		if caller.Kind == KindAnonymous {
			return ctx, rule, errs.Unauthenticated("sign_in_required", "Sign in first.")
		}
		return ctx, rule, errs.Forbidden("forbidden", "Your role (%s) may not do this.", caller.Role)
	}
	if key := first(md, mdIdempotencyKey); key != "" {
		ctx = WithIdempotencyKey(ctx, key)
	}
	return WithCaller(ctx, caller), rule, nil
}

// check holds the request against the rule's scope and the contract's constraints.
func (g *Guard) check(ctx context.Context, rule Rule, req any) error {
	message, ok := req.(proto.Message)
	if !ok {
		return fmt.Errorf("request %T is no message", req)
	}
	caller := CallerFrom(ctx)
	if rule.Scope == accesspb.Scope_SCOPE_CAFE && caller.Staff() && !slices.Contains(rule.Services, caller.Service) {
		m := message.ProtoReflect()
		field := m.Descriptor().Fields().ByName("cafe_id")
		switch cafe := m.Get(field).String(); cafe {
		case "":
			m.Set(field, protoreflect.ValueOfString(caller.Cafe))
		case caller.Cafe:
		default:
			return errs.NotFound("café %s", cafe) // another café's id answers like an unknown one
		}
	}
	if rule.Keyed && caller.Service == "gateway" {
		if key := IdempotencyKey(ctx); key == "" || len(key) > 64 {
			return errs.Invalid("idempotency_key_required", "This call needs an Idempotency-Key of 1 to 64 characters.")
		}
	}
	return g.validate(message)
}

func (g *Guard) validate(message proto.Message) error {
	err := g.validator.Validate(message)
	if err == nil {
		return nil
	}
	var violations *protovalidate.ValidationError
	if !errors.As(err, &violations) {
		return fmt.Errorf("validate %s: %w", message.ProtoReflect().Descriptor().FullName(), err)
	}
	invalid := errs.Invalid("invalid_request", "Some fields are not valid.")
	for _, v := range violations.Violations {
		invalid.Field(protovalidate.FieldPathString(v.Proto.GetField()), "%s", strings.TrimSuffix(v.Proto.GetMessage(), "."))
	}
	return invalid
}

// outward logs what nobody may see and turns the rest into a status.
func (g *Guard) outward(ctx context.Context, method string, err error) error {
	if _, ok := errs.As(err); !ok {
		switch {
		case errors.Is(err, context.Canceled):
		case errors.Is(err, context.DeadlineExceeded):
			g.Log.WarnContext(ctx, "deadline exceeded", "method", method)
		case db.IsUnavailable(err):
			g.Log.ErrorContext(ctx, "database unavailable", "method", method, "error", err.Error())
			err = errs.Unavailable("unavailable", "The database does not answer. Try again.").Because(err)
		default:
			g.Log.ErrorContext(ctx, "internal error", "method", method, "error", err.Error())
		}
	}
	st := ToStatus(err)
	if status.Code(st) == codes.Unavailable && !errors.Is(err, errStopping) {
		// A service that answers "not now" is not asked again by the machinery: only what was never answered is.
		_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "-1")) // fails outside a call only
	}
	return st
}

func first(md metadata.MD, key string) string {
	if v := md.Get(key); len(v) > 0 {
		return v[0]
	}
	return ""
}

// RequestID is the id that follows a request through the services.
func RequestID(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	if id := first(md, mdRequestID); id != "" {
		return id
	}
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

type requestIDKey struct{}

// WithRequestID gives the outgoing calls of a request their id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}
