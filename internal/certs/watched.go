package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

const (
	// lookEvery bounds how often files are read again, however many connections are made.
	lookEvery = 2 * time.Second
	// warnBefore is how long before its end a certificate is complained about, once a day.
	warnBefore = 30 * 24 * time.Hour
)

// Present is what files say now.
type Present struct {
	Certificate tls.Certificate
	Authorities *x509.CertPool
}

// Watched are files that are read again when a connection is made and they have changed. What cannot be read (half
// written, a key that belongs to another certificate) leaves what was there in force, and is logged.
type Watched struct {
	files Files
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex
	bodies  [3][]byte
	present Present
	looked  time.Time
	warned  time.Time
}

// Watch reads the files for the first time; now is the clock (nil: the real one).
func Watch(files Files, log *slog.Logger, now func() time.Time) (*Watched, error) {
	if now == nil {
		now = time.Now
	}
	w := &Watched{files: files, log: log, now: now}
	bodies, err := w.read()
	if err != nil {
		return nil, err
	}
	if w.present, err = w.parse(bodies); err != nil {
		return nil, err
	}
	w.bodies, w.looked = bodies, now()
	w.warn()
	return w, nil
}

// Present gives what is in force, after a look at the files when the last one was a while ago.
func (w *Watched) Present() Present {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.now(); now.Sub(w.looked) >= lookEvery {
		w.looked = now
		w.look()
	}
	return w.present
}

func (w *Watched) look() {
	bodies, err := w.read()
	if err == nil && equal(bodies, w.bodies) {
		w.warn()
		return
	}
	if err == nil {
		// What can be used counts, though the rest cannot: a key that is being replaced keeps no new authority waiting.
		w.present, err = w.parse(bodies)
	}
	if err != nil {
		w.log.Error("changed certificates cannot be used; the ones before stay in force", "error", err.Error())
		return
	}
	w.bodies = bodies
	w.log.Info("certificates read again", "certificate", w.files.Certificate, "authorities", w.files.Authorities)
	w.warn()
}

func equal(a, b [3][]byte) bool {
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func (w *Watched) read() (bodies [3][]byte, err error) {
	for i, name := range []string{w.files.Authorities, w.files.Certificate, w.files.Key} {
		if name == "" {
			continue
		}
		if bodies[i], err = os.ReadFile(name); err != nil {
			return bodies, err
		}
	}
	return bodies, nil
}

// parse gives what the bodies say, and for what cannot be used what is in force.
func (w *Watched) parse(bodies [3][]byte) (Present, error) {
	p := w.present
	var problems []error
	if w.files.Authorities != "" {
		if pool := x509.NewCertPool(); pool.AppendCertsFromPEM(bodies[0]) {
			p.Authorities = pool
		} else {
			problems = append(problems, fmt.Errorf("%s holds no certificate", w.files.Authorities))
		}
	}
	if w.files.Certificate != "" {
		pair, err := tls.X509KeyPair(bodies[1], bodies[2])
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s with %s: %w", w.files.Certificate, w.files.Key, err))
		default:
			if err = w.usable(pair.Leaf, p.Authorities); err != nil {
				problems = append(problems, fmt.Errorf("%s %w", w.files.Certificate, err))
				break
			}
			p.Certificate = pair
		}
	}
	return p, errors.Join(problems...)
}

// usable tells whether anybody would believe a certificate that is shown: a part with another's, or with one of another
// authority, would be ready and be refused by all.
func (w *Watched) usable(leaf *x509.Certificate, authorities *x509.CertPool) error {
	now := w.now()
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("ended on %s", leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("counts from %s on, and the clock here says %s", leaf.NotBefore.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case w.files.Name == "" || authorities == nil:
		return nil
	}
	if err := leaf.VerifyHostname(w.files.Name); err != nil {
		return fmt.Errorf("is not for %s: %w", w.files.Name, err)
	}
	options := x509.VerifyOptions{Roots: authorities, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	if _, err := leaf.Verify(options); err != nil {
		return fmt.Errorf("is of no authority in %s: %w", w.files.Authorities, err)
	}
	return nil
}

// warn complains of a certificate that ends soon.
func (w *Watched) warn() {
	leaf, now := w.present.Certificate.Leaf, w.now()
	if leaf == nil || leaf.NotAfter.Sub(now) > warnBefore || now.Sub(w.warned) < 24*time.Hour {
		return
	}
	w.warned = now
	w.log.Warn("a certificate ends soon: coffee certs rotate", "certificate", w.files.Certificate, "ends", leaf.NotAfter.Format(time.DateOnly))
}

// WatchRoots gives what this machine believes, with the certificates of some files besides, read again when asked for.
// A file that cannot be read later on adds nothing.
func WatchRoots(files []string) (func() *x509.CertPool, error) {
	roots := func() (*x509.CertPool, error) {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool() // a container may have none
		}
		for _, name := range files {
			body, err := os.ReadFile(name)
			if err != nil {
				return pool, err
			}
			pool.AppendCertsFromPEM(body)
		}
		return pool, nil
	}
	if _, err := roots(); err != nil {
		return nil, err
	}
	return func() *x509.CertPool {
		pool, _ := roots()
		return pool
	}, nil
}
