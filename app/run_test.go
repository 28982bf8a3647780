package app

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// neverEnds is a call that goes on whatever its caller does.
type neverEnds struct {
	healthpb.UnimplementedHealthServer
	began, free chan struct{}
}

func (n neverEnds) Check(context.Context, *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	close(n.began)
	<-n.free
	return &healthpb.HealthCheckResponse{}, nil
}

func (n neverEnds) ServeHTTP(http.ResponseWriter, *http.Request) {
	_, _ = n.Check(context.Background(), nil)
}

// TestEndIsBounded: the process ends, be there a call that never does.
func TestEndIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		serve func(ctx, end context.Context, l net.Listener, n neverEnds) error
		call  func(address string) error
	}{
		"gRPC": {func(ctx, end context.Context, l net.Listener, n neverEnds) error {
			server := grpc.NewServer()
			healthpb.RegisterHealthServer(server, n)
			go func() { <-ctx.Done(); stopGracefully(end, server) }()
			return server.Serve(l)
		}, func(address string) error {
			conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close() }()
			_, err = healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
			return err
		}},
		"HTTP": {func(ctx, end context.Context, l net.Listener, n neverEnds) error {
			return serveHTTP(ctx, end, website{server: &http.Server{Handler: n, ReadHeaderTimeout: time.Minute}, listener: l})
		}, func(address string) error {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, nil)
			if err != nil {
				return err
			}
			answer, err := http.DefaultClient.Do(request)
			if err == nil {
				err = answer.Body.Close()
			}
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			n := neverEnds{began: make(chan struct{}), free: make(chan struct{})}
			defer close(n.free)
			ctx, leave := context.WithCancel(t.Context())
			end, cut := context.WithCancel(t.Context())
			defer cut()
			ended, answered := make(chan error, 1), make(chan error, 1)
			go func() { ended <- test.serve(ctx, end, listener, n) }()
			go func() { answered <- test.call(listener.Addr().String()) }()
			<-n.began
			leave()
			select {
			case err := <-ended:
				t.Fatalf("it ended before its call: %v", err)
			case err := <-answered:
				t.Fatalf("the call was cut before its time: %v", err)
			case <-time.After(50 * time.Millisecond):
			}
			cut()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if err := <-answered; err == nil {
				t.Error("a call that never ends was answered")
			}
		})
	}
}
