// Package rpc is how services talk: passports, access rules, errors and deadlines on both ends of a gRPC call.
// It knows no service and no topology; app decides whether a call stays in the process.
package rpc

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// The kinds of caller a passport can name.
const (
	KindAnonymous = "anonymous"
	KindCustomer  = "customer"
	KindDevice    = "device"
	KindPerson    = "person"
	KindAdmin     = "admin"
	KindOperator  = "operator"
	KindService   = "service"
	KindApproval  = "approval"
)

// The lives of a passport and of an approval.
const (
	PassportLife = 30 * time.Second
	ApprovalLife = 2 * time.Minute
)

const passportPrefix = "coffee-passport-v1."

// Passport says who is asking, signed by the gateway (people) or by a service (itself).
type Passport struct {
	KeyID    string `json:"kid"`
	Audience string `json:"aud"`
	Kind     string `json:"knd"`
	Subject  string `json:"sub"`
	Role     string `json:"rol,omitempty"`
	Cafe     string `json:"caf,omitempty"`
	Device   string `json:"dev,omitempty"`
	Session  string `json:"ses,omitempty"` // hash of the session, never its token
	Expires  int64  `json:"exp"`           // Unix milliseconds
}

// errPassport is all a caller learns; the reason goes to the log.
var errPassport = errors.New("passport refused")

// Signer signs passports with one key.
type Signer struct {
	Issuer   string // gateway, or the service's name
	Audience string // the chain
	Key      ed25519.PrivateKey
	Now      func() time.Time
}

func (s *Signer) sign(p Passport, life time.Duration) (string, error) {
	id := keyID(s.Issuer, s.Key.Public().(ed25519.PublicKey))
	p.KeyID, p.Audience, p.Expires = id, s.Audience, s.Now().Add(life).UnixMilli()
	body, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	encoded := base64.RawURLEncoding.EncodeToString(body)
	signature := ed25519.Sign(s.Key, []byte(passportPrefix+encoded))
	return encoded + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// Sign issues a passport that lives PassportLife.
func (s *Signer) Sign(p Passport) (string, error) { return s.sign(p, PassportLife) }

// SignApproval issues an approval: person, role and café of whoever gave the PIN, the device it was given on, and an
// id of its own in Session, by which it is good once.
func (s *Signer) SignApproval(p Passport) (string, error) {
	p.Kind = KindApproval
	return s.sign(p, ApprovalLife)
}

// keyID names a key: an issuer has two while one replaces the other.
func keyID(issuer string, key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return issuer + "-" + hex.EncodeToString(sum[:4])
}

// TrustedKeys are the public keys that passports may be signed with, by their ids.
type TrustedKeys map[string]trustedKey

type trustedKey struct {
	issuer string
	key    ed25519.PublicKey
	kinds  []string // that its issuer may sign
}

// Add trusts a key of an issuer: the gateway signs people and itself, a service only itself.
func (t TrustedKeys) Add(issuer string, key ed25519.PublicKey) {
	kinds := []string{KindService}
	if issuer == "gateway" {
		kinds = []string{KindCustomer, KindDevice, KindPerson, KindAdmin, KindOperator, KindApproval, KindService}
	}
	t[keyID(issuer, key)] = trustedKey{issuer, key, kinds}
}

// Holds tells whether a key is trusted as the issuer's.
func (t TrustedKeys) Holds(issuer string, key ed25519.PublicKey) bool {
	return t[keyID(issuer, key)].key.Equal(key)
}

// Verifier checks passports against the trusted keys of one chain.
type Verifier struct {
	Audience string
	Keys     TrustedKeys
	Now      func() time.Time
	cache    passportCache
}

// Verify returns what a passport says, or one error for every reason it may be refused.
func (v *Verifier) Verify(token string) (Passport, error) {
	now := v.Now().UnixMilli()
	if p, ok := v.cache.get(token); ok {
		if p.Expires <= now {
			return Passport{}, errPassport
		}
		return p, nil
	}
	p, err := v.open(token)
	if err != nil || p.Expires <= now || p.Expires > now+ApprovalLife.Milliseconds()+60_000 {
		return Passport{}, errPassport
	}
	v.cache.put(token, p)
	return p, nil
}

func (v *Verifier) open(token string) (Passport, error) {
	var p Passport
	encoded, signature, ok := strings.Cut(token, ".")
	if !ok || len(token) > 4096 {
		return p, errPassport
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return p, errPassport
	}
	body, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || json.Unmarshal(body, &p) != nil {
		return p, errPassport
	}
	key, ok := v.Keys[p.KeyID]
	if !ok || !ed25519.Verify(key.key, []byte(passportPrefix+encoded), sig) {
		return p, errPassport
	}
	if p.Audience != v.Audience || !slices.Contains(key.kinds, p.Kind) {
		return p, errPassport
	}
	if p.Kind == KindService && p.Subject != key.issuer {
		return p, errPassport // a service speaks for itself only
	}
	return p, nil
}

// VerifyApproval checks the approval token of a second person for a café. The caller's Device is where it was given,
// Session is the approval's own id (the token itself has other spellings): who takes it sees that it is used once.
func (v *Verifier) VerifyApproval(token, cafe string) (Caller, error) {
	p, err := v.Verify(token)
	if err != nil || p.Kind != KindApproval || p.Cafe != cafe || p.Session == "" {
		return Caller{}, errPassport
	}
	return Caller{Kind: KindPerson, Subject: p.Subject, Role: p.Role, Cafe: p.Cafe, Device: p.Device, Session: p.Session}, nil
}
