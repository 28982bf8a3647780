package main

import (
	"fmt"
	"strings"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the values of literals; without a driver the parser panics
)

// check parses one or more statements and returns how many there are and what is wrong with them. What TiDB's parser
// does not know at all (RETURNING, triggers) is wrong as a whole.
func check(text string) (int, []string) {
	p := parser.New()
	parsed, _, err := p.ParseSQL(text)
	if err != nil {
		return 0, []string{"TiDB's parser refuses it: " + err.Error()}
	}
	v := &visitor{}
	for _, statement := range parsed {
		statement.Accept(v)
	}
	return len(parsed), v.problems
}

// visitor looks for what docs/stores.md forbids.
type visitor struct{ problems []string }

func (v *visitor) report(format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf(format, args...))
}

func (v *visitor) Leave(n ast.Node) (ast.Node, bool) { return n, true }

func (v *visitor) Enter(n ast.Node) (ast.Node, bool) {
	switch n := n.(type) {
	case *ast.SelectStmt:
		if n.LockInfo != nil && n.LockInfo.LockType != ast.SelectLockNone {
			v.report("a locking read (%s): take the lock with a guarded UPDATE first", n.LockInfo.LockType)
		}
	case *ast.InsertStmt:
		switch {
		case n.IsReplace:
			v.report("REPLACE: insert, and on a duplicate read or update")
		case len(n.OnDuplicate) > 0:
			v.report("an upsert: insert, and on a duplicate read or update")
		case n.IgnoreErr:
			v.report("INSERT IGNORE swallows more than duplicates")
		}
	case *ast.UpdateStmt:
		v.order(n.Order, n.Limit)
	case *ast.DeleteStmt:
		v.order(n.Order, n.Limit)
	case *ast.RowExpr:
		v.report("a row value: MariaDB scans; write a < ? OR (a = ? AND id < ?)")
	case *ast.FuncCallExpr:
		v.function(n.FnName.L)
	case *ast.ColumnDef:
		if n.Tp.GetType() == mysql.TypeJSON {
			v.report("column %s is JSON: MySQL and TiDB reformat it; store text or bytes", n.Name.Name.O)
		}
		if mysql.HasUnsignedFlag(n.Tp.GetFlag()) {
			v.report("column %s is UNSIGNED: SQLite has no such thing, and Go reads it as uint64", n.Name.Name.O)
		}
		for _, option := range n.Options {
			if option.Tp == ast.ColumnOptionAutoIncrement {
				v.report("column %s is AUTO_INCREMENT: ids are made by the application", n.Name.Name.O)
			}
		}
	case *ast.ReferenceDef:
		// The parser leaves the options in place also where the statement has none.
		if n.OnDelete != nil && n.OnDelete.ReferOpt != ast.ReferOptionNoOption || n.OnUpdate != nil && n.OnUpdate.ReferOpt != ast.ReferOptionNoOption {
			v.report("a foreign key that changes rows by itself (CASCADE)")
		}
	}
	return n, false
}

func (v *visitor) order(order *ast.OrderByClause, limit *ast.Limit) {
	if order != nil || limit != nil {
		v.report("UPDATE or DELETE with ORDER BY or LIMIT: SQLite has neither")
	}
}

func (v *visitor) function(name string) {
	switch {
	case strings.HasPrefix(name, "json"):
		v.report("%s: JSON functions differ between engines", strings.ToUpper(name))
	case name == "get_lock", name == "release_lock", name == "sleep", name == "benchmark", name == "load_file":
		v.report("%s in a store: locks and waiting are the migrator's", strings.ToUpper(name))
	case name == "now", name == "current_timestamp", name == "sysdate", name == "utc_timestamp", name == "uuid", name == "rand":
		v.report("%s: time, ids and chance come from the application", strings.ToUpper(name))
	}
}
