package login_test

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

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	cafepb "coffee/proto/coffee/cafe/v1"
	loginpb "coffee/proto/coffee/login/v1"
	"coffee/service/login"
	"coffee/service/login/store"
)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

// The cafés of the tests.
var cafe, otherCafe = id(1), id(2)

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

type fakeCafes struct {
	OpenFn func(ctx context.Context, cafe string) error
}

func (f *fakeCafes) Open(ctx context.Context, cafe string) error { return f.OpenFn(ctx, cafe) }

type world struct {
	*rpctest.Server
	t      *testing.T
	now    time.Time
	hasher countingHasher
	cafes  fakeCafes
	db     *db.DB
}

func start(t *testing.T) *world {
	t.Helper()
	d := dbtest.Open(t, dbtest.Config(t, db.SQLite, "login"), store.Migrations())
	w := &world{t: t, now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), db: d}
	w.cafes.OpenFn = func(_ context.Context, asked string) error {
		if asked == cafe || asked == otherCafe {
			return nil
		}
		return errs.NotFound("café %s", asked)
	}
	clock := func() time.Time { return w.now }
	w.Server = rpctest.New(t, clock)
	s := login.New(login.Deps{
		Store: store.New(d), Cafes: &w.cafes, Hasher: &w.hasher, Guesses: guess.New(d, clock), Random: rand.Reader,
		Now: clock, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Log: slog.New(slog.DiscardHandler),
	})
	w.Serve(func(r grpc.ServiceRegistrar) { login.Register(r, s) }, "coffee.login.v1.LoginService")
	return w
}

func (w *world) as(c rpc.Caller) loginpb.LoginServiceClient {
	return loginpb.NewLoginServiceClient(w.As(c))
}

// gateway calls for nobody in particular.
func (w *world) gateway() loginpb.LoginServiceClient { return w.as(rpc.Caller{}) }

func (w *world) admin() loginpb.LoginServiceClient { return w.as(rpctest.Admin(id(900))) }

func (w *world) manager() loginpb.LoginServiceClient {
	return w.as(rpctest.Person(id(901), "manager", cafe, id(902)))
}

// code draws a new access code for the café.
func (w *world) code(cafe string) string {
	w.t.Helper()
	answer, err := w.admin().RotateAccessCode(context.Background(), &loginpb.RotateAccessCodeRequest{CafeId: cafe})
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.GetAccessCode()
}

func (w *world) enrol(cafe, kind string) *loginpb.Device {
	w.t.Helper()
	d, err := w.gateway().EnrolDevice(context.Background(), &loginpb.EnrolDeviceRequest{
		CafeId: cafe, AccessCode: w.code(cafe), Kind: kind, Network: "198.51.100.1",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// hire makes a person with that PIN.
func (w *world) hire(n int, cafe, name, role, pin string) *loginpb.Person {
	w.t.Helper()
	p, err := w.admin().PutPerson(context.Background(), &loginpb.PutPersonRequest{CafeId: cafe, Id: id(n), Name: name, Role: role, Pin: pin})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.GetPerson()
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !errs.HasCode(err, code) {
		t.Errorf("got %v, want code %s", err, code)
	}
}

// secretsOf is every text the database holds.
func (w *world) secretsOf() string {
	w.t.Helper()
	var all strings.Builder
	for _, query := range []string{"SELECT before_state || after_state FROM audit", "SELECT hash FROM access_code", "SELECT pin_hash FROM person"} {
		rows, err := w.db.Read().QueryContext(context.Background(), query)
		if err != nil {
			w.t.Fatal(err)
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				w.t.Fatal(err)
			}
			all.WriteString(text + "\n")
		}
		if err := rows.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
	return all.String()
}

type fakeCafeClient struct {
	cafepb.CafeServiceClient
	GetFn func(*cafepb.GetCafeRequest) (*cafepb.Cafe, error)
}

func (f fakeCafeClient) GetCafe(_ context.Context, r *cafepb.GetCafeRequest, _ ...grpc.CallOption) (*cafepb.Cafe, error) {
	return f.GetFn(r)
}
