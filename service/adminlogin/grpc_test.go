package adminlogin_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	"coffee/internal/secret"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store"
)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

const password = "correct horse battery"

// countingHasher costs nothing and counts evaluations.
type countingHasher struct{ evaluated atomic.Int32 }

func (h *countingHasher) Hash(_ context.Context, password string) (string, error) {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:]), nil
}

func (h *countingHasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	h.evaluated.Add(1)
	got, _ := h.Hash(ctx, password)
	return got == hash, ctx.Err()
}

type world struct {
	*rpctest.Server
	t       *testing.T
	now     time.Time
	hasher  countingHasher
	service *adminlogin.Service
	db      *db.DB
}

func start(t *testing.T) *world {
	t.Helper()
	d := dbtest.Open(t, dbtest.Config(t, db.SQLite, "adminlogin"), store.Migrations())
	w := &world{t: t, now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), db: d}
	clock := func() time.Time { return w.now }
	seal, err := secret.NewSeal(rand.Reader, make([]byte, secret.SealKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	w.Server = rpctest.New(t, clock)
	w.service = adminlogin.New(adminlogin.Deps{
		Store: store.New(d), Hasher: &w.hasher, Guesses: guess.New(d, clock), Seal: seal, Chain: "coffee", Random: rand.Reader, Now: clock,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Log: slog.New(slog.DiscardHandler),
	})
	w.Serve(func(r grpc.ServiceRegistrar) { adminlogin.Register(r, w.service) }, "coffee.adminlogin.v1.AdminLoginService")
	return w
}

func (w *world) as(c rpc.Caller) adminloginpb.AdminLoginServiceClient {
	return adminloginpb.NewAdminLoginServiceClient(w.As(c))
}

func (w *world) gateway() adminloginpb.AdminLoginServiceClient { return w.as(rpc.Caller{}) }

func (w *world) operator() adminloginpb.AdminLoginServiceClient {
	return w.as(rpc.Caller{Kind: rpc.KindOperator, Subject: "operator", Role: "operator"})
}

// admin makes an account and answers a client that is signed in as it.
func (w *world) admin(n int, username string) adminloginpb.AdminLoginServiceClient {
	w.t.Helper()
	_, err := w.operator().CreateAdmin(context.Background(), &adminloginpb.CreateAdminRequest{Id: id(n), Username: username, Password: password})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.as(rpctest.Admin(id(n)))
}

func (w *world) signIn(username, password string) (*adminloginpb.Admin, error) {
	w.now = w.now.Add(time.Hour) // no wait is in the way
	return w.gateway().Authenticate(context.Background(), &adminloginpb.AuthenticateRequest{
		Username: username, Password: password, Network: "198.51.100.1",
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !errs.HasCode(err, code) {
		t.Errorf("got %v, want code %s", err, code)
	}
}

func TestAuthenticate(t *testing.T) {
	w := start(t)
	w.admin(1, "Amal")
	w.admin(2, "removed")
	if _, err := w.operator().RemoveAdmin(context.Background(), &adminloginpb.RemoveAdminRequest{Id: id(2)}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Amal", "amal", " AMAL "} {
		if a, err := w.signIn(name, password); err != nil || a.GetId() != id(1) || a.GetUsername() != "Amal" {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
	before := w.hasher.evaluated.Load()
	var answers []string
	for _, c := range [][2]string{{"Amal", "wrong"}, {"Amal", strings.ToUpper(password)}, {"nobody", password}, {"removed", password}, {"   ", password}} {
		_, err := w.signIn(c[0], c[1])
		wantCode(t, err, "wrong_credentials")
		answers = append(answers, fmt.Sprint(err))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("%q and %q differ", a, answers[0])
		}
	}
	if n := w.hasher.evaluated.Load() - before; n != 5 {
		t.Errorf("%d evaluations for 5 wrong tries: known and unknown do not cost alike", n)
	}
}

// Ten thousand wrong passwords in an hour from a hundred addresses: at most a hundred evaluations, no permanent lock,
// and the real user still gets in. A name that nobody has is held to the same.
func TestGuessingPasswords(t *testing.T) {
	for name, guesses := range map[string]int{"amal": 10_000, "nobody": 500} {
		t.Run(name, func(t *testing.T) {
			w, ctx := start(t), context.Background()
			inside := w.admin(1, "amal")
			if _, err := w.signIn("amal", password); err != nil {
				t.Fatal(err)
			}
			before, got := w.hasher.evaluated.Load(), int32(0)
			for i := range guesses {
				w.now = w.now.Add(360 * time.Millisecond)
				_, err := w.gateway().Authenticate(ctx, &adminloginpb.AuthenticateRequest{
					Username: name, Password: fmt.Sprint("guess ", i), Network: fmt.Sprint("203.0.113.", i%100),
				})
				if !errs.HasCode(err, "too_many_attempts") && !errs.HasCode(err, "wrong_credentials") {
					t.Fatal(err)
				}
				if i%3000 == 2000 {
					if _, err := w.gateway().Authenticate(ctx, &adminloginpb.AuthenticateRequest{
						Username: "amal", Password: password, Network: "198.51.100.1",
					}); err != nil {
						t.Errorf("guess %d: the real user: %v", i, err)
					}
					_, err := inside.ChangeUsername(ctx, &adminloginpb.ChangeUsernameRequest{Username: "amal", Password: password})
					if err != nil {
						t.Errorf("guess %d: the real user inside: %v", i, err)
					}
					got += 2
				}
			}
			if n := w.hasher.evaluated.Load() - before - got; n > 100 || n < 30 {
				t.Errorf("%d evaluations for %d guesses", n, guesses)
			}
			w.now = w.now.Add(2 * time.Minute)
			if _, err := w.gateway().Authenticate(ctx, &adminloginpb.AuthenticateRequest{
				Username: "amal", Password: password, Network: "192.0.2.250",
			}); err != nil {
				t.Errorf("afterwards, from a new address: %v", err)
			}
		})
	}
}

func TestSetUp(t *testing.T) {
	w, ctx := start(t), context.Background()
	setUp := func(token, username, password string) (*adminloginpb.Admin, error) {
		return w.gateway().SetUp(ctx, &adminloginpb.SetUpRequest{Token: token, Username: username, Password: password})
	}
	_, err := setUp(strings.Repeat("x", 43), "amal", password)
	wantCode(t, err, "already_set_up") // nothing is on offer before a start
	first, needed, err := w.service.PrepareSetUp(ctx)
	if err != nil || !needed || len(first) != 43 {
		t.Fatal(first, needed, err)
	}
	second, needed, err := w.service.PrepareSetUp(ctx)
	if err != nil || !needed || second == first {
		t.Fatal(second, needed, err)
	}
	for code, c := range map[string][3]string{
		"wrong_credentials": {first, "amal", password}, // a new start replaced it
		"weak_password":     {second, "correct.horse", "Correct.Horse"},
		"invalid_request":   {second, "a", password},
	} {
		_, err := setUp(c[0], c[1], c[2])
		wantCode(t, err, code)
	}
	a, err := setUp(second, "amal", password)
	if err != nil || a.GetUsername() != "amal" || a.GetArchivedAt() != nil {
		t.Fatal(a, err)
	}
	_, err = setUp(second, "other", password)
	wantCode(t, err, "already_set_up")
	if token, needed, err := w.service.PrepareSetUp(ctx); token != "" || needed || err != nil {
		t.Error(token, needed, err)
	}
	if b, err := w.signIn("amal", password); err != nil || b.GetId() != a.GetId() {
		t.Error(b, err)
	}
}

func TestCreatingAnAdminEndsTheSetUp(t *testing.T) {
	w, ctx := start(t), context.Background()
	token, _, err := w.service.PrepareSetUp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.admin(1, "amal")
	_, err = w.gateway().SetUp(ctx, &adminloginpb.SetUpRequest{Token: token, Username: "other", Password: password})
	wantCode(t, err, "already_set_up")
}

func TestCreate(t *testing.T) {
	w, ctx := start(t), context.Background()
	amal := w.admin(1, "Amal")
	create := func(n int, username, password string) (*adminloginpb.Admin, error) {
		return amal.CreateAdmin(ctx, &adminloginpb.CreateAdminRequest{Id: id(n), Username: username, Password: password})
	}
	made, err := create(2, "zaki", password)
	if err != nil || made.GetUsername() != "zaki" || made.GetCreatedAt() == nil {
		t.Fatal(made, err)
	}
	w.now = w.now.Add(time.Hour)
	if again, err := create(2, "zaki", password); err != nil || !proto.Equal(again, made) {
		t.Error(again, err)
	}
	for _, c := range []struct {
		n                        int
		username, password, code string
	}{
		{2, "zaki", "another password", "version_conflict"},
		{2, "other", password, "version_conflict"},
		{3, "ZAKI", password, "username_taken"},
		{3, "sami", "aaaaaaaaaaaaaaa", "weak_password"},
		{3, "sami", "short", "invalid_request"},
		{3, "sa mi", password, "invalid_request"},
	} {
		_, err := create(c.n, c.username, c.password)
		wantCode(t, err, c.code)
	}
}

func TestRemove(t *testing.T) {
	w, ctx := start(t), context.Background()
	amal := w.admin(1, "amal")
	remove := func(n int) (*adminloginpb.Admin, error) {
		return amal.RemoveAdmin(ctx, &adminloginpb.RemoveAdminRequest{Id: id(n)})
	}
	_, err := remove(1)
	wantCode(t, err, "last_admin")
	_, err = w.operator().RemoveAdmin(ctx, &adminloginpb.RemoveAdminRequest{Id: id(1)})
	wantCode(t, err, "last_admin")
	_, err = remove(7)
	wantCode(t, err, "not_found")
	w.admin(2, "zaki")
	gone, err := remove(2)
	if err != nil || gone.GetArchivedAt() == nil {
		t.Fatal(gone, err)
	}
	w.now = w.now.Add(time.Hour)
	if again, err := remove(2); err != nil || !proto.Equal(again, gone) {
		t.Error(again, err)
	}
	list, err := amal.ListAdmins(ctx, &adminloginpb.ListAdminsRequest{})
	if err != nil || len(list.GetAdmins()) != 1 {
		t.Error(list, err)
	}
	if list, err = amal.ListAdmins(ctx, &adminloginpb.ListAdminsRequest{IncludeArchived: true}); err != nil || len(list.GetAdmins()) != 2 {
		t.Error(list, err)
	}
	w.admin(3, "zaki") // the name is free again
	if _, err := remove(1); err != nil {
		t.Errorf("one of two removes itself: %v", err)
	}
	_, err = amal.ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: password, NewPassword: "another password"})
	wantCode(t, err, "not_found") // its passport lives for up to 30 seconds more
}

func TestListPages(t *testing.T) {
	w, ctx := start(t), context.Background()
	for n, name := range []string{"zaki", "Amal", "sami", "Bo"} {
		w.admin(n, name)
	}
	names, cursor := "", ""
	for {
		page, err := w.operator().ListAdmins(ctx, &adminloginpb.ListAdminsRequest{Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.GetAdmins() {
			names += a.GetUsername() + " "
		}
		if cursor = page.GetNextCursor(); cursor == "" {
			break
		}
	}
	if names != "Amal Bo sami zaki " {
		t.Error(names)
	}
	_, err := w.operator().ListAdmins(ctx, &adminloginpb.ListAdminsRequest{Cursor: "eyJuIjoieCJ9"})
	wantCode(t, err, "invalid_cursor")
}

func TestChangePassword(t *testing.T) {
	w, ctx := start(t), context.Background()
	amal := w.admin(1, "amal.b@chain.example")
	change := func(old, next string) (*adminloginpb.Admin, error) {
		return amal.ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: old, NewPassword: next})
	}
	for code, c := range map[string][2]string{
		"wrong_password":  {"not the password", "another password"},
		"same_password":   {password, password},
		"weak_password":   {password, "AMAL.B@chain.example"},
		"invalid_request": {password, "short"},
	} {
		_, err := change(c[0], c[1])
		wantCode(t, err, code)
	}
	w.now = w.now.Add(time.Minute)
	changed, err := change(password, "another password")
	if err != nil || !changed.GetPasswordChangedAt().AsTime().Equal(w.now) {
		t.Fatal(changed, err)
	}
	// The same again is success, for a while: its answer was lost, or the other sessions could not be ended.
	w.now = w.now.Add(time.Minute)
	again, err := change(password, "another password")
	if err != nil || !again.GetPasswordChangedAt().AsTime().Equal(changed.GetPasswordChangedAt().AsTime()) {
		t.Error(again, err)
	}
	_, err = change(password, "yet another password")
	wantCode(t, err, "wrong_password")
	w.now = w.now.Add(10 * time.Minute)
	_, err = change(password, "another password")
	wantCode(t, err, "wrong_password")
	_, err = w.signIn("amal.b@chain.example", password)
	wantCode(t, err, "wrong_credentials")
	if _, err := w.signIn("amal.b@chain.example", "another password"); err != nil {
		t.Error(err)
	}
	var audit string
	if err := w.db.Read().QueryRowContext(ctx, "SELECT GROUP_CONCAT(before_state || after_state) FROM audit").Scan(&audit); err != nil ||
		strings.Contains(audit, "password\"") || strings.Contains(audit, "battery") || !strings.Contains(audit, "amal.b") {
		t.Error(audit, err)
	}
}

func TestTheOldPasswordIsAGuessToo(t *testing.T) {
	w, ctx := start(t), context.Background()
	amal := w.admin(1, "amal")
	change := func(old string) error {
		_, err := amal.ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: old, NewPassword: "another password"})
		return err
	}
	for range guess.FreeTries {
		wantCode(t, change("wrong"), "wrong_password")
	}
	wantCode(t, change(password), "too_many_attempts")
	w.now = w.now.Add(guess.FirstWait)
	if err := change(password); err != nil {
		t.Error(err)
	}
}

