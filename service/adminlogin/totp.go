package adminlogin

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps compute (RFC 6238); HMAC does not need its collision resistance
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Time-based one-time passwords as every authenticator app makes them (RFC 6238): HMAC-SHA-1, six digits, thirty
// seconds. The few lines are here because what matters, that a code is used once, no library does.
const (
	stepSeconds = 30
	secretBytes = 20
)

func stepAt(t time.Time) int64 { return t.Unix() / stepSeconds }

func codeOf(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// matchStep finds the step that a code belongs to: this one, or the one before or after, as clocks differ.
func matchStep(secret []byte, code string, now time.Time) (step int64, ok bool) {
	current := stepAt(now)
	for _, s := range []int64{current, current - 1, current + 1} {
		if subtle.ConstantTimeCompare([]byte(codeOf(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// spellSecret is how a secret is typed into an app.
func spellSecret(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// foldCode takes a code as people type it: blanks and hyphens do not count, nor does the case, nor O for 0 and I or L
// for 1, which codes do not have.
func foldCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
}
