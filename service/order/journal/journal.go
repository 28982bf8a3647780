// Package journal is a café's append-only history as bytes: how an event is written, how entries are chained by
// hash, and how a chain is verified. It reads and writes no store; who holds the rows passes them in.
package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"reflect"
	"strings"

	"google.golang.org/protobuf/proto"

	orderpb "coffee/proto/coffee/order/v1"
)

// domain separates these hashes from any other SHA-256 and names the version of the encoding.
const domain = "coffee.journal.v1"

// Entry is one row of a journal.
type Entry struct {
	Cafe     string // canonical UUID
	Seq      int64  // from 1, no gaps
	Kind     string
	OrderID  string // canonical UUID, or empty
	Payload  []byte // Encode's bytes, exactly as they were written
	PrevHash []byte // Hash of the entry before; empty at seq 1
	Hash     []byte // 32 bytes
}

// Encode writes an event as bytes, field numbers ascending. They are stored and hashed as they are, never written
// again from a decoded event.
func Encode(event *orderpb.Event) []byte {
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(event)
	if err == nil {
		return payload
	}
	// Only text that is not UTF-8 fails. History must not stop for it.
	mended := proto.CloneOf(event)
	mend(reflect.ValueOf(mended))
	if payload, err = (proto.MarshalOptions{Deterministic: true}).Marshal(mended); err != nil {
		panic(fmt.Sprintf("journal: event cannot be written: %v", err))
	}
	return payload
}

// mend replaces bytes that are not UTF-8, in lists and inner messages too.
func mend(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToValidUTF8(v.String(), "\uFFFD"))
	case reflect.Pointer:
		if !v.IsNil() {
			mend(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			mend(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() { // the rest is protobuf's own
				mend(v.Field(i))
			}
		}
	}
}

// Decode reads an event. Fields of a later version are kept, not understood.
func Decode(payload []byte) (*orderpb.Event, error) {
	event := new(orderpb.Event)
	if err := proto.Unmarshal(payload, event); err != nil {
		return nil, fmt.Errorf("journal payload: %w", err)
	}
	return event, nil
}

// Hash chains an entry to the one before: SHA-256 over the encoding's name and every field under its length, so
// that no two entries have the same bytes to hash.
func Hash(prev []byte, cafe string, seq int64, kind, orderID string, payload []byte) []byte {
	h := sha256.New()
	put(h, []byte(domain))
	put(h, prev)
	put(h, []byte(cafe))
	put(h, binary.BigEndian.AppendUint64(nil, uint64(seq)))
	put(h, []byte(kind))
	put(h, []byte(orderID))
	put(h, payload)
	return h.Sum(nil)
}

func put(h hash.Hash, field []byte) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(field)))
	h.Write(length[:])
	h.Write(field)
}
