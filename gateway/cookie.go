package gateway

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"coffee/gateway/session"
	"coffee/internal/errs"
)

// cookie is how a browser keeps a session's token: one cookie for each kind of session, so that head office, a counter
// and a customer can be open side by side in one browser.
type cookie struct {
	prefix string
	secure bool
}

// sessionHeader says as whom a page asks, where its browser may hold several sessions: device, admin or customer.
const sessionHeader = "Coffee-Session"

// cookieKinds are the sessions that live in a cookie, in the order in which a request that does not say takes them.
var cookieKinds = []string{session.KindDevice, session.KindAdmin, session.KindCustomer}

// ownKind are the routes that begin a session: whatever else the browser holds is not what they are about.
var ownKind = map[string]string{
	"POST /login": session.KindDevice, "POST /adminlogin": session.KindAdmin, "POST /adminlogin/setup": session.KindAdmin,
	"POST /api/v1/phones": session.KindCustomer,
}

// origin works out from the public address which cookies and which origin are right.
func origin(publicURL string) (cookie, *http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	plain := cookie{prefix: "coffee-"}
	if publicURL == "" {
		return plain, guard, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return cookie{}, nil, fmt.Errorf("COFFEE_PUBLIC_URL: %q is no http or https address", publicURL)
	}
	if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return cookie{}, nil, fmt.Errorf("COFFEE_PUBLIC_URL: %w", err)
	}
	if u.Scheme == "https" {
		return cookie{prefix: "__Host-coffee-", secure: true}, guard, nil
	}
	if !loopback(u.Hostname()) {
		return cookie{}, nil, fmt.Errorf("COFFEE_PUBLIC_URL: %s is plain http on a public address, where sign-ins could be read on the way: use https", publicURL)
	}
	return plain, guard, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && net.IP(a.AsSlice()).IsLoopback()
}

// deviceCookie is as long as browsers keep a cookie.
const deviceCookie = 400 * 24 * time.Hour

func (k cookie) set(w http.ResponseWriter, token string, s session.Session, now time.Time) {
	life := deviceCookie
	if !s.Expires.IsZero() {
		life = s.Expires.Sub(now)
	}
	k.write(w, s.Kind, token, int(life/time.Second))
}

func (k cookie) clear(w http.ResponseWriter, kind string) { k.write(w, kind, "", -1) }

func (k cookie) write(w http.ResponseWriter, kind, value string, maxAge int) {
	c := &http.Cookie{
		Name: k.prefix + kind, Value: value, Path: "/", MaxAge: maxAge, Secure: k.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	w.Header().Set("Set-Cookie", c.String()) // a request is about one session: the last word counts
}

// any tells whether a request shows a cookie of ours, whatever it holds.
func (k cookie) any(r *http.Request) bool {
	return slices.ContainsFunc(r.Cookies(), func(c *http.Cookie) bool { return strings.HasPrefix(c.Name, k.prefix) })
}

// token reads the cookie of the session that a request is about, and says which kind that is. Two of one name are none:
// one of them may have been planted.
func (k cookie) token(r *http.Request, route *Route) (kind, token string, err error) {
	kinds := cookieKinds
	switch said := r.Header.Get(sessionHeader); {
	case ownKind[route.Method+" "+route.Path] != "":
		kinds = []string{ownKind[route.Method+" "+route.Path]}
	case said == "":
	case !slices.Contains(cookieKinds, said):
		return "", "", errs.Invalid("invalid_request", "%s must be device, admin or customer.", sessionHeader)
	default:
		kinds = []string{said}
	}
	for _, kind := range kinds {
		if all := r.CookiesNamed(k.prefix + kind); len(all) == 1 && all[0].Value != "" {
			return kind, all[0].Value, nil
		}
	}
	return "", "", nil
}