func TestChangeUsername(t *testing.T) {
	w, ctx := start(t), context.Background()
	amal := w.admin(1, "amal")
	w.admin(2, "zaki")
	change := func(password, username string) (*adminloginpb.Admin, error) {
		return amal.ChangeUsername(ctx, &adminloginpb.ChangeUsernameRequest{Password: password, Username: username})
	}
	for code, c := range map[string][2]string{
		"wrong_password":  {"wrong", "amal.b"},
		"username_taken":  {password, "ZAKI"},
		"invalid_request": {password, "a b"},
	} {
		_, err := change(c[0], c[1])
		wantCode(t, err, code)
	}
	if a, err := change(password, "Amal.B"); err != nil || a.GetUsername() != "Amal.B" {
		t.Fatal(a, err)
	}
	if _, err := w.signIn("amal.b", password); err != nil {
		t.Error(err)
	}
	_, err := w.signIn("amal", password)
	wantCode(t, err, "wrong_credentials")
	if _, err := amal.ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: password, NewPassword: "plain.password"}); err != nil {
		t.Fatal(err)
	}
	_, err = change("plain.password", "Plain.Password")
	wantCode(t, err, "weak_password")
}

func TestWhoMayWhat(t *testing.T) {
	w, ctx := start(t), context.Background()
	w.admin(1, "amal")
	w.admin(2, "zaki")
	for name, c := range map[string]rpc.Caller{
		"anonymous": {},
		"customer":  rpctest.Customer(id(7)),
		"counter":   rpctest.Device(id(5), "counter", id(8)),
		"manager":   rpctest.Person(id(6), "manager", id(8), id(5)),
	} {
		code := "forbidden"
		if name == "anonymous" {
			code = "sign_in_required"
		}
		client := w.as(c)
		_, err := client.ListAdmins(ctx, &adminloginpb.ListAdminsRequest{})
		wantCode(t, err, code)
		_, err = client.CreateAdmin(ctx, &adminloginpb.CreateAdminRequest{Id: id(9), Username: "mine", Password: password})
		wantCode(t, err, code)
		_, err = client.RemoveAdmin(ctx, &adminloginpb.RemoveAdminRequest{Id: id(2)})
		wantCode(t, err, code)
		_, err = client.ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: password, NewPassword: "another password"})
		wantCode(t, err, code)
		_, err = client.ChangeUsername(ctx, &adminloginpb.ChangeUsernameRequest{Password: password, Username: "mine"})
		wantCode(t, err, code)
	}
	order := adminloginpb.NewAdminLoginServiceClient(w.Service("order"))
	_, err := order.Authenticate(ctx, &adminloginpb.AuthenticateRequest{Username: "amal", Password: password})
	wantCode(t, err, "forbidden")
	_, err = order.SetUp(ctx, &adminloginpb.SetUpRequest{Token: strings.Repeat("x", 43), Username: "amal", Password: password})
	wantCode(t, err, "forbidden")
	_, err = w.operator().ChangePassword(ctx, &adminloginpb.ChangePasswordRequest{OldPassword: password, NewPassword: "another password"})
	wantCode(t, err, "forbidden") // the operator has no account
	if _, err := w.signIn("zaki", password); err != nil {
		t.Errorf("a refused call removed an account: %v", err)
	}
}
