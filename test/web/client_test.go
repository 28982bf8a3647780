package webtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/google/uuid"
)

// client talks to the chain without a page: to prepare what a page will show, and to look at what it did.
type client struct {
	c     *chain
	http  *http.Client
	token string
}

type object = map[string]any

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (c *chain) client() *client {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &client{c: c, http: &http.Client{Jar: jar, Timeout: 2 * patience}}
}

// asOperator is the command line's way in.
func (c *chain) asOperator() *client {
	b := c.client()
	b.token = c.operator
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   object
	raw    string
}

// at reads a value by path: lines.0.state.
func (a answer) at(path string) any {
	var value any = a.body
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case object:
			value = v[step]
		case []any:
			var i int
			if _, err := fmt.Sscanf(step, "%d", &i); err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

func (a answer) number(path string) int64 {
	f, _ := a.at(path).(float64)
	return int64(f)
}

func (a answer) list(path string) []any {
	l, _ := a.at(path).([]any)
	return l
}

// send makes one request to the frontend, as a page would; body nil sends none.
func (b *client) send(method, path string, body any, headers ...string) answer {
	b.c.t.Helper()
	a, err := b.try(method, path, body, headers...)
	if err != nil {
		b.c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (b *client) try(method, path string, body any, headers ...string) (answer, error) {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(encoded)
	}
	r, err := http.NewRequest(method, b.c.frontend+path, reader)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Origin", b.c.frontend)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body) // an answer that is no object has no fields to find
	return a, nil
}

// ok is send for what must succeed.
func (b *client) ok(method, path string, body any, headers ...string) answer {
	b.c.t.Helper()
	a := b.send(method, path, body, headers...)
	if a.status < 200 || a.status > 299 {
		b.c.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

// keyed is ok with a fresh Idempotency-Key.
func (b *client) keyed(method, path string, body any) answer {
	b.c.t.Helper()
	return b.ok(method, path, body, "Idempotency-Key", newID())
}

// cookies are this client's sign-ins, for a browser.
func (b *client) cookies() []*network.CookieParam {
	b.c.t.Helper()
	origin, err := url.Parse(b.c.frontend)
	if err != nil {
		b.c.t.Fatal(err)
	}
	var all []*network.CookieParam
	for _, cookie := range b.http.Jar.Cookies(origin) {
		all = append(all, &network.CookieParam{
			Name: cookie.Name, Value: cookie.Value, URL: b.c.frontend, Path: "/", HTTPOnly: true, SameSite: network.CookieSameSiteStrict,
		})
	}
	return all
}

// with gives somebody with a browser of their own the sign-ins of these clients.
func (v *person) with(clients ...*client) *person {
	v.t.Helper()
	for _, b := range clients {
		v.cookies = append(v.cookies, b.cookies()...)
	}
	return v
}

// until asks the chain until something is so.
func (c *chain) until(what string, so func() bool) {
	c.t.Helper()
	waitUntil(c.t, what, so)
}

func waitUntil(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("%s: not so after %v", what, patience)
}
