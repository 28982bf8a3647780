package webtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// firstLoad is what a screen may cost whoever comes for the first time: everything that goes over the wire until the page
// is at rest, heads, fonts and data included.
const firstLoad = 200_000

func TestFirstLoad(t *testing.T) {
	t.Parallel()
	for name, visit := range map[string]struct {
		path  string
		shows string // is there once the screen can be used
		who   func(*world) []*client
		look  as
	}{
		"order ahead":           {"/", "main a[href^='/order/']", nil, english},
		"order ahead in Arabic": {"/", "main a[href^='/order/']", nil, arabic},
		"counter":               {"/counter", "button.tile", barista, english},
		"counter in Arabic":     {"/counter", "button.tile", barista, arabic},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := aWorld(t)
			v := visitor(t, w.frontend, phone, visit.look)
			if visit.who != nil {
				v.with(visit.who(w)...)
			}
			p := v.tab()
			call(p, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
			p.goTo(visit.path)
			p.drawn(visit.shows)
			p.settled()
			total, report := weigh(p)
			t.Log(report)
			if total > firstLoad {
				t.Errorf("the first load of %s is %d bytes, more than %d", visit.path, total, firstLoad)
			}
			times := map[string]int{}
			for _, r := range p.watch.made() {
				if strings.Contains(r.url, "/_app/") && r.bytes > 0 {
					times[r.url]++
				}
			}
			for address, n := range times {
				if n > 1 {
					t.Errorf("%s came %d times: is its preload asked for in another way than the page asks?", address, n)
				}
			}
		})
	}
}

// weigh adds up what came over the wire, and lists the heaviest.
func weigh(p *page) (total int, report string) {
	made := p.watch.made()
	slices.SortStableFunc(made, func(a, b request) int { return int(b.bytes - a.bytes) })
	var lines []string
	for i, r := range made {
		total += int(r.bytes)
		if i < 12 && r.bytes > 0 {
			how := r.encoding
			if how == "" {
				how = "as it is"
			}
			lines = append(lines, fmt.Sprintf("%9d  %-9s %s", int(r.bytes), how, strings.TrimPrefix(r.url, p.origin)))
		}
	}
	return total, fmt.Sprintf("%d bytes in %d answers; the heaviest:\n%s", total, len(made), strings.Join(lines, "\n"))
}
