package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store"
)

func TestFactor(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *store.Store) {
		ctx := t.Context()
		amal := admin(1, "amal")
		if err := s.Add(ctx, amal, "hash", entry("create")); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Factor(ctx, amal.ID); found || err != nil {
			t.Errorf("a factor before any: %v", err)
		}
		for _, sealed := range []string{"first", "second"} {
			if err := s.OfferFactor(ctx, amal, []byte(sealed)); err != nil {
				t.Fatal(err)
			}
		}
		if f, found, err := s.Factor(ctx, amal.ID); !found || err != nil || string(f) != "second" {
			t.Errorf("%q, %v", f, err)
		}
		on := amal
		on.SecondFactorAt, on.Version = at, 2
		if err := s.SwitchFactor(ctx, on, 1, [][]byte{{1}, {2}}, entry("confirm")); err != nil {
			t.Fatal(err)
		}
		if err := s.SwitchFactor(ctx, on, 1, nil, entry("confirm")); !errors.Is(err, adminlogin.ErrStale) {
			t.Error(err)
		}
		if err := s.OfferFactor(ctx, amal, []byte("late")); !errors.Is(err, adminlogin.ErrStale) {
			t.Error(err)
		}
		if got, _, _, err := s.Admin(ctx, amal.ID); err != nil || !got.SecondFactorAt.Equal(at) {
			t.Errorf("%v, %v", got.SecondFactorAt, err)
		}
		for _, c := range []struct {
			step int64
			want bool
		}{{100, true}, {100, false}, {99, false}, {101, true}} {
			if used, err := s.UseStep(ctx, amal.ID, c.step); err != nil || used != c.want {
				t.Errorf("step %d: %v, %v", c.step, used, err)
			}
		}
		var passed atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				used, err := s.UseRecoveryCode(ctx, amal.ID, []byte{1}, at.Add(time.Hour))
				if err != nil {
					t.Error(err)
				}
				if used {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if left, err := s.RecoveryCodesLeft(ctx, amal.ID); err != nil || left != 1 || passed.Load() != 1 {
			t.Errorf("%d left, %d passed, %v", left, passed.Load(), err)
		}
		off := on
		off.SecondFactorAt, off.Version = time.Time{}, 3
		if err := s.SwitchFactor(ctx, off, 2, nil, entry("remove")); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Factor(ctx, amal.ID); found || err != nil {
			t.Errorf("a factor after its removal: %v", err)
		}
		if left, err := s.RecoveryCodesLeft(ctx, amal.ID); left != 0 || err != nil {
			t.Errorf("%d codes left, %v", left, err)
		}
	})
}
