package arch

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"coffee/app"
	"coffee/gateway"
	"coffee/internal/rpc"
	accesspb "coffee/proto/coffee/access/v1"
)

// TestArchitecture holds the repository against the rules.
func TestArchitecture(t *testing.T) {
	files, folders, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("only %d files were read; this test looks in the wrong place", len(files))
	}
	for _, v := range Check(files, folders, rpc.Calls) {
		t.Error(v)
	}
}

// TestEveryMethodHasARule finds the services in the contracts that are linked into the binary, not in a list.
func TestEveryMethodHasARule(t *testing.T) {
	var found []string
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(file.Package()), "coffee.") {
			for i := range file.Services().Len() {
				found = append(found, string(file.Services().Get(i).FullName()))
			}
		}
		return true
	})
	var listed []string
	for _, s := range app.Services {
		listed = append(listed, s.Contract)
	}
	slices.Sort(found)
	slices.Sort(listed)
	if !slices.Equal(found, listed) {
		t.Errorf("contracts %v, but app.Services lists %v", found, listed)
	}
	if _, err := rpc.Rules(found...); err != nil {
		t.Error(err)
	}
}

// TestEveryStoreHasASuite: a folder with migrations is a store, and a store is tested on every engine.
func TestEveryStoreHasASuite(t *testing.T) {
	var found int
	for _, pattern := range []string{"../../service/*/store/migrations", "../../gateway/*/migrations"} {
		stores, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, migrations := range stores {
			found++
			tests, err := filepath.Glob(filepath.Dir(migrations) + "/*_test.go")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(tests, func(file string) bool {
				body, err := os.ReadFile(file)
				return err == nil && strings.Contains(string(body), "dbtest.Each(")
			}) {
				t.Errorf("%s: no suite that runs on every engine (dbtest.Each)", filepath.Dir(migrations))
			}
		}
	}
	if found != len(app.Services)+1 {
		t.Errorf("%d stores, want one a service and the gateway's", found)
	}
}

// TestEffectsAgreeWithHTTP: what REST says of a call (GET changes nothing, PUT and DELETE do) the contract says, too.
func TestEffectsAgreeWithHTTP(t *testing.T) {
	routes, err := gateway.Routes()
	if err != nil {
		t.Fatal(err)
	}
	var contracts []string
	for _, s := range app.Services {
		contracts = append(contracts, s.Contract)
	}
	rules, err := rpc.Rules(contracts...)
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range routes {
		rule, ok := rules[route.RPC]
		if !ok {
			continue // the gateway's own
		}
		reads := rule.Effect == accesspb.Effect_EFFECT_READ
		switch route.Method {
		case http.MethodGet:
			if !reads {
				t.Errorf("%s %s is %s", route.Method, route.Path, rule.Effect)
			}
		case http.MethodPut, http.MethodDelete:
			if reads {
				t.Errorf("%s %s is %s", route.Method, route.Path, rule.Effect)
			}
		}
	}
}

// TestViolationsAreCaught breaks a sample in each way and sees it named.
func TestViolationsAreCaught(t *testing.T) {
	calls := map[string][]string{"order": {"menu"}}
	for name, sample := range map[string]struct {
		path, source, want string
	}{
		"a service imports another":         {"service/order/place.go", `import "coffee/service/menu"`, "imports service menu"},
		"the gateway touches SQL":           {"gateway/router.go", `import "database/sql"`, "no SQL"},
		"the gateway opens a database":      {"gateway/health.go", `import "coffee/internal/db"`, "no SQL"},
		"the gateway imports a service":     {"gateway/router.go", `import "coffee/service/order"`, "through their contracts only"},
		"another part's store":              {"tool/report/report.go", `import "coffee/service/order/store"`, "another part's store"},
		"grpc.go touches SQL":               {"service/order/grpc.go", `import "database/sql"`, "translates between contract and domain"},
		"grpc.go imports its store":         {"service/order/grpc.go", `import "coffee/service/order/store"`, "translates between contract and domain"},
		"a rule reads the clock's package":  {"service/order/order.go", `import "context"`, "rules are pure"},
		"a rule logs":                       {"service/order/order.go", `import "log/slog"`, "rules are pure"},
		"a rule draws a number":             {"service/order/price/price.go", `import "math/rand/v2"`, "rules are pure"},
		"a rule knows gRPC":                 {"service/order/order.go", `import "google.golang.org/grpc"`, "a rules file imports"},
		"a rule knows the database":         {"service/menu/menu.go", `import "coffee/internal/db"`, "a rules file imports"},
		"internal imports a service":        {"internal/audit/audit.go", `import "coffee/service/order"`, "plumbing"},
		"internal imports the gateway":      {"internal/rpc/server.go", `import "coffee/gateway/session"`, "plumbing"},
		"a tool knows services":             {"tool/importer/importer.go", `import "coffee/service/order"`, "only app"},
		"verify uses a use case":            {"tool/verify/verify.go", `import "coffee/service/order"`, "no use case"},
		"a call that the table forbids":     {"service/order/clients.go", `import cafepb "coffee/proto/coffee/cafe/v1"`, "may not call"},
		"the frontend knows gRPC":           {"web/web.go", `import "google.golang.org/grpc"`, "knows nothing of gRPC"},
		"a service knows the gateway":       {"service/order/service.go", `import "coffee/gateway"`, "what stands in front"},
		"a folder that nobody explains":     {"utils/strings.go", ``, "no row"},
		"a use case may import context":     {"service/order/place.go", "import \"context\"\nfunc (s *Service) Place(context.Context) {}", ""},
		"a rule may use money":              {"service/order/order.go", `import "coffee/internal/money"`, ""},
		"a test may reach anywhere":         {"service/order/order_test.go", `import "coffee/service/menu"`, ""},
		"app knows every service and store": {"app/services.go", "import (\n\"coffee/service/order\"\n\"coffee/service/menu/store\"\n)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			file := filepath.Join(root, sample.path)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("package sample\n"+sample.source+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			files, folders, err := Load(root)
			if err != nil {
				t.Fatal(err)
			}
			found := Check(files, folders, calls)
			if sample.want == "" {
				if len(found) > 0 {
					t.Errorf("refused without need: %v", found)
				}
				return
			}
			if !slices.ContainsFunc(found, func(v Violation) bool { return strings.Contains(v.Text, sample.want) }) {
				t.Errorf("not caught; found only %v", found)
			}
		})
	}
}
