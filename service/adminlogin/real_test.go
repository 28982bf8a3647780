package adminlogin_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/guess"
	"coffee/internal/secret"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store"
)

// With the real hasher, on every engine: what is stored is an argon2id hash, and it signs in.
func TestWithArgon2(t *testing.T) {
	dbtest.Each(t, "adminlogin", store.Migrations(), func(t *testing.T, d *db.DB) {
		hasher, err := secret.New(rand.Reader, secret.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}, 2)
		if err != nil {
			t.Fatal(err)
		}
		s := adminlogin.New(adminlogin.Deps{
			Store: store.New(d), Hasher: hasher, Guesses: guess.New(d, time.Now), Random: rand.Reader, Now: time.Now,
			NewID: func() string { return id(1) }, Log: slog.New(slog.DiscardHandler),
		})
		ctx := t.Context()
		token, needed, err := s.PrepareSetUp(ctx)
		if err != nil || !needed {
			t.Fatal(needed, err)
		}
		if _, err := s.SetUp(ctx, token, "amal", password); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ChangePassword(ctx, id(1), password, "another password", audit.Actor{Kind: "admin", ID: id(1)}); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Authenticate(ctx, "Amal", "another password", "", "192.0.2.1"); err != nil || a.ID != id(1) {
			t.Error(a, err)
		}
		for _, name := range []string{"amal", "nobody"} {
			if _, err := s.Authenticate(ctx, name, password, "", "192.0.2.1"); !errs.HasCode(err, "wrong_credentials") {
				t.Errorf("%s: %v", name, err)
			}
		}
		var hash string
		if err := d.Read().QueryRowContext(ctx, "SELECT password_hash FROM admin").Scan(&hash); err != nil ||
			!strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Error(hash, err)
		}
	})
}

// Run ends with its context, without an error.
func TestRun(t *testing.T) {
	w := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.service.Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
