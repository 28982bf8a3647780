package jsonpb

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	cafepb "coffee/proto/coffee/cafe/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"

	_ "coffee/proto/coffee/adminlogin/v1"
	_ "coffee/proto/coffee/analytics/v1"
	_ "coffee/proto/coffee/inventory/v1"
	_ "coffee/proto/coffee/login/v1"
)

// contracts are all messages of our contracts.
func contracts() []protoreflect.MessageType {
	var all []protoreflect.MessageType
	protoregistry.GlobalTypes.RangeMessages(func(m protoreflect.MessageType) bool {
		if strings.HasPrefix(string(m.Descriptor().FullName()), "coffee.") && m.Descriptor().FullName() != "coffee.access.v1.Rule" {
			all = append(all, m)
		}
		return true
	})
	return all
}

var alphabet = []rune("aZ0 \"\\/<>&\n\t\u0001\u007fé☕\u2028\u2029\U0001f950")

// randomMessage fills a message; every field may stay empty.
func randomMessage(r *rand.Rand, m protoreflect.Message, depth int) {
	if t, ok := m.Interface().(*timestamppb.Timestamp); ok {
		t.Seconds = r.Int64N(253402300799+62135596800) - 62135596800
		t.Nanos = []int32{0, 500_000_000, 123_456_000, 123_456_789, 1}[r.IntN(5)]
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if r.IntN(3) == 0 {
			continue
		}
		scalar := func() protoreflect.Value {
			switch field.Kind() {
			case protoreflect.BoolKind:
				return protoreflect.ValueOfBool(r.IntN(2) == 0)
			case protoreflect.StringKind:
				out := make([]rune, r.IntN(6))
				for j := range out {
					out[j] = alphabet[r.IntN(len(alphabet))]
				}
				return protoreflect.ValueOfString(string(out))
			case protoreflect.BytesKind:
				return protoreflect.ValueOfBytes([]byte{byte(r.Int()), byte(r.Int())}[:r.IntN(3)])
			case protoreflect.Int32Kind:
				return protoreflect.ValueOfInt32(int32(r.Uint32()) >> r.IntN(32))
			default:
				return protoreflect.ValueOfInt64(int64(r.Uint64()) >> r.IntN(64))
			}
		}
		message := field.Message() != nil
		switch {
		case message && depth > 4:
		case field.IsList():
			list := m.Mutable(field).List()
			for range r.IntN(3) {
				if message {
					randomMessage(r, list.AppendMutable().Message(), depth+1)
				} else {
					list.Append(scalar())
				}
			}
		case message:
			randomMessage(r, m.Mutable(field).Message(), depth+1)
		default:
			m.Set(field, scalar())
		}
	}
}

