package login_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	cafepb "coffee/proto/coffee/cafe/v1"
	loginpb "coffee/proto/coffee/login/v1"
	"coffee/service/login"
)

func TestEnrol(t *testing.T) {
	w, ctx := start(t), context.Background()
	code := w.code(cafe)
	if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(code) {
		t.Errorf("the code is %q", code)
	}
	enrol := func(change func(*loginpb.EnrolDeviceRequest)) (*loginpb.Device, error) {
		w.now = w.now.Add(time.Hour) // no wait is in the way here
		r := &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: code, Network: "198.51.100.1"}
		change(r)
		return w.gateway().EnrolDevice(ctx, r)
	}
	d, err := enrol(func(r *loginpb.EnrolDeviceRequest) { r.AccessCode = "  " + code + "\n" })
	if err != nil || d.GetLetter() != "A" || d.GetKind() != "counter" || d.GetName() != "Counter A" || d.GetCafeId() != cafe {
		t.Fatal(d, err)
	}
	if d, err := enrol(func(r *loginpb.EnrolDeviceRequest) { r.Kind, r.Name = "board", " Bar  screen " }); err != nil || d.GetLetter() != "" || d.GetName() != "Bar screen" {
		t.Error(d, err)
	}
	if d, err := enrol(func(r *loginpb.EnrolDeviceRequest) { r.CafeId = strings.ToUpper(cafe) }); err != nil || d.GetLetter() != "B" {
		t.Error(d, err)
	}
	before := w.hasher.evaluated.Load()
	for name, change := range map[string]func(*loginpb.EnrolDeviceRequest){
		"another code":    func(r *loginpb.EnrolDeviceRequest) { r.AccessCode = "AAAA-AAAA-AAAA" },
		"lower case":      func(r *loginpb.EnrolDeviceRequest) { r.AccessCode = strings.ToLower(code) + "x" },
		"no hyphens":      func(r *loginpb.EnrolDeviceRequest) { r.AccessCode = strings.ReplaceAll(code, "-", "") },
		"no code there":   func(r *loginpb.EnrolDeviceRequest) { r.CafeId = otherCafe },
		"unknown café":    func(r *loginpb.EnrolDeviceRequest) { r.CafeId = id(77) },
		"spaces for code": func(r *loginpb.EnrolDeviceRequest) { r.AccessCode = "   " },
	} {
		_, err := enrol(change)
		e, ok := errs.As(err)
		if !ok || e.Code != "wrong_credentials" || e.Kind != errs.KindUnauthenticated || strings.Contains(e.Detail, "caf") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.hasher.evaluated.Load() - before; n != 6 {
		t.Errorf("%d evaluations for 6 wrong tries: known and unknown do not cost alike", n)
	}
	if _, err := enrol(func(r *loginpb.EnrolDeviceRequest) { r.Kind = "till" }); !errs.HasCode(err, "invalid_request") {
		t.Error(err)
	}
	if strings.Contains(w.secretsOf(), code) {
		t.Error("the code is stored")
	}
}

func TestEnrolAsksTheCafeService(t *testing.T) {
	w, ctx := start(t), context.Background()
	code := w.code(cafe)
	for want, answer := range map[string]error{
		"unavailable":       errs.Unavailable("unavailable", "down"),
		"cafe_archived":     errs.Forbidden("cafe_archived", "closed"),
		"wrong_credentials": errs.NotFound("café"),
	} {
		w.cafes.OpenFn = func(context.Context, string) error { return answer }
		_, err := w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: code})
		wantCode(t, err, want)
	}
	asked := false
	w.cafes.OpenFn = func(context.Context, string) error { asked = true; return nil }
	_, err := w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: "wrong"})
	if wantCode(t, err, "wrong_credentials"); asked {
		t.Error("a wrong code learns about the café")
	}
}

