package login

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/rpc"
	loginpb "coffee/proto/coffee/login/v1"
)

// Register serves the contract coffee.login.v1.
func Register(r grpc.ServiceRegistrar, s *Service) {
	loginpb.RegisterLoginServiceServer(r, &server{service: s})
}

type server struct {
	loginpb.UnimplementedLoginServiceServer
	service *Service
}

func (g *server) EnrolDevice(ctx context.Context, r *loginpb.EnrolDeviceRequest) (*loginpb.Device, error) {
	d, err := g.service.Enrol(ctx, Enrolment{
		Cafe: strings.ToLower(r.GetCafeId()), AccessCode: r.GetAccessCode(), Name: r.GetName(), Kind: Kind(r.GetKind()),
		Network: r.GetNetwork(), KnownDevice: strings.ToLower(r.GetKnownDeviceId()), Actor: rpc.CallerFrom(ctx).Actor(),
	})
	return deviceProto(d), err
}

func (g *server) SignIn(ctx context.Context, r *loginpb.SignInRequest) (*loginpb.Person, error) {
	p, err := g.service.SignIn(ctx, strings.ToLower(r.GetDeviceId()), r.GetPerson(), r.GetPin(), r.GetNetwork())
	return personProto(p), err
}

func (g *server) VerifyPin(ctx context.Context, r *loginpb.VerifyPinRequest) (*loginpb.Person, error) {
	p, err := g.service.VerifyPin(ctx, strings.ToLower(r.GetCafeId()), r.GetPerson(), r.GetPin(), r.GetNetwork())
	return personProto(p), err
}

func (g *server) RegisterPhone(ctx context.Context, r *loginpb.RegisterPhoneRequest) (*loginpb.Phone, error) {
	id, err := g.service.RegisterPhone(ctx, r.GetNetwork())
	return &loginpb.Phone{Id: id}, err
}

func (g *server) RotateAccessCode(ctx context.Context, r *loginpb.RotateAccessCodeRequest) (*loginpb.AccessCode, error) {
	cafe := strings.ToLower(r.GetCafeId())
	code, err := g.service.RotateCode(ctx, cafe, rpc.CallerFrom(ctx).Actor())
	return &loginpb.AccessCode{CafeId: cafe, AccessCode: code}, err
}

func (g *server) ListDevices(ctx context.Context, r *loginpb.ListDevicesRequest) (*loginpb.ListDevicesResponse, error) {
	devices, next, err := g.service.Devices(ctx, strings.ToLower(r.GetCafeId()), r.GetIncludeRevoked(), r.GetLimit(), r.GetCursor())
	answer := &loginpb.ListDevicesResponse{NextCursor: next}
	for _, d := range devices {
		answer.Devices = append(answer.Devices, deviceProto(d))
	}
	return answer, err
}

func (g *server) RevokeDevice(ctx context.Context, r *loginpb.RevokeDeviceRequest) (*loginpb.Device, error) {
	d, err := g.service.Revoke(ctx, strings.ToLower(r.GetCafeId()), strings.ToLower(r.GetDeviceId()), rpc.CallerFrom(ctx).Actor())
	return deviceProto(d), err
}

func (g *server) ListPeople(ctx context.Context, r *loginpb.ListPeopleRequest) (*loginpb.ListPeopleResponse, error) {
	// Who has left is the manager's business; the tiles of a counter never show them.
	archived := r.GetIncludeArchived() && rpc.CallerFrom(ctx).AtLeast("manager")
	people, next, err := g.service.People(ctx, strings.ToLower(r.GetCafeId()), archived, r.GetLimit(), r.GetCursor())
	answer := &loginpb.ListPeopleResponse{NextCursor: next}
	for _, p := range people {
		answer.People = append(answer.People, personProto(p))
	}
	return answer, err
}

func (g *server) PutPerson(ctx context.Context, r *loginpb.PutPersonRequest) (*loginpb.PersonWithPin, error) {
	caller := rpc.CallerFrom(ctx)
	p, pin, err := g.service.PutPerson(ctx, PersonEdit{
		Cafe: strings.ToLower(r.GetCafeId()), ID: strings.ToLower(r.GetId()), Name: r.GetName(), Role: Role(r.GetRole()),
		Version: r.GetVersion(), PIN: r.GetPin(), By: By{HeadOffice: caller.HeadOffice()}, Actor: caller.Actor(),
	})
	return &loginpb.PersonWithPin{Person: personProto(p), Pin: pin}, err
}

func (g *server) ResetPin(ctx context.Context, r *loginpb.ResetPinRequest) (*loginpb.PersonWithPin, error) {
	caller := rpc.CallerFrom(ctx)
	p, pin, err := g.service.ResetPIN(ctx, strings.ToLower(r.GetCafeId()), strings.ToLower(r.GetId()), r.GetPin(),
		By{HeadOffice: caller.HeadOffice()}, caller.Actor())
	return &loginpb.PersonWithPin{Person: personProto(p), Pin: pin}, err
}

func (g *server) ArchivePerson(ctx context.Context, r *loginpb.ArchivePersonRequest) (*loginpb.Person, error) {
	caller := rpc.CallerFrom(ctx)
	p, err := g.service.ArchivePerson(ctx, strings.ToLower(r.GetCafeId()), strings.ToLower(r.GetId()),
		By{HeadOffice: caller.HeadOffice()}, caller.Actor())
	return personProto(p), err
}

func deviceProto(d Device) *loginpb.Device {
	return &loginpb.Device{
		Id: d.ID, CafeId: d.Cafe, Name: d.Name, Letter: d.Letter, Kind: string(d.Kind),
		EnrolledAt: stamp(d.EnrolledAt), RevokedAt: stamp(d.RevokedAt),
	}
}

func personProto(p Person) *loginpb.Person {
	return &loginpb.Person{
		Id: p.ID, CafeId: p.Cafe, Name: p.Name, Role: string(p.Role), Version: p.Version, ArchivedAt: stamp(p.ArchivedAt),
	}
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
