package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"coffee/gateway/session"
	"coffee/internal/errs"
	"coffee/internal/httpx"
	"coffee/internal/rpc"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	loginpb "coffee/proto/coffee/login/v1"
)

// signIn answers POST /login: a device is enrolled, a person signs in on it, or both in one call.
func (g *Gateway) signIn(w http.ResponseWriter, r *http.Request, c *call) error {
	var cafe, code, name, kind, person, pin string
	if err := texts(c, map[string]*string{
		"cafe_id": &cafe, "access_code": &code, "device_name": &name, "kind": &kind, "person": &person, "pin": &pin,
	}); err != nil {
		return err
	}
	enrols, signsIn := cafe != "" || code != "", person != "" || pin != ""
	network := httpx.ClientNetwork(r, g.TrustedProxies)
	ctx := r.Context()
	if enrols {
		known := ""
		if s := c.who.session; s != nil && s.Kind == session.KindDevice {
			known = s.Subject
		}
		device, err := g.login.EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{
			CafeId: cafe, AccessCode: code, Name: name, Kind: kind, Network: network, KnownDeviceId: known,
		})
		if err != nil {
			return renamed(err, "name", "device_name")
		}
		if err := g.begin(ctx, w, c, session.Session{
			Kind: session.KindDevice, Subject: device.GetId(), Role: device.GetKind(), Cafe: device.GetCafeId(),
			Name: device.GetName(), Letter: device.GetLetter(),
		}); err != nil {
			return err
		}
	}
	switch s := c.who.session; {
	case !enrols && !signsIn:
		return errs.Invalid("invalid_request", "Give cafe_id and access_code to enrol this device, person and pin to sign in on it, or all four.")
	case !signsIn:
		return g.showSession(w, r, c)
	case s == nil || s.Kind != session.KindDevice:
		return errs.Unauthenticated("device_required", "This device is not enrolled. Enter the café's access code first.")
	}
	if err := g.personSignsIn(ctx, w, c, person, pin, network); err != nil {
		if e, ok := errs.As(err); ok && enrols {
			return e.With("device_enrolled", "true") // its cookie is set: only person and pin are to be sent again
		}
		return err
	}
	return g.showSession(w, r, c)
}

func (g *Gateway) personSignsIn(ctx context.Context, w http.ResponseWriter, c *call, person, pin, network string) error {
	s := *c.who.session
	found, err := g.login.SignIn(ctx, &loginpb.SignInRequest{DeviceId: s.Subject, Person: person, Pin: pin, Network: network})
	if err != nil {
		return err
	}
	if found.GetCafeId() != s.Cafe {
		return errors.New("login signed a person in on a device of another café")
	}
	now := g.Now()
	s.Seen = now
	s.Person = &session.Person{ID: found.GetId(), Name: found.GetName(), Role: found.GetRole(), Since: now, Seen: now}
	return g.renewOrEnded(ctx, w, c, s)
}

// begin makes a session for this caller, in place of the one of its kind that it came with.
func (g *Gateway) begin(ctx context.Context, w http.ResponseWriter, c *call, s session.Session) error {
	now := g.Now()
	s.ID, s.Created, s.Seen = g.NewID(), now, now
	if most := session.ByKind[s.Kind].Most; most > 0 {
		s.Expires = now.Add(most)
	}
	var instead *session.Hash
	if old := c.who.session; old != nil && old.Kind == s.Kind {
		instead = &c.who.hash
	}
	token, err := g.Sessions.Create(ctx, s, instead)
	if err != nil {
		return err
	}
	g.continues(w, c, s, token)
	return nil
}

// renew gives the caller's session a new token; false when it ended meanwhile.
func (g *Gateway) renew(ctx context.Context, w http.ResponseWriter, c *call, s session.Session) (bool, error) {
	token, renewed, err := g.Sessions.Renew(ctx, c.who.hash, s)
	if err == nil && renewed {
		g.continues(w, c, s, token)
	}
	return renewed, err
}

func (g *Gateway) renewOrEnded(ctx context.Context, w http.ResponseWriter, c *call, s session.Session) error {
	renewed, err := g.renew(ctx, w, c, s)
	if err == nil && !renewed {
		return errs.Unauthenticated("session_ended", "Your session is over. Sign in again.")
	}
	return err
}

