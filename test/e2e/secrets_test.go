package e2e

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"coffee/app"
	"coffee/internal/db"
)

// logged is what a process logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startLogged is one process on data whose log, down to debug, goes to l.
func startLogged(t *testing.T, data string, l *logged) *chain {
	t.Helper()
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	log := slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return running(t, configure(t, data, listeners), []app.Options{{Listeners: listeners, Log: log}})
}

// TestSecretsStayNowhere lives a day in which every kind of secret is made, used and mistyped, and then looks for each
// of them in the log and in every byte of the data folder.
func TestSecretsStayNowhere(t *testing.T) {
	const (
		guest     = "Zbigniew Wrzeszcz"
		password  = "first horse battery staple"
		changed   = "second horse battery staple"
		mistyped  = "frist hrose battery staple"
		colleague = "third horse battery staple"
	)
	var l logged
	data := t.TempDir()
	c := startLogged(t, data, &l)
	s := newShop(c, "Café Salam")
	tokens, codes, pins := []string{c.operator}, []string{s.code}, []string{}
	keep := func(b *browser) *browser {
		tokens = append(tokens, sessionToken(t, b))
		return b
	}

	// Head office: signs in, mistypes, changes the password, makes a colleague.
	c.asOperator().ok("PUT", "/api/v1/admins/"+newID(), object{"username": "head", "password": password})
	head := c.browser()
	head.refused(401, "wrong_credentials", "POST", "/adminlogin", object{"username": "head", "password": mistyped})
	head.refused(401, "wrong_credentials", "POST", "/adminlogin", object{"username": mistyped, "password": mistyped}) // in the wrong field
	head.ok("POST", "/adminlogin", object{"username": "head", "password": password})
	keep(head)
	head.refused(403, "wrong_password", "POST", "/api/v1/account/password", object{"old_password": mistyped, "new_password": changed})
	head.refused(400, "weak_password", "POST", "/api/v1/account/password", object{"old_password": password, "new_password": "zzzzzzzzzzzz"})
	head.ok("POST", "/api/v1/account/password", object{"old_password": password, "new_password": changed})
	keep(head)
	head.ok("PUT", "/api/v1/admins/"+newID(), object{"username": "colleague", "password": colleague})
	head.ok("POST", "/api/v1/account/username", object{"username": "chief", "password": changed})

	head.ok("POST", "/logout", object{})
	head.ok("POST", "/adminlogin", object{"username": "chief", "password": changed})
	keep(head)

	// The café: another code, another PIN, one chosen, wrong ones, an approval.
	codes = append(codes, head.ok("POST", "/api/v1/cafes/"+s.id+"/access-code", object{}).text("access_code"))
	c.browser().refused(401, "wrong_credentials", "POST", "/login", object{"cafe_id": s.id, "access_code": s.code})
	s.code = codes[1]
	till := keep(s.counter("Salma"))
	person := s.counter("Omar").ok("GET", "/session", nil).text("person.id")
	pins = append(pins, s.pins["Omar"], "73950146", "60841") // the last two chosen, one of them refused
	head.ok("POST", "/api/v1/cafes/"+s.id+"/people/"+person+"/pin", object{"pin": "73950146"})
	till.refused(401, "wrong_credentials", "POST", "/login", object{"person": "Omar", "pin": "60841"})
	s.pins["Omar"] = head.ok("POST", "/api/v1/cafes/"+s.id+"/people/"+person+"/pin", object{}).text("pin")
	for _, pin := range s.pins {
		pins = append(pins, pin)
	}
	nadia := keep(s.counter("Nadia"))
	approval := nadia.ok("POST", "/api/v1/approvals", object{"person": "Omar", "pin": s.pins["Omar"]}).text("approval")
	tokens = append(tokens, approval, strings.Split(approval, ".")[1])
	nadia.ok("PUT", "/api/v1/orders/"+newID(), object{
		"lines": []object{{"variation_id": s.latteM, "quantity": 1, "comp": true}}, "approval": approval, "customer_name": guest,
	})

	// Guests: by phone, settled, voided, refused; and requests that carry secrets where they do not belong.
	phone := keep(s.phone())
	ahead := newID()
	phone.ok("PUT", "/api/v1/orders/"+ahead, object{"cafe_id": s.id, "customer_name": guest, "lines": []object{{"variation_id": s.latteM, "quantity": 2}}})
	nadia.keyed("POST", "/api/v1/settlements", object{"order_ids": []string{ahead}, "tenders": cash(2 * priceLatteM)})
	nadia.keyed("POST", "/api/v1/orders/"+ahead+"/voids", object{"made": false, "reason": "left"})
	phone.ok("PUT", "/api/v1/orders/"+newID(), object{"cafe_id": s.id, "customer_name": guest, "lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	phone.send("PUT", "/api/v1/orders/"+newID(), object{"cafe_id": s.id, "customer_name": guest + strings.Repeat("!", 60), "lines": []object{}})
	c.browser().send("GET", "/api/v1/orders?token="+tokens[1], nil)
	c.browser().send("GET", "/api/v1/orders/"+tokens[1], nil)
	c.browser().send("POST", "/login", `{"pin":"60841","person":`)
	bearer := c.browser()
	bearer.token = tokens[1]
	bearer.send("GET", "/session", nil)
	month := nadia.ok("GET", "/api/v1/orders/"+ahead, nil).text("business_date")[:7]
	c.waitFor("the dashboard has been made", func() bool {
		return c.asOperator().ok("GET", "/api/v1/analytics/month?month="+month+"&cafe_id="+s.id, nil).at("total_sales.amount") != nil
	})
	journal := c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/journal", nil).raw
	files := map[string][]byte{}
	readData(t, data, files, "") // with what is in the write-ahead logs
	c.database("order", func(d *db.DB) {
		for _, column := range []string{"payload FROM journal", "before_state FROM audit", "after_state FROM audit", "answer FROM idempotency"} {
			files["order's "+column] = []byte(strings.Join(column1(t, d, "SELECT "+column), "\n"))
		}
	})
	c.stop()
	readData(t, data, files, "at rest ")
	log := l.String()
	if strings.Count(log, "\n") < 50 || !strings.Contains(log, "level=DEBUG") {
		t.Fatalf("the log is not whole: %d lines", strings.Count(log, "\n"))
	}

	files["the log"], files["the journal"] = []byte(log), []byte(journal)
	for _, database := range []string{"gateway.db", "login.db", "adminlogin.db", "order.db", "at rest order.db", "order's payload FROM journal"} {
		if len(files[database]) == 0 {
			t.Fatalf("%s is not in the data folder", database)
		}
	}
	secrets := append(append(tokens, codes...), password, changed, mistyped, colleague)
	// Who came, went and was refused is in the log, with where from.
	for _, line := range []string{
		`msg=sign-in .*route="POST /adminlogin" subject=admin/[0-9a-f-]{36} outcome=ok network=127\.0\.0\.1 role=admin`,
		`level=WARN msg=sign-in .*route="POST /adminlogin" .*outcome=wrong_credentials network=127\.0\.0\.1 role=`,
		`msg=sign-in .*route="POST /login" subject=device/[0-9a-f-]{36} person=[0-9a-f-]{36} cafe=[0-9a-f-]{36} outcome=ok network=127\.0\.0\.1 role=barista`,
		`level=WARN msg=sign-in .*route="POST /login" .*outcome=wrong_credentials`,
		`msg=sign-in .*route="POST /logout" .*outcome=ok`,
		`msg=sign-in .*route="POST /api/v1/approvals" .*outcome=ok`,
	} {
		if !regexp.MustCompile(line).MatchString(log) {
			t.Errorf("the log has no line like %s", line)
		}
	}
	for name, body := range files {
		for _, secret := range secrets {
			if bytes.Contains(body, []byte(secret)) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
		for _, pin := range pins {
			// A few digits turn up anywhere by chance: look where a value would stand.
			if at := regexp.MustCompile(`(?i)["'=:\s]` + pin + `["',}\s]|pin\W{0,4}` + pin).FindIndex(body); at != nil {
				t.Errorf("%s holds the PIN %s: %q", name, pin, body[max(0, at[0]-40):min(len(body), at[1]+40)])
			}
		}
		if allowed := strings.Contains(name, "order.db"); !allowed && bytes.Contains(body, []byte("Wrzeszcz")) {
			t.Errorf("%s holds a guest's name", name)
		}
	}
	if !bytes.Contains(files["at rest order.db"], []byte("Wrzeszcz")) {
		t.Error("the order does not hold its guest's name: was it looked for rightly?")
	}
}

// readData reads every file of a data folder but those whose purpose is to hold a secret; they are read by nobody else.
func readData(t *testing.T, data string, into map[string][]byte, prefix string) {
	t.Helper()
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if path != data && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %s", name, info.Mode())
		}
		if entry.IsDir() || filepath.Dir(name) == "keys" || name == "operator.token" || strings.HasPrefix(name, "first-run.") {
			return nil
		}
		into[prefix+name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// database opens a service's database beside the running system, to read what the API does not show.
func (c *chain) database(service string, read func(*db.DB)) {
	c.t.Helper()
	d, err := db.Open(c.t.Context(), db.Config{URL: c.config.Database[service], Service: service})
	if err != nil {
		c.t.Fatal(err)
	}
	read(d)
	if err := d.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// column1 is the one column of a query, as text.
func column1(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	rows, err := d.Read().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
