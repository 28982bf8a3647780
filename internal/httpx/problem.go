// Package httpx is both ends of our HTTP: problems, servers with time limits, embedded files and addresses behind
// proxies for the gateway and the frontend; a REST client for the command line. It knows the conventions, and no
// route and no session.
package httpx

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Problem is an answer that is not a success (RFC 9457), with a code that clients decide by.
type Problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Status   int          `json:"status"`
	Code     string       `json:"code"`
	Detail   string       `json:"detail"`
	Instance string       `json:"instance,omitempty"`
	Errors   []FieldError `json:"errors,omitempty"`
	// Params are further members of the problem, such as the new total of price_changed.
	Params map[string]string `json:"-"`
	// RetryAfter becomes the header of that name, in whole seconds, rounded up.
	RetryAfter time.Duration `json:"-"`
}

// members are the names that a parameter cannot have.
var members = []string{"type", "title", "status", "code", "detail", "instance", "errors"}

// plain is a Problem without its methods.
type plain Problem

// MarshalJSON writes the parameters behind the members that every problem has, by name.
func (p Problem) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(plain(p))
	if err != nil || len(p.Params) == 0 {
		return body, err
	}
	extra := maps.Clone(p.Params)
	maps.DeleteFunc(extra, func(name, _ string) bool { return slices.Contains(members, name) })
	more, err := json.Marshal(extra) // sorted by name
	if err != nil || len(extra) == 0 {
		return body, err
	}
	return append(append(body[:len(body)-1], ','), more[1:]...), nil
}

// UnmarshalJSON takes every further text for a parameter.
func (p *Problem) UnmarshalJSON(body []byte) error {
	if err := json.Unmarshal(body, (*plain)(p)); err != nil {
		return err
	}
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		return err
	}
	for name, value := range all {
		if text, ok := value.(string); ok && !slices.Contains(members, name) {
			if p.Params == nil {
				p.Params = map[string]string{}
			}
			p.Params[name] = text
		}
	}
	return nil
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
