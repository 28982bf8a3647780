package login_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	loginpb "coffee/proto/coffee/login/v1"
)

func TestSignIn(t *testing.T) {
	w, ctx := start(t), context.Background()
	counter, board := w.enrol(cafe, "counter"), w.enrol(cafe, "board")
	léa := w.hire(10, cafe, "Léa M.", "barista", "7294")
	w.hire(11, otherCafe, "Sami", "barista", "7294")
	gone := w.hire(12, cafe, "Gone", "barista", "7294")
	if _, err := w.manager().ArchivePerson(ctx, &loginpb.ArchivePersonRequest{CafeId: cafe, Id: gone.GetId()}); err != nil {
		t.Fatal(err)
	}
	signIn := func(device, person, pin string) (*loginpb.Person, error) {
		w.now = w.now.Add(time.Hour)
		return w.gateway().SignIn(ctx, &loginpb.SignInRequest{DeviceId: device, Person: person, Pin: pin, Network: "198.51.100.1"})
	}
	for _, who := range []string{"Léa M.", "  LÉA m.", léa.GetId(), strings.ToUpper(léa.GetId())} {
		if p, err := signIn(counter.GetId(), who, "7294"); err != nil || !proto.Equal(p, léa) {
			t.Errorf("%s: %v, %v", who, p, err)
		}
	}
	before := w.hasher.evaluated.Load()
	wrong := [][3]string{
		{counter.GetId(), "Léa M.", "7295"},
		{counter.GetId(), "Léa M.", "pin"},
		{counter.GetId(), "Nobody", "7294"},
		{counter.GetId(), id(77), "7294"},
		{counter.GetId(), "Sami", "7294"}, // of another café
		{counter.GetId(), id(11), "7294"},
		{counter.GetId(), "Gone", "7294"},
		{counter.GetId(), gone.GetId(), "7294"},
		{id(78), "Léa M.", "7294"}, // an unknown device
	}
	for _, c := range wrong {
		_, err := signIn(c[0], c[1], c[2])
		wantCode(t, err, "wrong_credentials")
	}
	if n := w.hasher.evaluated.Load() - before; int(n) != len(wrong) {
		t.Errorf("%d evaluations for %d wrong tries: known and unknown do not cost alike", n, len(wrong))
	}
	_, err := signIn(board.GetId(), "Léa M.", "7294")
	wantCode(t, err, "board_without_person")
	if _, err := w.manager().RevokeDevice(ctx, &loginpb.RevokeDeviceRequest{CafeId: cafe, DeviceId: counter.GetId()}); err != nil {
		t.Fatal(err)
	}
	_, err = signIn(counter.GetId(), "Léa M.", "7294")
	wantCode(t, err, "device_revoked")
}

func TestSignInAndTheCafeService(t *testing.T) {
	w, ctx := start(t), context.Background()
	counter := w.enrol(cafe, "counter")
	w.hire(10, cafe, "Léa", "barista", "7294")
	for want, answer := range map[string]error{
		"":              errs.Unavailable("unavailable", "down"), // selling goes on
		"cafe_archived": errs.Forbidden("cafe_archived", "closed"),
	} {
		w.cafes.OpenFn = func(context.Context, string) error { return answer }
		_, err := w.gateway().SignIn(ctx, &loginpb.SignInRequest{DeviceId: counter.GetId(), Person: "Léa", Pin: "7294"})
		if want == "" && err != nil {
			t.Error(err)
		} else if want != "" {
			wantCode(t, err, want)
		}
	}
}

