package app

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
)

// TestCertificatesThatDoNotStart: what is missing is named by its variable, and nothing is served without it.
func TestCertificatesThatDoNotStart(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for name, test := range map[string]struct {
		parts []string
		set   map[string]string
		want  string
	}{
		"a service without its certificate": {[]string{"cafe"}, map[string]string{"COFFEE_CERTS": nowhere}, "coffee certs issue cafe"},
		"a frontend without its certificate": {[]string{"frontend"}, map[string]string{
			"COFFEE_TLS_CERT": nowhere, "COFFEE_TLS_KEY": nowhere, "COFFEE_PUBLIC_URL": "https://localhost:8080",
		}, "COFFEE_TLS_CERT"},
		"a frontend without the authority": {[]string{"frontend"}, map[string]string{
			"COFFEE_CERTS": nowhere, "COFFEE_GATEWAY_URL": "https://gateway:5000",
		}, "COFFEE_GATEWAY_URL"},
	} {
		test.set["COFFEE_DATA"] = t.TempDir()
		for _, listen := range []string{"COFFEE_CAFE_LISTEN", "COFFEE_FRONTEND_LISTEN"} {
			test.set[listen] = "127.0.0.1:0"
		}
		config, err := Load(env(test.set))
		if err != nil {
			t.Fatal(err)
		}
		a, err := Open(t.Context(), config, Options{Parts: test.parts, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			_ = a.close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, test.want)
		}
	}
}
