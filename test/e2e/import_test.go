package e2e

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"coffee/app"
	"coffee/internal/httpx"
	"coffee/internal/money"
	"coffee/tool/importer"
)

// april is the real month: a folder of test input beside the checkout, never inside it.
func april(t testing.TB) string {
	t.Helper()
	folder := "../../../shared/data/coffee-chain-2019-04"
	if _, err := os.Stat(filepath.Join(folder, "receipts.csv")); err != nil {
		if os.Getenv("COFFEE_TEST_REQUIRE") != "" {
			t.Fatalf("the real month is not there: %v", err)
		}
		t.Skip("the real month is not there: put the folder shared/data/coffee-chain-2019-04 beside the checkout")
	}
	return folder
}

// records reads a CSV file as one map a row.
func records(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	reader := csv.NewReader(f)
	header, err := reader.Read()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for {
		values, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, name := range header {
			row[name] = values[i]
		}
		rows = append(rows, row)
	}
}

// query is what a query over the files themselves gives, in cents.
type query struct {
	orders, lines, units, cents      int64
	byOutlet, byDay, byCategory      map[string]int64
	unitsByOutlet, unitsByCategory   map[string]int64
	ordersByOutlet, byOutletAndDay   map[string]int64
	outletNames, categoryOf, product map[string]string
}

