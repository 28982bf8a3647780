package gateway

import (
	"context"
	"net/http"
	"strings"

	"coffee/gateway/session"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	loginpb "coffee/proto/coffee/login/v1"
)

// effects is what calls do to sessions when they succeed. The services know no sessions.
var effects = map[string]func(context.Context, *Gateway, http.ResponseWriter, *call) error{
	loginpb.LoginService_RevokeDevice_FullMethodName: func(ctx context.Context, g *Gateway, _ http.ResponseWriter, c *call) error {
		return g.Sessions.EndSubject(ctx, session.KindDevice, c.object("device_id"))
	},
	loginpb.LoginService_PutPerson_FullMethodName:     personLeaves,
	loginpb.LoginService_ResetPin_FullMethodName:      personLeaves,
	loginpb.LoginService_ArchivePerson_FullMethodName: personLeaves,
	cafepb.CafeService_ArchiveCafe_FullMethodName: func(ctx context.Context, g *Gateway, _ http.ResponseWriter, c *call) error {
		return g.Sessions.EndCafe(ctx, c.object("id"))
	},
	adminloginpb.AdminLoginService_RemoveAdmin_FullMethodName: func(ctx context.Context, g *Gateway, _ http.ResponseWriter, c *call) error {
		return g.Sessions.EndSubject(ctx, session.KindAdmin, c.object("id"))
	},
	adminloginpb.AdminLoginService_ResetSecondFactor_FullMethodName: func(ctx context.Context, g *Gateway, _ http.ResponseWriter, c *call) error {
		return g.Sessions.EndSubject(ctx, session.KindAdmin, c.object("id"))
	},
	adminloginpb.AdminLoginService_ChangePassword_FullMethodName:      othersEnd,
	adminloginpb.AdminLoginService_ConfirmSecondFactor_FullMethodName: othersEnd,
}

// object is an id of the path as sessions spell it: the services take capitals for the same id.
func (c *call) object(name string) string { return strings.ToLower(c.params[name]) }

// personLeaves takes a person whose name, role or PIN changed off every device: a session must not go on with what
// is no longer true.
func personLeaves(ctx context.Context, g *Gateway, _ http.ResponseWriter, c *call) error {
	return g.Sessions.LeavePerson(ctx, c.object("id"))
}

// othersEnd ends the caller's other sessions, which began with less than is asked for now, and renews this one.
func othersEnd(ctx context.Context, g *Gateway, w http.ResponseWriter, c *call) error {
	s := c.who.session
	if s == nil {
		return nil
	}
	if err := g.Sessions.EndOthers(ctx, s.Kind, s.Subject, c.who.hash); err != nil {
		return err
	}
	_, err := g.renew(ctx, w, c, *s)
	return err
}

// credentials are the calls after which a sign-in that was written down somewhere may be wrong.
var credentials = []string{
	adminloginpb.AdminLoginService_ChangePassword_FullMethodName,
	adminloginpb.AdminLoginService_ChangeUsername_FullMethodName,
	adminloginpb.AdminLoginService_ConfirmSecondFactor_FullMethodName,
	adminloginpb.AdminLoginService_RemoveAdmin_FullMethodName,
	loginpb.LoginService_RotateAccessCode_FullMethodName,
	loginpb.LoginService_ResetPin_FullMethodName,
	loginpb.LoginService_ArchivePerson_FullMethodName,
}
