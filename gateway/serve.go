package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"coffee/gateway/session"
	"coffee/internal/errs"
	"coffee/internal/httpx"
	"coffee/internal/rpc"
)

// call is one request on its way.
type call struct {
	id     string
	route  *Route
	params map[string]string // of the path
	body   []byte
	who    identity
	cookie string // the token it came with, if that was in a cookie
	// cookieKind is the kind of session of that cookie.
	cookieKind string
	query      map[string][]string
}

func (c *call) name() string {
	if c.route == nil {
		return ""
	}
	return c.route.Method + " " + c.route.Path
}

// about is what the log says of a call: ids, never names.
func (c *call) about() []any {
	about := []any{"request_id", c.id, "route", c.name()}
	if c.who.operator {
		return append(about, "subject", "operator")
	}
	if s := c.who.session; s != nil {
		about = append(about, "subject", s.Kind+"/"+s.Subject)
		if s.Person != nil {
			about = append(about, "person", s.Person.ID)
		}
		if s.Cafe != "" {
			about = append(about, "cafe", s.Cafe)
		}
	}
	return about
}

type callKey struct{}

func callFrom(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{}
	}
	return c
}

// written remembers whether an answer began: after that no problem can be told.
type written struct {
	http.ResponseWriter
	status int
}

func (w *written) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *written) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *written) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ServeHTTP answers a request, whatever it is, in bounded time.
func (g *Gateway) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	began := g.Now()
	w, c := &written{ResponseWriter: rw}, &call{id: g.NewID()}
	httpx.Secure(w.Header(), httpx.DataPolicy)
	if g.cookie.secure {
		httpx.OnlyHTTPS(w.Header(), r)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Request-Id", c.id)
	route, params, others := g.router.match(r.Method, r.URL.Path)
	named := "none" // what strangers try is no label
	if route != nil {
		named = route.Path
	}
	ctx, end := g.Watch.Request(r.Context(), methodLabel(r.Method), named, c.id)
	r = r.WithContext(ctx)
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // that very value
				panic(p)
			}
			g.Log.Error("panic", append(c.about(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))...)
			if w.status != 0 {
				panic(http.ErrAbortHandler) // the half answer must not look whole
			}
			g.answer(w, c, errors.New("panic"))
		}
		g.Log.Debug("request", append(c.about(), "status", w.status, "role", c.who.role(), "took", g.Now().Sub(began))...)
		end(w.status, c.route != nil && c.route.Stream)
	}()
	if err := g.serve(w, r, c, route, params, others); err != nil && w.status == 0 {
		g.answer(w, c, err)
	}
}

// methodLabel keeps methods that strangers invent out of the metrics.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions:
		return method
	}
	return "other"
}

// serve takes a request through everything that is checked before it is answered, cheapest first.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, c *call, end *endpoint, params map[string]string, others []string) error {
	switch {
	case end == nil && len(others) > 0:
		w.Header().Set("Allow", strings.Join(others, ", "))
		return refuse(http.StatusMethodNotAllowed, "Wrong method", "method_not_allowed", "This path takes %s.", strings.Join(others, ", "))
	case end != nil && end.Stream && r.Method != http.MethodGet:
		return refuse(http.StatusMethodNotAllowed, "Wrong method", "method_not_allowed", "A stream can only be read.")
	case end == nil || !utf8.ValidString(r.URL.Path):
		return refuse(http.StatusNotFound, "Not found", "route_not_found", "There is no such route: see /docs.")
	}
	c.route, c.params = &end.Route, params
	if err := g.crossSite.Check(r); err != nil {
		return errs.Forbidden("cross_site", "A page from elsewhere may not do this.").Because(err)
	}
	var err error
	if c.query, err = checkQuery(r.URL.RawQuery, c.route); err != nil {
		return err
	}
	if c.body, err = readBody(w, r, c.route); err != nil {
		return err
	}
	ctx := r.Context()
	if !c.route.Stream {
		limit := g.Timeout
		if c.route.Path == importPath {
			limit = g.ImportTimeout
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	// The request is read: from here its connection is only watched for its end. Servers in tests have no deadlines.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	if err := g.identify(ctx, r, c); err != nil {
		return err
	}
	ctx = rpc.WithRequestID(ctx, c.id)
	err = end.handler(w, r.WithContext(context.WithValue(ctx, callKey{}, c)), c)
	if slices.Contains(watched, c.name()) {
		g.watch(ctx, r, c, err)
	}
	return err
}

// watched are the routes by which somebody comes or goes, or proves who they are: how each ended is in the log, with
// where it came from, so that guessing and misuse can be seen. What was typed is not: it may be a password in the
// wrong field.
var watched = []string{"POST /login", "POST /adminlogin", "POST /adminlogin/setup", "POST /logout", "POST /api/v1/approvals"}

func (g *Gateway) watch(ctx context.Context, r *http.Request, c *call, err error) {
	level, outcome := slog.LevelInfo, "ok"
	if err != nil {
		level, outcome = slog.LevelWarn, "internal"
		if e, ok := errs.As(err); ok {
			outcome = e.Code
		}
	}
	about := append(c.about(), "outcome", outcome, "network", httpx.ClientNetwork(r, g.TrustedProxies), "role", c.who.role())
	g.Log.Log(ctx, level, "sign-in", about...)
}

// forward hands a request to the generated handlers. Nothing of its headers goes with it but the Idempotency-Key.
func (g *Gateway) forward(w http.ResponseWriter, r *http.Request, c *call) error {
	ctx, err := g.outgoing(r, c)
	if err != nil {
		return err
	}
	inner := r.WithContext(ctx)
	inner.Header = http.Header{"Content-Type": {"application/json"}}
	if inner.Method == http.MethodHead {
		inner.Method = http.MethodGet
	}
	inner.Body = rpcBody{bytes.NewReader(c.body), c.params}
	inner.ContentLength = int64(len(c.body))
	g.mux.ServeHTTP(w, inner)
	return nil
}

// outgoing is a request's context with what the services need: passport and key.
func (g *Gateway) outgoing(r *http.Request, c *call) (context.Context, error) {
	ctx := r.Context()
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if len(key) > 64 || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
			return nil, errs.Invalid("invalid_idempotency_key", "An Idempotency-Key has 1 to 64 printable ASCII characters.")
		}
		ctx = rpc.WithIdempotencyKey(ctx, key)
	}
	token, err := g.passport(c.who)
	if err != nil {
		return nil, err
	}
	if token != "" {
		ctx = rpc.WithPassport(ctx, token)
	}
	return ctx, nil
}

// afterwards runs a call's effect on sessions, when the service said yes and before the caller learns of it.
func (g *Gateway) afterwards(ctx context.Context, w http.ResponseWriter, _ proto.Message) error {
	c := callFrom(ctx)
	if g.CredentialsChanged != nil && slices.Contains(credentials, c.route.RPC) {
		g.CredentialsChanged()
	}
	effect, ok := effects[c.route.RPC]
	if !ok {
		return nil
	}
	if err := effect(ctx, g, w, c); err != nil {
		return errs.Unavailable("sessions_not_ended", "The change is saved, but the sessions it ends could not be ended. Do it again.").Because(err)
	}
	return nil
}

// identity is who asks: an anonymous caller, the operator, or whoever a session belongs to.
type identity struct {
	operator bool
	session  *session.Session
	hash     session.Hash
}

func (i identity) role() string {
	switch {
	case i.operator:
		return "operator"
	case i.session != nil:
		return i.session.EffectiveRole()
	}
	return "anonymous"
}
