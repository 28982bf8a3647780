package rpc

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refusing is a stream that was refused before its request was written.
type refusing struct{ grpc.ClientStream }

func (refusing) SendMsg(any) error { return io.EOF }
func (refusing) RecvMsg(any) error { return status.Error(codes.PermissionDenied, "no") }

// TestRefusedBeforeTheRequest: whoever opens a server's stream learns why it was refused, however early that was.
func TestRefusedBeforeTheRequest(t *testing.T) {
	_, key := pair(t)
	c := &Client{Signer: &Signer{"gateway", "chain", key, time.Now}}
	for _, sends := range []bool{false, true} {
		stream, err := c.Stream(t.Context(), &grpc.StreamDesc{ServerStreams: true, ClientStreams: sends}, nil, "/x/Y",
			func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, ...grpc.CallOption) (grpc.ClientStream, error) {
				return refusing{}, nil
			})
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.SendMsg(nil); errors.Is(err, io.EOF) != sends {
			t.Errorf("sends %v: %v", sends, err)
		}
		if err := stream.RecvMsg(nil); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("sends %v: %v", sends, err)
		}
	}
}
