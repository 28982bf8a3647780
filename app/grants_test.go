package app

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// granted is a configuration over schemas and users that nobody has made yet, gone after the test.
func granted(t *testing.T, dsn string, parts ...string) Config {
	t.Helper()
	server, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Database: map[string]string{}, MigrateDB: map[string]string{}, AdminDB: "mysql:" + server.FormatDSN(), Data: t.TempDir()}
	random := make([]byte, 5)
	_, _ = rand.Read(random)
	for _, part := range parts {
		name := "c_" + hex.EncodeToString(random) + "_" + part
		url := func(user, password string) string {
			return fmt.Sprintf("mysql:%s:%s@%s(%s)/%s", user, password, server.Net, server.Addr, name)
		}
		c.Database[part], c.MigrateDB[part] = url(name, "r0w's-"+part), url(name+"_m", "schema-"+part)
		t.Cleanup(func() {
			for _, statement := range []string{"DROP USER IF EXISTS '" + name + "'", "DROP USER IF EXISTS '" + name + "_m'", "DROP DATABASE IF EXISTS `" + name + "`"} {
				administrator(t, c, statement)
			}
		})
	}
	return c
}

func administrator(t *testing.T, c Config, statement string) {
	t.Helper()
	if err := as(c.AdminDB, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// as runs a statement as the user of a database URL.
func as(url, statement string) error {
	pool, err := sql.Open("mysql", strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	_, err = pool.Exec(statement)
	return err
}

func grant(t *testing.T, c Config, revoke bool) {
	t.Helper()
	var out bytes.Buffer
	if err := Grants(t.Context(), c, nil, GrantOptions{Host: "%", Apply: true, Revoke: revoke}, &out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "r0w") || strings.Contains(out.String(), "schema-") {
		t.Errorf("a password is printed: %s", out.String())
	}
}

// TestLeastRights asks the server itself what each user may do.
func TestLeastRights(t *testing.T) { dbtest.EachServer(t, leastRights) }

func leastRights(t *testing.T, server string) {
	c := granted(t, server, "order", "menu", "gateway")
	grant(t, c, false)
	grant(t, c, true) // again, as at every upgrade
	schema := func(part string) string { return c.Database[part][strings.LastIndex(c.Database[part], "/")+1:] }
	const refused = true
	for _, test := range []struct {
		url, statement string
		refused        bool
	}{
		{c.Database["order"], "SELECT COUNT(*) FROM journal", false},
		{c.Database["order"], "INSERT INTO journal (cafe_id, seq, kind, order_id, payload, prev_hash, hash) VALUES ('', 1, '', '', '', '', '')", false},
		{c.Database["order"], "UPDATE journal SET payload = '' WHERE seq = 1", refused},
		{c.Database["order"], "DELETE FROM journal WHERE seq = 1", refused},
		{c.Database["order"], "TRUNCATE TABLE journal", refused},
		{c.Database["order"], "UPDATE head SET seq = 0", false},
		{c.Database["order"], "DELETE FROM head", refused},
		{c.Database["order"], "UPDATE audit SET actor = ''", refused},
		{c.Database["order"], "DELETE FROM audit", refused},
		{c.Database["order"], "DELETE FROM tender", refused},
		{c.Database["order"], "DELETE FROM open_order", false},
		{c.Database["order"], "ALTER TABLE orders ADD COLUMN x INT", refused},
		{c.Database["order"], "DROP TABLE journal", refused},
		{c.Database["order"], "CREATE TABLE x (id INT)", refused},
		{c.Database["order"], "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)", refused},
		{c.Database["order"], "SELECT * FROM `" + schema("menu") + "`.draft", refused},
		{c.Database["order"], "SELECT * FROM mysql.user", refused},
		{c.Database["menu"], "SELECT * FROM `" + schema("order") + "`.orders", refused},
		{c.Database["gateway"], "SELECT * FROM `" + schema("order") + "`.orders", refused},
		{c.Database["gateway"], "DELETE FROM sessions", false},
		{c.MigrateDB["order"], "CREATE TABLE x (id INT)", false},
		{c.MigrateDB["order"], "SELECT * FROM `" + schema("menu") + "`.draft", refused},
		{c.MigrateDB["order"], "CREATE TABLE `" + schema("menu") + "`.x (id INT)", refused},
	} {
		err := as(test.url, test.statement)
		var my *mysql.MySQLError
		switch denied := errors.As(err, &my) && slices.Contains([]uint16{1044, 1142, 8121}, my.Number); {
		case test.refused && !denied:
			t.Errorf("%s: %v, want the server to refuse it", test.statement, err)
		case !test.refused && err != nil:
			t.Errorf("%s: %v", test.statement, err)
		}
	}
}

// TestSurplusRightsGo: what somebody granted by hand is taken back, and a schema whose name differs only where _
// stands for any letter stays closed.
func TestSurplusRightsGo(t *testing.T) { dbtest.EachServer(t, surplusRightsGo) }

func surplusRightsGo(t *testing.T, server string) {
	c := granted(t, server, "order")
	grant(t, c, false)
	name := c.Database["order"][strings.LastIndex(c.Database["order"], "/")+1:]
	twin := strings.Replace(name, "_order", "Xorder", 1)
	administrator(t, c, "CREATE DATABASE `"+twin+"`")
	t.Cleanup(func() { administrator(t, c, "DROP DATABASE `"+twin+"`") })
	administrator(t, c, "CREATE TABLE `"+twin+"`.x (id INT)")
	if err := as(c.Database["order"], "SELECT * FROM `"+twin+"`.x"); err == nil {
		t.Errorf("%s opens %s", name, twin)
	}
	for _, extra := range []string{
		"ALL ON *.*", "ALL ON `" + name + "`.*", "ALL ON `" + twin + "`.*", "ALL ON `" + name + "`.audit", "UPDATE, DELETE ON `" + name + "`.journal",
		"UPDATE (payload, hash) ON `" + name + "`.journal",
	} {
		administrator(t, c, "GRANT "+extra+" TO '"+name+"'@'%'")
	}
	administrator(t, c, "GRANT SELECT ON `"+name+"`.attempt TO '"+name+"'@'%' WITH GRANT OPTION")
	role := name + "_role"
	administrator(t, c, "CREATE ROLE '"+role+"'")
	t.Cleanup(func() { administrator(t, c, "DROP ROLE '"+role+"'") })
	administrator(t, c, "GRANT DELETE ON `"+name+"`.order_line TO '"+role+"'")
	administrator(t, c, "GRANT '"+role+"' TO '"+name+"'@'%'")
	// Without being told it takes nothing: the version before may still run, and need it.
	grant(t, c, false)
	if err := as(c.Database["order"], "DELETE FROM journal"); err != nil {
		t.Fatalf("the extra rights are not there: %v", err)
	}
	grant(t, c, true)
	for _, statement := range []string{
		"DELETE FROM journal", "DROP TABLE journal", "UPDATE journal SET payload = ''", "DELETE FROM audit", "SELECT * FROM `" + twin + "`.x",
		"SELECT * FROM mysql.user", "SET ROLE '" + role + "'", "GRANT SELECT ON attempt TO '" + name + "_m'@'%'",
	} {
		if err := as(c.Database["order"], statement); err == nil {
			t.Errorf("%s is still allowed", statement)
		}
	}
	if err := as(c.Database["order"], "INSERT INTO attempt (order_id, n, outcome, at) VALUES ('', 1, '', 1)"); err != nil {
		t.Errorf("a right that is needed went too: %v", err)
	}
}

// TestStartWithoutTheRightToMigrate: a current schema starts; one that is behind says which command to run.
func TestStartWithoutTheRightToMigrate(t *testing.T) {
	dbtest.EachServer(t, startWithoutTheRightToMigrate)
}

func startWithoutTheRightToMigrate(t *testing.T, server string) {
	c := granted(t, server, "cafe", "menu")
	grant(t, c, false)
	c.MigrateDB = c.Database
	if err := c.migrate(t.Context(), "cafe", nil); err != nil {
		t.Errorf("a current schema: %v", err)
	}
	// Behind: the last migration's version is not there.
	administrator(t, c, "DELETE FROM `"+c.Database["cafe"][strings.LastIndex(c.Database["cafe"], "/")+1:]+"`.goose_db_version WHERE version_id = 2")
	err := c.migrate(t.Context(), "cafe", nil)
	if !errors.Is(err, db.ErrDenied) || !strings.Contains(err.Error(), "coffee migrate cafe") || strings.Contains(err.Error(), "r0w") {
		t.Errorf("behind: %v", err)
	}
}

func TestGrantsRefuse(t *testing.T) {
	const url = "mysql:%s:%s@tcp(db:3306)/%s"
	for _, test := range []struct{ migrate, run, host, want string }{
		{fmt.Sprintf(url, "m", "s3cret", "o"), fmt.Sprintf(url, "r", "s3cret", "o"), "%", ""},
		{fmt.Sprintf(url, "r", "s3cret", "o"), fmt.Sprintf(url, "r", "s3cret", "o"), "%", "two users"},
		{fmt.Sprintf(url, "m", "s3cret", "a"), fmt.Sprintf(url, "r", "s3cret", "o"), "%", "two schemas"},
		{fmt.Sprintf(url, "m", "", "o"), fmt.Sprintf(url, "r", "s3cret", "o"), "%", "no password"},
		{fmt.Sprintf(url, "m", "s3cret", "o`x"), fmt.Sprintf(url, "r", "s3cret", "o`x"), "%", "plain name"},
		{fmt.Sprintf(url, "m", "s3cret", "coffee%25"), fmt.Sprintf(url, "r", "s3cret", "coffee%25"), "%", "plain name"},
		{fmt.Sprintf(url, "m'@'%", "s3cret", "o"), fmt.Sprintf(url, "r", "s3cret", "o"), "%", "plain name"},
		{fmt.Sprintf(url, "m", "s3cret", "o"), fmt.Sprintf(url, "r", "s3cret", "o"), "x' OR '", "plain name"},
		{"sqlite:./order.db", "sqlite:./order.db", "%", "only a MySQL URL"},
	} {
		c := Config{Database: map[string]string{"order": test.run}, MigrateDB: map[string]string{"order": test.migrate}}
		var out bytes.Buffer
		err := Grants(t.Context(), c, nil, GrantOptions{Host: test.host}, &out)
		if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test, err, test.want)
		}
		if strings.Contains(out.String()+fmt.Sprint(err), "s3cret") {
			t.Errorf("a password is printed: %s %v", out.String(), err)
		}
		if test.want == "" && !strings.Contains(out.String(), "GRANT INSERT ON `o`.`journal` TO 'r'@'%';") {
			t.Errorf("printed:\n%s", out.String())
		}
	}
	if err := Grants(t.Context(), Config{}, nil, GrantOptions{Apply: true}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "COFFEE_ADMIN_DATABASE") {
		t.Errorf("apply without an administrator: %v", err)
	}
}
