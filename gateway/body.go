package gateway

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"coffee/gateway/jsonpb"
	"coffee/internal/errs"
)

// readBody takes a request's body whole, before its time to be answered begins: a slow sender uses up its own.
func readBody(w http.ResponseWriter, r *http.Request, route *Route) ([]byte, error) {
	if r.Body == nil { // not from a server
		return nil, nil
	}
	limit := int64(bodyLimit)
	if route.Path == importPath {
		limit = importLimit
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "Too large", "body_too_large", "The body may hold %d KiB at most.", limit>>10)
	case err != nil:
		return nil, refuse(http.StatusRequestTimeout, "Cut off", "body_cut_off", "The body did not arrive in time and in full.")
	case len(body) == 0:
		return nil, nil
	case !route.Body && string(bytes.TrimSpace(body)) == "{}":
		return nil, nil // what clients send that cannot send nothing
	case !route.Body:
		return nil, errs.Invalid("unexpected_body", "This call takes no body.")
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" || (charset != "" && charset != "utf-8") || r.Header.Get("Content-Encoding") != "" {
		return nil, refuse(http.StatusUnsupportedMediaType, "Not JSON", "unsupported_media_type", "Send the body as application/json, in UTF-8, not compressed.")
	}
	return body, nil
}

const importPath = "/api/v1/imports/orders"

// rpcBody is the body as the generated handlers read it, with the path's parameters beside it.
type rpcBody struct {
	*bytes.Reader
	path map[string]string
}

func (rpcBody) Close() error { return nil }

// marshaler is our JSON for the generated handlers. A body may repeat what the path says, but not contradict it: the
// handlers would let the path win in silence.
type marshaler struct{ jsonpb.Marshaler }

func newMarshaler() runtime.Marshaler {
	return marshaler{jsonpb.Marshaler{Refuse: func(e *jsonpb.Error) error { return carry(unreadable(e)) }}}
}

func (m marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	decoder := m.Marshaler.NewDecoder(r)
	body, ok := r.(rpcBody)
	if !ok {
		return decoder
	}
	return runtime.DecoderFunc(func(v any) error {
		if err := decoder.Decode(v); err != nil {
			return err
		}
		message := v.(proto.Message).ProtoReflect()
		for name, value := range body.path {
			field := message.Descriptor().Fields().ByName(protoreflect.Name(name))
			if field != nil && message.Has(field) && message.Get(field).String() != value {
				return carry(errs.Invalid("invalid_request", "The body contradicts the path.").Field(name, "Is %s in the path.", value))
			}
		}
		return nil
	})
}

// unreadable is a JSON error as the caller sees it.
func unreadable(e *jsonpb.Error) *errs.Error {
	switch {
	case e.Path == "":
		return errs.Invalid(e.Code, "%s", e.Detail)
	case e.Code == "unknown_field":
		return errs.Invalid(e.Code, "There is a field that this call does not take.").Field(e.Path, "%s", e.Detail)
	}
	return errs.Invalid(e.Code, "Some fields are not valid.").Field(e.Path, "%s", e.Detail)
}

// texts reads a hand-written route's body: one object of texts.
func texts(c *call, into map[string]*string) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return errs.Invalid("invalid_request", "Send a JSON object.")
	}
	if err := jsonpb.Strings(c.body, into); err != nil {
		return unreadable(err)
	}
	return nil
}
