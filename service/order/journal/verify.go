package journal

import (
	"bytes"
	"errors"
	"fmt"
)

// What can be wrong with a chain.
const (
	FaultGap     = "gap"     // entries are missing, or out of order
	FaultLink    = "link"    // prev_hash is not the hash of the entry before
	FaultPayload = "payload" // payload, kind, order or café do not give the hash that the chain confirms
	FaultHash    = "hash"    // the content is confirmed by the chain, the stored hash is not
	FaultCafe    = "cafe"    // the entry belongs to another café
	FaultHead    = "head"    // the head does not name the last entry
)

// Fault is one thing that is wrong, with the entry it was found at.
type Fault struct {
	Cafe string
	Seq  int64
	Kind string
	Text string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("journal of café %s, entry %d: %s: %s", f.Cafe, f.Seq, f.Kind, f.Text)
}

// Verifier checks one café's chain entry by entry in constant memory. The zero value starts at entry 1 of the café
// that its first entry names; After(café, 0, nil) starts at entry 1 of the one that is meant.
// Whether an entry's payload or its hash was edited shows only in the entry after it, so Add may name the entry
// before the one it was given, and a chain is verified only once Head has been called.
type Verifier struct {
	cafe    string
	seq     int64
	hash    []byte // as stored
	content []byte // as computed; differs from hash only while a fault waits to be named
}

// After is a verifier that goes on behind an entry verified earlier.
func After(cafe string, seq int64, hash []byte) *Verifier {
	return &Verifier{cafe: cafe, seq: seq, hash: bytes.Clone(hash), content: bytes.Clone(hash)}
}

// Add checks the next entry. The error joins every *Fault found; checking goes on behind it, so that one edit is
// named once.
func (v *Verifier) Add(e Entry) error {
	var faults []error
	fault := func(seq int64, kind, format string, args ...any) {
		faults = append(faults, &Fault{Cafe: v.cafe, Seq: seq, Kind: kind, Text: fmt.Sprintf(format, args...)})
	}
	if v.seq == 0 && v.cafe == "" {
		v.cafe = e.Cafe
	}
	if e.Cafe != v.cafe {
		fault(e.Seq, FaultCafe, "it says café %s", e.Cafe)
		return errors.Join(faults...)
	}
	switch {
	case e.Seq <= v.seq:
		fault(e.Seq, FaultGap, "it comes after entry %d", v.seq)
		return errors.Join(faults...)
	case e.Seq > v.seq+1:
		faults = append(faults, v.pending(nil)...)
		fault(e.Seq, FaultGap, "%s before it", missing(v.seq+1, e.Seq-1))
	default:
		faults = append(faults, v.pending(e.PrevHash)...)
		if !bytes.Equal(e.PrevHash, v.hash) && !bytes.Equal(e.PrevHash, v.content) {
			fault(e.Seq, FaultLink, "prev_hash is not the hash of entry %d", v.seq)
		}
	}
	v.seq, v.hash = e.Seq, bytes.Clone(e.Hash)
	v.content = Hash(e.PrevHash, e.Cafe, e.Seq, e.Kind, e.OrderID, e.Payload)
	return errors.Join(faults...)
}

// Head checks the head row against the last entry and names what is still open. A café without entries has seq 0
// and an empty hash.
func (v *Verifier) Head(seq int64, hash []byte) error {
	var faults []error
	if seq == v.seq {
		faults = v.pending(hash)
	} else {
		faults = v.pending(nil)
	}
	fault := func(at int64, format string, args ...any) {
		faults = append(faults, &Fault{Cafe: v.cafe, Seq: at, Kind: FaultHead, Text: fmt.Sprintf(format, args...)})
	}
	switch {
	case seq > v.seq:
		fault(seq, "%s at the end, the head names entry %d", missing(v.seq+1, seq), seq)
	case seq < v.seq:
		fault(v.seq, "the head stops at entry %d", seq)
	case !bytes.Equal(hash, v.hash) && !bytes.Equal(hash, v.content):
		fault(seq, "the head holds another hash")
	}
	return errors.Join(faults...)
}

// pending names an entry whose content and hash disagree. next is the hash that its successor (or the head) knows
// it by; nil where there is none.
func (v *Verifier) pending(next []byte) []error {
	if bytes.Equal(v.hash, v.content) {
		return nil
	}
	f := &Fault{Cafe: v.cafe, Seq: v.seq, Kind: FaultPayload, Text: "its content was edited: it does not give its hash"}
	if next != nil && bytes.Equal(next, v.content) {
		f.Kind, f.Text = FaultHash, "its hash was edited: its content gives another, which the chain goes on from"
	}
	return []error{f}
}

func missing(from, to int64) string {
	if from == to {
		return fmt.Sprintf("entry %d is missing", from)
	}
	return fmt.Sprintf("entries %d to %d are missing", from, to)
}
