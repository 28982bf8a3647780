package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/rpc"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/tool/demo"
)

// setUp is what a first start needs from the parts.
type setUp struct {
	prepare func(context.Context) (token string, needed bool, err error)
}

// FirstRunOptions say how a start greets.
type FirstRunOptions struct {
	Empty    bool // no demonstration chain
	Terminal bool // a person reads the output: sign-ins may be shown
}

// FirstRun greets: on a system without any admin it makes the demonstration chain (loopback only) or prints the
// one-time set-up link; then it says where everything is. The parts must be running.
func (a *App) FirstRun(ctx context.Context, out io.Writer, options FirstRunOptions) error {
	started, err := a.demonstrationBegun()
	if err != nil {
		return err
	}
	token, needed, err := a.set.prepare(ctx)
	if err != nil {
		return err
	}
	demonstrate := started || (needed && !options.Empty)
	switch {
	case demonstrate && !a.loopback():
		fmt.Fprintln(out, "The demonstration chain is for loopback addresses only; this start is empty.")
		return a.greet(out, token, needed)
	case demonstrate:
		fmt.Fprintln(out, "First start: making a demonstration chain of three cafés …")
		if err := a.demonstrate(ctx, out, options.Terminal); err != nil {
			return fmt.Errorf("demonstration chain: %w", err)
		}
		return a.greet(out, "", false)
	}
	return a.greet(out, token, needed)
}

// PrintSetUp prints the set-up link where the admin login runs here and has no account yet.
func (a *App) PrintSetUp(ctx context.Context, out io.Writer) error {
	if a.set.prepare == nil {
		return nil
	}
	token, needed, err := a.set.prepare(ctx)
	if err != nil || !needed {
		return err
	}
	return a.printLink(out, token)
}

func (a *App) greet(out io.Writer, token string, needed bool) error {
	fmt.Fprintf(out, "\n  coffee   %s\n  gateway  %s (API documentation under /docs)\n", a.config.PublicURL, a.gatewayURL())
	if needed {
		return a.printLink(out, token)
	}
	if _, err := os.Stat(a.firstRunFile()); err == nil {
		fmt.Fprintf(out, "  sign-ins of the demonstration chain: %s\n", a.firstRunFile())
	}
	_, err := fmt.Fprintln(out)
	return err
}

func (a *App) printLink(out io.Writer, token string) error {
	// The token stands behind #: browsers do not send it, so it is in no log.
	_, err := fmt.Fprintf(out, "\nNobody can sign in yet. Make the first account of head office here, once:\n  %s/setup#%s\n\n", a.config.PublicURL, token)
	return err
}

func (a *App) loopback() bool {
	return Loopback(a.Address("gateway")) && Loopback(a.Address("frontend"))
}

func (a *App) firstRunFile() string { return a.config.path("first-run.json") }

// The marker says that the demonstration chain was begun; it holds the password that its account gets, so that a
// start which was killed half-way is completed by the next.
func (a *App) markerFile() string { return a.config.path("first-run.begun") }

func (a *App) demonstrationBegun() (bool, error) {
	_, err := os.Stat(a.markerFile())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (a *App) demonstrate(ctx context.Context, out io.Writer, show bool) error {
	password, err := secretFile(a.markerFile(), func() string { return base64.RawURLEncoding.EncodeToString(drawn(15)) })
	if err != nil {
		return err
	}
	services, err := a.asOperator()
	if err != nil {
		return err
	}
	begun := time.Now()
	result, err := demo.Fill(ctx, services, demo.Options{
		Now: now(), Seed: 1, AdminPassword: password,
		Progress: func(text string) { fmt.Fprintln(out, "  "+text) },
	})
	if err != nil {
		return err
	}
	result.URL, result.Gateway = a.config.PublicURL, a.gatewayURL()
	body, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.firstRunFile()+".new", append(body, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.Rename(a.firstRunFile()+".new", a.firstRunFile()); err != nil {
		return err
	}
	if err := os.Remove(a.markerFile()); err != nil {
		return err
	}
	fmt.Fprintf(out, "  done in %.1f s\n", time.Since(begun).Seconds())
	if show {
		printSignIns(out, result)
	}
	return nil
}

func printSignIns(out io.Writer, r demo.FirstRun) {
	fmt.Fprintf(out, "\n  head office  %s  %s\n", r.Admin.Username, r.Admin.Password)
	for _, c := range r.Cafes {
		fmt.Fprintf(out, "  %-20s access code %s\n", c.Name, c.AccessCode)
		for _, p := range c.People {
			fmt.Fprintf(out, "    %-12s %-8s PIN %s\n", p.Name, p.Role, p.PIN)
		}
	}
}

// ForgetSignIns removes the printed sign-ins: they end with the first change of credentials.
func (a *App) ForgetSignIns() {
	if err := ForgetFirstRun(a.config); err != nil {
		a.log.Error("cannot remove the demonstration's sign-ins", "error", err.Error())
	}
}

// ForgetFirstRun removes the printed sign-ins from the data folder; none there is fine.
func ForgetFirstRun(c Config) error {
	if err := os.Remove(c.path("first-run.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// asOperator gives clients of the services that call as the operator, through the gateway's identity.
func (a *App) asOperator() (demo.Services, error) {
	conns := map[string]grpc.ClientConnInterface{}
	for _, s := range Services {
		conn, err := a.conn("gateway", s.Name)
		if err != nil {
			return demo.Services{}, err
		}
		conns[s.Name] = &operatorConn{conn, a.keys.signers["gateway"]}
	}
	return demo.Services{
		Cafe:       cafepb.NewCafeServiceClient(conns["cafe"]),
		Login:      loginpb.NewLoginServiceClient(conns["login"]),
		AdminLogin: adminloginpb.NewAdminLoginServiceClient(conns["adminlogin"]),
		Menu:       menupb.NewMenuServiceClient(conns["menu"]),
		Inventory:  inventorypb.NewInventoryServiceClient(conns["inventory"]),
		Order:      orderpb.NewOrderServiceClient(conns["order"]),
	}, nil
}

// operatorConn shows an operator's passport with every call.
type operatorConn struct {
	grpc.ClientConnInterface
	signer *rpc.Signer
}

func (c *operatorConn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	token, err := c.signer.Sign(rpc.Passport{Kind: rpc.KindOperator, Subject: "operator", Role: "operator"})
	if err != nil {
		return err
	}
	return c.ClientConnInterface.Invoke(rpc.WithPassport(ctx, token), method, args, reply, opts...)
}

// operatorToken is the token of the command line: the one that is set, or the data folder's, made where there is none.
func operatorToken(c Config) (string, error) {
	if c.OperatorToken != "" {
		return c.OperatorToken, nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", fmt.Errorf("COFFEE_DATA: %w", err)
	}
	unlock, err := db.LockFile(context.Background(), c.path("operator.lock"))
	if err != nil {
		return "", err
	}
	defer func() { _ = unlock() }()
	return secretFile(c.path("operator.token"), newOperatorToken)
}

func newOperatorToken() string { return base64.RawURLEncoding.EncodeToString(drawn(32)) }

// gatewayURL is the gateway's address for people: as it was configured, or where it really listens.
func (a *App) gatewayURL() string {
	own := a.ownGateway()
	if real, err := url.Parse(own); err == nil && strings.HasPrefix(a.config.GatewayURL, real.Scheme+":") && strings.HasSuffix(a.config.GatewayURL, ":"+real.Port()) {
		return a.config.GatewayURL
	}
	return own
}
