// Package admin is `coffee admin`: head office's accounts from a shell, through the gateway's REST API.
package admin

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"coffee/internal/httpx"
)

type account struct {
	ID             string `json:"id"`
	Username       string `json:"username"`
	CreatedAt      string `json:"created_at"`
	SecondFactorAt string `json:"second_factor_at"`
}

// Command is the subcommand with its own.
func Command() *cobra.Command {
	client := &httpx.Client{}
	var tokenFile string
	c := &cobra.Command{
		Use:   "admin",
		Short: "Accounts of head office: list, create, remove, reset a second factor",
		Long: `Works on the accounts of head office through the gateway (COFFEE_URL, default http://localhost:5000) with the
operator token that a start writes into its data folder. A way in when every password is lost: create a new
account, sign in, remove the old one.`,
		PersistentPreRunE: func(*cobra.Command, []string) (err error) {
			client.Token, err = httpx.OperatorToken(tokenFile)
			return err
		},
	}
	c.PersistentFlags().StringVar(&client.URL, "url", httpx.DefaultURL(), "address of the gateway")
	c.PersistentFlags().StringVar(&tokenFile, "token-file", "", "file of the operator token (default COFFEE_OPERATOR_TOKEN, else <COFFEE_DATA>/operator.token)")
	c.AddCommand(listCommand(client), createCommand(client), removeCommand(client), resetCommand(client))
	return c
}

func list(c *cobra.Command, client *httpx.Client) ([]account, error) {
	var all []account
	for cursor := ""; ; {
		var page struct {
			Admins     []account `json:"admins"`
			NextCursor string    `json:"next_cursor"`
		}
		if err := client.Do(c.Context(), "GET", "/api/v1/admins?cursor="+url.QueryEscape(cursor), nil, "", &page); err != nil {
			return nil, err
		}
		all = append(all, page.Admins...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
}

func listCommand(client *httpx.Client) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the accounts", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			accounts, err := list(c, client)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "USERNAME\tSINCE\tSECOND FACTOR\tID")
			for _, a := range accounts {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", a.Username, a.CreatedAt, cmp.Or(a.SecondFactorAt, "-"), a.ID)
			}
			return table.Flush()
		},
	}
}

func createCommand(client *httpx.Client) *cobra.Command {
	return &cobra.Command{
		Use:     "create USERNAME",
		Short:   "Create an account; its password (12 characters or more) is read from standard input",
		Example: `  read -rs P && printf %s "$P" | coffee admin create nadia`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			password, err := bufio.NewReader(io.LimitReader(c.InOrStdin(), 1024)).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if password = strings.TrimRight(password, "\r\n"); password == "" {
				return errors.New("no password on standard input")
			}
			id := uuid.Must(uuid.NewV7()).String()
			body := map[string]string{"username": args[0], "password": password}
			if err := client.Do(c.Context(), "PUT", "/api/v1/admins/"+id, body, "", nil); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s may sign in now.\n", args[0])
			return err
		},
	}
}

func removeCommand(client *httpx.Client) *cobra.Command {
	return &cobra.Command{
		Use: "remove USERNAME", Short: "Remove an account; its sessions end", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return onAccount(c, client, args[0], "DELETE", "", "%s is removed.\n")
		},
	}
}

func resetCommand(client *httpx.Client) *cobra.Command {
	return &cobra.Command{
		Use:   "reset-second-factor USERNAME",
		Short: "Switch the second factor of an account off whose phone and recovery codes are lost; its sessions end",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return onAccount(c, client, args[0], "DELETE", "/second-factor", "%s signs in with the password alone now.\n")
		},
	}
}

// onAccount does something to the account of a user name, and says so.
func onAccount(c *cobra.Command, client *httpx.Client, username, method, below, said string) error {
	accounts, err := list(c, client)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if strings.EqualFold(a.Username, username) {
			if err := client.Do(c.Context(), method, "/api/v1/admins/"+a.ID+below, nil, "", nil); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), said, a.Username)
			return err
		}
	}
	return fmt.Errorf("there is no account %q", username)
}