func TestFromCafe(t *testing.T) {
	for want, get := range map[string]func(*cafepb.GetCafeRequest) (*cafepb.Cafe, error){
		"": func(r *cafepb.GetCafeRequest) (*cafepb.Cafe, error) { return &cafepb.Cafe{Id: r.GetId()}, nil },
		"cafe_archived": func(*cafepb.GetCafeRequest) (*cafepb.Cafe, error) {
			return &cafepb.Cafe{ArchivedAt: timestamppb.Now()}, nil
		},
		"not_found": func(*cafepb.GetCafeRequest) (*cafepb.Cafe, error) { return nil, errs.NotFound("café") },
	} {
		err := login.FromCafe(fakeCafeClient{GetFn: get}).Open(t.Context(), cafe)
		if want == "" && err != nil {
			t.Error(err)
		} else if want != "" {
			wantCode(t, err, want)
		}
	}
}

func TestRotate(t *testing.T) {
	w, ctx := start(t), context.Background()
	old := w.code(cafe)
	device, err := w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: old})
	if err != nil {
		t.Fatal(err)
	}
	if again := w.code(cafe); again == old {
		t.Error("the new code is the old one")
	}
	_, err = w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: old})
	wantCode(t, err, "wrong_credentials")
	list, err := w.manager().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe})
	if err != nil || len(list.GetDevices()) != 1 || !proto.Equal(list.GetDevices()[0], device) {
		t.Errorf("the enrolled device did not stay: %v, %v", list, err)
	}
	_, err = w.admin().RotateAccessCode(ctx, &loginpb.RotateAccessCodeRequest{CafeId: id(77)})
	wantCode(t, err, "not_found")
	_, err = w.manager().RotateAccessCode(ctx, &loginpb.RotateAccessCodeRequest{CafeId: cafe})
	wantCode(t, err, "forbidden")
}

func TestRevoke(t *testing.T) {
	w, ctx := start(t), context.Background()
	mine, others := w.enrol(cafe, "counter"), w.enrol(otherCafe, "counter")
	revoked, err := w.manager().RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: cafe, DeviceId: mine.GetId()})
	if err != nil || revoked.GetRevokedAt() == nil {
		t.Fatal(revoked, err)
	}
	w.now = w.now.Add(time.Hour)
	again, err := w.manager().RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: cafe, DeviceId: mine.GetId()})
	if err != nil || !proto.Equal(again, revoked) {
		t.Errorf("a second time: %v, %v", again, err)
	}
	for _, device := range []string{others.GetId(), id(77)} {
		_, err = w.manager().RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: cafe, DeviceId: device})
		wantCode(t, err, "not_found")
	}
	_, err = w.manager().RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: otherCafe, DeviceId: others.GetId()})
	wantCode(t, err, "not_found")
	live, err := w.manager().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe})
	if err != nil || len(live.GetDevices()) != 0 {
		t.Error(live, err)
	}
	all, err := w.manager().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe, IncludeRevoked: true})
	if err != nil || len(all.GetDevices()) != 1 {
		t.Error(all, err)
	}
}

func TestDevicePages(t *testing.T) {
	w, ctx := start(t), context.Background()
	code := w.code(cafe)
	for range 5 {
		if _, err := w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: code}); err != nil {
			t.Fatal(err)
		}
	}
	letters, cursor := "", ""
	for {
		page, err := w.admin().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe, Limit: 2, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.GetDevices() {
			letters += d.GetLetter()
		}
		if cursor = page.GetNextCursor(); cursor == "" {
			break
		}
	}
	if letters != "ABCDE" {
		t.Error(letters)
	}
	for _, bad := range []string{"!", "Ing", "e30"} {
		_, err := w.admin().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe, Cursor: bad})
		wantCode(t, err, "invalid_cursor")
	}
}

