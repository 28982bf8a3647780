package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// Seal keeps what must be read again (the secret of an authenticator app) out of whoever has only the database:
// AES-256-GCM under a key that lies elsewhere.
type Seal struct {
	aead   cipher.AEAD
	random io.Reader
}

// SealKeyBytes is the length of a seal's key.
const SealKeyBytes = 32

// NewSeal makes a seal with a key of SealKeyBytes.
func NewSeal(random io.Reader, key []byte) (*Seal, error) {
	if len(key) != SealKeyBytes {
		return nil, fmt.Errorf("secret: a seal's key has %d bytes, not %d", SealKeyBytes, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Seal{aead, random}, err
}

// Close seals a secret for its owner: what was sealed for one does not open for another.
func (s *Seal) Close(plain []byte, owner string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return s.aead.Seal(nonce, nonce, plain, []byte(owner)), nil
}

// Open gives the secret back.
func (s *Seal) Open(sealed []byte, owner string) ([]byte, error) {
	if len(sealed) < s.aead.NonceSize() {
		return nil, errors.New("secret: too short for a sealed one")
	}
	nonce, body := sealed[:s.aead.NonceSize()], sealed[s.aead.NonceSize():]
	plain, err := s.aead.Open(nil, nonce, body, []byte(owner))
	if err != nil {
		return nil, errors.New("secret: sealed with another key, for another owner, or damaged")
	}
	return plain, nil
}
