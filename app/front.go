package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/grpc"

	"coffee/gateway"
	"coffee/gateway/session"
	"coffee/internal/httpx"
	"coffee/web"
)

func buildGateway(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "gateway")
	if err != nil {
		return err
	}
	conns := map[string]grpc.ClientConnInterface{}
	for _, s := range Services {
		if conns[s.Name], err = a.conn("gateway", s.Name); err != nil {
			return err
		}
	}
	g, err := gateway.New(gateway.Deps{
		Conns:    func(service string) grpc.ClientConnInterface { return conns[service] },
		Sessions: session.New(d), Signer: a.keys.signers["gateway"], Now: now, NewID: newID, Log: a.log,
		PublicURL: a.config.PublicURL, TrustedProxies: a.config.TrustedProxies, OperatorToken: a.operator,
		CredentialsChanged: a.ForgetSignIns, Timeout: a.options.CallTimeout, Watch: a.watch,
	})
	if err != nil {
		return err
	}
	return a.serveBrowsers(website{name: "gateway", server: httpx.Server(g, a.log), run: g.Run, leave: g.Leave})
}

func buildFrontend(_ context.Context, a *App) error {
	address := a.config.GatewayURL
	if own := a.ownGateway(); own != "" {
		address = own // in one process the frontend finds the gateway that really listens
	}
	trust, err := a.config.trust(address)
	if err != nil {
		return fmt.Errorf("COFFEE_GATEWAY_URL: %w", err)
	}
	f, err := web.New(web.Deps{GatewayURL: address, TLS: trust, HTTPS: strings.HasPrefix(a.config.PublicURL, "https:"), Log: a.log})
	if err != nil {
		return err
	}
	return a.serveBrowsers(website{name: "frontend", server: httpx.Server(f, a.log)})
}

// serveBrowsers notes a part that browsers come to, with TLS before it when there is a certificate. While it leaves,
// every answer is the last on its connection: the next request finds somebody who stays.
func (a *App) serveBrowsers(w website) (err error) {
	answers := w.server.Handler
	w.server.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if a.ready.leaving.Load() {
			rw.Header().Set("Connection", "close")
		}
		answers.ServeHTTP(rw, r)
	})
	w.listener, err = a.config.forBrowsers(w.name, a.options.Listeners[w.name], a.log)
	a.webs = append(a.webs, w)
	return err
}

// ownGateway is where the gateway of this process listens; empty when it has none.
func (a *App) ownGateway() string {
	own := a.Address("gateway")
	switch {
	case own == "":
		return ""
	case a.config.secureHTTP("gateway", own):
		return "https://" + own
	}
	return "http://" + own
}
