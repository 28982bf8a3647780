package secret

import (
	"bytes"
	"crypto/rand"
	"testing"
)

func TestSeal(t *testing.T) {
	key := bytes.Repeat([]byte{7}, SealKeyBytes)
	seal, err := NewSeal(rand.Reader, key)
	if err != nil {
		t.Fatal(err)
	}
	plain := []byte("twenty bytes of this")
	sealed, err := seal.Close(plain, "amal")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := seal.Close(plain, "amal"); bytes.Equal(again, sealed) {
		t.Error("the same secret is sealed into the same bytes")
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the secret can be read")
	}
	if got, err := seal.Open(sealed, "amal"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	other, err := NewSeal(rand.Reader, bytes.Repeat([]byte{8}, SealKeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed, "amal"); err == nil {
		t.Error("another key opens it")
	}
	if _, err := seal.Open(sealed, "zaki"); err == nil {
		t.Error("it opens for another owner")
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := seal.Open(bad, "amal"); err == nil {
			t.Errorf("byte %d may be changed", i)
		}
		if _, err := seal.Open(sealed[:i], "amal"); err == nil {
			t.Errorf("%d bytes are enough", i)
		}
	}
	if _, err := NewSeal(rand.Reader, key[1:]); err == nil {
		t.Error("a short key is taken")
	}
}
