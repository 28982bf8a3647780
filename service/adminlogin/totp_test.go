package adminlogin

import (
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B (SHA-1), in their last six digits.
func TestCodes(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := codeOf(secret, stepAt(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestClocksDiffer(t *testing.T) {
	secret, now := []byte("12345678901234567890"), time.Unix(1234567890, 0)
	for seconds, want := range map[int]bool{-60: false, -30: true, 0: true, 30: true, 60: false} {
		step, ok := matchStep(secret, codeOf(secret, stepAt(now.Add(time.Duration(seconds)*time.Second))), now)
		if ok != want || ok && step != stepAt(now)+int64(seconds/stepSeconds) {
			t.Errorf("%d s: %v, step %d", seconds, ok, step-stepAt(now))
		}
	}
	for _, code := range []string{"", "00592", "0059240", "abcdef"} {
		if _, ok := matchStep(secret, code, now); ok {
			t.Errorf("%q fits", code)
		}
	}
}

func TestSpelling(t *testing.T) {
	got := otpauth("Café Dakhla", "amal b", []byte("12345678901234567890"))
	want := "otpauth://totp/Caf%C3%A9%20Dakhla:amal%20b?issuer=Caf%C3%A9%20Dakhla&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for typed, want := range map[string]string{"123 456": "123456", "7k4m-9qxt-2bhn": "7K4M9QXT2BHN", "oO1l iI": "001111"} {
		if got := foldCode(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
