package journal

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	orderpb "coffee/proto/coffee/order/v1"
)

func event(total int64) *orderpb.Event {
	return &orderpb.Event{
		Kind: "placed", OrderId: "0199f5a0-0000-7000-8000-000000000001", CafeId: "c1", BusinessDate: "2026-04-15",
		AtUs: 1_776_240_000_000_000, Currency: "MAD", Orders: 1, OrderTotal: total,
		Lines: []*orderpb.EventLine{{
			Line: 1, ItemName: "Café crème", Quantity: 1, Total: total,
			Modifiers: []*orderpb.OrderModifier{{ModifierId: "oat", Name: "Oat", Quantity: 1, Price: 500}},
		}},
	}
}

func TestEncodeAndDecode(t *testing.T) {
	payload := Encode(event(2800))
	if !bytes.Equal(payload, Encode(event(2800))) {
		t.Error("the same event gives other bytes")
	}
	got, err := Decode(payload)
	if err != nil || !proto.Equal(got, event(2800)) {
		t.Errorf("Decode = %v, %v", got, err)
	}
	if !bytes.Equal(Encode(got), payload) {
		t.Error("an event read back gives other bytes")
	}
	if _, err := Decode([]byte{0x0a, 0xff}); err == nil {
		t.Error("a cut payload is accepted")
	}
}

// A later version's fields go through an older reader unharmed.
func TestDecodeKeepsUnknownFields(t *testing.T) {
	payload := append(Encode(event(1)), 0xfa, 0x3f, 0x01, 'x') // field 1023, one byte
	got, err := Decode(payload)
	if err != nil || !bytes.Equal(Encode(got), payload) {
		t.Errorf("unknown field lost: %v", err)
	}
}

func TestEncodeMendsTextThatIsNotUTF8(t *testing.T) {
	broken := event(1)
	broken.Reason = "spilt \xff"
	broken.Lines[0].Modifiers[0].Name = "\xc3"
	got, err := Decode(Encode(broken))
	if err != nil {
		t.Fatal(err)
	}
	if got.GetReason() != "spilt \uFFFD" || got.GetLines()[0].GetModifiers()[0].GetName() != "\uFFFD" {
		t.Errorf("mended to %q and %q", got.GetReason(), got.GetLines()[0].GetModifiers()[0].GetName())
	}
	if broken.GetReason() != "spilt \xff" {
		t.Error("the caller's event was changed")
	}
}

// Whatever field holds it, such text never stops history, also not in fields that come later.
func TestEncodeMendsEveryField(t *testing.T) {
	var spoil func(v reflect.Value)
	spoil = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString("\xff")
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			spoil(v.Elem())
		case reflect.Slice:
			if v.Type().Elem().Kind() != reflect.Uint8 {
				v.Set(reflect.MakeSlice(v.Type(), 1, 1))
				spoil(v.Index(0))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					spoil(v.Field(i))
				}
			}
		}
	}
	event := new(orderpb.Event)
	spoil(reflect.ValueOf(event).Elem())
	got, err := Decode(Encode(event))
	if err != nil {
		t.Fatal(err)
	}
	if got.GetReason() != "\uFFFD" || got.GetTenders()[0].GetDrawer() != "\uFFFD" || got.GetLines()[0].GetModifiers()[0].GetName() != "\uFFFD" {
		t.Errorf("mended to %v", got)
	}
}

// The encoding under the hash is for ever: chains in the field were made with it.
func TestHashIsFixed(t *testing.T) {
	got := hex.EncodeToString(Hash(nil, "c1", 1, "placed", "o1", []byte("payload")))
	if want := "2c3fec8cb4d5e705dfd286822b7918c39c9f6becd98a1b458a31059c767a8834"; got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}

func TestHashTellsEveryFieldApart(t *testing.T) {
	base := Hash([]byte("p"), "cafe", 7, "placed", "order", []byte("payload"))
	others := map[string][]byte{
		"prev":            Hash([]byte("q"), "cafe", 7, "placed", "order", []byte("payload")),
		"café":            Hash([]byte("p"), "cafe2", 7, "placed", "order", []byte("payload")),
		"seq":             Hash([]byte("p"), "cafe", 8, "placed", "order", []byte("payload")),
		"kind":            Hash([]byte("p"), "cafe", 7, "settled", "order", []byte("payload")),
		"order":           Hash([]byte("p"), "cafe", 7, "placed", "order2", []byte("payload")),
		"payload":         Hash([]byte("p"), "cafe", 7, "placed", "order", []byte("payload!")),
		"a moved border":  Hash([]byte("p"), "cafe", 7, "placedo", "rder", []byte("payload")),
		"another border":  Hash([]byte("p"), "cafe", 7, "placed", "orderp", []byte("ayload")),
		"prev into café":  Hash(nil, "pcafe", 7, "placed", "order", []byte("payload")),
		"nothing at all":  Hash(nil, "", 0, "", "", nil),
		"nothing but seq": Hash(nil, "", 7, "", "", nil),
	}
	seen := map[string]string{string(base): "base"}
	for name, h := range others {
		if len(h) != 32 {
			t.Errorf("%s: %d bytes", name, len(h))
		}
		if other, ok := seen[string(h)]; ok {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[string(h)] = name
	}
}

func TestTextNeverRunsIntoItsNeighbour(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringN(0, 6, 20).Draw(rt, "text")
		i := rapid.IntRange(0, len(text)).Draw(rt, "i")
		j := rapid.IntRange(0, len(text)).Draw(rt, "j")
		if i != j && bytes.Equal(Hash(nil, "c", 1, text[:i], text[i:], nil), Hash(nil, "c", 1, text[:j], text[j:], nil)) {
			rt.Fatalf("%q cut at %d and at %d hashes alike", text, i, j)
		}
	})
}
