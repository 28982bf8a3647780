// Package openapi holds the description of the REST interface. generate makes openapi.json from raw.json (which
// proto/generate makes from the contracts) and from the gateway's own routes; nobody edits either.
package openapi

import (
	"embed"

	"coffee/internal/httpx"
)

//go:embed openapi.json
var folder embed.FS

// Files serves openapi.json.
var Files = must(httpx.NewFiles(folder, ""))

func must(f *httpx.Files, err error) *httpx.Files {
	if err != nil {
		panic(err) // the document is embedded
	}
	return f
}
