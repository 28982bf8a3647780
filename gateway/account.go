package gateway

import (
	"net/http"
	"time"

	"coffee/gateway/jsonpb"
	"github.com/google/uuid"

	"coffee/gateway/session"
	"coffee/internal/errs"
	"coffee/internal/page"
	accesspb "coffee/proto/coffee/access/v1"

	"google.golang.org/protobuf/reflect/protoreflect"
)

const selfScope = accesspb.Scope_SCOPE_SELF

// byHand are the handlers of the gateway's own routes, and of those whose generated handler is not used.
func (g *Gateway) byHand() map[string]handler {
	return map[string]handler{
		"POST /login":                              g.signIn,
		"POST /adminlogin":                         g.adminSignsIn,
		"POST /adminlogin/setup":                   g.setUp,
		"POST /logout":                             g.signOut,
		"GET /session":                             g.getSession,
		"POST /api/v1/phones":                      g.registerPhone,
		"POST /api/v1/approvals":                   g.approve,
		"GET /api/v1/sessions":                     g.listSessions,
		"DELETE /api/v1/sessions/{id}":             g.endSession,
		"GET /api/v1/cafes/{cafe_id}/board/stream": g.streamBoard,
		"GET /api/v1/orders/{id}/stream":           g.streamOrder,
		"GET /openapi.json":                        g.showOpenAPI,
		"GET /docs":                                g.showDocs,
		"GET /docs/{file}":                         g.showDocs,
		"GET /health/live":                         live,
		"GET /health/ready":                        g.ready,
	}
}

// sessionView is a session as its owner sees it. The token is never in it.
type sessionView struct {
	ID      string      `json:"id,omitempty"`
	Kind    string      `json:"kind"`
	Role    string      `json:"role"`
	Cafe    string      `json:"cafe_id,omitempty"`
	Device  *deviceView `json:"device,omitempty"`
	Person  *personView `json:"person,omitempty"`
	Admin   *adminView  `json:"admin,omitempty"`
	Phone   *phoneView  `json:"phone,omitempty"`
	Current bool        `json:"current"`
	Created *time.Time  `json:"created_at,omitempty"`
	Seen    *time.Time  `json:"last_seen_at,omitempty"`
	Expires *time.Time  `json:"expires_at,omitempty"`
}

type deviceView struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Letter string `json:"letter"`
	Kind   string `json:"kind"`
}

type personView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

type adminView struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

type phoneView struct {
	ID string `json:"id"`
}

func viewOf(s session.Session, current bool) sessionView {
	v := sessionView{
		ID: s.ID, Kind: s.Kind, Role: s.EffectiveRole(), Cafe: s.Cafe, Current: current, Created: &s.Created, Seen: &s.Seen,
	}
	if until := s.Until(); !until.IsZero() {
		v.Expires = &until
	}
	if p := s.Person; p != nil {
		v.Person = &personView{p.ID, p.Name, p.Role}
	}
	switch s.Kind {
	case session.KindDevice:
		v.Device = &deviceView{s.Subject, s.Name, s.Letter, s.Role}
	case session.KindAdmin:
		v.Admin = &adminView{s.Subject, s.Name}
	case session.KindCustomer:
		v.Phone = &phoneView{s.Subject}
	}
	return v
}

// getSession answers GET /session. Browsers forget a cookie after 400 days, and a device is not to be forgotten: so
// it is set again here, where a page begins and no sign-in is on its way that would set another.
func (g *Gateway) getSession(w http.ResponseWriter, r *http.Request, c *call) error {
	if s := c.who.session; c.cookie != "" && s != nil && s.Kind == session.KindDevice {
		g.cookie.set(w, c.cookie, *s, g.Now())
	}
	return g.showSession(w, r, c)
}

// showSession answers every sign-in with the session as it is now.
func (g *Gateway) showSession(w http.ResponseWriter, _ *http.Request, c *call) error {
	if c.who.operator {
		return answerJSON(w, sessionView{Kind: "operator", Role: "operator", Current: true})
	}
	if c.who.session == nil {
		return errs.Unauthenticated("sign_in_required", "Sign in first.")
	}
	return answerJSON(w, viewOf(*c.who.session, true))
}

