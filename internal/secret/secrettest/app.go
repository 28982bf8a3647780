// Package secrettest is the other side of what secret proves, for tests.
package secrettest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps compute
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
)

// AppCode is what an authenticator app shows at a time for the secret that was typed into it; written apart from the
// code under test.
func AppCode(t testing.TB, spelled string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(spelled, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30) // a hash takes everything
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}
