package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"coffee/internal/certs"
)

// Ask tells whether a part that listens on this machine, as the configuration says, is ready. It needs no more than the
// part itself has: its own certificate.
func Ask(ctx context.Context, c Config, part string) error {
	switch {
	case part == "gateway":
		return c.askHTTP(ctx, part, c.GatewayListen, "/health/ready")
	case part == "frontend":
		return c.askHTTP(ctx, part, c.FrontendListen, "/") // its /health is the gateway's
	case !slices.Contains(All(), part):
		return fmt.Errorf("there is no part %q; the parts are %v", part, All())
	}
	var files *certs.Watched
	if c.Certs != "" {
		var err error
		if files, err = certs.Watch(certs.In(c.Certs, part), slog.New(slog.DiscardHandler), nil); err != nil {
			return fmt.Errorf("COFFEE_CERTS: %w", err)
		}
	}
	conn, err := connect([]string{here(c.Listen[part])}, part, files)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: part})
	if err != nil {
		return fmt.Errorf("%s is not ready: %w", part, err)
	}
	if answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		return fmt.Errorf("%s is not ready: %s", part, answer.GetStatus())
	}
	return nil
}

func (c Config) askHTTP(ctx context.Context, part, listen, path string) error {
	address := "http://" + here(listen)
	if c.secureHTTP(part, listen) {
		address = "https://" + here(listen)
	}
	trust, err := c.trust(address)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSHandshakeTimeout: 5 * time.Second}
	if trust != nil {
		transport.TLSClientConfig = trust()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("%s is not ready: %w", part, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not ready: %s", part, response.Status)
	}
	return nil
}

// here is where this machine reaches what listens on an address: one that means every interface is no place to go to.
func here(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || (ip != nil && ip.IsUnspecified())) {
		return net.JoinHostPort("localhost", port)
	}
	return listen
}
