package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenBytes is 256 bits.
const tokenBytes = 32

// Hash is the SHA-256 of a token: how a session is found, and all that is stored of it.
type Hash [sha256.Size]byte

// NewToken draws a token. The reader is the machine's own randomness: it cannot fail.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // crypto/rand never returns an error
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashOf hashes a token. What NewToken cannot have made is no token, and is never looked up.
func HashOf(token string) (Hash, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return Hash{}, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return Hash{}, false
	}
	return sha256.Sum256([]byte(token)), true
}