// TestAgainstProtojson: what we write, protojson and encoding/json read as the same message; we read it back too, and
// write the same bytes again.
func TestAgainstProtojson(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	types := contracts()
	if len(types) < 100 {
		t.Fatalf("only %d messages", len(types))
	}
	for _, mt := range types {
		if err := Check(mt.Descriptor()); err != nil {
			t.Error(err)
			continue
		}
		for range 40 {
			m := mt.New()
			randomMessage(r, m, 0)
			ours, err := Marshal(m.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(ours) {
				t.Fatalf("no JSON: %s", ours)
			}
			theirs := mt.New().Interface()
			if err := protojson.Unmarshal(ours, theirs); err != nil {
				t.Fatalf("protojson: %v\n%s", err, ours)
			}
			if !proto.Equal(m.Interface(), theirs) {
				t.Fatalf("protojson reads another message from %s", ours)
			}
			back := mt.New().Interface()
			if err := Unmarshal(ours, back); err != nil {
				t.Fatalf("%v\n%s", err, ours)
			}
			if !proto.Equal(m.Interface(), back) {
				t.Fatalf("read back as another message: %s", ours)
			}
			again, err := Marshal(back)
			if err != nil || !bytes.Equal(again, ours) {
				t.Fatalf("other bytes (%v)\n%s\n%s", err, ours, again)
			}
		}
	}
}

func TestWritten(t *testing.T) {
	zero := int64(0)
	for _, c := range []struct {
		name string
		m    proto.Message
		want string
	}{
		{"empty lists and zeros are there, unset messages not", &cafepb.ListCafesResponse{}, `{"cafes":[],"next_cursor":""}`},
		{"an optional field only when set", &orderpb.PlaceOrderRequest{ExpectedTotal: &zero}, `{"id":"","cafe_id":"","release":0,"service":"","lines":[],"call_number":"","customer_name":"","note":"","table":"","tenders":[],"expected_total":0,"approval":"","hide_name":false}`},
		{"big integers are numbers", &orderpb.Board{Seq: 1<<53 + 1}, `{"tickets":[],"seq":9007199254740993}`},
		{"times", &orderpb.ReadyBoard{At: &timestamppb.Timestamp{Seconds: 1_771_146_000, Nanos: 120_000_000}}, `{"making":[],"ready":[],"at":"2026-02-15T09:00:00.120Z"}`},
		{"no script can be closed", &orderpb.ReadyEntry{FirstName: "</script>&\u2028"}, `{"call_number":"","first_name":"\u003c/script\u003e\u0026\u2028"}`},
		{"what is no UTF-8", &orderpb.ReadyEntry{FirstName: "a\xff"}, `{"call_number":"","first_name":"a\ufffd"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Marshal(c.m)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, c.want)
			}
		})
	}
	if _, err := Marshal(&orderpb.ReadyBoard{At: &timestamppb.Timestamp{Seconds: 1 << 60}}); err == nil {
		t.Error("a time outside the calendar was written")
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("[", 100)
	for _, c := range []struct {
		name, body       string
		code, path, part string
	}{
		{"unknown field", `{"title":"x"}`, "unknown_field", "title", "no such field"},
		{"unknown field inside", `{"lines":[{"quantity":1},{"qty":1}]}`, "unknown_field", "lines[1].qty", ""},
		{"the JSON name of protobuf", `{"cafeId":"x"}`, "unknown_field", "cafeId", ""},
		{"text for a number", `{"lines":[{"quantity":"3"}]}`, "invalid_request", "lines[0].quantity", "whole number"},
		{"fraction", `{"lines":[{"quantity":1.5}]}`, "invalid_request", "lines[0].quantity", "whole number"},
		{"exponent", `{"release":1e3}`, "invalid_request", "release", "whole number"},
		{"int32 too large", `{"lines":[{"quantity":2147483648}]}`, "invalid_request", "lines[0].quantity", "between -2147483648 and 2147483647"},
		{"int64 too large", `{"release":9223372036854775808}`, "invalid_request", "release", "between"},
		{"number for a text", `{"note":3}`, "invalid_request", "note", "a text"},
		{"object for a text", `{"note":{}}`, "invalid_request", "note", "a text"},
		{"text for a bool", `{"lines":[{"comp":"true"}]}`, "invalid_request", "lines[0].comp", "true or false"},
		{"object for a list", `{"lines":{}}`, "invalid_request", "lines", "a list"},
		{"list for an object", `{"lines":[[]]}`, "invalid_request", "lines[0]", "an object"},
		{"null in a list", `{"lines":[null]}`, "invalid_request", "lines[0]", "an object"},
		{"no time", `{"pickup_at":"noon"}`, "invalid_request", "pickup_at", "a time"},
		{"number for a time", `{"pickup_at":5}`, "invalid_request", "pickup_at", "a text"},
		{"a time outside the calendar", `{"pickup_at":"0000-01-01T00:00:00Z"}`, "invalid_request", "pickup_at", "a time"},
		{"twice", `{"note":"a","note":"b"}`, "invalid_request", "note", "twice"},
		{"a list for the document", `[]`, "invalid_request", "", "an object"},
		{"a text for the document", `"x"`, "invalid_request", "", "an object"},
		{"half a document", `{"note":"a"`, "malformed_json", "", "line 1, column 12"},
		{"trailing comma", `{"note":"a",}`, "malformed_json", "", "name is missing"},
		{"trailing comma in a list", `{"lines":[{},]}`, "malformed_json", "", "value is missing"},
		{"no comma", `{"note":"a" "table":"b"}`, "malformed_json", "", ""},
		{"no colon", `{"note" "a"}`, "malformed_json", "", "colon"},
		{"something behind", "{}\n{}", "malformed_json", "", "line 2, column 1"},
		{"single quotes", `{'note':'a'}`, "malformed_json", "", ""},
		{"leading zero", `{"release":01}`, "malformed_json", "", ""},
		{"bare minus", `{"release":-}`, "malformed_json", "", "number"},
		{"a word that is none", `{"lines":[{"comp":truth}]}`, "malformed_json", "", ""},
		{"control character", "{\"note\":\"a\nb\"}", "malformed_json", "", "control character"},
		{"bad escape", `{"note":"\x"}`, "malformed_json", "", "escape"},
		{"half a pair", `{"note":"\ud83d"}`, "malformed_json", "", "escape"},
		{"a pair the wrong way", `{"note":"\udd50\ud83e"}`, "malformed_json", "", "escape"},
		{"no UTF-8", "{\"note\":\"\xff\"}", "malformed_json", "", "UTF-8"},
		{"no UTF-8 behind an escape", "{\"note\":\"\\n\xff\"}", "malformed_json", "", "UTF-8"},
		{"zero byte", "{\x00}", "malformed_json", "", ""},
		{"deep", `{"lines":` + deep, "invalid_request", "lines[0]", "an object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Unmarshal([]byte(c.body), &orderpb.PlaceOrderRequest{})
			if err == nil {
				t.Fatal("taken")
			}
			if err.Code != c.code || err.Path != c.path || !strings.Contains(err.Detail, c.part) {
				t.Errorf("%s at %q: %s", err.Code, err.Path, err.Detail)
			}
		})
	}
}

// TestDepth: our contracts nest less than MaxDepth, but nothing may rest on that. The descent is tried on the scanner.
func TestDepth(t *testing.T) {
	for depth, ok := range map[int]bool{MaxDepth: true, MaxDepth + 1: false, 100_000: false} {
		s := &scanner{data: []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))}
		var down func()
		down = func() {
			if s.is('[') {
				s.list(down)
			} else {
				s.fail("empty", "")
			}
		}
		s.list(func() {
			if s.is('[') {
				down()
			}
		})
		if (s.err == nil) != ok {
			t.Errorf("depth %d: %v", depth, s.err)
		}
	}
}

func TestTaken(t *testing.T) {
	var m orderpb.PlaceOrderRequest
	body := " \t\r\n{\"note\" : \"caf\\u00e9 \\ud83e\\udd50 \\\"\\/\\b\\f\\n\\r\\t\" , \"release\":-0, \"discount\":null, \"lines\":[ { \"quantity\": 2 } ],\"pickup_at\":\"2026-02-15T10:00:00.5+01:00\"} \n"
	if err := Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	if m.GetNote() != "café 🥐 \"/\b\f\n\r\t" || m.GetDiscount() != nil || m.GetLines()[0].GetQuantity() != 2 ||
		m.GetPickupAt().AsTime().UTC().Format("15:04:05.0") != "09:00:00.5" {
		t.Errorf("%v", &m)
	}
}

func TestCheckRefuses(t *testing.T) {
	if err := Check((&structpb.Struct{}).ProtoReflect().Descriptor()); err == nil {
		t.Error("a well-known type that has no form here was let through")
	}
}

func TestStrings(t *testing.T) {
	var a, b string
	into := map[string]*string{"a": &a, "b": &b}
	if err := Strings([]byte(`{"a":"x","b":null}`), into); err != nil || a != "x" || b != "" {
		t.Fatal(err, a, b)
	}
	for body, code := range map[string]string{
		`{"c":"x"}`: "unknown_field", `{"a":1}`: "invalid_request", `[]`: "malformed_json", `{"a":"x"`: "malformed_json",
		`{"a":"x","a":"y"}`: "invalid_request", `{"a":{"a":"x"}}`: "invalid_request",
	} {
		if err := Strings([]byte(body), into); err == nil || err.Code != code {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzUnmarshal: whatever comes, no panic; what is taken is JSON, and protojson takes it as the same message.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{
		`{"id":"x","lines":[{"variation_id":"v","quantity":2,"modifiers":[{"modifier_id":"m"}],"combo":{"parts":[{}]}}],"expected_total":5}`,
		`{"note":"\ud83e\udd50"}`, `{"pickup_at":"2026-02-15T09:00:00Z"}`, `{"lines":[{"comp":true,"price_override":{"unit_amount":-1}}]}`, `{`, `[`, "\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var m orderpb.PlaceOrderRequest
		if err := Unmarshal(body, &m); err != nil {
			if err.Code == "" || err.Detail == "" {
				t.Errorf("%#v", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Errorf("taken, and no JSON: %q", body)
		}
		var theirs orderpb.PlaceOrderRequest
		if err := protojson.Unmarshal(body, &theirs); err == nil && !proto.Equal(&m, &theirs) {
			t.Errorf("protojson reads %q differently", body)
		}
		ours, err := Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		var back orderpb.PlaceOrderRequest
		if err := Unmarshal(ours, &back); err != nil || !proto.Equal(&m, &back) {
			t.Errorf("%v: %s", err, ours)
		}
	})
}

func benchmarkMenu() *menupb.Menu {
	m := &menupb.Menu{}
	randomMessage(rand.New(rand.NewPCG(3, 4)), m.ProtoReflect(), 0)
	m.Items = nil
	for range 25 {
		item := &menupb.MenuItem{Id: "0199c0de-0000-7000-8000-000000000001", Name: "Flat white", Description: "A double shot under silk."}
		for range 3 {
			item.Variations = append(item.Variations, &menupb.MenuVariation{Id: "0199c0de-0000-7000-8000-000000000002", Name: "Large", BarSeconds: 40})
		}
		m.Items = append(m.Items, item)
	}
	return m
}

func BenchmarkMarshal(b *testing.B) {
	m := benchmarkMenu()
	b.Run("jsonpb", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Marshal(m)
		}
	})
	b.Run("protojson", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(m)
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	body, err := Marshal(benchmarkMenu())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("jsonpb", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Unmarshal(body, &menupb.Menu{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("protojson", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := protojson.Unmarshal(body, &menupb.Menu{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
