package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coffee/internal/certs"
)

const (
	// leafLife is a year and a month. Apple's devices take no server certificate that lives longer than 825 days.
	leafLife = 397 * 24 * time.Hour
	// browserLeaf is the file name of the certificate for browsers; no part is called so.
	browserLeaf = "browser"
)

// leaf is a certificate of a part, or the one for browsers.
type leaf struct {
	name        string
	certificate *x509.Certificate
}

// issue signs a first certificate for a part or for browsers.
func (f folder) issue(name string, hostNames []string, life time.Duration) error {
	for _, file := range []string{name + ".pem", name + ".key"} {
		if _, err := os.Lstat(f.file(file)); err == nil {
			return fmt.Errorf("%s is there already: coffee certs rotate %s replaces it", f.file(file), name)
		}
	}
	dns, ips, err := hosts(hostNames)
	if err != nil {
		return err
	}
	if name != browserLeaf {
		dns = append([]string{certs.Name(name)}, dns...)
	}
	return f.signLeaf(name, dns, ips, life)
}

// rotate replaces a certificate: the same names and length of life, a new key, signed by the present authority.
func (f folder) rotate(l leaf) error {
	c := l.certificate
	return f.signLeaf(l.name, c.DNSNames, c.IPAddresses, c.NotAfter.Sub(c.NotBefore)-backdate)
}

func (f folder) signLeaf(name string, dns []string, ips []net.IP, life time.Duration) error {
	by, err := f.load()
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := f.now()
	end := now.Add(life)
	if end.After(by.bundle[0].NotAfter) {
		return fmt.Errorf("the authority ends on %s, before the certificate would: coffee certs rotate --ca", by.bundle[0].NotAfter.Format(time.DateOnly))
	}
	usage := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if name != browserLeaf {
		usage = append(usage, x509.ExtKeyUsageClientAuth) // a part calls others, too
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"coffee"}, CommonName: name},
		NotBefore: now.Add(-backdate), NotAfter: end, DNSNames: dns, IPAddresses: ips,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: usage,
	}
	certificate, _, err := sign(template, by.bundle[0], key, by.key)
	if err != nil {
		return err
	}
	// Held against the authority as whoever meets it will: one limited to domains signs nothing outside them.
	roots := x509.NewCertPool()
	roots.AddCert(by.bundle[0])
	if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: usage}); err != nil {
		return fmt.Errorf("this authority cannot vouch for %v: %w", dns, err)
	}
	// The key first: whoever reads in between finds two that do not belong together, and keeps what it has.
	if err := f.writeKey(name+".key", key); err != nil {
		return err
	}
	return f.writeCertificates(name+".pem", certificate)
}

// leaves are the certificates in the folder, by name.
func (f folder) leaves() ([]leaf, error) {
	files, err := filepath.Glob(f.file("*.pem"))
	if err != nil {
		return nil, err
	}
	var all []leaf
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pem")
		if name+".pem" == certs.AuthorityFile {
			continue
		}
		found, err := f.certificates(name + ".pem")
		if err != nil {
			return nil, err
		}
		all = append(all, leaf{name, found[0]})
	}
	return all, nil
}

// chosen are the named leaves; no name means every one.
func (f folder) chosen(names []string) ([]leaf, error) {
	all, err := f.leaves()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(l leaf) bool { return l.name == name }) {
			return nil, fmt.Errorf("no %s in %s: %w", name+".pem", f.path, fs.ErrNotExist)
		}
	}
	if len(names) > 0 {
		all = slices.DeleteFunc(all, func(l leaf) bool { return !slices.Contains(names, l.name) })
	}
	if len(all) == 0 {
		return nil, errors.New("there is no certificate to replace: coffee certs issue makes some")
	}
	return all, nil
}
