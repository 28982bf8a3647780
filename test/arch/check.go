// Package arch reads the source of the whole repository and names what breaks the architecture. It parses imports
// itself: a test that asked `go list` would be answered from the test cache after a violation.
package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// File is what the rules need to know of one Go file.
type File struct {
	Path    string // service/order/place.go
	Imports []string
	UseCase bool // declares methods on *Service: a use case, not a rule
}

// Violation is one broken rule, with its reason.
type Violation struct{ Path, Text string }

func (v Violation) String() string { return v.Path + ": " + v.Text }

// topLevel are the folders of the root and why each exists.
var topLevel = map[string]string{
	"app":      "the composition root",
	"cmd":      "the binary",
	"deploy":   "containers",
	"docs":     "documentation",
	"gateway":  "REST, sessions and identity in front of the services",
	"internal": "plumbing without words of the trade",
	"proto":    "the contracts and the code generated from them",
	"service":  "the seven services; `ls service` prints the architecture",
	"test":     "tests of the whole",
	"tool":     "the programs behind subcommands that are no services",
	"web":      "the frontend",
}

// Load parses every Go file below root that git would keep; tests are left out, they may reach anywhere.
func Load(root string) ([]File, []string, error) {
	var files []File
	var folders []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if entry.IsDir() {
			if base := entry.Name(); relative != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || relative == "data") {
				return filepath.SkipDir
			}
			if relative != "." && !strings.Contains(relative, "/") {
				folders = append(folders, relative)
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parse(name, relative)
		if err != nil {
			return err
		}
		files = append(files, file)
		return nil
	})
	return files, folders, err
}

func parse(name, relative string) (File, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return File{}, err
	}
	tree, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return File{}, err
	}
	file := File{Path: relative}
	for _, i := range tree.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return File{}, err
		}
		file.Imports = append(file.Imports, imported)
	}
	for _, declaration := range tree.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Recv == nil || len(function.Recv.List) != 1 {
			continue
		}
		if star, ok := function.Recv.List[0].Type.(*ast.StarExpr); ok {
			if name, ok := star.X.(*ast.Ident); ok && name.Name == "Service" {
				file.UseCase = true
			}
		}
	}
	return file, nil
}

// Check holds the files and top-level folders against the rules. calls is who may call whom.
func Check(files []File, folders []string, calls map[string][]string) []Violation {
	var found []Violation
	for _, folder := range folders {
		if topLevel[folder] == "" {
			found = append(found, Violation{folder, "a new top-level folder that no row of test/arch explains"})
		}
	}
	for _, file := range files {
		c := checker{file: file, dir: path.Dir(file.Path), calls: calls}
		c.service()
		c.gateway()
		c.stores()
		c.rules()
		c.plumbing()
		c.breadth()
		c.contracts()
		found = append(found, c.found...)
	}
	return found
}

type checker struct {
	file  File
	dir   string
	calls map[string][]string
	found []Violation
}

func (c *checker) report(format string, args ...any) {
	c.found = append(c.found, Violation{c.file.Path, fmt.Sprintf(format, args...)})
}

