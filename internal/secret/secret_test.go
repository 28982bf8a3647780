package secret

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var cheap = Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

func hasher(t testing.TB, cores int) *Hasher {
	t.Helper()
	h, err := New(rand.Reader, cheap, cores)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashAndVerify(t *testing.T) {
	h, ctx := hasher(t, 2), t.Context()
	hash, err := h.Hash(ctx, "café ☕ crème")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatal(hash, err)
	}
	again, _ := h.Hash(ctx, "café ☕ crème")
	if again == hash {
		t.Error("two hashes of a password are the same: no salt")
	}
	for password, want := range map[string]bool{"café ☕ crème": true, "cafe ☕ crème": false, "": false, "CAFÉ ☕ CRÈME": false} {
		if ok, err := h.Verify(ctx, hash, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	// A hash made at another cost still verifies.
	other, err := New(rand.Reader, Cost{MemoryKiB: 128, Passes: 2, Lanes: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := other.Verify(ctx, hash, "café ☕ crème"); err != nil || !ok {
		t.Errorf("a hash of the cost before: %v, %v", ok, err)
	}
}

// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1.
func TestReferenceVector(t *testing.T) {
	hash := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := hasher(t, 1).Verify(t.Context(), hash, "password"); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestStandardCost(t *testing.T) {
	h, err := New(rand.Reader, Standard, 1)
	if err != nil || !strings.HasPrefix(h.nobody, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Error(h.nobody, err)
	}
}

func TestNobody(t *testing.T) {
	h := hasher(t, 1)
	if ok, err := h.Verify(t.Context(), "", "nobody has this password"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestBrokenHashes(t *testing.T) {
	h := hasher(t, 1)
	for _, hash := range []string{
		"plain", "$2a$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1x$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
	} {
		ok, err := h.Verify(t.Context(), hash, "password")
		if ok || err == nil || strings.Contains(err.Error(), "c29t") {
			t.Errorf("%s: %v, %v", hash, ok, err)
		}
	}
}

func TestSlotsBoundEvaluations(t *testing.T) {
	h := hasher(t, 2)
	var running, most atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if err := h.do(t.Context(), func() {
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				running.Add(-1)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if most.Load() > 2 {
		t.Errorf("%d evaluations at once on 2 cores", most.Load())
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	h := hasher(t, 1)
	h.slots <- struct{}{} // the only slot is taken
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan error)
	go func() { _, err := h.Hash(ctx, "x"); answers <- err }()
	cancel()
	if err := <-answers; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestNewCode(t *testing.T) {
	form := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$`)
	seen := map[string]bool{}
	for range 500 {
		code, err := NewCode(rand.Reader, 60)
		if err != nil || !form.MatchString(code) || seen[code] {
			t.Fatal(code, err)
		}
		seen[code] = true
	}
	if _, err := NewCode(rand.Reader, 49); err == nil {
		t.Error("a code of 49 bits")
	}
	if code, _ := NewCode(rand.Reader, 50); len(code) != 14 {
		t.Errorf("50 bits give %q", code)
	}
	if _, err := NewCode(bytes.NewReader(nil), 60); err == nil {
		t.Error("a code without randomness")
	}
}

func TestNewPIN(t *testing.T) {
	counts := map[byte]int{}
	for range 2000 {
		pin, err := NewPIN(rand.Reader, 6, func(s string) bool { return s[0] == '0' })
		if err != nil || len(pin) != 6 || pin[0] == '0' {
			t.Fatal(pin, err)
		}
		for i := range 5 {
			counts[pin[i+1]]++
		}
	}
	for d := byte('0'); d <= '9'; d++ {
		if counts[d] < 800 || counts[d] > 1200 {
			t.Errorf("digit %c came %d times in 10000", d, counts[d])
		}
	}
	if _, err := NewPIN(rand.Reader, 4, func(string) bool { return true }); err == nil {
		t.Error("a PIN although all are refused")
	}
	// 250 to 255 are not used.
	if pin, err := NewPIN(bytes.NewReader([]byte{255, 1, 250, 22, 249, 0}), 4, func(string) bool { return false }); err != nil || pin != "1290" {
		t.Error(pin, err)
	}
}

func TestNewToken(t *testing.T) {
	a, err1 := NewToken(rand.Reader)
	b, err2 := NewToken(rand.Reader)
	if err1 != nil || err2 != nil || len(a) != 43 || a == b {
		t.Error(a, b, err1, err2)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, hash string) {
		if cost, salt, key, err := parse(hash); err == nil && (cost.MemoryKiB > 1<<20 || len(salt) < 8 || len(key) < 16) {
			t.Errorf("%q gives %+v", hash, cost)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h, err := New(rand.Reader, Standard, 2)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), "", "x"); ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
