package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"coffee/internal/httpx"
)

// LeaveCommand is `coffee start-for-real`. forget removes the sign-ins that the first start wrote down.
func LeaveCommand(forget func() error) *cobra.Command {
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
			archived, err := Leave(c.Context(), client)
			if err != nil {
				return err
			}
			if err := forget(); err != nil {
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
	c.Flags().StringVar(&tokenFile, "token-file", "", "file of the operator token (default COFFEE_OPERATOR_TOKEN, else <COFFEE_DATA>/operator.token)")
	c.Flags().BoolVar(&yes, "yes", false, "do it")
	return c
}

// Leave archives every café whose origin is the demonstration, through the gateway, and names them; again is harmless.
func Leave(ctx context.Context, client *httpx.Client) ([]string, error) {
	var demonstration []listed
	for cursor := ""; ; {
		var page struct {
			Cafes      []listed `json:"cafes"`
			NextCursor string   `json:"next_cursor"`
		}
		if err := client.Do(ctx, http.MethodGet, "/api/v1/cafes?limit=200&cursor="+url.QueryEscape(cursor), nil, "", &page); err != nil {
			return nil, err
		}
		for _, found := range page.Cafes {
			if found.Origin == Origin && len(found.ArchivedAt) == 0 {
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

// listed is a café as the list shows it.
type listed struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Origin     string          `json:"origin"`
	ArchivedAt json.RawMessage `json:"archived_at"`
}