func TestSignInSlowsGuessing(t *testing.T) {
	w, ctx := start(t), context.Background()
	counter, other := w.enrol(cafe, "counter"), w.enrol(cafe, "counter")
	w.hire(10, cafe, "Léa", "barista", "7294")
	signIn := func(device *loginpb.Device, who, pin string) error {
		_, err := w.gateway().SignIn(ctx, &loginpb.SignInRequest{DeviceId: device.GetId(), Person: who, Pin: pin})
		return err
	}
	for range 3 {
		wantCode(t, signIn(counter, "Léa", "0000"), "wrong_credentials")
	}
	before := w.hasher.evaluated.Load()
	for _, who := range []string{"Léa", "LÉA", id(10)} { // the same person, however named
		wantCode(t, signIn(counter, who, "7294"), "too_many_attempts")
	}
	if w.hasher.evaluated.Load() != before {
		t.Error("a refused try was evaluated")
	}
	if err := signIn(other, "Léa", "7294"); err != nil {
		t.Errorf("the tablet beside it: %v", err)
	}
	w.now = w.now.Add(time.Second)
	if err := signIn(counter, "Léa", "7294"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestVerifyPin(t *testing.T) {
	w, ctx := start(t), context.Background()
	w.hire(10, cafe, "Lead", "lead", "7294")
	verify := func(cafe, who, pin string) (*loginpb.Person, error) {
		return w.gateway().VerifyPin(ctx, &loginpb.VerifyPinRequest{CafeId: cafe, Person: who, Pin: pin, Network: "198.51.100.1"})
	}
	if p, err := verify(cafe, "lead", "7294"); err != nil || p.GetRole() != "lead" || p.GetId() != id(10) {
		t.Error(p, err)
	}
	for _, c := range [][3]string{{cafe, "lead", "7295"}, {otherCafe, "lead", "7294"}, {otherCafe, id(10), "7294"}, {cafe, "nobody", "7294"}} {
		_, err := verify(c[0], c[1], c[2])
		wantCode(t, err, "wrong_credentials")
	}
	_, err := w.manager().VerifyPin(ctx, &loginpb.VerifyPinRequest{CafeId: cafe, Person: "lead", Pin: "7294"})
	if err != nil {
		t.Errorf("through the gateway with the person who asks behind it: %v", err)
	}
}

func TestPutPerson(t *testing.T) {
	w, ctx := start(t), context.Background()
	put := func(c loginpb.LoginServiceClient, n int, name, role, pin string, version int64) (*loginpb.PersonWithPin, error) {
		return c.PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: cafe, Id: id(n), Name: name, Role: role, Pin: pin, Version: version})
	}
	drawn, err := put(w.manager(), 10, " Léa ", "barista", "", 0)
	if err != nil || len(drawn.GetPin()) != 6 || drawn.GetPerson().GetName() != "Léa" || drawn.GetPerson().GetVersion() != 1 {
		t.Fatal(drawn, err)
	}
	chosen, err := put(w.manager(), 11, "Sami", "lead", "7294", 0)
	if err != nil || chosen.GetPin() != "7294" {
		t.Fatal(chosen, err)
	}
	// A retry answers the person, not the PIN; another content is a conflict.
	if again, err := put(w.manager(), 10, "Léa", "barista", "", 0); err != nil || again.GetPin() != "" || !proto.Equal(again.GetPerson(), drawn.GetPerson()) {
		t.Error(again, err)
	}
	if again, err := put(w.manager(), 11, "Sami", "lead", "7294", 0); err != nil || again.GetPin() != "" {
		t.Error(again, err)
	}
	for _, c := range []struct {
		n          int
		name, role string
		pin        string
		version    int64
		code       string
	}{
		{10, "Léo", "barista", "", 0, "version_conflict"},
		{11, "Sami", "lead", "5039", 0, "version_conflict"},
		{12, "LÉA", "barista", "", 0, "name_taken"},
		{12, "New", "barista", "1234", 0, "weak_pin"},
		{12, "New", "barista", "12", 0, "invalid_request"},
		{12, "New", "owner", "", 0, "invalid_request"},
		{12, "New", "manager", "", 0, "role_too_high"},
		{12, " ", "barista", "", 0, "invalid_name"},
		{12, "New", "barista", "", 3, "not_found"},
		{10, "Léa", "manager", "", 1, "role_too_high"},
		{10, "Léa", "barista", "", 2, "version_conflict"},
		{10, "Léa", "barista", "7294", 1, "pin_not_editable"},
		{10, "Sami", "barista", "", 1, "name_taken"},
	} {
		_, err := put(w.manager(), c.n, c.name, c.role, c.pin, c.version)
		wantCode(t, err, c.code)
	}
	edited, err := put(w.manager(), 10, "Léa M.", "lead", "", 1)
	if err != nil || edited.GetPerson().GetRole() != "lead" || edited.GetPerson().GetVersion() != 2 || edited.GetPin() != "" {
		t.Error(edited, err)
	}
	if p, err := put(w.admin(), 13, "Boss", "manager", "", 0); err != nil || p.GetPerson().GetRole() != "manager" {
		t.Error(p, err)
	}
	w.cafes.OpenFn = func(context.Context, string) error { return errs.NotFound("café") }
	_, err = put(w.admin(), 14, "New", "barista", "", 0)
	wantCode(t, err, "not_found")
	if all := w.secretsOf(); strings.Contains(all, drawn.GetPin()+`"`) || strings.Contains(all, "7294") {
		t.Error("a PIN is stored")
	}
}

