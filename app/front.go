package app

import (
	"context"

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
		CredentialsChanged: a.ForgetSignIns, Timeout: a.options.CallTimeout,
	})
	if err != nil {
		return err
	}
	a.webs = append(a.webs, website{"gateway", a.options.Listeners["gateway"], httpx.Server(g, a.log), g.Run})
	return nil
}

func buildFrontend(_ context.Context, a *App) error {
	address := a.config.GatewayURL
	if own := a.Address("gateway"); own != "" {
		address = "http://" + own // in one process the frontend finds the gateway that really listens
	}
	f, err := web.New(web.Deps{GatewayURL: address, Log: a.log})
	if err != nil {
		return err
	}
	a.webs = append(a.webs, website{"frontend", a.options.Listeners["frontend"], httpx.Server(f, a.log), nil})
	return nil
}
