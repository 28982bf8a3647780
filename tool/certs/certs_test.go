package certs

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coffee/internal/certs"
)

// shell runs `coffee certs` in a folder.
type shell struct {
	t    *testing.T
	path string
}

func (s shell) try(arguments ...string) (string, error) {
	c := Command([]string{"gateway", "order", "menu"}, s.path)
	c.SilenceUsage, c.SilenceErrors = true, true
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(arguments)
	err := c.ExecuteContext(s.t.Context())
	return out.String(), err
}

func (s shell) ok(line string) string {
	s.t.Helper()
	out, err := s.try(strings.Fields(line)...)
	if err != nil {
		s.t.Fatalf("coffee certs %s: %v", line, err)
	}
	return out
}

func (s shell) refused(line, want string) {
	s.t.Helper()
	if _, err := s.try(strings.Fields(line)...); err == nil || !strings.Contains(err.Error(), want) {
		s.t.Errorf("coffee certs %s: %v, want it to say %q", line, err, want)
	}
}

func (s shell) read(name string) []byte {
	s.t.Helper()
	body, err := os.ReadFile(filepath.Join(s.path, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return body
}

func (s shell) certificate(name string) *x509.Certificate {
	s.t.Helper()
	all, err := folder{path: s.path}.certificates(name + ".pem")
	if err != nil {
		s.t.Fatal(err)
	}
	return all[0]
}

// believes tells whether somebody with this ca.pem takes a certificate for a name and use.
func (s shell) believes(bundle []byte, c *x509.Certificate, name string, use x509.ExtKeyUsage) bool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	_, err := c.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, KeyUsages: []x509.ExtKeyUsage{use}})
	return err == nil
}

func TestCertificatesOfAChain(t *testing.T) {
	s := shell{t, filepath.Join(t.TempDir(), "certs")}
	s.refused("issue all", "coffee certs init")
	s.ok("init")
	s.refused("init", "is there already")
	if out := s.ok("issue order --host order.example.net --host 10.0.0.7"); !strings.Contains(out, "order.coffee.internal, order.example.net, 10.0.0.7") {
		t.Errorf("issue says %q", out)
	}
	if out := s.ok("issue all"); strings.Contains(out, "order") || !strings.Contains(out, "menu.coffee.internal") {
		t.Errorf("issue all makes what is missing: %q", out)
	}
	s.refused("issue all", "every part has its certificate")
	before := s.read("order.pem")
	s.refused("issue order", "is there already")
	if !bytes.Equal(before, s.read("order.pem")) {
		t.Error("a refused issue changed the certificate")
	}
	for line, want := range map[string]string{
		"issue":                                 "requires at least 1 arg",
		"issue frontend":                        "has no certificate of its own",
		"issue menu all":                        "has no certificate of its own",
		"issue gateway --days 0":                "--days 0",
		"issue --browser https://cafe":          "no scheme",
		"issue --browser cafe:8080":             "no port",
		"issue --browser order.coffee.internal": "the parts' own",
		"issue --browser cafe --host x":         "the arguments themselves",
		"rotate espresso":                       "no espresso.pem",
		"rotate --ca order":                     "one step at a time",
		"rotate --drop-old":                     "no older authority",
	} {
		s.refused(line, want)
	}
	for _, name := range []string{"ca.key", "order.key"} {
		if info, err := os.Stat(filepath.Join(s.path, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v, want 0600", name, info.Mode(), err)
		}
	}
	bundle, order := s.read("ca.pem"), s.certificate("order")
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if !s.believes(bundle, order, certs.Name("order"), use) || s.believes(bundle, order, certs.Name("menu"), use) {
			t.Errorf("use %v: the certificate of order is not order's, or is menu's, too", use)
		}
	}
	if certs.Part(order) != "order" {
		t.Errorf("the certificate names part %q", certs.Part(order))
	}

	s.ok("issue --browser Cafe.example.com 192.168.1.20")
	browser := s.certificate("browser")
	if !s.believes(bundle, browser, "cafe.example.com", x509.ExtKeyUsageServerAuth) || !s.believes(bundle, browser, "192.168.1.20", x509.ExtKeyUsageServerAuth) {
		t.Error("browsers would not take their certificate")
	}
	if certs.Part(browser) != "" || s.believes(bundle, browser, "", x509.ExtKeyUsageClientAuth) {
		t.Error("the certificate for browsers passes for a part's")
	}
	if life := browser.NotAfter.Sub(browser.NotBefore); life > 825*24*time.Hour {
		t.Errorf("it lives %s: Apple's devices take 825 days", life)
	}
	if out := s.ok("show"); strings.Count(out, "coffee authority") != 5 || !strings.Contains(out, "192.168.1.20") {
		t.Errorf("show:\n%s", out)
	}
}

