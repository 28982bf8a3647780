package db

import (
	"slices"
	"testing"
)

// What servers answer to SHOW GRANTS: MariaDB, MySQL 8, TiDB.
func TestShownRights(t *testing.T) {
	known := []heldRight{{"SELECT", "`a`.*"}, {"DELETE", "*.*"}}
	for grant, want := range map[string][]heldRight{
		"GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*0A'":    nil,
		"GRANT `barista` TO `u`@`%`":                                    {{"`barista`", ""}},
		"GRANT `r`@`%`,`s`@`%` TO `u`@`%` WITH ADMIN OPTION":            {{"`r`@`%`,`s`@`%`", ""}},
		"SET DEFAULT ROLE `barista` FOR `u`@`%`":                        nil,
		"GRANT ALL PRIVILEGES ON *.* TO `u`@`%` WITH GRANT OPTION":      {{"GRANT OPTION", "*.*"}},
		"GRANT SELECT, CREATE VIEW ON `a`.* TO `u`@`%`":                 {{"CREATE VIEW", "`a`.*"}},
		"GRANT SELECT ON `a\\\\_b`.* TO 'u'@'%'":                        {{"SELECT", "`a\\_b`.*"}},
		"GRANT SELECT ON `a\\_b`.* TO `u`@`%`":                          {{"SELECT", "`a\\_b`.*"}},
		"GRANT UPDATE,DELETE ON `a`.`j` TO 'u'@'%'":                     {{"UPDATE", "`a`.`j`"}, {"DELETE", "`a`.`j`"}},
		"GRANT INSERT(id),UPDATE(id, n) ON `a`.`j` TO 'u'@'%'":          {{"INSERT(id)", "`a`.`j`"}, {"UPDATE(id, n)", "`a`.`j`"}},
		"GRANT SELECT, UPDATE (`id`, `n`) ON `a`.`j` TO `u`@`%`":        {{"SELECT", "`a`.`j`"}, {"UPDATE (`id`, `n`)", "`a`.`j`"}},
		"GRANT EXECUTE ON PROCEDURE `a`.`p` TO `u`@`%`":                 {{"EXECUTE", "PROCEDURE `a`.`p`"}},
		"GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `u`@`%`":         {{"BACKUP_ADMIN", "*.*"}, {"XA_RECOVER_ADMIN", "*.*"}},
		"GRANT ALL PRIVILEGES ON `a`.* TO `u`@`%`":                      nil, // known one by one
		"GRANT PROXY ON ''@'%' TO 'u'@'%' WITH GRANT OPTION and so on ": {{"PROXY", "''@'%'"}},
	} {
		if got := shownRights(grant, known); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", grant, got, want)
		}
	}
	if all := shownRights("GRANT ALL PRIVILEGES ON `b`.* TO 'u'@'%'", known); len(all) != 18 || !slices.Contains(all, heldRight{"LOCK TABLES", "`b`.*"}) {
		t.Errorf("all on a schema: %v", all)
	}
	if all := shownRights("GRANT ALL PRIVILEGES ON `b`.`t` TO 'u'@'%'", known); len(all) != 12 || slices.Contains(all, heldRight{"LOCK TABLES", "`b`.`t`"}) {
		t.Errorf("all on a table: %v", all)
	}
}
