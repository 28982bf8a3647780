// Package deploy holds the files under deploy/ against what the program knows of itself: the table of ports, the table
// of calls and the settings. It starts no container and asks no cluster; the deployed fleet itself runs in test/e2e.
package deploy

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"coffee/app"
	"coffee/internal/rpc"
)

// object is a decoded YAML map.
type object = map[string]any

// at reads a value by path: spec.template.spec.
func at(value any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		m, _ := value.(object)
		value = m[step]
	}
	return value
}

func text(value any, path string) string {
	s, _ := at(value, path).(string)
	return s
}

func list(value any, path string) []any {
	l, _ := at(value, path).([]any)
	return l
}

// documents reads every document of a YAML file.
func documents(t *testing.T, body []byte) []object {
	t.Helper()
	var all []object
	for decoder := yaml.NewDecoder(bytes.NewReader(body)); ; {
		var one object
		switch err := decoder.Decode(&one); {
		case err == nil:
			all = append(all, one)
		case err.Error() == "EOF":
			return all
		default:
			t.Fatal(err)
		}
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("../../deploy/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// calls is who calls whom, the frontend and the gateway included.
func calls() map[string][]string {
	all := maps.Clone(rpc.Calls)
	all["frontend"] = []string{"gateway"}
	for _, s := range app.Services {
		all["gateway"] = append(all["gateway"], s.Name)
	}
	return all
}

func ports() map[string]int {
	all := map[string]int{"gateway": app.GatewayPort, "frontend": app.FrontendPort}
	for _, s := range app.Services {
		all[s.Name] = s.Port
	}
	return all
}

// known are the variables that the program reads.
func known(t *testing.T) map[string]bool {
	t.Helper()
	var out bytes.Buffer
	if err := app.Print(&out, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		if name, _, _ := strings.Cut(line, " "); strings.HasPrefix(name, "COFFEE_") {
			names[name], names[name+"_FILE"] = true, true
		}
	}
	return names
}

// starts loads the configuration of one process as the program would, with its secrets where `coffee secrets` puts
// them, and looks whether everything it needs is set.
func starts(t *testing.T, part string, environment map[string]string, mounts map[string]string) {
	t.Helper()
	names := known(t)
	for name := range environment {
		if strings.HasPrefix(name, "COFFEE_") && !names[name] {
			t.Errorf("%s: nothing reads %s", part, name)
		}
	}
	config, err := app.Load(func(name string) string {
		value := environment[name]
		for mount, folder := range mounts {
			if rest, ok := strings.CutPrefix(value, mount); ok {
				return folder + rest
			}
		}
		return value
	})
	if err != nil {
		t.Errorf("%s does not start: %v", part, err)
		return
	}
	for _, callee := range calls()[part] {
		if callee != "gateway" && strings.HasPrefix(config.Address[callee], "localhost") {
			t.Errorf("%s calls %s and does not know where it is", part, callee)
		}
	}
	for _, s := range app.Services {
		if !slices.Contains(calls()[part], s.Name) && environment["COFFEE_"+strings.ToUpper(s.Name)+"_ADDRESS"] != "" {
			t.Errorf("%s is told where %s is, which it may not call", part, s.Name)
		}
	}
	if part == "migrate" {
		for name, url := range config.MigrateDB {
			if url == config.Database[name] || config.AdminDB == "" {
				t.Errorf("migrate: %s has no user for its schema, or there is no administrator", name)
			}
		}
		return
	}
	if config.Certs == "" || config.OpsListen == "" {
		t.Errorf("%s: certificates %q, operations at %q", part, config.Certs, config.OpsListen)
	}
	if part == "frontend" {
		if !strings.HasPrefix(config.GatewayURL, "https://gateway:") {
			t.Errorf("the frontend looks for the gateway at %s", config.GatewayURL)
		}
		return
	}
	if !strings.HasPrefix(config.Database[part], "mysql:") || config.TrustedKeys == "" {
		t.Errorf("%s lacks its database or the keys it trusts", part)
	}
	if _, err := os.Stat(filepath.Join(config.Keys, part+".key")); err != nil {
		t.Errorf("%s does not find its key: %v", part, err)
	}
	if part == "adminlogin" && config.SealKey == "" {
		t.Error("adminlogin has no key to seal second factors with: its replicas would make one each")
	}
	if part == "gateway" && config.OperatorToken == "" {
		t.Error("the gateway has no operator token: its replicas would make one each")
	}
}

// secrets are drawn once for a test.
func secrets(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := app.MakeSecrets(folder, app.SecretOptions{Server: "tcp(mysql:3306)", Prefix: "coffee_"}); err != nil {
		t.Fatal(err)
	}
	return folder
}