// signOut answers POST /logout. Signing out twice is no error; with person=1 the device stays.
func (g *Gateway) signOut(w http.ResponseWriter, r *http.Request, c *call) error {
	s := c.who.session
	switch person := c.query["person"]; {
	case len(person) == 0:
	case len(person) > 1 || person[0] != "1":
		return errs.Invalid("invalid_request", "Some parameters are not valid.").Field("person", "Must be 1.")
	case s == nil || s.Kind != session.KindDevice:
		return errs.Unauthenticated("device_required", "No person is signed in on a device here.")
	case s.Person == nil:
		return g.showSession(w, r, c)
	default:
		left := *s
		left.Person, left.Seen = nil, g.Now()
		if err := g.renewOrEnded(r.Context(), w, c, left); err != nil {
			return err
		}
		return g.showSession(w, r, c)
	}
	if s != nil {
		if err := g.Sessions.End(r.Context(), c.who.hash); err != nil {
			return err
		}
	}
	if c.cookieKind != "" {
		g.cookie.clear(w, c.cookieKind)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listSessions answers GET /api/v1/sessions. The operator's token is no session.
func (g *Gateway) listSessions(w http.ResponseWriter, r *http.Request, c *call) error {
	limit := int32(0)
	if text := c.query["limit"]; len(text) > 0 {
		n, problem := jsonpb.Integer(protoreflect.Int32Kind, text[0])
		if problem == "" && (n.Int() < 0 || n.Int() > page.MaxLimit) {
			problem = "Must be between 0 and 200."
		}
		if problem != "" {
			return errs.Invalid("invalid_request", "Some parameters are not valid.").Field("limit", "%s", problem)
		}
		limit = int32(n.Int()) //nolint:gosec // bounded above
	}
	after := ""
	if text := c.query["cursor"]; len(text) > 0 {
		after = text[0]
	}
	list := struct {
		Sessions []sessionView `json:"sessions"`
		Next     string        `json:"next_cursor"`
	}{Sessions: []sessionView{}}
	if s := c.who.session; s != nil {
		found, next, err := g.Sessions.List(r.Context(), s.Kind, s.Subject, g.Now(), after, page.Limit(limit))
		if err != nil {
			return err
		}
		list.Next = next
		for _, one := range found {
			list.Sessions = append(list.Sessions, viewOf(one, one.ID == s.ID))
		}
	}
	return answerJSON(w, list)
}

// endSession answers DELETE /api/v1/sessions/{id}.
func (g *Gateway) endSession(w http.ResponseWriter, r *http.Request, c *call) error {
	id := c.object("id")
	s := c.who.session
	if len(id) != 36 || uuid.Validate(id) != nil || s == nil { // uuid knows other spellings, of other lengths
		return errs.NotFound("session %s", id)
	}
	ended, err := g.Sessions.EndOwn(r.Context(), id, s.Kind, s.Subject)
	switch {
	case err != nil:
		return err
	case !ended:
		return errs.NotFound("session %s", id)
	case id == s.ID:
		g.cookie.clear(w, s.Kind)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// live tells that the process answers.
func live(w http.ResponseWriter, _ *http.Request, _ *call) error {
	return answerJSON(w, map[string]string{"status": "live"})
}

// ready tells whether the gateway's own database answers and it is not stopping; never another part's health.
func (g *Gateway) ready(w http.ResponseWriter, r *http.Request, _ *call) error {
	if g.leaving.Load() || g.stopping.Err() != nil {
		return errs.Unavailable("stopping", "The gateway is stopping.")
	}
	if err := g.Sessions.Ping(r.Context()); err != nil {
		return errs.Unavailable("sessions_unavailable", "The session database does not answer.").Because(err)
	}
	return answerJSON(w, map[string]string{"status": "ready"})
}
