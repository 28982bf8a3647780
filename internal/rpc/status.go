package rpc

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"coffee/internal/errs"
)

const errorDomain = "coffee"

// kinds is the one table between our kinds and gRPC's codes.
var kinds = map[errs.Kind]codes.Code{
	errs.KindInternal:        codes.Internal,
	errs.KindInvalid:         codes.InvalidArgument,
	errs.KindUnauthenticated: codes.Unauthenticated,
	errs.KindForbidden:       codes.PermissionDenied,
	errs.KindNotFound:        codes.NotFound,
	errs.KindConflict:        codes.FailedPrecondition,
	errs.KindTooMany:         codes.ResourceExhausted,
	errs.KindUnavailable:     codes.Unavailable,
}

// ToStatus turns an error of the domain into what travels. Only errs.Error is told outside.
func ToStatus(err error) error {
	e, ok := errs.As(err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) {
			e = errs.Unavailable("deadline_exceeded", "The answer took too long. Try again.")
		} else if errors.Is(err, context.Canceled) {
			return status.Error(codes.Canceled, "canceled")
		} else {
			e = &errs.Error{Kind: errs.KindInternal, Code: "internal", Detail: "Something failed on our side."}
		}
	}
	st := status.New(kinds[e.Kind], e.Detail)
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: e.Code, Domain: errorDomain, Metadata: e.Params}}
	if len(e.Fields) > 0 {
		bad := &errdetails.BadRequest{}
		for _, f := range e.Fields {
			bad.FieldViolations = append(bad.FieldViolations,
				&errdetails.BadRequest_FieldViolation{Field: f.Path, Description: f.Detail})
		}
		details = append(details, bad)
	}
	if e.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	withDetails, derr := st.WithDetails(details...)
	if derr != nil {
		return st.Err()
	}
	return withDetails.Err()
}

// FromStatus turns what came back into an errs.Error. What our services did not say themselves (a cut connection,
// a hung peer) is Unavailable.
func FromStatus(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errs.As(err); ok {
		return err
	}
	st, ok := statusOf(err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) {
			return errs.Unavailable("deadline_exceeded", "The answer took too long. Try again.").Because(err)
		}
		return err
	}
	e := &errs.Error{Kind: errs.KindInternal, Code: "internal", Detail: "Something failed on our side.", Cause: err}
	told := false
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() == errorDomain {
				e.Code, e.Params, e.Detail, told = d.GetReason(), d.GetMetadata(), st.Message(), true
			}
		case *errdetails.BadRequest:
			for _, f := range d.GetFieldViolations() {
				e.Fields = append(e.Fields, errs.Field{Path: f.GetField(), Detail: f.GetDescription()})
			}
		case *errdetails.RetryInfo:
			e.RetryAfter = d.GetRetryDelay().AsDuration()
		}
	}
	if told {
		for kind, code := range kinds {
			if code == st.Code() {
				e.Kind = kind
			}
		}
		return e
	}
	switch st.Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		e.Kind, e.Code, e.RetryAfter = errs.KindUnavailable, "unavailable", time.Second
		e.Detail = "A part of the system does not answer. Try again."
	case codes.Canceled:
		return context.Canceled
	}
	return e
}

// statusOf finds the status that a peer sent. grpc wraps it when it gave up repeating, and would give the wrapping's text
// for the peer's.
func statusOf(err error) (*status.Status, bool) {
	var sent interface{ GRPCStatus() *status.Status }
	if errors.As(err, &sent) {
		return sent.GRPCStatus(), true
	}
	return status.FromError(err)
}

// translateStream keeps io.EOF, the ordinary end of a stream.
func translateStream(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return FromStatus(err)
}
