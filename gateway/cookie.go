package gateway

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"coffee/gateway/session"
)

// cookie is how a browser keeps a session's token.
type cookie struct {
	name   string
	secure bool
}

// origin works out from the public address which cookies and which origin are right.
func origin(publicURL string) (cookie, *http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	plain := cookie{name: "coffee"}
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
		return cookie{name: "__Host-coffee", secure: true}, guard, nil
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
	k.write(w, token, int(life/time.Second))
}

func (k cookie) clear(w http.ResponseWriter) { k.write(w, "", -1) }

func (k cookie) write(w http.ResponseWriter, value string, maxAge int) {
	c := &http.Cookie{
		Name: k.name, Value: value, Path: "/", MaxAge: maxAge, Secure: k.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	w.Header().Set("Set-Cookie", c.String()) // the only cookie there is: the last word counts
}

// token reads the cookie. Two of that name are none: one of them may have been planted.
func (k cookie) token(r *http.Request) (string, bool) {
	all := r.CookiesNamed(k.name)
	if len(all) != 1 || all[0].Value == "" {
		return "", false
	}
	return all[0].Value, true
}
