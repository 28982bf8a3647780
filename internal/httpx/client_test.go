package httpx

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOperatorToken: what is said on the command line counts first, then the environment, then what a start left.
func TestOperatorToken(t *testing.T) {
	folder := t.TempDir()
	file := func(name, token string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	is := func(flag, want string) {
		t.Helper()
		if got, err := OperatorToken(flag); err != nil || got != want {
			t.Errorf("with %q: %q, %v, want %q", flag, got, err, want)
		}
	}
	t.Setenv("COFFEE_OPERATOR_TOKEN", "")
	t.Setenv("COFFEE_OPERATOR_TOKEN_FILE", "")
	t.Setenv("COFFEE_DATA", folder)
	if _, err := OperatorToken(""); err == nil {
		t.Error("a token from nowhere")
	}
	file("operator.token", "of the start")
	is("", "of the start")
	t.Setenv("COFFEE_OPERATOR_TOKEN_FILE", file("secret", "of a file"))
	is("", "of a file")
	t.Setenv("COFFEE_OPERATOR_TOKEN", "of the environment")
	is("", "of the environment")
	is(file("flag", "of the flag"), "of the flag")
}