func TestManagersAreHeadOffices(t *testing.T) {
	w, ctx := start(t), context.Background()
	boss := w.hire(20, cafe, "Boss", "manager", "7294")
	calls := map[string]func(loginpb.LoginServiceClient) error{
		"edit": func(c loginpb.LoginServiceClient) error {
			_, err := c.PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: cafe, Id: boss.GetId(), Name: "B", Role: "barista", Version: 1})
			return err
		},
		"reset": func(c loginpb.LoginServiceClient) error {
			_, err := c.ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: cafe, Id: boss.GetId()})
			return err
		},
		"archive": func(c loginpb.LoginServiceClient) error {
			_, err := c.ArchivePerson(ctx, &loginpb.ArchivePersonRequest{CafeId: cafe, Id: boss.GetId()})
			return err
		},
	}
	for name, call := range calls {
		if err := call(w.manager()); !errs.HasCode(err, "role_too_high") {
			t.Errorf("%s by a manager: %v", name, err)
		}
	}
	for _, name := range []string{"edit", "reset", "archive"} {
		if err := calls[name](w.admin()); err != nil {
			t.Errorf("%s by head office: %v", name, err)
		}
	}
}

func TestResetPin(t *testing.T) {
	w, ctx := start(t), context.Background()
	counter := w.enrol(cafe, "counter")
	w.hire(10, cafe, "Léa", "barista", "7294")
	signIn := func(pin string) error {
		w.now = w.now.Add(time.Hour)
		_, err := w.gateway().SignIn(ctx, &loginpb.SignInRequest{DeviceId: counter.GetId(), Person: "Léa", Pin: pin})
		return err
	}
	reset, err := w.manager().ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: cafe, Id: id(10)})
	if err != nil || len(reset.GetPin()) != 6 || reset.GetPerson().GetVersion() != 2 {
		t.Fatal(reset, err)
	}
	wantCode(t, signIn("7294"), "wrong_credentials")
	if err := signIn(reset.GetPin()); err != nil {
		t.Error(err)
	}
	if set, err := w.manager().ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: cafe, Id: id(10), Pin: "50293"}); err != nil || set.GetPin() != "50293" {
		t.Error(set, err)
	}
	if err := signIn("50293"); err != nil {
		t.Error(err)
	}
	for code, r := range map[string]*loginpb.ResetPinRequest{
		"weak_pin":        {CafeId: cafe, Id: id(10), Pin: "1111"},
		"invalid_request": {CafeId: cafe, Id: id(10), Pin: "12345678901"},
		"not_found":       {CafeId: cafe, Id: id(77)},
	} {
		_, err := w.manager().ResetPin(ctx, r)
		wantCode(t, err, code)
	}
	if _, err := w.manager().ArchivePerson(ctx, &loginpb.ArchivePersonRequest{CafeId: cafe, Id: id(10)}); err != nil {
		t.Fatal(err)
	}
	_, err = w.manager().ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: cafe, Id: id(10)})
	wantCode(t, err, "person_archived")
}

