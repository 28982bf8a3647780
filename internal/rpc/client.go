package rpc

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// Client is the calling end of one service: it shows the service's own passport beside the caller's, bounds every
// call, and gives errors back as errs.Error.
type Client struct {
	Signer  *Signer
	Timeout time.Duration // of a unary call whose context has no earlier deadline

	mu      sync.Mutex
	own     string
	renewAt time.Time
}

// DefaultTimeout bounds a call to another service.
const DefaultTimeout = 3 * time.Second

// passport is the service's own passport, renewed at half its life.
func (c *Client) passport() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Signer.Now()
	if c.own != "" && now.Before(c.renewAt) {
		return c.own, nil
	}
	token, err := c.Signer.Sign(Passport{Kind: KindService, Subject: c.Signer.Issuer})
	if err != nil {
		return "", err
	}
	c.own, c.renewAt = token, now.Add(PassportLife/2)
	return token, nil
}

func (c *Client) outgoing(ctx context.Context) (context.Context, error) {
	own, err := c.passport()
	if err != nil {
		return ctx, err
	}
	md := metadata.Pairs(mdServicePassport, own)
	if token := passportFrom(ctx); token != "" {
		md.Set(mdPassport, token)
	}
	if key := IdempotencyKey(ctx); key != "" {
		md.Set(mdIdempotencyKey, key)
	}
	if id := RequestID(ctx); id != "" {
		md.Set(mdRequestID, id)
	}
	// Set, not append: nothing that came from outside travels on by itself.
	return metadata.NewOutgoingContext(ctx, md), nil
}

// Unary is the client interceptor of plain calls.
func (c *Client) Unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, err := c.outgoing(ctx)
	if err != nil {
		return err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return FromStatus(invoke(ctx, method, req, reply, cc, opts...))
}

// Stream is the client interceptor of streams.
func (c *Client) Stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	ctx, err := c.outgoing(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := streamer(ctx, desc, cc, method, opts...)
	if err != nil {
		return nil, FromStatus(err)
	}
	return &translatedStream{stream, desc.ClientStreams}, nil
}

type translatedStream struct {
	grpc.ClientStream
	sends bool // the caller sends more than its one request
}

// SendMsg of the one request of a call never says EOF: where the call was refused before the request was written, the
// answer to it says why.
func (s *translatedStream) SendMsg(m any) error {
	err := s.ClientStream.SendMsg(m)
	if !s.sends && errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (s *translatedStream) RecvMsg(m any) error { return translateStream(s.ClientStream.RecvMsg(m)) }
