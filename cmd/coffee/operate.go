package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"coffee/internal/httpx"
)

func healthCommand() *cobra.Command {
	var url string
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask a running gateway whether it is ready; exit 0 if so",
		Long: `Asks the gateway for /health/ready and prints its answer. Exits 0 when it is ready and 1 when it
is not or does not answer: what a container or a supervisor needs.`,
		Example: `  coffee health
  coffee health --url http://localhost:8080`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
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
