package gateway

import (
	"context"
	"testing"

	"google.golang.org/grpc"

	"coffee/internal/errs"
	menupb "coffee/proto/coffee/menu/v1"
)

// menuService answers every call as it is told.
type menuService struct {
	grpc.ClientConnInterface
	release int64
	err     error
}

func (s *menuService) Invoke(_ context.Context, _ string, _, reply any, _ ...grpc.CallOption) error {
	if menu, ok := reply.(*menupb.Menu); ok && s.err == nil {
		menu.Release = s.release
	}
	return s.err
}

// TestMenusKept: without the menu service the last menu of a café is read, and nothing else of it.
func TestMenusKept(t *testing.T) {
	service := &menuService{}
	client := menupb.NewMenuServiceClient(&menus{ClientConnInterface: service, kept: map[string]*menupb.Menu{}})
	for _, step := range []struct {
		cafe    string
		release int64
		err     error
		want    int64 // 0: the error
	}{
		{"a", 1, nil, 1},
		{"a", 2, nil, 2},
		{"b", 0, errs.Unavailable("unavailable", "Down."), 0}, // never read
		{"a", 0, errs.Unavailable("unavailable", "Down."), 2},
		{"a", 0, errs.Invalid("invalid_request", "Not so."), 0},
		{"a", 3, nil, 3},
		{"a", 0, errs.NotFound("café a"), 0},
		{"a", 0, errs.Unavailable("unavailable", "Down."), 0}, // it is gone
	} {
		service.release, service.err = step.release, step.err
		menu, err := client.GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: step.cafe})
		switch {
		case step.want == 0 && err == nil:
			t.Errorf("%+v: release %d", step, menu.GetRelease())
		case step.want != 0 && (err != nil || menu.GetRelease() != step.want):
			t.Errorf("%+v: release %d, %v", step, menu.GetRelease(), err)
		}
	}
	service.err = errs.Unavailable("unavailable", "Down.")
	if _, err := client.Publish(t.Context(), &menupb.PublishRequest{}); err == nil {
		t.Error("an edit succeeds without the service")
	}
	service.err = nil
	kept := &menus{ClientConnInterface: service, kept: map[string]*menupb.Menu{}}
	for n := range int64(menusKept + 10) {
		if _, err := menupb.NewMenuServiceClient(kept).GetMenu(t.Context(), &menupb.GetMenuRequest{Release: n}); err != nil {
			t.Fatal(err)
		}
	}
	if len(kept.kept) != menusKept {
		t.Errorf("%d menus are kept", len(kept.kept))
	}
}
