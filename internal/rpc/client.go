package rpc

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"coffee/internal/obs"
)

// Client is the calling end of one service: it shows the service's own passport beside the caller's, bounds every
// call, and gives errors back as errs.Error.
type Client struct {
	Signer  *Signer
	Timeout time.Duration // of a unary call whose context has no earlier deadline
	Watch   *obs.Observer // traces calls, when set

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

// outgoing begins a call: who calls, for whom, and which request it belongs to. end is told how it ended.
func (c *Client) outgoing(ctx context.Context, method string) (_ context.Context, end func(error), err error) {
	own, err := c.passport()
	if err != nil {
		return ctx, nil, err
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
	ctx, end = c.Watch.Call(ctx, method, carrier(md))
	// Set, not append: nothing that came from outside travels on by itself.
	return metadata.NewOutgoingContext(ctx, md), end, nil
}

// hopMargin is what a hop keeps of the time it was given, at most: enough to say what went wrong to who waits for it.
const hopMargin = 100 * time.Millisecond

// bound is how long a call may take: the client's own bound, and less than what is left to whoever waits for it.
func (c *Client) bound(ctx context.Context) time.Duration {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		timeout = min(timeout, left-min(hopMargin, left/10))
	}
	return timeout
}

// Unary is the client interceptor of plain calls.
func (c *Client) Unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, end, err := c.outgoing(ctx, method)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.bound(ctx))
	defer cancel()
	err = FromStatus(invoke(ctx, method, req, reply, cc, opts...))
	end(err)
	return err
}

// Stream is the client interceptor of streams.
func (c *Client) Stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	ctx, end, err := c.outgoing(ctx, method)
	if err != nil {
		return nil, err
	}
	stream, err := streamer(ctx, desc, cc, method, opts...)
	end(err) // a stream's trace is its beginning: it may last for days
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
