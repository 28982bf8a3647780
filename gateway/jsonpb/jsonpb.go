// Package jsonpb is the JSON of the REST interface: integers as numbers, the contracts' own field names, RFC 3339
// times, the same bytes for the same message. It reads strictly and says in our words what is wrong and where. It
// knows messages by their descriptors only; it decides nothing about HTTP.
//
// Scalars and lists are always written, so that a client sees 0 and []; a message or an optional field only when it
// is set. Enums, floats, maps and foreign well-known types are not in our contracts: Check refuses them at start.
package jsonpb

import (
	"fmt"
	"io"
	"sync"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// MaxDepth is how deep objects and lists may nest in what we read.
const MaxDepth = 32

const timestamp = "google.protobuf.Timestamp"

// Check tells whether every field a message can hold has a form in this JSON.
func Check(message protoreflect.MessageDescriptor) error {
	return check(message, map[protoreflect.FullName]bool{})
}

func check(message protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) error {
	if seen[message.FullName()] || message.FullName() == timestamp {
		return nil
	}
	seen[message.FullName()] = true
	if message.ParentFile().Package() == "google.protobuf" {
		return fmt.Errorf("jsonpb: %s has no form here", message.FullName())
	}
	fields := message.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch field.Kind() {
		case protoreflect.EnumKind, protoreflect.FloatKind, protoreflect.DoubleKind, protoreflect.GroupKind:
			return fmt.Errorf("jsonpb: %s is a %s, which has no form here", field.FullName(), field.Kind())
		case protoreflect.MessageKind:
			if field.IsMap() {
				return fmt.Errorf("jsonpb: %s is a map, which has no form here", field.FullName())
			}
			if err := check(field.Message(), seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// plan is what encoder and decoder need to know of a message, worked out once.
type plan struct {
	fields []planned
	byName map[string]int
}

type planned struct {
	protoreflect.FieldDescriptor
	key  string // "name": with its colon
	name string
}

var plans sync.Map // protoreflect.FullName → *plan

func planOf(message protoreflect.MessageDescriptor) *plan {
	if p, ok := plans.Load(message.FullName()); ok {
		return p.(*plan)
	}
	fields := message.Fields()
	p := &plan{byName: make(map[string]int, fields.Len())}
	for i := range fields.Len() {
		field := fields.Get(i)
		name := string(field.Name())
		p.fields = append(p.fields, planned{field, `"` + name + `":`, name})
		p.byName[name] = i
	}
	plans.Store(message.FullName(), p)
	return p
}

// Marshaler is this JSON as the generated REST handlers take it.
type Marshaler struct {
	// Refuse turns a decoding error into what the generated handlers pass on.
	Refuse func(*Error) error
}

// ContentType implements runtime.Marshaler.
func (Marshaler) ContentType(any) string { return "application/json" }

// Marshal implements runtime.Marshaler.
func (Marshaler) Marshal(v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("jsonpb: %T is no message", v)
	}
	return Marshal(m)
}

// Unmarshal implements runtime.Marshaler.
func (j Marshaler) Unmarshal(data []byte, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("jsonpb: %T is no message", v)
	}
	if err := Unmarshal(data, m); err != nil {
		if j.Refuse != nil {
			return j.Refuse(err)
		}
		return err
	}
	return nil
}

// NewDecoder implements runtime.Marshaler. An empty body is io.EOF, which the generated handlers take for an empty
// message.
func (j Marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if blank(data) {
			return io.EOF
		}
		return j.Unmarshal(data, v)
	})
}

// NewEncoder implements runtime.Marshaler.
func (j Marshaler) NewEncoder(w io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(v any) error {
		data, err := j.Marshal(v)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
}
