package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/status"

	"coffee/gateway/session"
	"coffee/internal/errs"
	"coffee/internal/httpx"
)

// kinds is the one table between our kinds of error and HTTP.
var kinds = map[errs.Kind]struct {
	status int
	title  string
}{
	errs.KindInternal:        {http.StatusInternalServerError, "Something failed on our side"},
	errs.KindInvalid:         {http.StatusBadRequest, "Not valid"},
	errs.KindUnauthenticated: {http.StatusUnauthorized, "Sign in"},
	errs.KindForbidden:       {http.StatusForbidden, "Not allowed"},
	errs.KindNotFound:        {http.StatusNotFound, "Not found"},
	errs.KindConflict:        {http.StatusConflict, "Conflict"},
	errs.KindTooMany:         {http.StatusTooManyRequests, "Too many"},
	errs.KindUnavailable:     {http.StatusServiceUnavailable, "Not available"},
}

// httpError is a refusal that only HTTP knows, with a status of its own.
type httpError struct {
	status int
	title  string
	what   *errs.Error
}

func (e *httpError) Error() string { return e.what.Error() }
func (e *httpError) Unwrap() error { return e.what }

func refuse(status int, title, code, format string, args ...any) error {
	return &httpError{status, title, errs.Invalid(code, format, args...)}
}

// answer writes an error as a problem and logs what the caller may not see.
func (g *Gateway) answer(w http.ResponseWriter, c *call, err error) {
	e, ok := errs.As(err)
	if !ok {
		switch {
		case errors.Is(err, context.Canceled):
			e = errs.Unavailable("canceled", "The request was given up.")
		case errors.Is(err, context.DeadlineExceeded):
			e = errs.Unavailable("deadline_exceeded", "The answer took too long. Try again.")
		case session.IsUnavailable(err):
			e = errs.Unavailable("sessions_unavailable", "Nobody's sign-in can be checked right now. Try again.")
		default:
			e = &errs.Error{Kind: errs.KindInternal, Code: "internal", Detail: "Something failed on our side."}
		}
	}
	row := kinds[e.Kind]
	var own *httpError
	if errors.As(err, &own) {
		row.status, row.title = own.status, own.title
	}
	if row.status >= http.StatusInternalServerError {
		g.Log.Error("request failed", append(c.about(), "code", e.Code, "error", err.Error())...)
	}
	p := httpx.Problem{
		Title: row.title, Status: row.status, Code: e.Code, Detail: e.Detail, Instance: "urn:uuid:" + c.id,
		Params: e.Params, RetryAfter: e.RetryAfter,
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, httpx.FieldError{Field: f.Path, Detail: f.Detail})
	}
	if e.Kind == errs.KindUnauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="coffee"`)
	}
	w.Header().Del("ETag")
	httpx.WriteProblem(w, p)
}

// rpcError answers what the generated handlers refuse or the services answer.
func (g *Gateway) rpcError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	if _, ok := errs.As(err); !ok {
		if st, ok := status.FromError(err); ok {
			err = carriedIn(st)
		}
	}
	g.answer(w, callFrom(ctx), err)
}

// routingError is for what our router let through and the generated mux does not know: a fault of ours.
func (g *Gateway) routingError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
	g.answer(w, callFrom(ctx), errors.New("the generated handlers do not know "+r.Method+" "+r.URL.Path+": "+http.StatusText(code)))
}

// The generated handlers turn a decoding error into a status by its text alone. carried is an error whose text holds
// all of it, so that it arrives whole on the other side.
type carried struct{ whole errs.Error }

func carry(e *errs.Error) error { return carried{*e} }

const carriedMark = "coffee-carried:"

func (c carried) Error() string {
	c.whole.Cause = nil // never told
	body, err := json.Marshal(c.whole)
	if err != nil {
		return carriedMark
	}
	return carriedMark + string(body)
}

// carriedIn is the error that travelled in a status, or else a plain refusal: only the generated handlers make a
// status here, and only of requests that they cannot read.
func carriedIn(st *status.Status) error {
	if body, ok := strings.CutPrefix(st.Message(), carriedMark); ok {
		var e errs.Error
		if json.Unmarshal([]byte(body), &e) == nil && e.Code != "" {
			return &e
		}
	}
	return errs.Invalid("invalid_request", "The request cannot be read.").Because(st.Err())
}
