package importer

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"coffee/internal/httpx"
)

// realMonth finds the data beside the project, walking up to go.mod.
func realMonth(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
	data := filepath.Join(dir, "..", "shared", "data", "coffee-chain-2019-04")
	if _, err := os.Stat(data); err != nil {
		t.Skipf("SKIPPED: the real month is not on this machine (%s); nothing of it was tested", data)
	}
	return data
}

func realOptions(t testing.TB, f *fake, receipts string) Options {
	data := realMonth(t)
	if receipts == "" {
		receipts = filepath.Join(data, "receipts.csv")
	}
	return Options{
		Receipts: receipts, Products: filepath.Join(data, "products.csv"), Outlets: filepath.Join(data, "outlets.csv"),
		Mapping: mapping(t), Rejects: filepath.Join(t.TempDir(), "rejects.csv"),
		Client: &httpx.Client{URL: f.server.URL, Token: token},
	}
}

func TestRealMonth(t *testing.T) {
	f := newFake(t)
	o := realOptions(t, f, "")
	sum := run(t, o)
	t.Logf("%d receipts in %s", sum.Receipts, sum.Elapsed.Round(time.Millisecond))
	const receipts, lines, units, cents = 39271, 49894, 71758, 23363595
	if sum.Receipts != receipts || sum.Lines != lines || sum.Units != units || sum.Total != cents {
		t.Errorf("the importer counts %d %d %d %d", sum.Receipts, sum.Lines, sum.Units, sum.Total)
	}
	if r, l, u, c := f.total(); r != receipts || l != lines || u != units || c != cents {
		t.Errorf("the gateway holds %d %d %d %d", r, l, u, c)
	}
	if sum.Added != receipts || sum.Unchanged != 0 || sum.Refused != 0 || sum.Rows != 0 {
		t.Errorf("summary = %+v", sum)
	}
	if len(f.cafes) != 3 || len(sum.Outlets) != 3 || len(f.releases) != 1 {
		t.Errorf("%d cafés, %d outlets, %d releases", len(f.cafes), len(sum.Outlets), len(f.releases))
	}
	discounts, surcharges := 0, 0
	for _, order := range f.orders {
		for _, l := range order.GetLines() {
			if l.GetDiscount() > 0 {
				discounts++
			}
			if l.GetSurcharge() > 0 {
				surcharges++
			}
		}
	}
	if discounts != 209 || surcharges != 21 {
		t.Errorf("%d discounts, %d surcharges; want 209 and 21", discounts, surcharges)
	}

	f.quick = true // the same batches
	again := run(t, o)
	if again.Added != 0 || again.Unchanged != receipts || again.Total != cents || len(f.orders) != receipts || len(f.releases) != 1 {
		t.Errorf("the second run: %+v", again)
	}
}

// breakages are ways in which exports are broken, each with what its reason must say.
var breakages = []struct {
	say   string
	spoil func([]string) string
}{
	{"fields, the header", func(f []string) string { return strings.Join(f[:12], ",") }},
	{"fields, the header", func(f []string) string { return strings.Join(append(f, "extra"), ",") }},
	{"product_id", func(f []string) string { return with(f, 9, "99999") }},
	{"sales_outlet_id", func(f []string) string { return with(f, 3, "77") }},
	{"transaction_date", func(f []string) string { return with(f, 1, "2019-04-31") }},
	{"transaction_time", func(f []string) string { return with(f, 2, "noon") }},
	{"transaction_id", func(f []string) string { return with(f, 0, "") }},
	{"quantity", func(f []string) string { return with(f, 10, "0") }},
	{"quantity", func(f []string) string { return with(f, 10, "two") }},
	{"line_item_amount", func(f []string) string { return with(f, 11, "-3.00") }},
	{"unit_price", func(f []string) string { return with(f, 12, "NULL") }},
	{"instore_yn", func(f []string) string { return with(f, 6, "?") }},
	{"not closed", func(f []string) string { return `"` + strings.Join(f, ",") }},
	{"inside a field", func(f []string) string { return with(f, 13, `N"`) }},
	{"UTF-8", func(f []string) string { return with(f, 4, "\xc3\x28") }},
	{"longer than", func(f []string) string { return with(f, 4, strings.Repeat("9", maxRow+1)) }},
}

func with(fields []string, i int, value string) string {
	fields = append([]string(nil), fields...)
	fields[i] = value
	return strings.Join(fields, ",")
}

func TestRealMonthWithBrokenRows(t *testing.T) {
	data := realMonth(t)
	file, err := os.Open(filepath.Join(data, "receipts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString(strings.Join(rows[0], ",") + "\n")
	broken := map[int]string{}
	receipts := map[string]bool{}
	var lines int
	var units, cents int64
	for i, row := range rows[1:] {
		if i%100 == 57 {
			b := breakages[len(broken)%len(breakages)]
			broken[i+2] = b.say
			text.WriteString(b.spoil(row) + "\n")
			continue
		}
		text.WriteString(strings.Join(row, ",") + "\n")
		quantity, _ := strconv.Atoi(row[10])
		paid, _ := strconv.ParseFloat(row[11], 64)
		receipts[row[3]+"/"+row[1]+"/"+row[0]] = true
		lines, units, cents = lines+1, units+int64(quantity), cents+int64(math.Round(paid*100))
	}
	spoilt := filepath.Join(t.TempDir(), "receipts.csv")
	overwrite(t, spoilt, text.String())

	f := newFake(t)
	f.quick = true // TestRealMonth holds every batch against the contract
	o := realOptions(t, f, spoilt)
	sum := run(t, o)
	if sum.Receipts != len(receipts) || sum.Lines != lines || sum.Units != units || sum.Total != cents || sum.Refused != 0 {
		t.Errorf("summary = %+v; the rest of the file is %d receipts, %d lines, %d units, %d", sum, len(receipts), lines, units, cents)
	}
	if r, l, u, c := f.total(); r != len(receipts) || l != lines || u != units || c != cents {
		t.Errorf("the gateway holds %d %d %d %d", r, l, u, c)
	}
	named := rejected(t, o.Rejects)
	if len(named) != len(broken) || sum.Rows != len(broken) || len(broken) < 490 {
		t.Errorf("%d rows are broken, %d named, %d counted", len(broken), len(named), sum.Rows)
	}
	for row, say := range broken {
		if !strings.Contains(named[row], say) {
			t.Errorf("row %d: %q does not say %q", row, named[row], say)
		}
	}
	if again := run(t, o); again.Added != 0 || again.Unchanged != len(receipts) || again.Rows != len(broken) {
		t.Errorf("the second run: %+v", again)
	}
}

// BenchmarkDecode reads the month without sending it.
func BenchmarkDecode(b *testing.B) {
	data := realMonth(b)
	m := mapping(b)
	c, err := readCatalogue(m, filepath.Join(data, "products.csv"), filepath.Join(data, "outlets.csv"))
	if err != nil {
		b.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join(data, "receipts.csv"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		receipts, rejects := decode(b, m, c, string(body))
		if len(receipts) != 39271 || len(rejects) != 0 {
			b.Fatal(fmt.Errorf("%d receipts, %d rejects", len(receipts), len(rejects)))
		}
	}
}
