package secret

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// alphabet is Crockford's base 32: no I, L, O, U, so that a code read aloud or from a slip is unambiguous.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode draws a code of at least that many bits for people to read and type: groups of four, as 7K4M-9QXT-2BHN.
// Fewer than 50 bits are refused. It is compared exactly as it is written.
func NewCode(random io.Reader, bits int) (string, error) {
	if bits < 50 {
		return "", fmt.Errorf("secret: a code of %d bits can be guessed", bits)
	}
	raw := make([]byte, ((bits+4)/5+3)/4*4) // whole groups
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	var code strings.Builder
	for i, b := range raw {
		if i > 0 && i%4 == 0 {
			code.WriteByte('-')
		}
		code.WriteByte(alphabet[b&31])
	}
	return code.String(), nil
}

// NewPIN draws digits, each as likely as the other, until refused lets one pass.
func NewPIN(random io.Reader, digits int, refused func(string) bool) (string, error) {
	for range 1000 {
		pin := make([]byte, 0, digits)
		for len(pin) < digits {
			var b [1]byte
			if _, err := io.ReadFull(random, b[:]); err != nil {
				return "", fmt.Errorf("pin: %w", err)
			}
			if b[0] < 250 { // 250 is 25 × 10: the rest would favour small digits
				pin = append(pin, '0'+b[0]%10)
			}
		}
		if !refused(string(pin)) {
			return string(pin), nil
		}
	}
	return "", fmt.Errorf("secret: no acceptable PIN in 1000 draws: the source of randomness is broken")
}

// NewToken draws 256 bits for machines to carry, in URL-safe base 64. It needs no argon2: SHA-256 stores it safely.
func NewToken(random io.Reader) (string, error) {
	var raw [32]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}
