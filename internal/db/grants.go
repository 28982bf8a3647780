package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// Grants is one service's schema on a MySQL server with its two users: one changes the schema and is used by the
// migrator alone, the other reads all of it and writes rows, per table as Rights says.
type Grants struct {
	// Migrate and Run are database URLs of the same schema; they name the users and hold their passwords.
	Migrate, Run string
	// Host is where both may come from, '%' for anywhere.
	Host string
	// Rights are the privileges on rows beside SELECT, by table: "INSERT, UPDATE". A table without any is only read.
	Rights map[string]string
}

// Statement is one statement of an administrator. Its text may be shown: a password is in Password, for the ? in it.
type Statement struct {
	Text     string
	Password string
}

// What the migrator may do inside its schema: change it, and the rows that a migration moves.
var migratorRights = []string{"ALTER", "CREATE", "DELETE", "DROP", "INDEX", "INSERT", "SELECT", "UPDATE"}

// What schemas and users, and hosts, may be called: they are written into statements as they are, and % in a granted
// schema's name would stand for anything.
var (
	safeName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,60}$`)
	safeHost = regexp.MustCompile(`^[A-Za-z0-9_.%:-]{1,255}$`)
)

func (g Grants) accounts() (migrate, run *mysql.Config, err error) {
	parsed := make([]*mysql.Config, 2)
	for i, url := range []string{g.Migrate, g.Run} {
		engine, dsn, err := Config{URL: url}.split()
		if err != nil || engine != MySQL {
			return nil, nil, errors.New("only a MySQL URL (mysql:user:password@tcp(host:port)/schema) names a user to grant anything")
		}
		if parsed[i], err = mysqlConfig(dsn); err != nil {
			return nil, nil, err
		}
	}
	migrate, run = parsed[0], parsed[1]
	if migrate.DBName != run.DBName {
		return nil, nil, fmt.Errorf("two schemas: %s for migrations and %s for rows", migrate.DBName, run.DBName)
	}
	if migrate.User == run.User {
		return nil, nil, fmt.Errorf("the user %s would change the schema and the rows: two users are needed", run.User)
	}
	for _, name := range []string{migrate.User, run.User, run.DBName} {
		if !safeName.MatchString(name) {
			return nil, nil, fmt.Errorf("%q is no plain name of letters, digits and _", name)
		}
	}
	if !safeHost.MatchString(g.Host) {
		return nil, nil, fmt.Errorf("%q is no plain name of a host", g.Host)
	}
	for _, c := range parsed {
		if c.Passwd == "" {
			return nil, nil, fmt.Errorf("the user %s has no password", c.User)
		}
	}
	return migrate, run, nil
}

// Statements are what an administrator runs before the schema is migrated and, since a table must exist to be
// granted, after it. Running them again does no harm and sets the passwords to those of the URLs.
func (g Grants) Statements() (before, after []Statement, err error) {
	migrate, run, err := g.accounts()
	if err != nil {
		return nil, nil, err
	}
	// In the name of a granted schema _ stands for any letter: coffee_a would open coffeeXa too.
	schema := "`" + strings.ReplaceAll(run.DBName, "_", `\_`) + "`.*"
	before = append(before, Statement{Text: "CREATE DATABASE IF NOT EXISTS `" + run.DBName + "` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"})
	for _, c := range []*mysql.Config{migrate, run} {
		before = append(before,
			Statement{"CREATE USER IF NOT EXISTS " + g.user(c) + " IDENTIFIED BY ?", c.Passwd},
			Statement{"ALTER USER " + g.user(c) + " IDENTIFIED BY ?", c.Passwd})
	}
	before = append(before,
		Statement{Text: "GRANT " + strings.Join(migratorRights, ", ") + " ON " + schema + " TO " + g.user(migrate)},
		Statement{Text: "GRANT SELECT ON " + schema + " TO " + g.user(run)})
	for _, table := range slices.Sorted(maps.Keys(g.Rights)) {
		after = append(after, Statement{Text: "GRANT " + g.Rights[table] + " ON `" + run.DBName + "`.`" + table + "` TO " + g.user(run)})
	}
	return before, after, nil
}

func (g Grants) user(c *mysql.Config) string { return "'" + c.User + "'@'" + g.Host + "'" }

// Apply runs the statements as the administrator that adminURL names and calls migrate between them. With revoke it
// then takes from both users every other right they have: after the last process of the version before has ended. It
// may run while the service does: no right that is kept is ever gone.
func (g Grants) Apply(ctx context.Context, adminURL string, revoke bool, migrate func() error) (err error) {
	before, after, err := g.Statements()
	if err != nil {
		return err
	}
	engine, dsn, err := Config{URL: adminURL, Service: "administrator's"}.split()
	if err != nil || engine != MySQL {
		return errors.New("the administrator's URL must be mysql:user:password@tcp(host:port)/")
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return errors.New("the administrator's URL cannot be read")
	}
	config.DBName, config.InterpolateParams, config.Logger = "", true, &mysql.NopLogger{}
	pool, err := mysqlPool(config, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	run := func(statements []Statement) error {
		for _, s := range statements {
			var args []any
			if s.Password != "" {
				args = append(args, s.Password)
			}
			if _, err := pool.ExecContext(ctx, s.Text, args...); err != nil {
				return fmt.Errorf("%s: %w", s.Text, classify(err))
			}
		}
		return nil
	}
	if err := run(before); err != nil {
		return err
	}
	if err := migrate(); err != nil {
		return err
	}
	if err := run(after); err != nil || !revoke {
		return err
	}
	surplus, err := g.surplus(ctx, pool, append(before, after...))
	if err != nil {
		return err
	}
	return run(surplus)
}

// surplus are the statements that take back what the granting ones do not grant.
func (g Grants) surplus(ctx context.Context, pool *sql.DB, granting []Statement) ([]Statement, error) {
	migrate, run, err := g.accounts()
	if err != nil {
		return nil, err
	}
	granted := map[string]bool{} // privilege ON scope FROM user
	for _, s := range granting {
		rights, rest, ok := strings.Cut(strings.TrimPrefix(s.Text, "GRANT "), " ON ")
		scope, user, to := strings.Cut(rest, " TO ")
		if !strings.HasPrefix(s.Text, "GRANT ") || !ok || !to {
			continue
		}
		for right := range strings.SplitSeq(rights, ", ") {
			granted[right+" ON "+scope+" FROM "+user] = true
		}
	}
	var surplus []Statement
	for _, c := range []*mysql.Config{migrate, run} {
		user := g.user(c)
		all, err := heldBy(ctx, pool, user)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			if one := h.String() + " FROM " + user; !granted[one] {
				surplus = append(surplus, Statement{Text: "REVOKE " + one})
			}
		}
	}
	return surplus, nil
}
