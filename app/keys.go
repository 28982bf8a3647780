package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coffee/internal/db"
	"coffee/internal/rpc"
	"coffee/internal/secret"
)

// keys holds the signing keys of this process and the public keys it trusts.
type keys struct {
	signers  map[string]*rpc.Signer
	verifier *rpc.Verifier
}

// loadKeys reads the signing keys of the issuers that run here from COFFEE_KEYS and makes what is missing. Without
// COFFEE_TRUSTED_KEYS every issuer's key is made there, so that processes which share the folder trust each other
// whichever starts first; with it, only the issuers' own keys are needed and the list alone is trusted, where an issuer
// stands twice while one key replaces the other. A folder that holds what is needed is only read: it may be a mounted
// secret.
func loadKeys(c Config, issuers []string) (*keys, error) {
	k := &keys{
		signers:  map[string]*rpc.Signer{},
		verifier: &rpc.Verifier{Audience: c.Chain, Keys: rpc.TrustedKeys{}, Now: time.Now},
	}
	if len(issuers) == 0 { // the frontend alone asks no service
		return k, nil
	}
	needed := issuers
	if c.TrustedKeys == "" {
		needed = allIssuers()
	}
	for _, issuer := range issuers {
		if path := filepath.Join(c.Keys, issuer+".key"); c.TrustedKeys != "" && !there(path) {
			return nil, fmt.Errorf("COFFEE_KEYS: %s is not there, and one made here would not be among COFFEE_TRUSTED_KEYS", path)
		}
	}
	private, err := privateKeys(c.Keys, needed)
	if err != nil {
		return nil, fmt.Errorf("COFFEE_KEYS: %w", err)
	}
	for _, issuer := range issuers {
		k.signers[issuer] = &rpc.Signer{Issuer: issuer, Audience: c.Chain, Key: private[issuer], Now: time.Now}
	}
	if c.TrustedKeys == "" {
		for issuer, key := range private {
			k.verifier.Keys.Add(issuer, key.Public().(ed25519.PublicKey))
		}
		return k, nil
	}
	if k.verifier.Keys, err = trustedKeys(c.TrustedKeys); err != nil {
		return nil, err
	}
	for issuer, key := range private {
		if !k.verifier.Keys.Holds(issuer, key.Public().(ed25519.PublicKey)) {
			return nil, fmt.Errorf("COFFEE_TRUSTED_KEYS: the key that %s signs with (COFFEE_KEYS) is not among them: nobody would believe it", issuer)
		}
	}
	return k, nil
}

// trustedKeys reads the setting of that name.
func trustedKeys(setting string) (rpc.TrustedKeys, error) {
	keys := rpc.TrustedKeys{}
	for entry := range strings.SplitSeq(setting, ",") {
		issuer, text, _ := strings.Cut(strings.TrimSpace(entry), "=")
		public, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(public) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("COFFEE_TRUSTED_KEYS: the key of %q is not a base64 Ed25519 public key", issuer)
		}
		keys.Add(issuer, public)
	}
	return keys, nil
}

// privateKeys reads the issuers' keys, and makes those that are missing under a lock.
func privateKeys(folder string, issuers []string) (map[string]ed25519.PrivateKey, error) {
	file := func(issuer string) string { return filepath.Join(folder, issuer+".key") }
	if slices.ContainsFunc(issuers, func(issuer string) bool { _, err := os.Stat(file(issuer)); return err != nil }) {
		unlock, err := lockKeys(folder)
		if err != nil {
			return nil, err
		}
		defer func() { _ = unlock() }()
	}
	found := map[string]ed25519.PrivateKey{}
	for _, issuer := range issuers {
		private, err := privateKey(file(issuer))
		if err != nil {
			return nil, err
		}
		found[issuer] = private
	}
	return found, nil
}

// sealKey is the key of what adminlogin keeps sealed: the setting's, which its replicas share, or one that is made in
// COFFEE_KEYS.
func sealKey(c Config) ([]byte, error) {
	text := c.SealKey
	if text == "" {
		unlock, err := lockKeys(c.Keys)
		if err != nil {
			return nil, fmt.Errorf("COFFEE_KEYS: %w", err)
		}
		defer func() { _ = unlock() }()
		if text, err = secretFile(filepath.Join(c.Keys, "adminlogin.seal"), newSealKey); err != nil {
			return nil, err
		}
	}
	return readSealKey(text)
}

func readSealKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != secret.SealKeyBytes {
		return nil, fmt.Errorf("COFFEE_ADMINLOGIN_SEAL_KEY: it has to be %d bytes in base64", secret.SealKeyBytes)
	}
	return key, nil
}

func newSealKey() string { return base64.StdEncoding.EncodeToString(drawn(secret.SealKeyBytes)) }

// lockKeys makes the folder where there is none, and keeps other processes from making keys in it at the same time.
func lockKeys(folder string) (unlock func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return db.LockFile(context.Background(), filepath.Join(folder, ".lock"))
}

func allIssuers() []string {
	issuers := []string{"gateway"}
	for _, s := range Services {
		issuers = append(issuers, s.Name)
	}
	return issuers
}

func privateKey(path string) (ed25519.PrivateKey, error) {
	seed, err := secretFile(path, func() string { return base64.StdEncoding.EncodeToString(drawn(ed25519.SeedSize)) })
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
	made := fresh()
	// Written beside and renamed: a process that is killed here leaves no half key.
	if err := os.WriteFile(path+".new", []byte(made+"\n"), 0o600); err != nil {
		return "", err
	}
	return made, os.Rename(path+".new", path)
}

func drawn(bytes int) []byte {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // never fails
	return raw
}

// trusted is an entry of COFFEE_TRUSTED_KEYS.
func trusted(issuer string, key ed25519.PrivateKey) string {
	return issuer + "=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}
