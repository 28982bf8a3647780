package db

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// heldRight is a right that a user holds, and where, as a GRANT would name both; or a role, which has no where.
type heldRight struct{ right, scope string }

func (h heldRight) String() string {
	if h.scope == "" {
		return h.right
	}
	return h.right + " ON " + h.scope
}

// What information_schema tells of a user's rights. On TiDB it tells of global ones only.
const heldRights = "SELECT PRIVILEGE_TYPE, '*.*' FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = ? AND PRIVILEGE_TYPE <> 'USAGE'" +
	" UNION ALL SELECT PRIVILEGE_TYPE, CONCAT('`', TABLE_SCHEMA, '`.*') FROM information_schema.SCHEMA_PRIVILEGES WHERE GRANTEE = ?" +
	" UNION ALL SELECT PRIVILEGE_TYPE, CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`') FROM information_schema.TABLE_PRIVILEGES WHERE GRANTEE = ?"

// heldBy lists what a user ('name'@'host') holds: what information_schema tells, and what only SHOW GRANTS does: roles,
// rights on columns and routines, the right to grant, and on TiDB all that are not global.
func heldBy(ctx context.Context, pool *sql.DB, user string) ([]heldRight, error) {
	var all []heldRight
	err := eachRow(ctx, pool, func(rows *sql.Rows) error {
		var h heldRight
		err := rows.Scan(&h.right, &h.scope)
		all = append(all, h)
		return err
	}, heldRights, user, user, user)
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, pool, func(rows *sql.Rows) error {
		var grant string
		err := rows.Scan(&grant)
		all = append(all, shownRights(grant, all)...)
		return err
	}, "SHOW GRANTS FOR "+user)
	// Columns first: with a right on a table that on its columns goes too, and could not be taken back again.
	slices.SortStableFunc(all, func(a, b heldRight) int { return strings.Count(b.right, "(") - strings.Count(a.right, "(") })
	return all, err
}

func eachRow(ctx context.Context, pool *sql.DB, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

var (
	shownGrant = regexp.MustCompile(`^GRANT (.+?) ON (.+?) TO `)
	shownRoles = regexp.MustCompile(`^GRANT (.+?) TO `)
	// A right with its columns, which commas separate too: UPDATE (a, b).
	shownRight = regexp.MustCompile(`[A-Za-z_][A-Za-z_ ]*(\([^)]*\))?`)
)

// What TiDB means by ALL PRIVILEGES on a table, and on a schema besides.
var (
	allOnTable = []string{
		"ALTER", "CREATE", "CREATE VIEW", "DELETE", "DROP", "INDEX", "INSERT", "REFERENCES", "SELECT", "SHOW VIEW", "TRIGGER", "UPDATE",
	}
	moreOnSchema = []string{"ALTER ROUTINE", "CREATE ROUTINE", "CREATE TEMPORARY TABLES", "EVENT", "EXECUTE", "LOCK TABLES"}
)

// shownRights reads a line of SHOW GRANTS and gives what is not known yet.
func shownRights(grant string, known []heldRight) []heldRight {
	parts := shownGrant.FindStringSubmatch(grant)
	if parts == nil {
		if roles := shownRoles.FindStringSubmatch(grant); roles != nil {
			return []heldRight{{right: roles[1]}}
		}
		return nil
	}
	scope := strings.ReplaceAll(parts[2], `\\`, `\`) // TiDB shows `a\\_b` for what was granted as `a\_b`
	rights := shownRight.FindAllString(parts[1], -1)
	if strings.HasSuffix(grant, " WITH GRANT OPTION") {
		rights = append(rights, "GRANT OPTION")
	}
	var found []heldRight
	for _, right := range rights {
		right = strings.TrimSpace(right)
		each := []string{right}
		switch right {
		case "USAGE":
			continue
		case "ALL PRIVILEGES":
			if slices.ContainsFunc(known, func(h heldRight) bool { return h.scope == scope }) {
				continue // told one by one
			}
			each = allOnTable
			if strings.HasSuffix(scope, ".*") {
				each = slices.Concat(allOnTable, moreOnSchema)
			}
		}
		for _, right := range each {
			if h := (heldRight{right, scope}); !slices.Contains(known, h) {
				found = append(found, h)
			}
		}
	}
	return found
}
