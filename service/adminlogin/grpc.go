package adminlogin

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/rpc"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
)

// Register serves the contract coffee.adminlogin.v1.
func Register(r grpc.ServiceRegistrar, s *Service) {
	adminloginpb.RegisterAdminLoginServiceServer(r, &server{service: s})
}

type server struct {
	adminloginpb.UnimplementedAdminLoginServiceServer
	service *Service
}

func (g *server) Authenticate(ctx context.Context, r *adminloginpb.AuthenticateRequest) (*adminloginpb.Admin, error) {
	a, err := g.service.Authenticate(ctx, r.GetUsername(), r.GetPassword(), r.GetCode(), r.GetNetwork())
	return toProto(a), err
}

func (g *server) SetUp(ctx context.Context, r *adminloginpb.SetUpRequest) (*adminloginpb.Admin, error) {
	a, err := g.service.SetUp(ctx, r.GetToken(), r.GetUsername(), r.GetPassword())
	return toProto(a), err
}

func (g *server) ListAdmins(ctx context.Context, r *adminloginpb.ListAdminsRequest) (*adminloginpb.ListAdminsResponse, error) {
	admins, next, err := g.service.Admins(ctx, r.GetIncludeArchived(), r.GetLimit(), r.GetCursor())
	answer := &adminloginpb.ListAdminsResponse{NextCursor: next}
	for _, a := range admins {
		answer.Admins = append(answer.Admins, toProto(a))
	}
	return answer, err
}

func (g *server) CreateAdmin(ctx context.Context, r *adminloginpb.CreateAdminRequest) (*adminloginpb.Admin, error) {
	a, err := g.service.Create(ctx, strings.ToLower(r.GetId()), r.GetUsername(), r.GetPassword(), rpc.CallerFrom(ctx).Actor())
	return toProto(a), err
}

func (g *server) RemoveAdmin(ctx context.Context, r *adminloginpb.RemoveAdminRequest) (*adminloginpb.Admin, error) {
	a, err := g.service.Remove(ctx, strings.ToLower(r.GetId()), rpc.CallerFrom(ctx).Actor())
	return toProto(a), err
}

func (g *server) ChangePassword(ctx context.Context, r *adminloginpb.ChangePasswordRequest) (*adminloginpb.Admin, error) {
	caller := rpc.CallerFrom(ctx)
	a, err := g.service.ChangePassword(ctx, caller.Subject, r.GetOldPassword(), r.GetNewPassword(), caller.Actor())
	return toProto(a), err
}

func (g *server) ChangeUsername(ctx context.Context, r *adminloginpb.ChangeUsernameRequest) (*adminloginpb.Admin, error) {
	caller := rpc.CallerFrom(ctx)
	a, err := g.service.ChangeUsername(ctx, caller.Subject, r.GetPassword(), r.GetUsername(), caller.Actor())
	return toProto(a), err
}

func (g *server) GetSecondFactor(ctx context.Context, _ *adminloginpb.GetSecondFactorRequest) (*adminloginpb.SecondFactor, error) {
	since, left, err := g.service.SecondFactor(ctx, rpc.CallerFrom(ctx).Subject)
	return &adminloginpb.SecondFactor{Since: stamp(since), RecoveryCodesLeft: int32(left)}, err
}

func (g *server) OfferSecondFactor(ctx context.Context, r *adminloginpb.OfferSecondFactorRequest) (*adminloginpb.SecondFactorOffer, error) {
	spelled, uri, err := g.service.OfferSecondFactor(ctx, rpc.CallerFrom(ctx).Subject, r.GetPassword())
	return &adminloginpb.SecondFactorOffer{Secret: spelled, Uri: uri}, err
}

func (g *server) ConfirmSecondFactor(ctx context.Context, r *adminloginpb.ConfirmSecondFactorRequest) (*adminloginpb.RecoveryCodes, error) {
	caller := rpc.CallerFrom(ctx)
	codes, err := g.service.ConfirmSecondFactor(ctx, caller.Subject, r.GetCode(), caller.Actor())
	return &adminloginpb.RecoveryCodes{RecoveryCodes: codes}, err
}

func (g *server) RenewRecoveryCodes(ctx context.Context, r *adminloginpb.RenewRecoveryCodesRequest) (*adminloginpb.RecoveryCodes, error) {
	caller := rpc.CallerFrom(ctx)
	codes, err := g.service.RenewRecoveryCodes(ctx, caller.Subject, r.GetPassword(), r.GetCode(), caller.Actor())
	return &adminloginpb.RecoveryCodes{RecoveryCodes: codes}, err
}

func (g *server) RemoveSecondFactor(ctx context.Context, r *adminloginpb.RemoveSecondFactorRequest) (*adminloginpb.SecondFactor, error) {
	caller := rpc.CallerFrom(ctx)
	err := g.service.RemoveSecondFactor(ctx, caller.Subject, r.GetPassword(), r.GetCode(), caller.Actor())
	return &adminloginpb.SecondFactor{}, err
}

func (g *server) ResetSecondFactor(ctx context.Context, r *adminloginpb.ResetSecondFactorRequest) (*adminloginpb.Admin, error) {
	a, err := g.service.ResetSecondFactor(ctx, strings.ToLower(r.GetId()), rpc.CallerFrom(ctx).Actor())
	return toProto(a), err
}

func toProto(a Admin) *adminloginpb.Admin {
	return &adminloginpb.Admin{
		Id: a.ID, Username: a.Username, CreatedAt: stamp(a.CreatedAt), ArchivedAt: stamp(a.ArchivedAt),
		PasswordChangedAt: stamp(a.PasswordChangedAt), SecondFactorAt: stamp(a.SecondFactorAt),
	}
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
