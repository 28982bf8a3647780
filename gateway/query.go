package gateway

import (
	"net/url"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"coffee/gateway/jsonpb"
	"coffee/internal/errs"
)

const timestampName = "google.protobuf.Timestamp"

// checkQuery refuses parameters that a route does not take.
func checkQuery(raw string, route *Route) (url.Values, error) {
	if raw == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errs.Invalid("malformed_query", "The query of the address is not written right.")
	}
	for name, all := range values {
		if !slices.Contains(route.Query, name) {
			if !utf8.ValidString(name) || len(name) > 64 {
				name = "…"
			}
			return nil, errs.Invalid("unknown_parameter", "There is a parameter that this call does not take.").
				Field(name, "There is no such parameter.")
		}
		for _, v := range all {
			if !utf8.ValidString(v) {
				return nil, errs.Invalid("malformed_query", "The query of the address is not UTF-8.")
			}
		}
	}
	return values, nil
}

// parseStrictly makes queryParser the parser. The library keeps it in a variable of the process, whatever mux it is
// an option of, so that gateways that start side by side may not each set it.
var parseStrictly = sync.OnceFunc(func() { runtime.SetQueryParameterParser(queryParser{})(nil) })

// queryParser fills a request message from parameters whose names were checked before.
type queryParser struct{}

func (queryParser) Parse(message proto.Message, values url.Values, _ *utilities.DoubleArray) error {
	m := message.ProtoReflect()
	for name, all := range values {
		field := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		if field == nil {
			continue // refused by checkQuery, or said by the path
		}
		if !field.IsList() && len(all) > 1 {
			return badParameter(name, "May stand there once.")
		}
		for _, text := range all {
			v, problem := parameter(field, text)
			switch {
			case problem != "":
				return badParameter(name, problem)
			case field.IsList():
				m.Mutable(field).List().Append(v)
			default:
				m.Set(field, v)
			}
		}
	}
	return nil
}

func badParameter(name, problem string) error {
	return carry(errs.Invalid("invalid_request", "Some parameters are not valid.").Field(name, "%s", problem))
}

// parameter reads one value; the second result says what is wrong with it.
func parameter(field protoreflect.FieldDescriptor, text string) (protoreflect.Value, string) {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text), ""
	case protoreflect.BoolKind:
		if text != "true" && text != "false" {
			return protoreflect.Value{}, "Must be true or false."
		}
		return protoreflect.ValueOfBool(text == "true"), ""
	case protoreflect.MessageKind:
		t, ok := jsonpb.Time(text)
		if !ok {
			return protoreflect.Value{}, "Must be a time such as 2026-02-15T09:30:00Z."
		}
		return protoreflect.ValueOfMessage(t.ProtoReflect()), ""
	}
	return jsonpb.Integer(field.Kind(), text)
}
