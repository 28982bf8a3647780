package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"coffee/internal/db"
	"coffee/internal/rpc"
)

// keys holds the signing keys of this process and the public keys it trusts.
type keys struct {
	signers  map[string]*rpc.Signer
	verifier *rpc.Verifier
}

// loadKeys reads the signing keys of the issuers that run here from <data>/keys and makes what is missing. Without
// COFFEE_TRUSTED_KEYS every issuer's key is made there, so that processes which share the folder trust each other
// whichever starts first; with it, only the issuers' own keys are made and the list alone is trusted.
func loadKeys(c Config, issuers []string) (*keys, error) {
	if err := os.MkdirAll(c.path("keys"), 0o700); err != nil {
		return nil, fmt.Errorf("COFFEE_DATA: %w", err)
	}
	unlock, err := db.LockFile(context.Background(), c.path("keys", ".lock"))
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	defer func() { _ = unlock() }()
	k := &keys{
		signers:  map[string]*rpc.Signer{},
		verifier: &rpc.Verifier{Audience: c.Chain, Keys: map[string]rpc.TrustedKey{}, Now: time.Now},
	}
	for _, issuer := range issuers {
		private, err := privateKey(c.path("keys", issuer+".key"))
		if err != nil {
			return nil, err
		}
		k.signers[issuer] = &rpc.Signer{Issuer: issuer, Audience: c.Chain, Key: private, Now: time.Now}
		k.verifier.Keys[issuer] = rpc.Trust(issuer, private.Public().(ed25519.PublicKey))
	}
	if c.TrustedKeys == "" {
		for _, issuer := range allIssuers() {
			private, err := privateKey(c.path("keys", issuer+".key"))
			if err != nil {
				return nil, err
			}
			k.verifier.Keys[issuer] = rpc.Trust(issuer, private.Public().(ed25519.PublicKey))
		}
		return k, nil
	}
	for entry := range strings.SplitSeq(c.TrustedKeys, ",") {
		issuer, text, _ := strings.Cut(strings.TrimSpace(entry), "=")
		public, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(public) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("COFFEE_TRUSTED_KEYS: the key of %q is not a base64 Ed25519 public key", issuer)
		}
		k.verifier.Keys[issuer] = rpc.Trust(issuer, public)
	}
	return k, nil
}

func allIssuers() []string {
	issuers := []string{"gateway"}
	for _, s := range Services {
		issuers = append(issuers, s.Name)
	}
	return issuers
}

func privateKey(path string) (ed25519.PrivateKey, error) {
	seed, err := secretFile(path, func() string {
		fresh := make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(fresh) // never fails
		return base64.StdEncoding.EncodeToString(fresh)
	})
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(seed)
	if err != nil || len(raw) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s is not a signing key; remove it to have a new one made", path)
	}
	return ed25519.NewKeyFromSeed(raw), nil
}

// secretFile reads a secret, or writes a fresh one (mode 0600) when there is none. Callers hold the keys' lock.
func secretFile(path string, fresh func() string) (string, error) {
	body, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(body)), nil
	}
	if !os.IsNotExist(err) {
		return "", err
	}
	secret := fresh()
	// Written beside and renamed: a process that is killed here leaves no half key.
	if err := os.WriteFile(path+".new", []byte(secret+"\n"), 0o600); err != nil {
		return "", err
	}
	return secret, os.Rename(path+".new", path)
}
