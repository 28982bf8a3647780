package webtest

import (
	"bytes"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"coffee/internal/secret/secrettest"
)

// figure is an amount as an English page writes it: 10708000 is "107,080.00".
func figure(minor int64) string {
	whole := strconv.FormatInt(minor/100, 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return whole + "." + strconv.FormatInt(100+minor%100, 10)[1:]
}

// account is somebody of head office with a name and password of their own.
func (c *chain) account(username, password string) *client {
	c.t.Helper()
	c.asOperator().ok("PUT", "/api/v1/admins/"+newID(), object{"username": username, "password": password})
	b := c.client()
	b.ok("POST", "/adminlogin", object{"username": username, "password": password})
	return b
}

const officePassword = "correct horse battery"

func (p *page) signIn(username, password string) {
	p.t.Helper()
	p.fill("User name", username)
	p.fill("Password", password)
	p.press("Enter")
}

// TestOfficeSignsIn: whoever comes by an address lands there, and a refusal says why.
func TestOfficeSignsIn(t *testing.T) {
	t.Parallel()
	c := empty(t)
	newShop(c, plainNames)
	c.account("samira", officePassword)
	p := visitor(t, c.frontend).tab()
	p.expects(`401`)
	p.goTo("/admin/sales?month=2025-03")
	p.press("Enter")
	p.tap("Sign in")
	p.see("Enter the user name and the password.")
	p.signIn("samira", "not her password")
	p.see("That name and password do not fit.")
	p.signIn("samira", officePassword)
	p.seeRole("heading", "Sales")
	p.at("/admin/sales?month=2025-03")
	p.see("Nothing was sold in March 2025")
	p.tap("Sign out")
	p.see("Head office sees sales, orders, the menu and stock of every café.")
	p.reload()
	p.seeRole("button", "Sign in")
}

// TestOfficeFiguresAreTheAPIs: what Sales shows is what the API says, drawn and as a table, and the rows behind sum to it.
func TestOfficeFiguresAreTheAPIs(t *testing.T) {
	t.Parallel()
	d := aWorld(t)
	head := d.head()
	month := head.ok("GET", "/api/v1/analytics/month", nil)
	if month.number("orders") == 0 { // in the first hours of a month, which are those of the last business day of another
		running, err := time.Parse("2006-01", month.text("month"))
		if err != nil {
			t.Fatal(err)
		}
		month = head.ok("GET", "/api/v1/analytics/month?month="+running.AddDate(0, -1, 0).Format("2006-01"), nil)
	}
	overview := head.ok("GET", "/api/v1/analytics/overview?month="+month.text("month"), nil)
	p := visitor(t, d.frontend, desk).with(head).open("/admin/sales?month=" + month.text("month"))
	p.see(figure(month.number("total_sales.amount")), month.text("top_cafe.name"), month.text("top_product.name"))
	for i := range overview.list("cafes") {
		at := "cafes." + strconv.Itoa(i)
		p.see(overview.text(at+".cafe_name"), figure(overview.number(at+".sales.amount")))
	}
	for i := range overview.list("categories") {
		p.see(overview.text("categories."+strconv.Itoa(i)+".category_name"), figure(overview.number("categories."+strconv.Itoa(i)+".sales.amount")))
	}
	p.until("the lines are drawn", func() bool { return evaluate[bool](p, "!!document.querySelector('#main canvas')") })
	p.tap("Daily trend: show as a table")
	for i, day := range overview.list("cafes.0.days") {
		sold := overview.number("cafes.0.days." + strconv.Itoa(i) + ".sales.amount")
		if date, _ := day.(map[string]any)["date"].(string); sold > 0 {
			p.until("the table has "+date, func() bool { return p.has(figure(sold)) })
		}
	}
	p.tap("Total sales: How is this computed?")
	p.tap("Open the rows")
	p.seeRole("heading", "Sales, row by row")
	p.see(figure(month.number("total_sales.amount")) + " " + month.text("currency"))
	p.back()
	p.seeRole("heading", "Sales")
	p.tap("Month before")
	p.until("another month is in the address", func() bool {
		return strings.Contains(evaluate[string](p, "location.search"), "month=") && !strings.Contains(evaluate[string](p, "location.search"), month.text("month"))
	})
}

// TestOfficeToday: what a café sells is there without reloading, with what is late and open.
func TestOfficeToday(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, phone).with(c.account("samira", officePassword)).open("/admin")
	p.see("1 of 1", "0.00 MAD", "Everything is on time")
	s.order(s.counter("Nadia"), "Zineb")
	// Not by the clock: coming back to the page asks again.
	p.until("the sale is on the page", func() bool {
		run(p, "dispatchEvent(new Event('visibilitychange'))")
		p.reload()
		p.see("of 1")
		return p.has(figure(priceLatteM+priceOat)) && p.has("of 1 being made")
	})
	p.axe()
	p.overflow()
}

