package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coffee/internal/certs"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// backdate lets machines whose clocks are behind believe a fresh certificate.
	backdate = time.Hour
	keyFile  = "ca.key"
	oldKey   = "ca.key.old"
)

// folder is where the chain's authority and the certificates of its parts lie.
type folder struct {
	path string
	now  func() time.Time
}

func (f folder) file(name string) string { return filepath.Join(f.path, name) }

// authority is what signs: the first certificate of the bundle with its key. The others only still count.
type authority struct {
	bundle []*x509.Certificate
	key    crypto.Signer
}

// newAuthority makes an authority. P-256: browsers take no Ed25519. With domains it can sign names below them only,
// besides the parts' own: a tablet that trusts it then trusts it for nothing else.
func (f folder) newAuthority(domains []string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now := f.now()
	template := &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{"coffee"}, CommonName: fmt.Sprintf("coffee authority %s %s", now.Format(time.DateOnly), rand.Text()[:6])},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if len(domains) > 0 {
		template.PermittedDNSDomainsCritical = true
		template.PermittedDNSDomains = append(always(), domains...)
	}
	return sign(template, template, key, key)
}

// always are the names that an authority held to domains may sign besides: the parts' own, this machine's, and that of
// the gateway under compose and Kubernetes, where the frontend calls it as a browser does.
func always() []string { return []string{certs.Domain, "localhost", "gateway"} }

func sign(template, parent *x509.Certificate, key *ecdsa.PrivateKey, by crypto.Signer) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return certificate, key, err
}

// initialize makes the authority of an empty folder.
func (f folder) initialize(domains []string) error {
	for _, domain := range domains {
		// To most clients ".example.com" is all below it, without itself.
		if dns, _, err := hosts([]string{strings.TrimPrefix(domain, ".")}); err != nil || len(dns) == 0 {
			return fmt.Errorf("--domain %q is not the name of a domain", domain)
		}
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	for _, name := range []string{keyFile, certs.AuthorityFile} {
		if _, err := os.Lstat(f.file(name)); err == nil {
			return fmt.Errorf("%s is there already: this chain has its authority (coffee certs rotate --ca replaces it)", f.file(name))
		}
	}
	certificate, key, err := f.newAuthority(domains)
	if err != nil {
		return err
	}
	if err := f.writeKey(keyFile, key); err != nil {
		return err
	}
	return f.writeCertificates(certs.AuthorityFile, certificate)
}

// load reads the authority that signs.
func (f folder) load() (*authority, error) {
	bundle, err := f.certificates(certs.AuthorityFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no authority in %s: coffee certs init makes one", f.path)
	}
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(f.file(keyFile))
	if err != nil {
		return nil, fmt.Errorf("the authority's key is needed to sign: %w", err)
	}
	block, _ := pem.Decode(body)
	if block == nil {
		return nil, fmt.Errorf("%s is no key", f.file(keyFile))
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.file(keyFile), err)
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok || !signer.PublicKey.Equal(bundle[0].PublicKey) {
		return nil, fmt.Errorf("%s is not the key of the first certificate in %s", f.file(keyFile), f.file(certs.AuthorityFile))
	}
	return &authority{bundle, signer}, nil
}

// renew puts a new authority before the present one. Both count until dropOld.
func (f folder) renew() error {
	present, err := f.load()
	if err != nil {
		return err
	}
	if len(present.bundle) > 1 {
		return errors.New("an authority is being replaced already: finish with coffee certs rotate, then coffee certs rotate --drop-old")
	}
	var domains []string
	for _, d := range present.bundle[0].PermittedDNSDomains {
		if !slices.Contains(always(), d) {
			domains = append(domains, d)
		}
	}
	certificate, key, err := f.newAuthority(domains)
	if err != nil {
		return err
	}
	if err := os.Rename(f.file(keyFile), f.file(oldKey)); err != nil {
		return err
	}
	if err := f.writeKey(keyFile, key); err != nil {
		return err
	}
	return f.writeCertificates(certs.AuthorityFile, certificate, present.bundle[0])
}

// dropOld leaves only the present authority, when no certificate here needs an older one.
func (f folder) dropOld() error {
	present, err := f.load()
	if err != nil {
		return err
	}
	if len(present.bundle) == 1 {
		return errors.New("there is no older authority to drop")
	}
	leaves, err := f.leaves()
	if err != nil {
		return err
	}
	for _, l := range leaves {
		if l.certificate.CheckSignatureFrom(present.bundle[0]) != nil {
			return fmt.Errorf("%s.pem is still signed by the old authority: coffee certs rotate first", l.name)
		}
	}
	if err := f.writeCertificates(certs.AuthorityFile, present.bundle[0]); err != nil {
		return err
	}
	if err := os.Remove(f.file(oldKey)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// certificates reads a file of certificates.
func (f folder) certificates(name string) ([]*x509.Certificate, error) {
	body, err := os.ReadFile(f.file(name))
	if err != nil {
		return nil, err
	}
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, body = pem.Decode(body); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.file(name), err)
		}
		all = append(all, certificate)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no certificate", f.file(name))
	}
	return all, nil
}

func (f folder) writeCertificates(name string, all ...*x509.Certificate) error {
	var body strings.Builder
	for _, c := range all {
		if err := pem.Encode(&body, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			return err
		}
	}
	return f.write(name, []byte(body.String()), 0o644)
}

func (f folder) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return f.write(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// write puts a file in its place whole: a part that reads it meanwhile sees the old or the new one.
func (f folder) write(name string, body []byte, mode os.FileMode) error {
	fresh := f.file(name + ".new")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(fresh, body, mode); err != nil {
		return err
	}
	return os.Rename(fresh, f.file(name))
}

// hosts sorts names and addresses.
func hosts(names []string) (dns []string, ips []net.IP, err error) {
	for _, name := range names {
		switch ip := net.ParseIP(name); {
		case ip != nil:
			ips = append(ips, ip)
		case name == "" || strings.ContainsAny(name, ":/ _@"):
			return nil, nil, fmt.Errorf("%q is neither a host name nor an address (no scheme, no port)", name)
		case name == certs.Domain || strings.HasSuffix(name, "."+certs.Domain):
			return nil, nil, fmt.Errorf("%q: names below %s are the parts' own", name, certs.Domain)
		default:
			dns = append(dns, strings.ToLower(name))
		}
	}
	return dns, ips, nil
}
