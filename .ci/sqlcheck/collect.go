package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// statement is SQL and where it stands.
type statement struct{ where, text string }

// files are where SQL may be written: a store's queries and migrations, and the Go files that hold a statement of
// their own. Statements that are put together at run time are not here; the suites run those.
var files = []string{
	"service/*/store/queries.sql", "service/*/store/migrations/*.sql", "service/*/store/*.go",
	"gateway/session/queries.sql", "gateway/session/migrations/*.sql", "gateway/session/*.go",
	"internal/audit/*.go", "internal/guess/*.go", "internal/keyed/*.go",
}

func collect(root string) ([]statement, error) {
	var all []statement
	for _, pattern := range files {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("no file matches %s: is %s the repository?", pattern, root)
		}
		for _, path := range found {
			read := sqlFile
			if strings.HasSuffix(path, ".go") {
				read = goFile
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			statements, err := read(path, string(body))
			if err != nil {
				return nil, err
			}
			all = append(all, statements...)
		}
	}
	return all, nil
}

var (
	named   = regexp.MustCompile(`(?m)^-- name: (\S+).*$`)
	oneArg  = regexp.MustCompile(`sqlc\.n?arg\(\w+\)`)
	manyArg = regexp.MustCompile(`sqlc\.slice\(\w+\)`)
)

// sqlFile splits queries.sql by its names; a migration is one piece, without what would take it back.
func sqlFile(path, body string) ([]statement, error) {
	body = manyArg.ReplaceAllString(oneArg.ReplaceAllString(body, "?"), "?")
	marks := named.FindAllStringSubmatchIndex(body, -1)
	if marks == nil {
		up, _, _ := strings.Cut(body, "-- +goose Down")
		return []statement{{path, up}}, nil
	}
	var all []statement
	for i, mark := range marks {
		end := len(body)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		all = append(all, statement{path + ", " + body[mark[2]:mark[3]], body[mark[1]:end]})
	}
	return all, nil
}

var verb = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE)\s+\S`)

// goFile finds the literals that are a whole statement: those that are not part of a longer expression.
func goFile(path, body string) ([]statement, error) {
	if strings.HasSuffix(path, "_test.go") {
		return nil, nil
	}
	positions := token.NewFileSet()
	tree, err := parser.ParseFile(positions, path, body, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []statement
	ast.Inspect(tree, func(n ast.Node) bool {
		if _, joined := n.(*ast.BinaryExpr); joined {
			return false
		}
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err == nil && verb.MatchString(text) {
			all = append(all, statement{positions.Position(literal.Pos()).String(), text})
		}
		return true
	})
	return all, nil
}
