package e2e

import (
	"strings"
	"testing"
	"time"

	"coffee/app"
	"coffee/internal/secret/secrettest"
)

// TestSecondFactorEndToEnd: switched on it is asked for, everywhere else the account is signed out, and who lost
// everything is helped by whoever has a shell.
func TestSecondFactorEndToEnd(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	here := c.admin()
	name := here.ok("GET", "/session", nil).text("admin.username")
	signIn := object{"username": name, "password": password}
	elsewhere := c.browser()
	elsewhere.ok("POST", "/adminlogin", signIn)

	here.refused(403, "wrong_password", "POST", "/api/v1/account/second-factor", object{"password": "not this one, no"})
	var spelled string
	c.waitFor("the count of wrong passwords lets one through", func() bool {
		a := here.send("POST", "/api/v1/account/second-factor", object{"password": password})
		if a.status == 200 {
			spelled = a.text("secret")
		}
		return a.status == 200
	})
	confirmed := here.ok("POST", "/api/v1/account/second-factor/confirm", object{"code": secrettest.AppCode(t, spelled, time.Now())})
	elsewhere.refused(401, "session_ended", "GET", "/session", nil)
	wantText(t, here.ok("GET", "/session", nil), "role", "admin")

	b := c.browser()
	b.refused(401, "second_factor_required", "POST", "/adminlogin", signIn)
	signIn["code"] = secrettest.AppCode(t, spelled, time.Now().Add(30*time.Second))
	b.ok("POST", "/adminlogin", signIn)
	c.browser().refused(401, "wrong_code", "POST", "/adminlogin", signIn) // the same code again

	recovery := confirmed.list("recovery_codes")[0].(string)
	if strings.Contains(here.ok("GET", "/api/v1/account/second-factor", nil).raw, recovery) {
		t.Error("recovery codes are shown twice")
	}

	id := here.ok("GET", "/session", nil).text("admin.id")
	b.refused(403, "forbidden", "DELETE", "/api/v1/admins/"+id+"/second-factor", nil)
	c.asOperator().ok("DELETE", "/api/v1/admins/"+id+"/second-factor", nil)
	b.refused(401, "session_ended", "GET", "/session", nil)
	delete(signIn, "code")
	c.waitFor("the count of wrong codes lets one through", func() bool { return c.browser().send("POST", "/adminlogin", signIn).status == 200 })
}
