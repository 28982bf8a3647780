// Package secret makes and checks what proves who somebody is: argon2id hashes, codes, PINs, tokens. At most one
// evaluation per core runs at once. It stores nothing and knows no account.
package secret

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is what one evaluation takes.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// Standard is 46 MiB, one pass, one lane (OWASP's first choice for argon2id). Tests take a smaller one.
var Standard = Cost{MemoryKiB: 46 * 1024, Passes: 1, Lanes: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

// Hasher hashes and verifies. One per process: its slots bound the memory and the cores that guessing can take.
type Hasher struct {
	cost   Cost
	random io.Reader
	slots  chan struct{}
	nobody string
}

// New makes a hasher with as many slots as there are cores.
func New(random io.Reader, cost Cost, cores int) (*Hasher, error) {
	h := &Hasher{cost: cost, random: random, slots: make(chan struct{}, max(1, cores))}
	var err error
	h.nobody, err = h.Hash(context.Background(), "nobody has this password")
	return h, err
}

// do runs fn in a slot. A caller whose context ends while it waits costs nothing.
func (h *Hasher) do(ctx context.Context, fn func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	fn()
	return nil
}

// Hash makes the PHC string of a password: $argon2id$v=19$m=47104,t=1,p=1$salt$key.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	var key []byte
	err := h.do(ctx, func() {
		key = argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.MemoryKiB, h.cost.Lanes, keyBytes)
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes, h.cost.Lanes,
		encoding.EncodeToString(salt), encoding.EncodeToString(key)), nil
}

// Verify tells whether a password belongs to a hash that Hash made, at whatever cost that was. An empty hash is
// nobody's: it costs one evaluation as every other does, and no password belongs to it.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	somebody := hash != ""
	if !somebody {
		hash = h.nobody
	}
	cost, salt, want, err := parse(hash)
	if err != nil {
		return false, err
	}
	var got []byte
	if err := h.do(ctx, func() {
		got = argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Lanes, uint32(len(want)))
	}); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && somebody, nil
}

var encoding = base64.RawStdEncoding.Strict()

// errHash does not repeat the hash: errors go to logs.
var errHash = errors.New("secret: a stored hash is not an argon2id hash of ours")

func parse(hash string) (cost Cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Lanes); err != nil ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", cost.MemoryKiB, cost.Passes, cost.Lanes) ||
		cost.MemoryKiB < 8 || cost.MemoryKiB > 1<<20 || cost.Passes < 1 || cost.Passes > 16 || cost.Lanes < 1 || cost.Lanes > 16 {
		return cost, nil, nil, errHash
	}
	salt, err1 := encoding.DecodeString(parts[4])
	key, err2 := encoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return cost, nil, nil, errHash
	}
	return cost, salt, key, nil
}
