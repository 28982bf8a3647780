package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"coffee/app"
	"coffee/internal/httpx"
)

func healthCommand() *cobra.Command {
	var url string
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "health [PART...]",
		Short: "Ask whether a gateway, or the named parts on this machine, are ready; exit 0 if so",
		Long: `Asks the gateway at --url for /health/ready and prints its answer; with names, asks those parts
where they listen on this machine (COFFEE_<PART>_LISTEN, with their own certificate). Exits 0 when
all are ready and 1 when one is not or does not answer: what a container or a supervisor needs.`,
		Example: `  coffee health
  coffee health --url http://localhost:8080
  coffee health order`,
		Args:      parts(0),
		ValidArgs: app.All(),
		RunE: func(c *cobra.Command, parts []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			if len(parts) > 0 {
				return askParts(ctx, c.OutOrStdout(), parts)
			}
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health/ready", nil)
			if err != nil {
				return err
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return fmt.Errorf("not ready: %w", err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
			fmt.Fprintln(c.OutOrStdout(), string(body))
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("not ready: %s", response.Status)
			}
			return nil
		},
	}
	c.Flags().StringVar(&url, "url", httpx.DefaultURL(), "address of the gateway")
	c.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "how long to wait for the answer")
	return c
}

func askParts(ctx context.Context, out io.Writer, parts []string) error {
	config, err := app.Load(app.Getenv)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := app.Ask(ctx, config, part); err != nil {
			return err
		}
		fmt.Fprintln(out, part, "is ready")
	}
	return nil
}
