package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"coffee/app"
	"coffee/tool/certs"
)

func secretsCommand() *cobra.Command {
	options := app.SecretOptions{}
	var browser []string
	steps := map[string]*[]string{app.DrawNextKey: {}, app.UseNextKey: {}, app.DropOldKey: {}}
	c := &cobra.Command{
		Use:   "secrets FOLDER",
		Short: "Draw the secrets and certificates of a deployment on MySQL, a folder for each part",
		Long: `Writes the secrets of a fleet into a folder, one sub-folder for each part, so that none holds
another's: database URLs with drawn passwords, the keys that sign passports, certificates, the
operator token, the MySQL administrator's password. What is there is kept, so that it can run before
every start; nothing is printed. The parts read them through COFFEE_<PART>_DATABASE_FILE and the
like, and "coffee migrate --grants --apply" makes the users.

FOLDER/authority is the folder of "coffee certs", with the key that signs: keep it away from the
parts. After "coffee certs rotate --dir FOLDER/authority" run this command again.

The key that a part signs passports with is replaced in three steps, --new-key, --use-key and
--drop-key; after each one bring the changed files to every part and start the parts again, one
after the other. Nobody is refused meanwhile.`,
		Example: `  coffee secrets ./secrets --server 'tcp(db.internal:3306)' --browser coffee.example.com
  coffee secrets ./secrets --new-key gateway`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := app.MakeSecrets(args[0], options); err != nil {
				return err
			}
			if err := makeCertificates(c, args[0], browser); err != nil {
				return fmt.Errorf("certificates: %w", err)
			}
			for step, parts := range steps {
				for _, part := range *parts {
					if err := app.ReplaceKey(args[0], part, step); err != nil {
						return err
					}
				}
			}
			if body, err := os.ReadFile(filepath.Join(args[0], "gateway", "database")); err == nil &&
				c.Flags().Changed("server") && !strings.Contains(string(body), "@"+options.Server+"/") {
				fmt.Fprintf(c.ErrOrStderr(), "coffee: the database URLs in %s were drawn before and stay; they name another server than %s\n", args[0], options.Server)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the secrets are in %s\n", args[0])
			return err
		},
	}
	c.Flags().StringVar(&options.Server, "server", "tcp(mysql:3306)", "the MySQL server, as the parts reach it")
	c.Flags().StringVar(&options.Prefix, "prefix", "coffee_", "what the names of schemas and users begin with")
	c.Flags().StringSliceVar(&browser, "browser", []string{"localhost", "127.0.0.1"}, "hosts by which browsers reach the frontend")
	c.Flags().StringSliceVar(steps[app.DrawNextKey], "new-key", nil, "parts that get a second key for passports, which everybody is told of")
	c.Flags().StringSliceVar(steps[app.UseNextKey], "use-key", nil, "parts that sign with their second key from now on")
	c.Flags().StringSliceVar(steps[app.DropOldKey], "drop-key", nil, "parts whose former key nobody is to believe any more")
	c.MarkFlagsMutuallyExclusive("new-key", "use-key", "drop-key")
	return c
}

// makeCertificates makes what is missing of the chain's certificates and gives each part its own. The gateway's name
// is the one by which the frontend reaches it.
func makeCertificates(c *cobra.Command, folder string, browser []string) error {
	authority := filepath.Join(folder, "authority")
	if err := unlessThere(filepath.Join(authority, "ca.pem"), c, authority, []string{"init"}); err != nil {
		return err
	}
	for _, part := range app.Identified() {
		if err := unlessThere(filepath.Join(authority, part+".pem"), c, authority, []string{"issue", part}); err != nil {
			return err
		}
	}
	issue := append([]string{"issue", "--browser", "gateway"}, browser...)
	if err := unlessThere(filepath.Join(authority, "browser.pem"), c, authority, issue); err != nil {
		return err
	}
	for _, part := range append(app.Identified(), "frontend") {
		files := []string{"ca.pem", part + ".pem", part + ".key"}
		switch part {
		case "gateway":
			files = append(files, "browser.pem", "browser.key")
		case "frontend": // calls as a browser does
			files = []string{"ca.pem", "browser.pem", "browser.key"}
		}
		for _, name := range files {
			if err := copyFile(filepath.Join(authority, name), filepath.Join(folder, part, "certs", name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlessThere runs a subcommand of `coffee certs`, which never overwrites, where its file is missing.
func unlessThere(file string, c *cobra.Command, folder string, arguments []string) error {
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	command := certs.Command(app.Identified(), folder)
	command.SilenceUsage, command.SilenceErrors = true, true
	command.SetOut(io.Discard)
	command.SetArgs(arguments)
	return command.ExecuteContext(c.Context())
}

func copyFile(from, to string) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(to+".new", body, 0o600); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
