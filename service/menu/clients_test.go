package menu_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/errs"
	"coffee/internal/rpc/rpctest"
	cafepb "coffee/proto/coffee/cafe/v1"
	"coffee/service/menu"
)

// cafeServer is the cafe service behind its contract.
type cafeServer struct {
	cafepb.UnimplementedCafeServiceServer
	GetFn func(id string) (*cafepb.Cafe, error)
}

func (s *cafeServer) GetCafe(_ context.Context, r *cafepb.GetCafeRequest) (*cafepb.Cafe, error) {
	return s.GetFn(r.GetId())
}

func TestFromCafe(t *testing.T) {
	answer := &cafepb.Cafe{Id: casa, Name: "Casa Port", Currency: "MAD", TimeZone: "Africa/Casablanca", CutoffMinutes: 240, Version: 3}
	fake := &cafeServer{GetFn: func(id string) (*cafepb.Cafe, error) {
		if id != casa {
			return nil, errs.NotFound("café %s", id)
		}
		return answer, nil
	}}
	server := rpctest.New(t, nil)
	server.Serve(func(r grpc.ServiceRegistrar) { cafepb.RegisterCafeServiceServer(r, fake) }, "coffee.cafe.v1.CafeService")
	cafes := menu.FromCafe(cafepb.NewCafeServiceClient(server.Service("menu")))

	got := must[menu.Cafe](t)(cafes.Cafe(t.Context(), casa))
	if got.Name != "Casa Port" || got.Currency != "MAD" || got.Version != 3 || got.Archived {
		t.Errorf("got %v", got)
	}
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	if cutoff := got.Calendar.NextCutoff(at); !cutoff.Equal(time.Date(2026, 5, 5, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("its cut-off is %v", cutoff)
	}
	answer.ArchivedAt = timestamppb.New(at)
	if got = must[menu.Cafe](t)(cafes.Cafe(t.Context(), casa)); !got.Archived {
		t.Error("an archived café looks open")
	}
	_, err := cafes.Cafe(t.Context(), nowhere)
	refused(t, err, "not_found")
	answer.TimeZone = "Local"
	if _, err = cafes.Cafe(t.Context(), casa); err == nil {
		t.Error("a café without a zone was taken")
	}
}
