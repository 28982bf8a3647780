package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"coffee/internal/httpx"
)

// preloads knows which files each screen begins with (scripts/preloads.mjs wrote them down while building). Named in
// the head of a page's answer, a browser fetches them together with the page and not one layer after the other, which
// is most of the wait on a phone's network.
type preloads map[string]struct {
	Files []string            `json:"files"`
	Texts map[string][]string `json:"texts"` // by language
}

func readPreloads(files *httpx.Files) (preloads, error) {
	var p preloads
	if err := json.Unmarshal([]byte(files.Body("preloads.json")), &p); err != nil {
		return nil, fmt.Errorf("embedded preloads.json: %w", err)
	}
	page := files.Body("index.html")
	for path, screen := range p {
		known := func(names []string) ([]string, error) {
			kept := names[:0]
			for _, file := range names {
				if !files.Has(file) {
					return nil, fmt.Errorf("embedded preloads.json: %s needs %s, which is not there", path, file)
				}
				if !strings.Contains(page, file) { // the page names it itself
					kept = append(kept, file)
				}
			}
			return kept, nil
		}
		var err error
		if screen.Files, err = known(screen.Files); err != nil {
			return nil, err
		}
		for language, names := range screen.Texts {
			if screen.Texts[language], err = known(names); err != nil {
				return nil, err
			}
		}
		p[path] = screen
	}
	return p, nil
}

// name adds the files of the request's screen.
func (p preloads) name(h http.Header, r *http.Request) {
	screen, ok := p[screenOf(r.URL.Path)]
	if !ok {
		return
	}
	h.Add("Vary", "Accept-Language")
	var links []string
	for _, file := range append(screen.Files[:len(screen.Files):len(screen.Files)], screen.Texts[language(r)]...) {
		how := "modulepreload"
		if strings.HasSuffix(file, ".css") {
			how = "preload; as=style; crossorigin" // as Vite asks for it: otherwise it is fetched twice
		}
		links = append(links, "<"+file+">; rel="+how)
	}
	h.Set("Link", strings.Join(links, ", "))
}

// screenOf is the screen of a path: /order/{café} begins with other files than its cart.
func screenOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) == 2 && (parts[0] == "order" || parts[0] == "ready"):
		return "/" + parts[0]
	case len(parts) == 1:
		return "/" + parts[0]
	}
	return ""
}

// language is the one that the page will most likely choose: the reader's first that there is. The page may know
// better, from before; then three small files came for nothing.
func language(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch tag, _, _ = strings.Cut(strings.ToLower(tag), "-"); tag {
		case "en", "fr", "ar":
			return tag
		}
	}
	return "en"
}