func ask(t *testing.T, folder string) query {
	t.Helper()
	q := query{
		byOutlet: map[string]int64{}, byDay: map[string]int64{}, byCategory: map[string]int64{}, unitsByOutlet: map[string]int64{},
		unitsByCategory: map[string]int64{}, ordersByOutlet: map[string]int64{}, byOutletAndDay: map[string]int64{},
		outletNames: map[string]string{}, categoryOf: map[string]string{}, product: map[string]string{},
	}
	for _, row := range records(t, filepath.Join(folder, "outlets.csv")) {
		q.outletNames[row["sales_outlet_id"]] = row["neighbourhood"]
	}
	for _, row := range records(t, filepath.Join(folder, "products.csv")) {
		q.categoryOf[row["product_id"]] = row["product_category"]
	}
	receipts := map[string]bool{}
	for _, row := range records(t, filepath.Join(folder, "receipts.csv")) {
		cents, err := money.Parse(row["line_item_amount"], "USD")
		if err != nil {
			t.Fatal(err)
		}
		units, err := strconv.ParseInt(row["quantity"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		outlet, category := q.outletNames[row["sales_outlet_id"]], q.categoryOf[row["product_id"]]
		receipt := row["sales_outlet_id"] + "/" + row["transaction_date"] + "/" + row["transaction_id"]
		if !receipts[receipt] {
			receipts[receipt] = true
			q.orders++
			q.ordersByOutlet[outlet]++
		}
		q.lines++
		q.units += units
		q.cents += cents
		q.byOutlet[outlet] += cents
		q.unitsByOutlet[outlet] += units
		q.byDay[row["transaction_date"]] += cents
		q.byOutletAndDay[outlet+"/"+row["transaction_date"]] += cents
		q.byCategory[category] += cents
		q.unitsByCategory[category] += units
	}
	return q
}

// sales sums the month as the dashboard's API gives it, by a key made of the row.
func (c *chain) sales(by []string, key func(object) string, figure func(object) int64) map[string]int64 {
	c.t.Helper()
	sums := map[string]int64{}
	for cursor := ""; ; {
		path := "/api/v1/analytics/sales?from=2019-04-01&to=2019-04-30&currency=USD&limit=200&cursor=" + url.QueryEscape(cursor)
		for _, b := range by {
			path += "&by=" + b
		}
		page := c.asOperator().ok("GET", path, nil)
		for _, r := range page.list("rows") {
			sums[key(r.(object))] += figure(r.(object))
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			return sums
		}
	}
}

func cents(row object) int64 {
	amount, _ := row["sales"].(object)["amount"].(float64)
	return int64(amount)
}

func count(field string) func(object) int64 {
	return func(row object) int64 {
		n, _ := row[field].(float64)
		return int64(n)
	}
}

func field(name string) func(object) string {
	return func(row object) string { return row[name].(string) }
}

func importReceipts(t *testing.T, c *chain, folder, receipts string) importer.Summary {
	t.Helper()
	return importTo(t, c, folder, receipts, filepath.Join(t.TempDir(), "rejects.csv"))
}

func importTo(t testing.TB, c *chain, folder, receipts, rejects string) importer.Summary {
	t.Helper()
	mapping, err := importer.LoadMapping("coffee-chain-2019-04")
	if err != nil {
		t.Fatal(err)
	}
	summary, err := importer.Run(context.Background(), importer.Options{
		Client: &httpx.Client{URL: c.gateway, Token: c.operator}, Receipts: receipts, Mapping: mapping, Rejects: rejects,
		Products: filepath.Join(folder, "products.csv"), Outlets: filepath.Join(folder, "outlets.csv"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// TestRealMonth brings the real April in and compares every figure with a query over the file.
func TestRealMonth(t *testing.T) {
	folder := april(t)
	want := ask(t, folder)
	if want.orders != 39271 || want.lines != 49894 || want.units != 71758 || want.cents != 23363595 {
		t.Fatalf("the file holds %d orders, %d lines, %d units, %d cents: not the month that was described", want.orders, want.lines, want.units, want.cents)
	}
	c := startOneProcess(t, app.Options{})
	receipts := filepath.Join(folder, "receipts.csv")
	first := importReceipts(t, c, folder, receipts)
	if int64(first.Added) != want.orders || first.Rows != 0 {
		t.Fatalf("the first import added %d and refused %d rows; want %d and 0", first.Added, first.Rows, want.orders)
	}
	check := func() {
		t.Helper()
		c.waitFor("the dashboard has followed", func() bool {
			return c.asOperator().ok("GET", "/api/v1/analytics/month?month=2019-04&currency=USD", nil).number("orders") >= want.orders
		})
		month := c.asOperator().ok("GET", "/api/v1/analytics/month?month=2019-04", nil)
		wantText(t, month, "currency", "USD")
		for path, figure := range map[string]int64{"orders": want.orders, "lines": want.lines, "units": want.units, "total_sales.amount": want.cents} {
			wantNumber(t, month, path, figure)
		}
		wantText(t, month, "growth.kind", "new")
		compare(t, "sales by outlet", c.sales([]string{"cafe"}, cafeName, cents), want.byOutlet)
		compare(t, "units by outlet", c.sales([]string{"cafe"}, cafeName, count("units")), want.unitsByOutlet)
		compare(t, "orders by outlet", c.sales([]string{"cafe"}, cafeName, count("orders")), want.ordersByOutlet)
		compare(t, "sales by day", c.sales([]string{"date"}, field("date"), cents), want.byDay)
		compare(t, "sales by category", c.sales([]string{"category"}, field("category_name"), cents), want.byCategory)
		compare(t, "units by category", c.sales([]string{"category"}, field("category_name"), count("units")), want.unitsByCategory)
		compare(t, "sales by outlet and day", c.sales([]string{"cafe", "date"}, func(r object) string {
			return cafeName(r) + "/" + r["date"].(string)
		}, cents), want.byOutletAndDay)
	}
	check()

	second := importReceipts(t, c, folder, receipts)
	if second.Added != 0 || int64(second.Unchanged) != want.orders {
		t.Errorf("the second import added %d and found %d unchanged; want 0 and %d", second.Added, second.Unchanged, want.orders)
	}
	check()
	c.stop()
	c.verifyClean()
}

// cafeName is an imported café's neighbourhood, whatever else its name says.
func cafeName(row object) string {
	name := row["cafe_name"].(string)
	for _, neighbourhood := range []string{"Astoria", "Lower Manhattan", "Hell's Kitchen"} {
		if strings.Contains(name, neighbourhood) {
			return neighbourhood
		}
	}
	return name
}

func compare(t *testing.T, what string, got, want map[string]int64) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("%s: got %v, the file gives %v", what, got, want)
	}
}

// TestBrokenRows breaks one row in a hundred of a part of the month: the rest comes in, and each broken one is named.
func TestBrokenRows(t *testing.T) {
	folder := april(t)
	body, err := os.ReadFile(filepath.Join(folder, "receipts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(body), "\n")[:5001]
	chance := rand.New(rand.NewPCG(1, 2))
	broken := map[int]bool{}
	var wantCents int64
	for i := 1; i < len(lines); i++ {
		values := strings.Split(lines[i], ",")
		if chance.IntN(100) != 0 {
			amount, err := money.Parse(values[11], "USD")
			if err != nil {
				t.Fatal(err)
			}
			wantCents += amount
			continue
		}
		broken[i+1] = true // lines are counted from 1, the header included
		switch chance.IntN(5) {
		case 0:
			values[10] = "many"
		case 1:
			values[1] = "2019-04-31"
		case 2:
			values[9] = "999999"
		case 3:
			values = values[:7]
		case 4:
			values[11] = "2.505"
		}
		lines[i] = strings.Join(values, ",")
	}
	receipts := filepath.Join(t.TempDir(), "receipts.csv")
	if err := os.WriteFile(receipts, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startOneProcess(t, app.Options{})
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	if got := importTo(t, c, folder, receipts, rejects).Rows; got != len(broken) {
		t.Errorf("%d rows refused, %d are broken", got, len(broken))
	}
	for _, row := range records(t, rejects) {
		line, err := strconv.Atoi(row["line"])
		if err != nil || !broken[line] || row["reason"] == "" {
			t.Errorf("rejected without need or reason: %v", row)
		}
		delete(broken, line)
	}
	if len(broken) > 0 {
		t.Errorf("broken rows that are not named: %v", broken)
	}
	c.waitFor("the dashboard shows the rest", func() bool {
		return c.asOperator().ok("GET", "/api/v1/analytics/month?month=2019-04&currency=USD", nil).number("total_sales.amount") == wantCents
	})
}
