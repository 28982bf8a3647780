package jsonpb

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Marshal writes a message: fields in the order of the contract, no spaces.
func Marshal(m proto.Message) ([]byte, error) {
	room := buffers.Get().(*[]byte)
	out, err := Append((*room)[:0], m)
	if err != nil {
		return nil, err
	}
	answer := bytes.Clone(out)
	if cap(out) <= keptBuffer {
		*room = out
		buffers.Put(room)
	}
	return answer, nil
}

// buffers are where answers grow: a menu would otherwise leave five smaller ones behind.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

const keptBuffer = 1 << 20

// Append writes a message behind what is in out.
func Append(out []byte, m proto.Message) ([]byte, error) { return appendMessage(out, m.ProtoReflect()) }

func appendMessage(out []byte, m protoreflect.Message) ([]byte, error) {
	if t, ok := m.Interface().(*timestamppb.Timestamp); ok {
		return appendTime(out, t)
	}
	out = append(out, '{')
	first := true
	fields := planOf(m.Descriptor()).fields
	for i := range fields {
		field := &fields[i]
		if field.HasPresence() && !m.Has(field.FieldDescriptor) {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(out, field.key...)
		var err error
		if field.IsList() {
			out, err = appendList(out, field, m.Get(field.FieldDescriptor).List())
		} else {
			out, err = appendValue(out, field, m.Get(field.FieldDescriptor))
		}
		if err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

func appendList(out []byte, field *planned, list protoreflect.List) ([]byte, error) {
	out = append(out, '[')
	for i := range list.Len() {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendValue(out, field, list.Get(i)); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func appendValue(out []byte, field *planned, v protoreflect.Value) ([]byte, error) {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return strconv.AppendBool(out, v.Bool()), nil
	case protoreflect.StringKind:
		return appendString(out, v.String()), nil
	case protoreflect.BytesKind:
		out = append(out, '"')
		out = base64.StdEncoding.AppendEncode(out, v.Bytes())
		return append(out, '"'), nil
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind,
		protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return strconv.AppendInt(out, v.Int(), 10), nil
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return strconv.AppendUint(out, v.Uint(), 10), nil
	case protoreflect.MessageKind:
		return appendMessage(out, v.Message())
	}
	return nil, fmt.Errorf("jsonpb: %s is a %s, which has no form here", field.FullName(), field.Kind())
}

// appendTime writes RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second.
func appendTime(out []byte, t *timestamppb.Timestamp) ([]byte, error) {
	if err := t.CheckValid(); err != nil {
		return nil, fmt.Errorf("jsonpb: a time: %w", err)
	}
	layout := "2006-01-02T15:04:05.000000000Z"
	switch n := t.GetNanos(); {
	case n == 0:
		layout = "2006-01-02T15:04:05Z"
	case n%1_000_000 == 0:
		layout = "2006-01-02T15:04:05.000Z"
	case n%1_000 == 0:
		layout = "2006-01-02T15:04:05.000000Z"
	}
	out = append(out, '"')
	out = time.Unix(t.GetSeconds(), int64(t.GetNanos())).UTC().AppendFormat(out, layout)
	return append(out, '"'), nil
}

const hex = "0123456789abcdef"

// appendString writes a JSON string. <, > and & are escaped as well, so that no answer can close a script element.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
			out = append(out, s[start:i]...)
			switch c {
			case '"', '\\':
				out = append(out, '\\', c)
			case '\n':
				out = append(out, '\\', 'n')
			case '\r':
				out = append(out, '\\', 'r')
			case '\t':
				out = append(out, '\\', 't')
			default:
				out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		// What is no UTF-8 becomes the replacement character; U+2028 and U+2029 end a line in scripts.
		if (r == utf8.RuneError && size == 1) || r == '\u2028' || r == '\u2029' {
			out = append(out, s[start:i]...)
			out = append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += size
			start = i
			continue
		}
		i += size
	}
	return append(append(out, s[start:]...), '"')
}
