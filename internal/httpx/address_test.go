package httpx

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientNetwork(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		peer, want string
		forwarded  []string
	}{
		{"203.0.113.9:4711", "203.0.113.9", nil},
		{"203.0.113.9:4711", "203.0.113.9", []string{"198.51.100.1"}}, // not a proxy of ours
		{"127.0.0.1:1", "127.0.0.1", nil},
		{"127.0.0.1:1", "198.51.100.1", []string{"198.51.100.1"}},
		{"127.0.0.1:1", "198.51.100.1", []string{"6.6.6.6, 198.51.100.1"}},
		{"127.0.0.1:1", "198.51.100.1", []string{"6.6.6.6", "198.51.100.1, 10.1.2.3"}},
		{"127.0.0.1:1", "10.9.9.9", []string{"10.9.9.9"}},
		{"127.0.0.1:1", "127.0.0.1", []string{"junk"}},
		{"127.0.0.1:1", "10.1.2.3", []string{"junk, 10.1.2.3"}},
		{"127.0.0.1:1", "198.51.100.1", []string{"198.51.100.1:5555"}},
		{"[::1]:1", "2001:db8:1:2::/64", []string{"2001:db8:1:2:3:4:5:6"}},
		{"[2001:db8:1:2:ffff::1]:443", "2001:db8:1:2::/64", nil},
		{"[::ffff:203.0.113.9]:443", "203.0.113.9", nil},
		{"[fe80::1%eth0]:443", "fe80::/64", nil},
		{"@", "unknown", []string{"198.51.100.1"}},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := ClientNetwork(r, proxies); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
