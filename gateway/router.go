package gateway

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// handler answers one route. Its error becomes a problem, if nothing was written yet.
type handler func(http.ResponseWriter, *http.Request, *call) error

// router finds the route of a request. A path parameter is one segment and never empty; nothing is cleaned up or
// redirected: another spelling of a path is another path.
type router struct {
	bySize map[int][]*endpoint // by number of segments; fixed words before parameters
}

type endpoint struct {
	Route
	handler  handler
	segments []string // a parameter is "{name}"
	fixed    int
}

func newRouter() *router { return &router{bySize: map[int][]*endpoint{}} }

func (rt *router) add(route Route, h handler) {
	e := &endpoint{Route: route, handler: h, segments: strings.Split(route.Path[1:], "/")}
	for _, s := range e.segments {
		if s[0] != '{' {
			e.fixed++
		}
	}
	size := len(e.segments)
	rt.bySize[size] = append(rt.bySize[size], e)
	slices.SortStableFunc(rt.bySize[size], func(a, b *endpoint) int { return cmp.Compare(b.fixed, a.fixed) })
}

// match gives the endpoint and its path parameters; without one, the methods that the path does have.
func (rt *router) match(method, path string) (found *endpoint, params map[string]string, others []string) {
	if path == "" || path[0] != '/' || len(path) > 2048 {
		return nil, nil, nil
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(path[1:], "/")
	for _, e := range rt.bySize[len(segments)] {
		if !e.fits(segments) {
			continue
		}
		if e.Method != method {
			others = append(others, e.Method)
			continue
		}
		params = map[string]string{}
		for i, s := range e.segments {
			if s[0] == '{' {
				params[s[1:len(s)-1]] = segments[i]
			}
		}
		return e, params, nil
	}
	slices.Sort(others)
	return nil, nil, slices.Compact(others)
}

func (e *endpoint) fits(segments []string) bool {
	for i, s := range e.segments {
		if s[0] == '{' {
			if segments[i] == "" {
				return false
			}
		} else if s != segments[i] {
			return false
		}
	}
	return true
}
