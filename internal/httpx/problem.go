// Package httpx is both ends of our HTTP: problems, servers with time limits, embedded files and addresses behind
// proxies for the gateway and the frontend; a REST client for the command line. It knows the conventions, and no
// route and no session.
package httpx

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Problem is an answer that is not a success (RFC 9457), with a code that clients decide by.
type Problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Code     string            `json:"code"`
	Detail   string            `json:"detail"`
	Instance string            `json:"instance,omitempty"`
	Errors   []FieldError      `json:"errors,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
	// RetryAfter becomes the header of that name, in whole seconds, rounded up.
	RetryAfter time.Duration `json:"-"`
}

// FieldError is one field that is wrong.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// WriteProblem answers with a problem. Its type is derived from its code.
func WriteProblem(w http.ResponseWriter, p Problem) {
	p.Type = "urn:coffee:problem:" + p.Code
	body, err := json.Marshal(p)
	if err != nil { // strings only: cannot happen
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Del("Content-Length")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((p.RetryAfter+time.Second-1)/time.Second), 10))
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that is gone reads nothing
}
