// Package errs is the one error type of the system: a kind, a stable code, a sentence for the caller.
// It knows nothing of gRPC, HTTP or SQL; internal/rpc and the gateway each hold one table from kinds.
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what went wrong, coarsely; it decides the status outside.
type Kind uint8

// The kinds. Internal is the zero value: an error nobody classed is silent outside and loud inside.
const (
	KindInternal Kind = iota
	KindInvalid
	KindUnauthenticated
	KindForbidden
	KindNotFound
	KindConflict
	KindTooMany
	KindUnavailable
)

// Field is one part of the input that is wrong: a path such as lines[0].quantity, and what is wrong with it.
type Field struct {
	Path   string
	Detail string
}

// Error is what a caller may see. Cause stays inside.
type Error struct {
	Kind       Kind
	Code       string // stable, lower_snake: clients decide by it
	Detail     string // one sentence: what happened and what to do now
	Fields     []Field
	Params     map[string]string // figures a client needs, such as the new total of price_changed
	RetryAfter time.Duration
	Cause      error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Code + ": " + e.Detail + ": " + e.Cause.Error()
	}
	return e.Code + ": " + e.Detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// With adds a parameter for the client.
func (e *Error) With(key, value string) *Error {
	if e.Params == nil {
		e.Params = map[string]string{}
	}
	e.Params[key] = value
	return e
}

// Field adds a part of the input that is wrong.
func (e *Error) Field(path, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Path: path, Detail: fmt.Sprintf(format, args...)})
	return e
}

// Because keeps the inner error for the log.
func (e *Error) Because(err error) *Error {
	e.Cause = err
	return e
}

// After says when a further try makes sense.
func (e *Error) After(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

func build(kind Kind, code, format string, args []any) *Error {
	return &Error{Kind: kind, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Invalid is input that no state of the system would accept.
func Invalid(code, format string, args ...any) *Error { return build(KindInvalid, code, format, args) }

// Unauthenticated is a caller who has not shown who it is.
func Unauthenticated(code, format string, args ...any) *Error {
	return build(KindUnauthenticated, code, format, args)
}

// Forbidden is a known caller who may not.
func Forbidden(code, format string, args ...any) *Error {
	return build(KindForbidden, code, format, args)
}

// NotFound is an object that does not exist, or that the caller may not know of; both answer alike.
func NotFound(format string, args ...any) *Error {
	e := build(KindNotFound, "not_found", format, args)
	e.Detail += " not found"
	return e
}

// Conflict is a request that the present state refuses.
func Conflict(code, format string, args ...any) *Error {
	return build(KindConflict, code, format, args)
}

// TooMany is a caller who must wait.
func TooMany(code string, wait time.Duration, format string, args ...any) *Error {
	return build(KindTooMany, code, format, args).After(wait)
}

// Unavailable is a part that does not answer; the same request may succeed later.
func Unavailable(code, format string, args ...any) *Error {
	return build(KindUnavailable, code, format, args).After(time.Second)
}

// As finds the Error in a chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// IsKind tells whether err is an Error of that kind.
func IsKind(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}

// HasCode tells whether err is an Error with that code.
func HasCode(err error, code string) bool {
	e, ok := As(err)
	return ok && e.Code == code
}
