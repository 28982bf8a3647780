package main

import (
	"strings"
	"testing"
)

func TestForbidden(t *testing.T) {
	for _, test := range []struct{ sql, want string }{
		{"SELECT a FROM t WHERE id = ?", ""},
		{"SELECT CAST(COALESCE(SUM(a), 0) AS SIGNED) FROM t WHERE a < ? OR (a = ? AND id < ?) ORDER BY a LIMIT ?", ""},
		{"UPDATE t SET n = n - ? WHERE id = ? AND n >= ?", ""},
		{"INSERT INTO t (a, b) VALUES (?, ?), (?, ?)", ""},
		{"CREATE TABLE t (id BINARY(16) NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (id)); CREATE INDEX t_by_at ON t (at);", ""},
		{"SELECT a FROM t WHERE id = ? FOR UPDATE", "locking read"},
		{"SELECT a FROM t WHERE id = ? FOR UPDATE SKIP LOCKED", "locking read"},
		{"SELECT a FROM t WHERE id = ? LOCK IN SHARE MODE", "locking read"},
		{"SELECT a FROM (SELECT a FROM t FOR UPDATE) x", "locking read"},
		{"INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = ?", "upsert"},
		{"INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO NOTHING", "refuses"},
		{"REPLACE INTO t (a) VALUES (?)", "REPLACE"},
		{"INSERT IGNORE INTO t (a) VALUES (?)", "IGNORE"},
		{"INSERT INTO t (a) VALUES (?) RETURNING a", "refuses"},
		{"DELETE FROM t WHERE a = ? RETURNING a", "refuses"},
		{"DELETE FROM t WHERE a = ? LIMIT 5", "LIMIT"},
		{"SELECT a FROM t WHERE (a, b) < (?, ?)", "row value"},
		{"SELECT JSON_EXTRACT(a, '$.b') FROM t", "JSON_EXTRACT"},
		{"SELECT GET_LOCK('x', 10)", "GET_LOCK"},
		{"SELECT a FROM t WHERE at < NOW()", "NOW"},
		{"CREATE TABLE t (a JSON)", "JSON"},
		{"CREATE TABLE t (a BIGINT UNSIGNED NOT NULL)", "UNSIGNED"},
		{"CREATE TABLE t (a BIGINT NOT NULL AUTO_INCREMENT, PRIMARY KEY (a))", "AUTO_INCREMENT"},
		{"CREATE TABLE t (a BINARY(16), FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE)", "CASCADE"},
		{"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "refuses"},
		{"SELECT FROM WHERE", "refuses"},
	} {
		_, problems := check(test.sql)
		found := strings.Join(problems, "; ")
		if (test.want == "") != (found == "") || !strings.Contains(found, test.want) {
			t.Errorf("%s\n found %q, want %q", test.sql, found, test.want)
		}
	}
}

// TestStores holds the repository's own statements against the rules, and sees that none was passed over.
func TestStores(t *testing.T) {
	statements, err := collect("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range statements {
		n, problems := check(s.text)
		if n == 0 {
			t.Errorf("%s: no statement in it", s.where)
		}
		for _, problem := range problems {
			t.Errorf("%s: %s", s.where, problem)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(s.where, "../../"), ":")
		seen[path] = true
	}
	for _, want := range []string{"internal/audit/audit.go", "internal/guess/table.go", "service/order/store/migrations/00001_start.sql"} {
		if !seen[want] {
			t.Errorf("nothing was read from %s", want)
		}
	}
	if _, err := collect(t.TempDir()); err == nil {
		t.Error("a folder without stores passes")
	}
}
