package main

import (
	"context"
	"encoding/json"
	"errors"
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

func startForRealCommand() *cobra.Command {
	client := &httpx.Client{}
	var tokenFile string
	var yes bool
	c := &cobra.Command{
		Use:   "start-for-real",
		Short: "Archive the demonstration chain and keep its menu with recipes as a start",
		Long: `Archives the three demonstration cafés of a running system: their devices and people can no longer sign in,
and they leave the lists. Their sales stay readable. The menu with its recipes and ingredients stays, as a
start for your own; edit it, then make your cafés. The demonstration's admin account stays until you remove it:
create your own first (coffee admin create NAME), then "coffee admin remove owner".`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if !yes {
				return errors.New("this archives the demonstration cafés for good; say --yes")
			}
			if client.Token, err = httpx.OperatorToken(tokenFile); err != nil {
				return err
			}
			archived, err := archiveDemonstration(c.Context(), client)
			if err != nil {
				return err
			}
			config, err := app.Load(app.Getenv)
			if err == nil {
				err = app.ForgetFirstRun(config)
			}
			if err != nil {
				return err
			}
			if len(archived) == 0 {
				_, err = fmt.Fprintln(c.OutOrStdout(), "There is no demonstration café any more; nothing was changed.")
				return err
			}
			for _, name := range archived {
				fmt.Fprintf(c.OutOrStdout(), "archived  %s\n", name)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "The menu stays. Next: coffee admin create NAME, then PUT /api/v1/cafes/{id} for each of your cafés.")
			return err
		},
	}
	c.Flags().StringVar(&client.URL, "url", httpx.DefaultURL(), "address of the gateway")
	c.Flags().StringVar(&tokenFile, "token-file", "", "operator token (default <COFFEE_DATA>/operator.token)")
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}

// archiveDemonstration archives every café whose origin is the demonstration; again is harmless.
func archiveDemonstration(ctx context.Context, client *httpx.Client) ([]string, error) {
	var demonstration []cafe
	for cursor := ""; ; {
		var page struct {
			Cafes      []cafe `json:"cafes"`
			NextCursor string `json:"next_cursor"`
		}
		if err := client.Do(ctx, http.MethodGet, "/api/v1/cafes?limit=200&cursor="+cursor, nil, "", &page); err != nil {
			return nil, err
		}
		for _, found := range page.Cafes {
			if found.Origin == "demonstration" && len(found.ArchivedAt) == 0 {
				demonstration = append(demonstration, found)
			}
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	var archived []string
	for _, found := range demonstration {
		if err := client.Do(ctx, http.MethodDelete, "/api/v1/cafes/"+found.ID, nil, "", nil); err != nil {
			return archived, err
		}
		archived = append(archived, found.Name)
	}
	return archived, nil
}

type cafe struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Origin     string          `json:"origin"`
	ArchivedAt json.RawMessage `json:"archived_at"`
}
