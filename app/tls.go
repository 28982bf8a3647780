package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"

	"coffee/internal/certs"
)

// Identified are the parts that call each other, each with a certificate of its own; the frontend calls as a browser.
func Identified() []string { return allIssuers() }

// CertsFolder is where `coffee certs` works when it is not told: where the parts look, else beside the data.
func CertsFolder(getenv func(string) string) string {
	if folder := getenv("COFFEE_CERTS"); folder != "" {
		return folder
	}
	data := getenv("COFFEE_DATA")
	if data == "" {
		data = "data"
	}
	return filepath.Join(data, "certs")
}

// watchCertificates reads the certificates of the parts that run here; nil without a folder, or where no call leaves
// the process.
func watchCertificates(c Config, options Options) (map[string]*certs.Watched, error) {
	if c.Certs == "" || len(options.Parts) == 0 {
		return nil, nil
	}
	all := map[string]*certs.Watched{}
	for _, part := range options.Parts {
		if part == "frontend" {
			continue
		}
		watched, err := certs.Watch(certs.In(c.Certs, part), options.Log, nil)
		if err != nil {
			return nil, fmt.Errorf("COFFEE_CERTS: the certificate of %s (coffee certs issue %s makes it): %w", part, part, err)
		}
		all[part] = watched
	}
	return all, nil
}

// forBrowsers puts TLS before a listener when there is a certificate for browsers. A gateway that only this machine
// reaches stays as it is: the command line's tools and the frontend beside it come that way.
func (c Config) forBrowsers(part string, listener net.Listener, log *slog.Logger) (net.Listener, error) {
	if !c.secureHTTP(part, listener.Addr().String()) {
		return listener, nil
	}
	watched, err := certs.Watch(certs.Files{Certificate: c.TLSCert, Key: c.TLSKey}, log, nil)
	if err != nil {
		return nil, fmt.Errorf("COFFEE_TLS_CERT: %w", err)
	}
	return tls.NewListener(listener, certs.Browsers(watched)), nil
}

func (c Config) secureHTTP(part, listen string) bool {
	return c.TLSCert != "" && (part == "frontend" || !Loopback(listen))
}

// trust is what a part believes of another one behind https (nil: it is not): the authorities of this machine, the
// chain's own, and the certificate that is shown to browsers here. On this machine the name to expect is the public one.
func (c Config) trust(address string) (func() *tls.Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return nil, err
	}
	name := u.Hostname()
	if ip := net.ParseIP(name); Loopback(name) || (ip != nil && ip.IsUnspecified()) {
		if public, err := url.Parse(c.PublicURL); err == nil {
			name = public.Hostname()
		}
	}
	var files []string
	if c.Certs != "" {
		files = append(files, filepath.Join(c.Certs, certs.AuthorityFile))
	}
	if c.TLSCert != "" {
		files = append(files, c.TLSCert)
	}
	roots, err := certs.WatchRoots(files)
	if err != nil {
		return nil, fmt.Errorf("certificates to believe (COFFEE_CERTS, COFFEE_TLS_CERT): %w", err)
	}
	return func() *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name, RootCAs: roots()}
	}, nil
}
