package journal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chain is a sound journal of n entries.
func chain(cafe string, n int) []Entry {
	var out []Entry
	var prev []byte
	for seq := int64(1); seq <= int64(n); seq++ {
		e := Entry{Cafe: cafe, Seq: seq, Kind: "placed", OrderID: fmt.Sprintf("o%d", seq), Payload: Encode(event(seq * 100)), PrevHash: prev}
		e.Hash = Hash(prev, e.Cafe, e.Seq, e.Kind, e.OrderID, e.Payload)
		prev = e.Hash
		out = append(out, e)
	}
	return out
}

// faults runs a verifier over entries and the head and gives what it found as "seq kind".
func faults(v *Verifier, entries []Entry, seq int64, hash []byte) []string {
	var out []string
	note := func(err error) {
		if err == nil {
			return
		}
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			var f *Fault
			if !errors.As(one, &f) {
				panic(one)
			}
			out = append(out, fmt.Sprintf("%d %s", f.Seq, f.Kind))
		}
	}
	for _, e := range entries {
		note(v.Add(e))
	}
	note(v.Head(seq, hash))
	return out
}

func TestVerifier(t *testing.T) {
	flip := func(b []byte) []byte {
		out := bytes.Clone(b)
		out[len(out)-1] ^= 1
		return out
	}
	tests := []struct {
		name string
		edit func([]Entry) []Entry
		want []string
	}{
		{"sound", func(e []Entry) []Entry { return e }, nil},
		{"payload of one in the middle", func(e []Entry) []Entry { e[2].Payload = flip(e[2].Payload); return e }, []string{"3 payload"}},
		{"payload of the first", func(e []Entry) []Entry { e[0].Payload = nil; return e }, []string{"1 payload"}},
		{"payload of the last", func(e []Entry) []Entry { e[5].Payload = flip(e[5].Payload); return e }, []string{"6 payload"}},
		{"kind", func(e []Entry) []Entry { e[2].Kind = "voided"; return e }, []string{"3 payload"}},
		{"order id", func(e []Entry) []Entry { e[2].OrderID = "o9"; return e }, []string{"3 payload"}},
		{"hash", func(e []Entry) []Entry { e[2].Hash = flip(e[2].Hash); return e }, []string{"3 hash"}},
		{"hash of the last", func(e []Entry) []Entry { e[5].Hash = nil; return e }, []string{"6 hash"}},
		{"link", func(e []Entry) []Entry { e[2].PrevHash = flip(e[2].PrevHash); return e }, []string{"3 link", "3 payload"}},
		{"first entry with a past", func(e []Entry) []Entry { e[0].PrevHash = flip(e[3].Hash); return e }, []string{"1 link", "1 payload"}},
		{"payload and its hash together", func(e []Entry) []Entry {
			e[2].Payload = flip(e[2].Payload)
			e[2].Hash = Hash(e[2].PrevHash, e[2].Cafe, e[2].Seq, e[2].Kind, e[2].OrderID, e[2].Payload)
			return e
		}, []string{"4 link"}},
		{"one deleted", func(e []Entry) []Entry { return slices.Delete(e, 2, 3) }, []string{"4 gap"}},
		{"three deleted", func(e []Entry) []Entry { return slices.Delete(e, 1, 4) }, []string{"5 gap"}},
		{"the first deleted", func(e []Entry) []Entry { return e[1:] }, []string{"2 gap"}},
		{"the last deleted", func(e []Entry) []Entry { return e[:5] }, []string{"6 head"}},
		{"all deleted", func([]Entry) []Entry { return nil }, []string{"6 head"}},
		{"one twice", func(e []Entry) []Entry { return slices.Insert(e, 3, e[2]) }, []string{"3 gap"}},
		{"two swapped", func(e []Entry) []Entry { e[2], e[3] = e[3], e[2]; return e }, []string{"4 gap", "3 gap"}},
		{"another café's", func(e []Entry) []Entry { return slices.Insert(e, 3, chain("c2", 4)[3]) }, []string{"4 cafe"}},
		{"two edits, two findings", func(e []Entry) []Entry {
			e[1].Payload, e[4].Hash = flip(e[1].Payload), flip(e[4].Hash)
			return e
		}, []string{"2 payload", "5 hash"}},
		{"an edit beside a gap", func(e []Entry) []Entry {
			e[1].Payload = flip(e[1].Payload)
			return slices.Delete(e, 2, 3)
		}, []string{"2 payload", "4 gap"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sound := chain("c1", 6)
			head := sound[5].Hash
			var v Verifier
			if got := faults(&v, tt.edit(slices.Clone(sound)), 6, head); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHead(t *testing.T) {
	sound := chain("c1", 3)
	tests := []struct {
		name string
		seq  int64
		hash []byte
		want []string
	}{
		{"right", 3, sound[2].Hash, nil},
		{"behind", 2, sound[1].Hash, []string{"3 head"}},
		{"ahead", 5, sound[2].Hash, []string{"5 head"}},
		{"another hash", 3, sound[1].Hash, []string{"3 head"}},
		{"no hash", 3, nil, []string{"3 head"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := faults(new(Verifier), sound, tt.seq, tt.hash); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
	if got := faults(new(Verifier), nil, 0, nil); got != nil {
		t.Errorf("a café without entries: %q", got)
	}
}

func TestAfterGoesOn(t *testing.T) {
	sound := chain("c1", 6)
	if got := faults(After("c1", 3, sound[2].Hash), sound[3:], 6, sound[5].Hash); got != nil {
		t.Errorf("found %q", got)
	}
	if got := faults(After("c1", 3, sound[1].Hash), sound[3:], 6, sound[5].Hash); !slices.Equal(got, []string{"4 link"}) {
		t.Errorf("found %q, want the link of entry 4", got)
	}
	if got := faults(After("c2", 0, nil), sound[:1], 0, nil); !slices.Equal(got, []string{"1 cafe"}) {
		t.Errorf("found %q, want another café at entry 1", got)
	}
}

func TestFaultNamesCafeAndEntry(t *testing.T) {
	sound := chain("c1", 6)
	var v Verifier
	_ = v.Add(sound[0])
	err := v.Add(sound[4])
	for _, part := range []string{"café c1", "entry 5", "gap", "entries 2 to 4 are missing"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}

// Whatever single row is edited or lost, it is found, and what is named stands within one row of it.
func TestEverySingleEditIsFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "n")
		entries := chain("c1", n)
		head := entries[n-1].Hash
		at := rapid.IntRange(0, n-1).Draw(rt, "at")
		e := &entries[at]
		turn := func(b []byte) []byte {
			out := bytes.Clone(b)
			out[rapid.IntRange(0, len(out)-1).Draw(rt, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
			return out
		}
		switch rapid.IntRange(0, 5).Draw(rt, "field") {
		case 0:
			e.Payload = turn(e.Payload)
		case 1:
			e.Hash = turn(e.Hash)
		case 2:
			e.PrevHash = append(bytes.Clone(e.PrevHash), 0)
		case 3:
			e.Kind += "x"
		case 4:
			e.OrderID = ""
		case 5:
			entries = slices.Delete(entries, at, at+1)
		}
		found := faults(new(Verifier), entries, int64(n), head)
		if len(found) == 0 {
			rt.Fatalf("the edit of entry %d was not found", at+1)
		}
		for _, f := range found {
			var seq int
			_, _ = fmt.Sscan(f, &seq)
			if seq < at+1 || seq > at+2 {
				rt.Fatalf("the edit of entry %d is blamed on %s", at+1, f)
			}
		}
	})
}

// FuzzVerifier feeds rows of any bytes: no panic, and nothing but a sound chain passes.
func FuzzVerifier(f *testing.F) {
	f.Add([]byte("payload"), []byte{}, int64(1), "c1", uint8(0))
	f.Add([]byte{}, bytes.Repeat([]byte{1}, 32), int64(4), "c1", uint8(3))
	f.Add([]byte(nil), []byte(nil), int64(-1), "", uint8(9))
	f.Fuzz(func(t *testing.T, payload, hash []byte, seq int64, cafe string, at uint8) {
		entries := chain("c1", 5)
		head := entries[4].Hash
		i := int(at) % 5
		was := entries[i]
		e := Entry{Cafe: cafe, Seq: seq, Kind: was.Kind, OrderID: was.OrderID, Payload: payload, PrevHash: was.PrevHash, Hash: hash}
		entries[i] = e
		same := e.Cafe == was.Cafe && e.Seq == was.Seq && bytes.Equal(e.Payload, was.Payload) && bytes.Equal(e.Hash, was.Hash)
		if found := faults(After("c1", 0, nil), entries, 5, head); (len(found) == 0) != same {
			t.Fatalf("entry %d replaced by %+v: found %q", i+1, e, found)
		}
		if event, err := Decode(payload); err == nil {
			if _, err := Decode(Encode(event)); err != nil {
				t.Fatalf("a decoded event does not come back: %v", err)
			}
		}
	})
}

func BenchmarkVerifier(b *testing.B) {
	entries := chain("c1", 1000)
	b.ReportAllocs()
	for b.Loop() {
		v := After("c1", 0, nil)
		for _, e := range entries {
			if err := v.Add(e); err != nil {
				b.Fatal(err)
			}
		}
	}
}
