package rpc

import (
	"context"
	"crypto/tls"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"coffee/internal/certs"
)

// ServerCredentials are the listening end of a service between machines.
func ServerCredentials(files *certs.Watched) credentials.TransportCredentials {
	return credentials.NewTLS(certs.Server(files))
}

// ClientCredentials are the calling end, to the named service.
func ClientCredentials(files *certs.Watched, service string) credentials.TransportCredentials {
	config := func() *tls.Config { return certs.Client(files, service) }
	return &freshCredentials{credentials.NewTLS(config()), config}
}

// freshCredentials are made anew for each connection, so that changed certificates count.
type freshCredentials struct {
	credentials.TransportCredentials
	config func() *tls.Config
}

func (c *freshCredentials) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(c.config()).ClientHandshake(ctx, authority, conn)
}

func (c *freshCredentials) Clone() credentials.TransportCredentials {
	return &freshCredentials{c.TransportCredentials.Clone(), c.config}
}

// callingPart is the part whose certificate the caller of a method showed; empty without one.
func callingPart(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	info, ok := p.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.PeerCertificates) == 0 {
		return ""
	}
	return certs.Part(info.State.PeerCertificates[0])
}
