package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"coffee/gateway/session"
	"coffee/internal/errs"
	"coffee/internal/rpc"
)

// OperatorSubject is who the operator is in passports and audit entries: one for the chain, in the form of an id.
const OperatorSubject = "00000000-0000-4000-8000-0000000c0ffe"

// backgroundHeader marks a request that no person made: a screen that refreshes itself. It opens nothing; it only
// does not keep anybody signed in.
const backgroundHeader = "Coffee-Background"

// bearer takes the token from an Authorization header.
func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// identify finds out who asks and whether they may call the route at all. A cookie of a session that is over is none;
// a bearer token must be good. When the session database is down, whatever is public goes on.
func (g *Gateway) identify(ctx context.Context, r *http.Request, c *call) error {
	stale := false
	if header := r.Header.Get("Authorization"); header != "" {
		token, ok := bearer(header)
		if !ok {
			return errs.Unauthenticated("sign_in_required", "Authorization must be a bearer token.")
		}
		if err := g.byToken(ctx, r, c, token); err != nil {
			return err
		}
		if c.who.session == nil && !c.who.operator {
			return errs.Unauthenticated("session_ended", "This token is not valid, or no longer. Sign in again.")
		}
	} else if g.cookie.any(r) && unsafe(r.Method) && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == "" {
		return errs.Forbidden("cross_site", "A change with a cookie must say where it comes from (Origin).")
	} else if kind, token, err := g.cookie.token(r, c.route); err != nil {
		return err
	} else if token != "" {
		err := g.byToken(ctx, r, c, token)
		if err != nil && (!c.route.Admits("anonymous") || c.route.Scope == selfScope) {
			return err
		}
		c.who.operator = false // a cookie never makes an operator
		if s := c.who.session; s != nil && s.Kind != kind {
			c.who = identity{} // nor one kind of session another
		}
		c.cookie, c.cookieKind = token, kind
		stale = c.who.session == nil && err == nil
	}
	role := c.who.role()
	switch {
	case c.route.Admits(role):
		return nil
	case stale:
		// The cookie is left alone: this may be a late request from before a sign-in that has set another since.
		return errs.Unauthenticated("session_ended", "Your session is over. Sign in again.")
	case role == "anonymous":
		return errs.Unauthenticated("sign_in_required", "Sign in first.")
	}
	return errs.Forbidden("forbidden", "Your role (%s) may not do this.", role)
}

func unsafe(method string) bool {
	return !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

// byToken looks a token up, in the database every time: a session that was ended is over everywhere at once.
func (g *Gateway) byToken(ctx context.Context, r *http.Request, c *call, token string) error {
	if sum := sha256.Sum256([]byte(token)); g.OperatorToken != "" && subtle.ConstantTimeCompare(sum[:], g.operator[:]) == 1 {
		c.who.operator = true
		return nil
	}
	hash, ok := session.HashOf(token)
	if !ok {
		return nil
	}
	now := g.Now()
	found, alive, err := g.Sessions.Find(ctx, hash, now)
	if err != nil {
		return errs.Unavailable("sessions_unavailable", "Nobody's sign-in can be checked right now. Try again.").Because(err)
	}
	if !alive {
		return nil
	}
	if r.Header.Get(backgroundHeader) == "" {
		if found, err = g.Sessions.Touch(ctx, hash, found, now); err != nil {
			g.Log.Warn("the use of a session was not written down", append(c.about(), "error", err.Error())...)
		}
	}
	c.who.session, c.who.hash = &found, hash
	return nil
}

// claims is what a passport says of an identity; nobody has none.
func (i identity) claims() (rpc.Passport, bool) {
	if i.operator {
		return rpc.Passport{Kind: rpc.KindOperator, Subject: OperatorSubject, Role: "operator"}, true
	}
	s := i.session
	if s == nil {
		return rpc.Passport{}, false
	}
	p := rpc.Passport{Subject: s.Subject, Role: s.EffectiveRole(), Cafe: s.Cafe, Session: s.ID}
	switch {
	case s.Person != nil:
		p.Kind, p.Subject, p.Device = rpc.KindPerson, s.Person.ID, s.Subject
	case s.Kind == session.KindDevice:
		p.Kind, p.Device = rpc.KindDevice, s.Subject
	case s.Kind == session.KindAdmin:
		p.Kind = rpc.KindAdmin
	default:
		p.Kind = rpc.KindCustomer
	}
	return p, true
}

// passports keeps signed passports while they are good for another while: signing costs more than a small call.
type passports struct {
	mu   sync.Mutex
	kept map[passportKey]keptPassport
}

type passportKey struct {
	hash   session.Hash
	claims rpc.Passport
}

type keptPassport struct {
	token   string
	expires time.Time
}

const (
	// passportRest is the life a passport must have left to be shown once more.
	passportRest    = 10 * time.Second
	passportsAtMost = 4096
)

// passport gives the passport to show for an identity.
func (g *Gateway) passport(who identity) (string, error) {
	claims, ok := who.claims()
	if !ok {
		return "", nil
	}
	key, now := passportKey{who.hash, claims}, g.Now()
	g.passports.mu.Lock()
	kept, ok := g.passports.kept[key]
	g.passports.mu.Unlock()
	if ok && kept.expires.Sub(now) > passportRest {
		return kept.token, nil
	}
	token, err := g.Signer.Sign(claims)
	if err != nil {
		return "", err
	}
	g.passports.mu.Lock()
	defer g.passports.mu.Unlock()
	if g.passports.kept == nil || len(g.passports.kept) >= passportsAtMost {
		g.passports.kept = map[passportKey]keptPassport{}
	}
	g.passports.kept[key] = keptPassport{token, now.Add(rpc.PassportLife)}
	return token, nil
}