func (g *Gateway) continues(w http.ResponseWriter, c *call, s session.Session, token string) {
	c.who.session = &s
	c.who.hash, _ = session.HashOf(token)
	g.cookie.set(w, token, s, g.Now())
}

// adminSignsIn answers POST /adminlogin.
func (g *Gateway) adminSignsIn(w http.ResponseWriter, r *http.Request, c *call) error {
	var username, password, code string
	if err := texts(c, map[string]*string{"username": &username, "password": &password, "code": &code}); err != nil {
		return err
	}
	admin, err := g.adminlogin.Authenticate(r.Context(), &adminloginpb.AuthenticateRequest{
		Username: username, Password: password, Code: code, Network: httpx.ClientNetwork(r, g.TrustedProxies),
	})
	return g.beginAdmin(w, r, c, admin, err)
}

// setUp answers POST /adminlogin/setup.
func (g *Gateway) setUp(w http.ResponseWriter, r *http.Request, c *call) error {
	var token, username, password string
	if err := texts(c, map[string]*string{"token": &token, "username": &username, "password": &password}); err != nil {
		return err
	}
	admin, err := g.adminlogin.SetUp(r.Context(), &adminloginpb.SetUpRequest{Token: token, Username: username, Password: password})
	return g.beginAdmin(w, r, c, admin, err)
}

func (g *Gateway) beginAdmin(w http.ResponseWriter, r *http.Request, c *call, admin *adminloginpb.Admin, err error) error {
	if err == nil {
		err = g.begin(r.Context(), w, c, session.Session{
			Kind: session.KindAdmin, Subject: admin.GetId(), Role: "admin", Name: admin.GetUsername(),
		})
	}
	if err != nil {
		return err
	}
	return g.showSession(w, r, c)
}

// registerPhone answers POST /api/v1/phones. A phone that has a session keeps it.
func (g *Gateway) registerPhone(w http.ResponseWriter, r *http.Request, c *call) error {
	switch s := c.who.session; {
	case s != nil && s.Kind == session.KindCustomer:
		return g.showSession(w, r, c)
	case s != nil || c.who.operator:
		return errs.Conflict("signed_in", "Somebody is signed in here already. Sign out first, or order on another phone.")
	}
	phone, err := g.login.RegisterPhone(r.Context(), &loginpb.RegisterPhoneRequest{Network: httpx.ClientNetwork(r, g.TrustedProxies)})
	if err == nil {
		err = g.begin(r.Context(), w, c, session.Session{Kind: session.KindCustomer, Subject: phone.GetId(), Role: "customer"})
	}
	if err != nil {
		return err
	}
	return g.showSession(w, r, c)
}

// approve answers POST /api/v1/approvals: a second person's PIN, on a device of their café.
func (g *Gateway) approve(w http.ResponseWriter, r *http.Request, c *call) error {
	s := c.who.session
	if s == nil || s.Kind != session.KindDevice {
		return errs.Forbidden("forbidden", "An approval is given on a device of the café.")
	}
	var person, pin string
	if err := texts(c, map[string]*string{"person": &person, "pin": &pin}); err != nil {
		return err
	}
	found, err := g.login.VerifyPin(r.Context(), &loginpb.VerifyPinRequest{
		CafeId: s.Cafe, Person: person, Pin: pin, Network: httpx.ClientNetwork(r, g.TrustedProxies),
	})
	if err != nil {
		return err
	}
	expires := g.Now().Add(rpc.ApprovalLife)
	token, err := g.Signer.SignApproval(rpc.Passport{
		Subject: found.GetId(), Role: found.GetRole(), Cafe: s.Cafe, Device: s.Subject, Session: g.NewID(),
	})
	if err != nil {
		return err
	}
	return answerJSON(w, struct {
		Approval string     `json:"approval"`
		Expires  time.Time  `json:"expires_at"`
		Person   personView `json:"person"`
	}{token, expires.UTC(), personView{found.GetId(), found.GetName(), found.GetRole()}})
}

// renamed gives a wrong field the name it has in our body.
func renamed(err error, from, to string) error {
	e, ok := errs.As(err)
	if !ok {
		return err
	}
	for i := range e.Fields {
		if e.Fields[i].Path == from {
			e.Fields[i].Path = to
		}
	}
	return e
}

func answerJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // a client that is gone reads nothing
	return nil
}
