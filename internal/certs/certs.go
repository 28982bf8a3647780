// Package certs is the TLS of the parts: which certificate names which part, files that are read again when they
// change, and the settings of both ends. It makes no certificate (tool/certs does) and knows no address.
package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"path/filepath"
	"strings"
)

// Domain is the suffix under which certificates name parts. It is no name of the internet: whoever shows order.Domain
// is the order service, wherever it runs.
const Domain = "coffee.internal"

// The file of authorities in a folder of certificates: the present one first, then those that still count.
const AuthorityFile = "ca.pem"

// Name is what the certificate of a part says.
func Name(part string) string { return part + "." + Domain }

// Part is the part that a certificate names; empty when it names none, or more than one.
func Part(certificate *x509.Certificate) string {
	part := ""
	for _, name := range certificate.DNSNames {
		short, ok := strings.CutSuffix(name, "."+Domain)
		if !ok {
			continue
		}
		if part != "" || short == "" || strings.Contains(short, ".") {
			return ""
		}
		part = short
	}
	return part
}

// Files names what a side of a connection reads. Without certificate it only trusts; without authorities it only shows.
// With a name and authorities the certificate must be for that name and of them, or nobody would believe it.
type Files struct{ Authorities, Certificate, Key, Name string }

// In gives the files of a part in a folder of certificates.
func In(folder, part string) Files {
	return Files{
		Authorities: filepath.Join(folder, AuthorityFile),
		Certificate: filepath.Join(folder, part+".pem"),
		Key:         filepath.Join(folder, part+".key"),
		Name:        Name(part),
	}
}

// Server is the listening end between parts: TLS 1.3, and a certificate of the chain from whoever calls. Files that
// changed count from the next connection on.
func Server(files *Watched) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			present := files.Present()
			return &tls.Config{
				MinVersion: tls.VersionTLS13, NextProtos: []string{"h2"},
				Certificates: []tls.Certificate{present.Certificate},
				ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: present.Authorities,
				// A ticket would carry an identity past the end of its authority.
				SessionTicketsDisabled: true,
				VerifyConnection: func(state tls.ConnectionState) error {
					if Part(state.PeerCertificates[0]) == "" {
						return errors.New("the caller's certificate names no part of this chain")
					}
					return nil
				},
			}, nil
		},
	}
}

// Client is the calling end: it believes a certificate of the chain that names the part, whatever its address.
func Client(files *Watched, part string) *tls.Config {
	present := files.Present()
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: Name(part), RootCAs: present.Authorities,
		Certificates: []tls.Certificate{present.Certificate},
	}
}

// Browsers is the listening end for browsers: TLS 1.2 or newer, HTTP/2.
func Browsers(files *Watched) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			certificate := files.Present().Certificate
			return &certificate, nil
		},
	}
}