func TestWhoMayWhatWithDevices(t *testing.T) {
	w, ctx := start(t), context.Background()
	for name, c := range map[string]rpc.Caller{
		"counter":  rpctest.Device(id(5), "counter", cafe),
		"barista":  rpctest.Person(id(6), "barista", cafe, id(5)),
		"lead":     rpctest.Person(id(6), "lead", cafe, id(5)),
		"customer": rpctest.Customer(id(7)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.as(c).ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: cafe})
			wantCode(t, err, "forbidden")
			_, err = w.as(c).RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: cafe, DeviceId: id(5)})
			wantCode(t, err, "forbidden")
		})
	}
	_, err := w.manager().ListDevices(ctx, &loginpb.ListDevicesRequest{CafeId: otherCafe})
	wantCode(t, err, "not_found")
	// The doors to sign in are the gateway's alone.
	order := loginpb.NewLoginServiceClient(w.Service("order"))
	_, err = order.EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: "x"})
	wantCode(t, err, "forbidden")
	_, err = order.SignIn(ctx, &loginpb.SignInRequest{DeviceId: id(1), Person: "x", Pin: "1"})
	wantCode(t, err, "forbidden")
}

func TestPhones(t *testing.T) {
	w, ctx := start(t), context.Background()
	seen := map[string]bool{}
	for n := range login.PhonesPerNetwork.Burst {
		p, err := w.gateway().RegisterPhone(ctx, &loginpb.RegisterPhoneRequest{Network: "198.51.100.1"})
		if err != nil || seen[p.GetId()] || len(p.GetId()) != 36 {
			t.Fatal(n, p, err)
		}
		seen[p.GetId()] = true
	}
	_, err := w.gateway().RegisterPhone(ctx, &loginpb.RegisterPhoneRequest{Network: "198.51.100.1"})
	if e, ok := errs.As(err); !ok || e.Code != "too_many_attempts" || e.RetryAfter != time.Minute {
		t.Error(err)
	}
	if _, err := w.gateway().RegisterPhone(ctx, &loginpb.RegisterPhoneRequest{Network: "198.51.100.2"}); err != nil {
		t.Error(err)
	}
	w.now = w.now.Add(time.Minute)
	if _, err := w.gateway().RegisterPhone(ctx, &loginpb.RegisterPhoneRequest{Network: "198.51.100.1"}); err != nil {
		t.Error(err)
	}
}

// Wrong access codes from a hundred addresses, for a quarter of an hour (the full hour is in internal/guess): few
// evaluations, and who was here before still gets in.
func TestGuessingAccessCodes(t *testing.T) {
	w, ctx := start(t), context.Background()
	code := w.code(cafe)
	home := &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: code, Network: "198.51.100.1"}
	device, err := w.gateway().EnrolDevice(ctx, home)
	if err != nil {
		t.Fatal(err)
	}
	vouched := &loginpb.EnrolDeviceRequest{CafeId: cafe, AccessCode: code, Network: "192.0.2.1", KnownDeviceId: device.GetId()}
	before := w.hasher.evaluated.Load()
	got := int32(0)
	for i := range 2_500 {
		w.now = w.now.Add(360 * time.Millisecond)
		_, err := w.gateway().EnrolDevice(ctx, &loginpb.EnrolDeviceRequest{
			CafeId: cafe, AccessCode: fmt.Sprint("guess ", i), Network: fmt.Sprint("203.0.113.", i%100),
			KnownDeviceId: id(i), // nobody's: it helps nothing
		})
		if !errs.HasCode(err, "too_many_attempts") && !errs.HasCode(err, "wrong_credentials") {
			t.Fatal(err)
		}
		if i%1000 == 900 {
			for _, r := range []*loginpb.EnrolDeviceRequest{home, vouched} {
				if _, err := w.gateway().EnrolDevice(ctx, r); err != nil {
					t.Errorf("guess %d: %v", i, err)
				}
				got++
			}
		}
	}
	if n := w.hasher.evaluated.Load() - before - got; n > 50 {
		t.Errorf("%d evaluations for 2500 guesses", n)
	}
}
