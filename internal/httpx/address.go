package httpx

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Loopback are the proxies trusted by default: those on this machine.
var Loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// ClientNetwork is where a request comes from, for counting and delaying: an IPv4 address, or the /64 of an IPv6 one.
// X-Forwarded-For counts only behind a trusted proxy, and only its right-most address that is none itself: whatever
// stands left of that, the client may have written.
func ClientNetwork(r *http.Request, trusted []netip.Prefix) string {
	peer, ok := address(r.RemoteAddr)
	if !ok {
		return "unknown"
	}
	isTrusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(peer); i-- {
		hop, ok := address(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		peer = hop
	}
	if peer.Is4() {
		return peer.String()
	}
	network, err := peer.WithZone("").Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}

// address reads an address with or without a port.
func address(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap(), err == nil
}