func TestArchivePerson(t *testing.T) {
	w, ctx := start(t), context.Background()
	w.hire(10, cafe, "Léa", "barista", "7294")
	r := &loginpb.ArchivePersonRequest{CafeId: cafe, Id: id(10)}
	gone, err := w.manager().ArchivePerson(ctx, r)
	if err != nil || gone.GetArchivedAt() == nil || gone.GetVersion() != 2 {
		t.Fatal(gone, err)
	}
	w.now = w.now.Add(time.Hour)
	if again, err := w.manager().ArchivePerson(ctx, r); err != nil || !proto.Equal(again, gone) {
		t.Error(again, err)
	}
	_, err = w.manager().PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: cafe, Id: id(10), Name: "Léa", Role: "lead", Version: 2})
	wantCode(t, err, "person_archived")
	w.hire(11, cafe, "Léa", "barista", "7294") // the name is free again

	count := func(c rpc.Caller) int {
		t.Helper()
		list, err := w.as(c).ListPeople(ctx, &loginpb.ListPeopleRequest{CafeId: cafe, IncludeArchived: true})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.GetPeople())
	}
	if n := count(rpctest.Person(id(901), "manager", cafe, id(902))); n != 2 {
		t.Errorf("a manager sees %d", n)
	}
	if n := count(rpctest.Device(id(902), "counter", cafe)); n != 1 {
		t.Errorf("the tiles of a counter show %d", n)
	}
}

func TestListPeople(t *testing.T) {
	w, ctx := start(t), context.Background()
	for n, name := range []string{"zoé", "Adam", "léa", "Sami", "Bo"} {
		w.hire(10+n, cafe, name, "barista", "7294")
	}
	names, cursor := "", ""
	for {
		page, err := w.as(rpctest.Device(id(902), "counter", cafe)).ListPeople(ctx, &loginpb.ListPeopleRequest{Limit: 2, CafeId: cafe, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.GetPeople() {
			names += p.GetName() + " "
		}
		if cursor = page.GetNextCursor(); cursor == "" {
			break
		}
	}
	if names != "Adam Bo léa Sami zoé " {
		t.Error(names)
	}
	for _, bad := range []string{"!", "e30x", "eyJuIjoieCJ9"} {
		_, err := w.admin().ListPeople(ctx, &loginpb.ListPeopleRequest{CafeId: cafe, Cursor: bad})
		wantCode(t, err, "invalid_cursor")
	}
}

func TestWhoMayWhatWithPeople(t *testing.T) {
	w, ctx := start(t), context.Background()
	w.hire(10, otherCafe, "Sami", "barista", "7294")
	for name, c := range map[string]rpc.Caller{
		"counter":  rpctest.Device(id(5), "counter", cafe),
		"board":    rpctest.Device(id(5), "board", cafe),
		"barista":  rpctest.Person(id(6), "barista", cafe, id(5)),
		"lead":     rpctest.Person(id(6), "lead", cafe, id(5)),
		"customer": rpctest.Customer(id(7)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.as(c).PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: cafe, Id: id(30), Name: "x", Role: "barista"})
			wantCode(t, err, "forbidden")
			_, err = w.as(c).ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: cafe, Id: id(30)})
			wantCode(t, err, "forbidden")
			_, err = w.as(c).ArchivePerson(ctx, &loginpb.ArchivePersonRequest{CafeId: cafe, Id: id(30)})
			wantCode(t, err, "forbidden")
		})
	}
	// Another café's people, named through the own café and through theirs.
	for _, in := range []string{cafe, otherCafe} {
		_, err := w.manager().ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: in, Id: id(10)})
		wantCode(t, err, "not_found")
		_, err = w.manager().ArchivePerson(ctx, &loginpb.ArchivePersonRequest{CafeId: in, Id: id(10)})
		wantCode(t, err, "not_found")
		_, err = w.manager().PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: in, Id: id(10), Name: "x", Role: "lead", Version: 1})
		wantCode(t, err, "not_found")
	}
	_, err := w.as(rpctest.Device(id(5), "board", cafe)).ListPeople(ctx, &loginpb.ListPeopleRequest{CafeId: cafe})
	wantCode(t, err, "forbidden")
	_, err = w.gateway().ListPeople(ctx, &loginpb.ListPeopleRequest{CafeId: cafe})
	wantCode(t, err, "sign_in_required")
}
