// Command generate makes gateway/openapi/openapi.json: the description of the REST interface as it really is. It
// takes raw.json, which a plugin makes from the contracts, the gateway's own routes from own.json, and who may call
// what from the access rules. proto/generate runs it.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"coffee/gateway"
)

//go:embed own.json
var own []byte

func main() {
	folder := "gateway/openapi"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := run(folder); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	raw, err := os.ReadFile(filepath.Join(folder, "raw.json"))
	if err != nil {
		return err
	}
	routes, err := gateway.Routes()
	if err != nil {
		return err
	}
	document, err := build(raw, own, routes)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "openapi.json"), document, 0o644) //nolint:gosec // a source file
}

func encode(document *object) ([]byte, error) {
	var out, pretty bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return nil, err
	}
	if err := json.Indent(&pretty, out.Bytes(), "", " "); err != nil {
		return nil, err
	}
	return pretty.Bytes(), nil
}
