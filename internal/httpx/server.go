package httpx

import (
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// The time limits of a server.
const (
	HeaderTimeout = 5 * time.Second
	// ReadTimeout cuts a client that sends its request a byte at a time.
	ReadTimeout = 10 * time.Second
	// WriteTimeout is longer than any answer may take to make; a stream sets its own for each write.
	WriteTimeout = 45 * time.Second
	IdleTimeout  = 90 * time.Second
	headerBytes  = 16 << 10
)

// Server is an http.Server that no slow client can hold. Address and shutdown are the caller's.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: HeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Secure sets the headers that every answer carries. policy is the Content-Security-Policy.
func Secure(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(), camera=(), microphone=(), payment=()")
}

// WithInlineScripts gives PagePolicy for a page that holds exactly these scripts in itself.
func WithInlineScripts(scripts []string) string {
	allowed := "script-src 'self'"
	for _, script := range scripts {
		sum := sha256.Sum256([]byte(script))
		allowed += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return strings.Replace(PagePolicy, "script-src 'self'", allowed, 1)
}

// OnlyHTTPS tells browsers to come to the request's host by https from now on, for a year. It is for chains whose public
// address is https. Other hosts of the same domain are not ours to decide about, and neither is localhost: whatever else
// answers there, on any port, would be cut off as well.
func OnlyHTTPS(h http.Header, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return
	}
	h.Set("Strict-Transport-Security", "max-age=31536000")
}

// The content policies: of answers that are data, and of pages whose parts all come from where they do.
const (
	DataPolicy = "default-src 'none'; frame-ancestors 'none'"
	PagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