// TestOfficeOrder: an order is found by its number, tells its journal, and gives money back exactly once, though the
// answer was lost.
func TestOfficeOrder(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	counter := s.counter("Nadia")
	order := s.order(counter, "Zineb")
	s.order(counter, "Hamza")
	id, number := order.text("id"), order.text("call_number")
	for _, to := range []string{"making", "ready", "handed_over"} {
		counter.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": to})
	}
	head := c.account("samira", officePassword)
	p := visitor(t, c.frontend, desk).with(head).open("/admin/orders")
	p.see("Zineb", "Hamza")
	p.press("/")
	p.until("the search has the cursor", func() bool { return evaluate[bool](p, "document.activeElement?.type === 'search'") })
	p.fill("Number, receipt or name", strings.ToLower(strings.ReplaceAll(number, "-", "")))
	p.notSee("Hamza")
	p.tap(number)
	detail := p.in("Order " + number)
	detail.see("Latte", "Oat", "30.00 MAD", "Placed by Nadia", "Entry 1 of the café", "Handed over", "Cash 30.00 MAD")
	if n := len(regexp.MustCompile(`[0-9a-f]{8} → [0-9a-f]{8}`).FindAllString(evaluate[string](p, "document.querySelector('aside ol')?.innerText ?? ''"), -1)); n < 4 {
		t.Errorf("the journal shows %d entries with their hashes, want placing and three steps", n)
	}
	p.reload() // the order is in the address
	p.tap("Refund…")
	p.tap("One more of Latte Medium")
	p.tapRole("button", "Refund 30.00 MAD")
	p.see("Say why: the journal keeps it.")
	p.fill("Reason", "cold")
	p.expects(`refunds|ERR_CONNECTION_RESET`)
	found := p.lose("*/refunds")
	p.tapRole("button", "Refund 30.00 MAD")
	p.see("Whether this refund went through is not known.")
	found()
	p.reload()
	p.see("Refunded by samira")
	if refunded := head.ok("GET", "/api/v1/orders/"+id, nil).number("refunded"); refunded != priceLatteM+priceOat {
		t.Errorf("refunded %d, want %d once", refunded, priceLatteM+priceOat)
	}
	p.notSeeRole("button", "Refund…")
	p.press("Escape")
	p.until("the order is closed", func() bool { return !strings.Contains(evaluate[string](p, "location.search"), "order=") })
}

// TestOfficePasswordEndsOtherSessions: changing it in one browser signs the other one out, which keeps what was typed
// until somebody signs in again over the page.
func TestOfficePasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	c := empty(t)
	newShop(c, plainNames)
	const changed = "another horse, another battery"
	there := visitor(t, c.frontend).with(c.account("samira", officePassword)).open("/admin/settings")
	again := c.client()
	again.ok("POST", "/adminlogin", object{"username": "samira", "password": officePassword})
	here := visitor(t, c.frontend).with(again).open("/admin/settings")
	here.see("Another browser")
	there.fill("Their user name", "half-typed")
	here.fill("Old password", "wrong wrong wrong")
	here.fill("New password", changed)
	here.expects(`account/password|40[013]`)
	here.tap("Change password")
	here.see("That is not your present password.")
	here.fill("Old password", officePassword)
	here.tap("Change password")
	here.see("The password is changed. Your other sessions have ended.")
	here.notSee("Another browser")

	there.expects(`401`)
	there.fill("Their password", officePassword)
	there.tapRole("button", "Add an account")
	dialog := there.in("Sign in again")
	dialog.see("What you typed is still here.")
	dialog.fill("Password", changed)
	dialog.tap("Sign in")
	there.notSeeRole("dialog", "Sign in again")
	if typed := there.value("Their user name"); typed != "half-typed" {
		t.Errorf("what was typed is %q, want it kept", typed)
	}
	there.tapRole("button", "Add an account")
	there.see("half-typed may sign in now.")
	goOn := there.stopClock() // Undo is there for five seconds
	there.tap("Remove half-typed")
	there.tap("Undo")
	there.notSee("is removed in a moment")
	goOn()
	if n := len(c.asOperator().ok("GET", "/api/v1/admins", nil).list("admins")); n != 2 {
		t.Errorf("%d accounts, want both", n)
	}
}

