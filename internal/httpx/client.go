package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Client calls one gateway.
type Client struct {
	URL   string // http://localhost:5000
	Token string // operator token
	HTTP  *http.Client
}

func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	for _, f := range p.Errors {
		text += fmt.Sprintf("; %s: %s", f.Field, f.Detail)
	}
	return fmt.Sprintf("%s (%d %s)", text, p.Status, p.Code)
}

// HasCode tells whether err is a problem with that code.
func HasCode(err error, code string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}

// Do sends body (nil: none) as JSON and reads the answer into out (nil: ignored). key, where the call needs one, is
// its Idempotency-Key. Errors: *Problem for what the gateway refused, else what kept the call from being answered.
func (c *Client) Do(ctx context.Context, method, path string, body any, key string, out any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, reader)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: time.Minute}
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%s does not answer (is coffee running? COFFEE_URL names the gateway): %w", c.URL, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		p := &Problem{}
		if json.Unmarshal(answer, p) != nil || p.Status == 0 {
			p = &Problem{Status: response.StatusCode, Code: "no_problem", Title: response.Status}
		}
		if wait, err := time.ParseDuration(response.Header.Get("Retry-After") + "s"); err == nil {
			p.RetryAfter = wait
		}
		return p
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s answered something else than JSON: %w", method, path, err)
	}
	return nil
}

// OperatorToken is the command line's token: that of a file, else of COFFEE_OPERATOR_TOKEN, or of the file which that
// variable's twin names, else the one that a start writes into its data folder.
func OperatorToken(file string) (string, error) {
	if file == "" {
		if token := os.Getenv("COFFEE_OPERATOR_TOKEN"); token != "" {
			return token, nil
		}
		file = os.Getenv("COFFEE_OPERATOR_TOKEN_FILE")
	}
	if file == "" {
		data := os.Getenv("COFFEE_DATA")
		if data == "" {
			data = "data"
		}
		file = filepath.Join(data, "operator.token")
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the operator token: %w (a start of coffee writes it; COFFEE_DATA, COFFEE_OPERATOR_TOKEN_FILE or --token-file say where)", err)
	}
	return strings.TrimSpace(string(body)), nil
}

// URLVariable names the gateway for the command line; LocalURL is where it is otherwise.
const (
	URLVariable = "COFFEE_URL"
	LocalURL    = "http://localhost:5000"
)

// DefaultURL is COFFEE_URL, or the gateway of this machine.
func DefaultURL() string {
	if url := os.Getenv(URLVariable); url != "" {
		return url
	}
	return LocalURL
}