func TestDomains(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.refused("init --domain https://cafe.example.com", "not the name of a domain")
	s.refused("init --domain 10.0.0.1", "not the name of a domain")
	s.ok("init --domain cafe.example.com")
	s.ok("issue all")
	s.ok("issue --browser www.cafe.example.com localhost gateway")
	s.refused("rotate espresso", "no espresso.pem")
	if err := os.Remove(filepath.Join(s.path, "browser.pem")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.path, "browser.key")); err != nil {
		t.Fatal(err)
	}
	s.refused("issue --browser bank.example.org", "cannot vouch")
	if _, err := os.Stat(filepath.Join(s.path, "browser.key")); !os.IsNotExist(err) {
		t.Error("a refused certificate left its key")
	}
	s.ok("rotate --ca")
	s.refused("issue --browser bank.example.org", "cannot vouch") // the next authority is held to the same
}

// TestReplacingTheAuthority: at each step, whoever has the files of this step or of the one before understands whoever
// has the other.
func TestReplacingTheAuthority(t *testing.T) {
	s := shell{t, t.TempDir()}
	s.ok("init")
	s.ok("issue all")
	first, old := s.read("ca.pem"), s.certificate("order")

	s.ok("rotate order")
	again := s.certificate("order")
	if bytes.Equal(again.Raw, old.Raw) || certs.Part(again) != "order" {
		t.Error("rotate changed the name, or nothing")
	}
	if again.NotAfter.Sub(again.NotBefore) != old.NotAfter.Sub(old.NotBefore) {
		t.Errorf("it lived %s and now lives %s", old.NotAfter.Sub(old.NotBefore), again.NotAfter.Sub(again.NotBefore))
	}
	old = again

	s.ok("rotate --ca")
	both := s.read("ca.pem")
	s.refused("rotate --ca", "being replaced already")
	s.refused("rotate --drop-old", "rotate first")
	if !s.believes(both, old, "order.coffee.internal", x509.ExtKeyUsageClientAuth) {
		t.Error("the old certificate does not count beside the new authority")
	}
	s.ok("rotate")
	fresh := s.certificate("order")
	if !s.believes(both, fresh, "order.coffee.internal", x509.ExtKeyUsageClientAuth) || s.believes(first, fresh, "", x509.ExtKeyUsageClientAuth) {
		t.Error("the new certificate is not the new authority's")
	}
	s.ok("rotate --drop-old")
	last := s.read("ca.pem")
	if !s.believes(last, fresh, "order.coffee.internal", x509.ExtKeyUsageClientAuth) || s.believes(last, old, "", x509.ExtKeyUsageClientAuth) {
		t.Error("the old authority still counts, or the new one does not")
	}
	for _, name := range []string{"ca.key.old", "ca.pem.new", "order.key.new"} {
		if _, err := os.Stat(filepath.Join(s.path, name)); !os.IsNotExist(err) {
			t.Errorf("%s is left", name)
		}
	}
	s.ok("issue --browser cafe.example.com")
}
