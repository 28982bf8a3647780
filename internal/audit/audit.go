// Package audit records who changed what, in the transaction of the change itself. Every writing service's first
// migration makes its table:
//
//	CREATE TABLE audit (
//	  id BINARY(16) NOT NULL, at BIGINT NOT NULL, actor_kind VARCHAR(16) NOT NULL, actor VARCHAR(64) NOT NULL,
//	  device VARCHAR(64) NOT NULL, action VARCHAR(64) NOT NULL, object VARCHAR(120) NOT NULL,
//	  before_state LONGTEXT NOT NULL, after_state LONGTEXT NOT NULL, PRIMARY KEY (id));
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"coffee/internal/db"
)

// Actor is who did it: kind and id of the caller, and the device it happened on.
type Actor struct {
	Kind, ID, Device string
}

// Entry is one change. Before and After are what changed, without secrets; nil is "was not there".
type Entry struct {
	At            time.Time
	Actor         Actor
	Action        string // publish, put_item, archive_cafe …
	Object        string // item/0199…
	Before, After any
}

// Write stores an entry.
func Write(ctx context.Context, tx db.Tx, e Entry) error {
	before, err := json.Marshal(e.Before)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	after, err := json.Marshal(e.After)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit
		(id, at, actor_kind, actor, device, action, object, before_state, after_state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		db.ID(uuid.Must(uuid.NewV7()).String()), e.At.UnixMicro(), e.Actor.Kind, e.Actor.ID, e.Actor.Device, e.Action, e.Object,
		string(before), string(after))
	return err
}
