package httpx

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOnlyHTTPS: a host of its own is reached by https from then on; localhost, where other programs answer too, is not.
func TestOnlyHTTPS(t *testing.T) {
	for host, want := range map[string]bool{
		"coffee.example": true, "coffee.example:8080": true, "10.0.0.7:5000": true, "[fd00::1]:5000": true, "localhost.example": true,
		"localhost": false, "localhost:8080": false, "till.localhost:8080": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = host
		h := http.Header{}
		OnlyHTTPS(h, r)
		if got := h.Get("Strict-Transport-Security") != ""; got != want {
			t.Errorf("%s: sent %v, want %v", host, got, want)
		}
	}
}