// under gives the folder's name right below a parent: order for service/order/store.
func under(dir, parent string) string {
	rest, ok := strings.CutPrefix(dir, parent+"/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func touchesSQL(imported string) bool {
	return imported == "database/sql" || imported == "coffee/internal/db" || strings.HasPrefix(imported, "modernc.org/sqlite") ||
		strings.HasPrefix(imported, "github.com/go-sql-driver/mysql") || strings.HasPrefix(imported, "github.com/pressly/goose")
}

// translates tells whether a file stands between contract and domain: grpc.go, and grpc_<noun>.go where it is long.
func translates(name string) bool {
	base := path.Base(name)
	return base == "grpc.go" || strings.HasPrefix(base, "grpc_")
}

func (c *checker) service() {
	own := under(c.dir, "service")
	if own == "" {
		return
	}
	for _, imported := range c.file.Imports {
		if other := under(imported, "coffee/service"); other != "" && other != own {
			c.report("service %s imports service %s: another service exists only as a small interface, reached through its contract", own, other)
		}
		if c.dir == "service/"+own && translates(c.file.Path) && (touchesSQL(imported) || strings.HasSuffix(imported, "/store")) {
			c.report("%s imports %s: it translates between contract and domain, nothing else", path.Base(c.file.Path), imported)
		}
		if strings.HasPrefix(imported, "coffee/gateway") || imported == "coffee/app" || strings.HasPrefix(imported, "coffee/tool") || imported == "coffee/web" {
			c.report("a service imports %s: services know nothing of what stands in front of them", imported)
		}
	}
}

func (c *checker) gateway() {
	if (c.dir != "gateway" && under(c.dir, "gateway") == "") || c.dir == "gateway/session" || strings.HasPrefix(c.dir, "gateway/session/") {
		return
	}
	for _, imported := range c.file.Imports {
		if touchesSQL(imported) {
			c.report("the gateway imports %s: it holds no rule and no SQL; its only state is gateway/session", imported)
		}
		if strings.HasPrefix(imported, "coffee/service/") {
			c.report("the gateway imports %s: it reaches services through their contracts only", imported)
		}
	}
}

// stores: a store belongs to its service; the composition root alone puts the two together.
func (c *checker) stores() {
	for _, imported := range c.file.Imports {
		owner := under(imported, "coffee/service")
		if owner == "" || !strings.HasPrefix(imported, "coffee/service/"+owner+"/store") {
			continue
		}
		if !c.composes() && !strings.HasPrefix(c.dir, "service/"+owner+"/store") {
			c.report("imports %s: nobody touches another part's store", imported)
		}
	}
}

// ruleSubpackages are pure packages inside a service, with what they may import besides.
var ruleSubpackages = map[string][]string{
	"service/order/price":   nil,
	"service/order/journal": {"coffee/proto/coffee/order/v1", "google.golang.org/protobuf/proto"},
}

// impure are the standard library's packages that a rule may not use: time, chance and the world come in as arguments.
var impure = []string{
	"context", "crypto/rand", "database/sql", "embed", "expvar", "io/ioutil", "log", "math/rand", "math/rand/v2", "net",
	"os", "plugin", "runtime", "sync", "syscall", "testing", "unsafe",
}

func (c *checker) rules() {
	own := under(c.dir, "service")
	extra, sub := ruleSubpackages[c.dir]
	if own == "" || (!sub && c.dir != "service/"+own) {
		return
	}
	base := path.Base(c.file.Path)
	if !sub && (base == "service.go" || base == "clients.go" || translates(base) || c.file.UseCase) {
		return
	}
	for _, imported := range c.file.Imports {
		switch {
		case slices.Contains(extra, imported), slices.Contains([]string{"coffee/internal/money", "coffee/internal/errs", "coffee/internal/day"}, imported):
		case ruleSubpackages[strings.TrimPrefix(imported, "coffee/")] != nil || imported == "coffee/service/order/price" && own == "order":
		case !strings.Contains(strings.Split(imported, "/")[0], ".") && !strings.HasPrefix(imported, "coffee/"):
			for _, bad := range impure {
				if imported == bad || strings.HasPrefix(imported, bad+"/") {
					c.report("a rules file imports %s: rules are pure, time and chance and the world come in as arguments", imported)
				}
			}
		default:
			c.report("a rules file imports %s: rules use the standard library's pure packages, internal/money, errs and day", imported)
		}
	}
}

func (c *checker) plumbing() {
	if under(c.dir, "internal") == "" {
		return
	}
	for _, imported := range c.file.Imports {
		for _, above := range []string{"service", "gateway", "app", "tool", "web", "cmd", "test"} {
			if imported == "coffee/"+above || strings.HasPrefix(imported, "coffee/"+above+"/") {
				c.report("internal imports %s: plumbing knows no part of the house", imported)
			}
		}
	}
}

// composes tells whether this is a place where parts are put together: the composition root, and what tests of the
// whole put together for themselves.
func (c *checker) composes() bool { return c.dir == "app" || under(c.dir, "test") != "" }

func (c *checker) breadth() {
	if c.composes() {
		return
	}
	services := map[string]bool{}
	for _, imported := range c.file.Imports {
		if name := under(imported, "coffee/service"); name != "" {
			services[name] = true
		}
	}
	if len(services) == 0 {
		return
	}
	switch {
	case strings.HasPrefix(c.dir, "service/"): // service() says it
	case c.dir == "tool/verify":
		// The checker derives again what services derived, with the same pure code.
		for _, imported := range c.file.Imports {
			if under(imported, "coffee/service") != "" && imported != "coffee/service/analytics" && ruleSubpackages[strings.TrimPrefix(imported, "coffee/")] == nil && imported != "coffee/service/order/price" {
				c.report("verify imports %s: it reads databases and uses pure rules, no use case", imported)
			}
		}
	default:
		c.report("imports services: only app, the composition root, knows them")
	}
}

// contracts: whose generated client a service imports is whom it calls.
func (c *checker) contracts() {
	own := under(c.dir, "service")
	if own == "" {
		if c.dir == "web" || under(c.dir, "web") != "" {
			for _, imported := range c.file.Imports {
				if strings.HasPrefix(imported, "coffee/proto/") || strings.HasPrefix(imported, "google.golang.org/grpc") {
					c.report("the frontend imports %s: it talks to the gateway only and knows nothing of gRPC", imported)
				}
			}
		}
		return
	}
	for _, imported := range c.file.Imports {
		name := under(imported, "coffee/proto/coffee")
		if name == "" || name == own || name == "type" || name == "access" || slices.Contains(c.calls[own], name) {
			continue
		}
		c.report("service %s uses the contract of %s, which it may not call (rpc.Calls)", own, name)
	}
}
