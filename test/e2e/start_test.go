package e2e

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coffee/app"
)

// firstRun starts bare coffee in a data folder and lets it greet.
func firstRun(t *testing.T, data string, options app.FirstRunOptions) (*chain, string) {
	t.Helper()
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	config := configure(t, data, listeners)
	ready := make(chan *app.App, 1)
	c := runningWith(t, config, []app.Options{{Listeners: listeners, Log: testLog(t)}}, func(a *app.App) { ready <- a })
	var out bytes.Buffer
	if err := (<-ready).FirstRun(t.Context(), &out, options); err != nil {
		t.Fatal(err)
	}
	return c, out.String()
}

// signIns is data/first-run.json.
type signIns struct {
	URL     string `json:"url"`
	Gateway string `json:"gateway"`
	Admin   struct {
		Username string `json:"username"`
		Password string `json:"password"`
	} `json:"admin"`
	Cafes []struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		AccessCode string `json:"access_code"`
		People     []struct {
			Name string `json:"name"`
			Role string `json:"role"`
			PIN  string `json:"pin"`
		} `json:"people"`
	} `json:"cafes"`
}

// TestDemonstrationChain: a first start makes the chain, writes its sign-ins down, and each of them works.
func TestDemonstrationChain(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	c, said := firstRun(t, data, app.FirstRunOptions{})
	file := filepath.Join(data, "first-run.json")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("first-run.json: %v %v", info, err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var s signIns
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	if len(s.Cafes) != 3 || s.Gateway != c.gateway || s.URL != c.frontend {
		t.Fatalf("first-run.json says %+v", s)
	}
	if strings.Contains(said, s.Admin.Password) {
		t.Error("sign-ins are printed to something that is no terminal")
	}
	head := c.browser()
	head.ok("POST", "/adminlogin", object{"username": s.Admin.Username, "password": s.Admin.Password})
	zones, currencies := map[string]bool{}, map[string]bool{}
	for _, cafe := range s.Cafes {
		about := c.browser().ok("GET", "/api/v1/cafes/"+cafe.ID, nil)
		zones[about.text("time_zone")], currencies[about.text("currency")] = true, true
		for _, person := range cafe.People {
			b := c.browser()
			b.ok("POST", "/login", object{"cafe_id": cafe.ID, "access_code": cafe.AccessCode, "person": person.Name, "pin": person.PIN})
			wantText(t, b.ok("GET", "/session", nil), "role", person.Role)
		}
		if items := len(c.browser().ok("GET", "/api/v1/cafes/"+cafe.ID+"/menu", nil).list("items")); items < 20 {
			t.Errorf("%s sells %d items", cafe.Name, items)
		}
		if orders := len(head.ok("GET", "/api/v1/orders?cafe_id="+cafe.ID+"&limit=200", nil).list("orders")); orders != 200 {
			t.Errorf("%s has %d orders on its first page of 200", cafe.Name, orders)
		}
	}
	if len(zones) != 2 || len(currencies) != 2 {
		t.Errorf("zones %v and currencies %v, want two each", zones, currencies)
	}

	// A second start changes nothing; the first change of a credential takes the written sign-ins away.
	c.stop()
	c.verifyClean()
	c, _ = firstRun(t, data, app.FirstRunOptions{})
	if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, body) {
		t.Errorf("a second start touched first-run.json: %v", err)
	}
	head = c.browser()
	head.ok("POST", "/adminlogin", object{"username": s.Admin.Username, "password": s.Admin.Password})
	head.ok("POST", "/api/v1/account/password", object{"old_password": s.Admin.Password, "new_password": "a password of my own"})
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("first-run.json outlived a change of password: %v", err)
	}
}

// TestEmptyStart: nothing but a link that works once.
func TestEmptyStart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	c, said := firstRun(t, data, app.FirstRunOptions{Empty: true})
	_, token, found := strings.Cut(said, "/setup#")
	if !found {
		t.Fatalf("no set-up link in %q", said)
	}
	token = strings.TrimSpace(token)
	if _, err := os.Stat(filepath.Join(data, "first-run.json")); !os.IsNotExist(err) {
		t.Errorf("an empty start wrote sign-ins: %v", err)
	}
	account := object{"token": token, "username": "nadia", "password": "correct horse battery"}
	wrong := object{"token": strings.Repeat("x", 43), "username": "nadia", "password": "correct horse battery"}
	if a := c.browser().send("POST", "/adminlogin/setup", wrong); a.status < 400 || a.status > 499 {
		t.Errorf("a wrong token: %d %s", a.status, a.raw)
	}
	head := c.browser()
	head.ok("POST", "/adminlogin/setup", account)
	wantText(t, head.ok("GET", "/session", nil), "role", "admin")
	c.browser().refused(409, "already_set_up", "POST", "/adminlogin/setup", account)
	if got := len(head.ok("GET", "/api/v1/cafes", nil).list("cafes")); got != 0 {
		t.Errorf("%d cafés in an empty start", got)
	}
}
