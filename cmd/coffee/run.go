package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"coffee/app"
	"coffee/internal/rpc"
)

func runCommand() *cobra.Command {
	var empty bool
	c := &cobra.Command{
		Use:   "coffee",
		Short: "The system a café chain runs on",
		Long: `Runs everything in this process: the frontend on http://localhost:8080, the gateway on
http://localhost:5000, and the seven services behind them, on SQLite files under ./data.

The first start in an empty folder makes a small demonstration chain and prints how to sign in
(also kept in data/first-run.json). --empty starts with nothing but a one-time set-up link.
Every setting is an environment variable: see "coffee config".`,
		Example: `  coffee                       everything, with the demonstration chain on a first start
  coffee --empty               everything, with an empty system and a set-up link
  COFFEE_DATA=/srv/coffee coffee`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, _ []string) error {
			return run(c, app.Options{}, func(a *app.App) error {
				return a.FirstRun(c.Context(), c.OutOrStdout(), app.FirstRunOptions{Empty: empty, Terminal: terminal(c.OutOrStdout())})
			})
		},
	}
	c.Flags().BoolVar(&empty, "empty", false, "no demonstration chain: print a one-time set-up link instead")
	return c
}

func serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve PART...",
		Short: "Run only the named parts, over TCP",
		Long: `Runs the named parts, each service listening on its own port and calling the others over gRPC.
The parts are the seven services, gateway and frontend; a fleet runs one process for each.
Where a part listens and where it finds the others: COFFEE_<PART>_LISTEN, COFFEE_<PART>_ADDRESS.`,
		Example: `  coffee serve order menu      two services, on ports 5002 and 5005
  coffee serve gateway`,
		Args:      parts(1),
		ValidArgs: app.All(),
		RunE: func(c *cobra.Command, parts []string) error {
			return run(c, app.Options{Parts: parts}, func(a *app.App) error { return a.PrintSetUp(c.Context(), c.OutOrStdout()) })
		},
	}
}

// parts accepts names of parts, at least so many.
func parts(least int) cobra.PositionalArgs {
	return func(_ *cobra.Command, names []string) error {
		for _, name := range names {
			if !slices.Contains(app.All(), name) {
				return fmt.Errorf("there is no part %q; the parts are %s", name, strings.Join(app.All(), ", "))
			}
		}
		if len(names) < least {
			return fmt.Errorf("name a part; the parts are %s", strings.Join(app.All(), ", "))
		}
		return nil
	}
}

// run opens the parts, lets ready say what there is to say once they answer, and serves until a signal.
func run(c *cobra.Command, options app.Options, ready func(*app.App) error) error {
	config, err := app.Load(app.Getenv)
	if err != nil {
		config.LogFormat = app.Getenv("COFFEE_LOG_FORMAT") // it may not have come so far
	}
	options.Log = logger(config, c.ErrOrStderr())
	if err == nil {
		for _, name := range app.Unknown(app.Environ()) {
			options.Log.Warn("nobody reads this variable; \"coffee config\" lists those that count", "variable", name)
		}
		err = serve(c, config, options, ready)
	}
	if err != nil && config.LogFormat == "json" {
		options.Log.Error("coffee failed", "error", err.Error())
		return errSaid // whoever reads the log as JSON is to find nothing else there
	}
	return err
}

// errSaid is an error that was told already.
var errSaid = errors.New("see the log")

func serve(c *cobra.Command, config app.Config, options app.Options, ready func(*app.App) error) error {
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	a, err := app.Open(ctx, config, options)
	if err != nil {
		return err
	}
	if len(options.Parts) > 0 {
		options.Log.Info("coffee serves", "version", versionText(), "addresses", a.Addresses())
		defer options.Log.Info("coffee has ended")
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	if err := ready(a); err != nil && ctx.Err() == nil {
		stop()
		return errors.Join(err, <-ended)
	}
	return <-ended
}

func logger(config app.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(config.LogLevel)) // validated at start
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	if config.LogFormat == "json" {
		handler = slog.NewJSONHandler(w, options)
	}
	return slog.New(rpc.LogHandler(handler))
}

// terminal tells whether secrets may be shown: to a person, never into a file or a log.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print every setting with its value, where it comes from and what it means",
		Long: `Prints every setting with the value in force. Passwords in database URLs are masked. Says which
COFFEE_ variables of the environment nobody reads, and ends with status 1 when a start would be refused.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := app.Print(c.OutOrStdout(), app.Getenv); err != nil {
				return err
			}
			for _, name := range app.Unknown(app.Environ()) {
				fmt.Fprintf(c.ErrOrStderr(), "coffee: nobody reads %s\n", name)
			}
			_, err := app.Load(app.Getenv)
			if err != nil {
				return fmt.Errorf("this configuration does not start:\n%w", err)
			}
			return nil
		},
	}
}
