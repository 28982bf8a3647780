package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	creates = regexp.MustCompile(`CREATE TABLE (\w+)`)
	writes  = map[string]*regexp.Regexp{
		"INSERT": regexp.MustCompile(`INSERT INTO (\w+)`),
		"UPDATE": regexp.MustCompile(`UPDATE (\w+)\s+SET`),
		"DELETE": regexp.MustCompile(`DELETE FROM (\w+)`),
	}
)

// tables are those that a part's migrations make.
func tables(t *testing.T, part string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := fs.WalkDir(migrations()[part], ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(migrations()[part], name)
		for _, match := range creates.FindAllStringSubmatch(string(body), -1) {
			found[match[1]] = true
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: no tables: %v", part, err)
	}
	return found
}

// written reads, from the statements in the Go code of a part's store and of what writes into it, which rows it
// inserts, updates and deletes.
func written(t *testing.T, part string) map[string]string {
	t.Helper()
	folder := "../service/" + part + "/store"
	if part == "gateway" {
		folder = "../gateway/session"
	}
	known, rights := tables(t, part), map[string][]string{}
	note := func(table, right string) {
		if known[table] && !slices.Contains(rights[table], right) {
			rights[table] = append(rights[table], right)
		}
	}
	for _, pattern := range []string{folder + "/*.go", folder + "/sqlc/*.go", "../internal/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range tree.Decls {
				statements(declaration, note)
			}
		}
	}
	joined := map[string]string{}
	for table, list := range rights {
		slices.Sort(list)
		joined[table] = strings.Join(list, ", ")
	}
	return joined
}

// statements notes what the string literals of a declaration write, and the tables of db.InsertRows. Where that is
// given a table by a variable, every table that the declaration names counts.
func statements(declaration ast.Decl, note func(table, right string)) {
	inserts := false
	var literals []string
	ast.Inspect(declaration, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				literals = append(literals, text)
			}
		case *ast.CallExpr:
			called, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || called.Sel.Name != "InsertRows" || len(n.Args) < 3 {
				return true
			}
			if table, ok := n.Args[2].(*ast.BasicLit); ok {
				name, _ := strconv.Unquote(table.Value)
				note(name, "INSERT")
			} else {
				inserts = true
			}
		}
		return true
	})
	for _, text := range literals {
		if inserts {
			note(text, "INSERT")
		}
		for right, pattern := range writes {
			for _, match := range pattern.FindAllStringSubmatch(text, -1) {
				note(match[1], right)
			}
		}
	}
}

// TestRights: the table of rights is exactly what the stores' statements need. A new statement shows here first, and
// not as a refusal of the server in the middle of the day.
func TestRights(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(rights)), slices.Sorted(maps.Keys(migrations())); !slices.Equal(got, want) {
		t.Fatalf("rights of %v, want of %v", got, want)
	}
	for part := range migrations() {
		want := written(t, part)
		if !maps.Equal(rights[part], want) {
			t.Errorf("%s: the statements need other rights than app/rights.go gives:", part)
			for _, table := range slices.Sorted(maps.Keys(want)) {
				if rights[part][table] != want[table] {
					t.Errorf("  %q: %q,", table, want[table])
				}
			}
			for table := range rights[part] {
				if want[table] == "" {
					t.Errorf("  %s is never written", table)
				}
			}
		}
	}
}

// TestHistoryIsAppendOnly: what proves the past can be added to and nothing else, whatever the statements say one day.
func TestHistoryIsAppendOnly(t *testing.T) {
	if got := rights["order"]["journal"]; got != "INSERT" {
		t.Errorf("the journal: %s", got)
	}
	for part := range rights {
		if got := rights[part]["audit"]; tables(t, part)["audit"] && got != "INSERT" {
			t.Errorf("%s may %s its audit", part, got)
		}
	}
}