// TestOfficeSecondFactor: switched on with the first code, asked for at sign-in, and a recovery code opens in its place.
func TestOfficeSecondFactor(t *testing.T) {
	t.Parallel()
	c := empty(t)
	p := visitor(t, c.frontend, phone).with(c.account("samira", officePassword)).open("/admin/settings")
	p.expects(`401|403`)
	p.tap("Ask for a code…")
	p.in("Code at sign-in").fill("Password", officePassword)
	p.tap("Continue")
	p.seeRole("image", "QR code for an authenticator app")
	p.in("Code at sign-in").fill("Code", "12345")
	p.tap("Switch it on")
	p.see("This code is not right")
	p.axe()
	p.overflow()
	spelled := evaluate[string](p, `document.querySelector('form code').textContent`)
	p.in("Code at sign-in").fill("Code", secrettest.AppCode(t, spelled, time.Now()))
	p.tap("Switch it on")
	p.see("Keep these recovery codes")
	recovery := evaluate[string](p, `document.querySelector('.codes code').textContent`)
	p.axe()
	p.tap("I have kept them")
	p.see("10 recovery codes are left.")

	q := visitor(t, c.frontend, desk).tab()
	q.expects(`401`)
	q.goTo("/admin/settings")
	q.signIn("samira", officePassword)
	q.fill("Code", recovery)
	q.axe()
	q.press("Enter")
	q.see("9 recovery codes are left.")
	q.tap("Switch it off")
	q.in("Code at sign-in").fill("Password", officePassword)
	q.in("Code at sign-in").fill("Code", secrettest.AppCode(t, spelled, time.Now().Add(30*time.Second)))
	q.tapRole("button", "Switch it off")
	q.see("No code is asked for any more.")
}

// TestOfficeByKeyboard: the rail, the help and the search are reached without a mouse.
func TestOfficeByKeyboard(t *testing.T) {
	t.Parallel()
	d := aWorld(t)
	p := visitor(t, d.frontend, desk).with(d.head()).open("/admin")
	p.seeRole("heading", "Today")
	p.press("?")
	p.in("Keyboard").see("Search on this page")
	p.press("Escape")
	p.notSeeRole("dialog", "Keyboard")
	p.press("Alt+3")
	p.at("/admin/orders")
	p.seeRole("heading", "Orders")
	p.press("/")
	p.until("the search has the cursor", func() bool { return evaluate[bool](p, "document.activeElement?.type === 'search'") })
}

// TestSetUp: the printed link makes the first account, once, and is gone from the address.
func TestSetUp(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	c, a, err := start(t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	c.t = t
	t.Cleanup(func() { _ = c.stop() })
	var printed bytes.Buffer
	if err := a.PrintSetUp(t.Context(), &printed); err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`/setup#\S+`).FindString(printed.String())
	if link == "" {
		t.Fatalf("no link in %q", printed.String())
	}
	p := open(t, c, link)
	p.fill("User name", "s")
	p.tap("Make the account")
	p.see("Choose a user name of two characters or more.")
	p.fill("User name", "samira")
	p.fill("Password", "short")
	p.tap("Make the account")
	p.see("Choose a password of 12 characters or more.")
	p.fill("Password", officePassword)
	p.tap("Make the account")
	p.see("samira is head office now, and signed in.")
	if hash := evaluate[string](p, "location.href"); strings.Contains(hash, "#") {
		t.Errorf("the token stays in the address: %s", hash)
	}
	p.tap("To head office")
	p.see("No café yet")
	late := visitor(t, c.frontend).tab()
	late.expects(`setup|40[019]`)
	late.goTo(link)
	late.fill("User name", "mallory")
	late.fill("Password", officePassword)
	late.tap("Make the account")
	late.see("Head office has an account already. Sign in with it.")
}
