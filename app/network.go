package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// validateNetwork refuses what would cross a network in the clear without anybody having said so.
func (c Config) validateNetwork() []error {
	var problems []error
	problem := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	clearRPC := func(variable, address string) {
		if !Loopback(address) && c.Certs == "" && !c.ClearRPC {
			problem("%s: calls to or from %s would cross the network in the clear. Make certificates (coffee certs init, coffee certs issue all) and name their folder in COFFEE_CERTS, or accept it with COFFEE_INSECURE_NETWORK=rpc", variable, address)
		}
	}
	for name, listen := range c.Listen {
		variable := "COFFEE_" + strings.ToUpper(name) + "_LISTEN"
		if !hostPort(listen) {
			problem("%s: %q is not host:port", variable, listen)
			continue
		}
		clearRPC(variable, listen)
	}
	for name := range c.Address {
		variable := "COFFEE_" + strings.ToUpper(name) + "_ADDRESS"
		for _, address := range c.addresses(name) {
			if !hostPort(address) {
				problem("%s: %q is not host:port, nor a comma-separated list of such", variable, c.Address[name])
				continue
			}
			clearRPC(variable, address)
		}
	}
	for name, listen := range map[string]string{"GATEWAY": c.GatewayListen, "FRONTEND": c.FrontendListen} {
		switch {
		case !hostPort(listen):
			problem("COFFEE_%s_LISTEN: %q is not host:port", name, listen)
		case !Loopback(listen) && c.TLSCert == "" && !c.ClearHTTP:
			problem("COFFEE_%s_LISTEN: on %s cookies would travel in the clear. Name a certificate in COFFEE_TLS_CERT and COFFEE_TLS_KEY (coffee certs issue --browser), or say that TLS is in front with COFFEE_INSECURE_NETWORK=http", name, listen)
		case !Loopback(listen) && !strings.HasPrefix(c.PublicURL, "https:"):
			problem("COFFEE_%s_LISTEN: browsers that come to %s need an https COFFEE_PUBLIC_URL", name, listen)
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		problems = append(problems, errors.New("COFFEE_TLS_CERT, COFFEE_TLS_KEY: a certificate and its key belong together"))
	}
	if c.TLSCert != "" && !strings.HasPrefix(c.PublicURL, "https:") {
		problem("COFFEE_PUBLIC_URL: with COFFEE_TLS_CERT browsers come by https, and %s is not", c.PublicURL)
	}
	if u, err := url.Parse(c.GatewayURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		problem("COFFEE_GATEWAY_URL: %q is not an http or https address", c.GatewayURL)
	} else if u.Scheme == "http" && !Loopback(u.Host) && !c.ClearHTTP {
		problem("COFFEE_GATEWAY_URL: the frontend would pass cookies on in the clear; use https, or accept it with COFFEE_INSECURE_NETWORK=http")
	}
	if c.OpsListen != "" && !hostPort(c.OpsListen) {
		problem("COFFEE_OPS_LISTEN: %q is not host:port", c.OpsListen)
	}
	return problems
}

func hostPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// addresses are where a service is found.
func (c Config) addresses(service string) []string {
	var all []string
	for address := range strings.SplitSeq(c.Address[service], ",") {
		all = append(all, strings.TrimPrefix(strings.TrimSpace(address), "dns:///"))
	}
	return all
}

// Loopback tells whether host (with or without port) can only be reached from this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}
