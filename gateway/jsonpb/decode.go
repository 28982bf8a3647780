package jsonpb

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Unmarshal reads one JSON object into an empty message: fields by their names in the contract, no others. A null is
// a field that is not there.
func Unmarshal(data []byte, m proto.Message) *Error {
	s := &scanner{data: data}
	if c := s.next(); c != '{' && s.at < len(data) && strings.IndexByte(`["-tfn0123456789`, c) >= 0 {
		s.fail("invalid_request", "The body must be an object.")
		return s.err
	}
	s.message(m.ProtoReflect())
	s.end()
	return s.err
}

// Strings reads one flat JSON object of texts into the named places: the bodies of the sign-in routes. A null is a
// field that is not there.
func Strings(data []byte, into map[string]*string) *Error {
	s := &scanner{data: data}
	s.object(func(name string) {
		place, ok := into[name]
		switch {
		case !ok:
			s.unknown()
		case s.is('n') && s.word("null"):
		default:
			*place = s.textValue()
		}
	})
	s.end()
	return s.err
}

func (s *scanner) unknown() { s.fail("unknown_field", "There is no such field.") }

func (s *scanner) is(c byte) bool { return s.next() == c }

func (s *scanner) message(m protoreflect.Message) {
	p := planOf(m.Descriptor())
	s.object(func(name string) {
		i, ok := p.byName[name]
		if !ok {
			s.unknown()
			return
		}
		s.field(m, &p.fields[i])
	})
}

func (s *scanner) field(m protoreflect.Message, field *planned) {
	if s.is('n') {
		s.null()
		return
	}
	if oneof := field.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() && m.WhichOneof(oneof) != nil {
		s.fail("invalid_request", "Only one of the fields of "+string(oneof.Name())+" may be given.")
		return
	}
	switch {
	case field.IsList():
		if !s.is('[') {
			s.wrong("a list")
			return
		}
		list := m.Mutable(field.FieldDescriptor).List()
		s.list(func() {
			if field.Message() != nil && field.Message().FullName() != timestamp {
				if s.wants('{', "an object") {
					s.message(list.AppendMutable().Message())
				}
				return
			}
			if v := s.value(field); s.err == nil {
				list.Append(v)
			}
		})
	case field.Message() != nil && field.Message().FullName() != timestamp:
		if s.wants('{', "an object") {
			s.message(m.Mutable(field.FieldDescriptor).Message())
		}
	default:
		if v := s.value(field); s.err == nil {
			m.Set(field.FieldDescriptor, v)
		}
	}
}

func (s *scanner) wants(c byte, what string) bool {
	if !s.is(c) {
		s.wrong(what)
		return false
	}
	return true
}

// wrong is a value of another type, or no value at all.
func (s *scanner) wrong(want string) {
	if c := s.next(); c == 0 || strings.IndexByte(`{["-tfn0123456789`, c) < 0 {
		s.malformed("A value is missing")
		return
	}
	s.fail("invalid_request", "Must be "+want+".")
}

func (s *scanner) null() {
	if !s.word("null") {
		s.malformed("A value is not written right")
	}
}

func (s *scanner) textValue() string {
	if !s.is('"') {
		s.wrong("a text")
		return ""
	}
	return s.text()
}

// value reads a scalar, or a time.
func (s *scanner) value(field *planned) protoreflect.Value {
	switch kind := field.Kind(); kind {
	case protoreflect.BoolKind:
		switch c := s.next(); {
		case c == 't' && s.word("true"):
			return protoreflect.ValueOfBool(true)
		case c == 'f' && s.word("false"):
		case c == 't' || c == 'f':
			s.malformed("A value is not written right")
		default:
			s.wrong("true or false")
		}
		return protoreflect.ValueOfBool(false)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(s.textValue())
	case protoreflect.BytesKind:
		b, err := base64.StdEncoding.DecodeString(s.textValue())
		if err != nil {
			s.fail("invalid_request", "Must be base64.")
		}
		return protoreflect.ValueOfBytes(b)
	case protoreflect.MessageKind:
		return s.time()
	default:
		return s.integer(field, kind)
	}
}

func (s *scanner) integer(field *planned, kind protoreflect.Kind) protoreflect.Value {
	if c := s.next(); c != '-' && (c < '0' || c > '9') {
		s.wrong("a whole number")
		return protoreflect.Value{}
	}
	text := s.number()
	if s.err != nil {
		return protoreflect.Value{}
	}
	v, problem := Integer(kind, text)
	if problem != "" {
		s.fail("invalid_request", problem)
	}
	return v
}

// Integer reads a whole number of a kind; the second value says what is wrong with the text, in a sentence.
func Integer(kind protoreflect.Kind, text string) (protoreflect.Value, string) {
	bits := 64
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		bits = 32
	}
	unsigned := kind == protoreflect.Uint32Kind || kind == protoreflect.Fixed32Kind ||
		kind == protoreflect.Uint64Kind || kind == protoreflect.Fixed64Kind
	var v protoreflect.Value
	var err error
	if unsigned {
		var n uint64
		if n, err = strconv.ParseUint(text, 10, bits); bits == 32 {
			v = protoreflect.ValueOfUint32(uint32(n))
		} else {
			v = protoreflect.ValueOfUint64(n)
		}
	} else {
		var n int64
		if n, err = strconv.ParseInt(text, 10, bits); bits == 32 {
			v = protoreflect.ValueOfInt32(int32(n))
		} else {
			v = protoreflect.ValueOfInt64(n)
		}
	}
	switch {
	case err == nil:
		return v, ""
	case isRange(err) && unsigned:
		return protoreflect.Value{}, fmt.Sprintf("Must be between 0 and %d.", uint64(1)<<(bits-1)*2-1)
	case isRange(err):
		return protoreflect.Value{}, fmt.Sprintf("Must be between %d and %d.", int64(-1)<<(bits-1), int64(uint64(1)<<(bits-1)-1))
	}
	return protoreflect.Value{}, "Must be a whole number."
}

func isRange(err error) bool { return errors.Is(err, strconv.ErrRange) }

func (s *scanner) time() protoreflect.Value {
	text := s.textValue()
	if s.err != nil {
		return protoreflect.Value{}
	}
	t, ok := Time(text)
	if !ok {
		s.fail("invalid_request", "Must be a time such as 2026-02-15T09:30:00Z.")
	}
	return protoreflect.ValueOfMessage(t.ProtoReflect())
}

// Time reads an RFC 3339 time between the years 1 and 9999.
func Time(text string) (*timestamppb.Timestamp, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, false
	}
	stamp := timestamppb.New(t)
	return stamp, stamp.CheckValid() == nil
}
