package gateway

import (
	"embed"
	"io/fs"
	"net/http"

	"coffee/gateway/openapi"
	"coffee/internal/httpx"
)

//go:embed docs
var docsFolder embed.FS

func docsFiles() (*httpx.Files, error) {
	sub, err := fs.Sub(docsFolder, "docs")
	if err != nil {
		return nil, err
	}
	return httpx.NewFiles(sub, "/docs")
}

// showDocs answers GET /docs and its parts.
func (g *Gateway) showDocs(w http.ResponseWriter, r *http.Request, c *call) error {
	name := c.params["file"]
	if name == "" {
		name = "index.html"
	} else if !g.docs.Has(r.URL.Path) {
		return refuse(http.StatusNotFound, "Not found", "route_not_found", "There is no such file.")
	}
	httpx.Secure(w.Header(), httpx.PagePolicy)
	g.docs.Serve(w, r, name)
	return nil
}

// showOpenAPI answers GET /openapi.json.
func (g *Gateway) showOpenAPI(w http.ResponseWriter, r *http.Request, _ *call) error {
	openapi.Files.Serve(w, r, "openapi.json")
	return nil
}
