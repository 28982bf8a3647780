package app

import (
	"context"
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"coffee/internal/rpc"
)

// nameServer answers every question for an IPv4 address with the two of this machine, and has no others.
func nameServer(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			end := 12 // behind the header: the name, then type and class
			for end < n && question[end] != 0 {
				end += int(question[end]) + 1
			}
			if end += 5; end > n {
				continue
			}
			answer := append([]byte{}, question[:end]...)
			answer[2], answer[3] = 0x84, 0                // an answer, with authority
			binary.BigEndian.PutUint64(answer[4:], 1<<48) // one question, nothing else
			if binary.BigEndian.Uint16(question[end-4:]) == 1 {
				answer[7] = 2
				for _, last := range []byte{1, 2} {
					answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, last)
				}
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}

// TestNameWithSeveralAddresses: every address of a name gets its share.
func TestNameWithSeveralAddresses(t *testing.T) {
	server := nameServer(t)
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server)
	}}
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(first.Addr().String())
	second, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Skipf("this machine has no second loopback address: %v", err)
	}
	var calls [2]atomic.Int64
	for i, listener := range []net.Listener{first, second} {
		well := health.NewServer()
		well.SetServingStatus("order", healthpb.HealthCheckResponse_SERVING)
		s := grpc.NewServer(grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			calls[i].Add(1)
			return handle(ctx, request)
		}))
		healthpb.RegisterHealthServer(s, well)
		go func() { _ = s.Serve(listener) }()
		t.Cleanup(s.Stop)
	}
	rules, err := rpc.Rules("coffee.order.v1.OrderService")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := rpc.ClientPolicy(rules, "order")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := connect([]string{"order.coffee.test:" + port}, "order", nil, grpc.WithDefaultServiceConfig(policy))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for end := time.Now().Add(time.Minute); calls[0].Load() == 0 || calls[1].Load() == 0; {
		if _, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: "order"}); err != nil || time.Now().After(end) {
			t.Fatalf("%v; calls at each: %d, %d", err, calls[0].Load(), calls[1].Load())
		}
	}
}
