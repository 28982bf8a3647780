package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSplit(t *testing.T) {
	tests := []struct {
		row  string
		want []string
		err  error
	}{
		{"a,b,c", []string{"a", "b", "c"}, nil},
		{"", []string{""}, nil},
		{",", []string{"", ""}, nil},
		{`"a,b",c`, []string{"a,b", "c"}, nil},
		{`"say ""hi""",""`, []string{`say "hi"`, ""}, nil},
		{`""""`, []string{`"`}, nil},
		{`a,"b`, []string{"a"}, errOpenQuote},
		{`"a""`, nil, errOpenQuote},
		{`a"b,c`, nil, errBareQuote},
		{`"a"b,c`, []string{"a"}, errBareQuote},
		{` "a"`, nil, errBareQuote},
	}
	for _, tt := range tests {
		got, err := split(tt.row, ',', nil)
		if !errors.Is(err, tt.err) || !slices.Equal(got, tt.want) {
			t.Errorf("split(%q) = %q, %v; want %q, %v", tt.row, got, err, tt.want, tt.err)
		}
	}
	if got, err := split("a,b;c", ';', nil); err != nil || !slices.Equal(got, []string{"a,b", "c"}) {
		t.Errorf("by semicolon: %q, %v", got, err)
	}
}

func TestRowReader(t *testing.T) {
	long := strings.Repeat("x", maxRow+10)
	r := newRowReader(strings.NewReader("\ufeffhead\r\n\n" + long + "\nlast"))
	want := []struct {
		row string
		cut bool
	}{{"head", false}, {"", false}, {long[:maxRow], true}, {"last", false}}
	for i, w := range want {
		row, cut, err := r.next()
		if row != w.row || cut != w.cut || err != nil || r.number != i+1 {
			t.Errorf("row %d: %d bytes, %t, %v", i+1, len(row), cut, err)
		}
	}
	if _, _, err := r.next(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last: %v", err)
	}
}

func testCatalogue(t testing.TB, m *Mapping) *catalogue {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"p": productsText, "o": outletsText} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := readCatalogue(m, dir+"/p", dir+"/o")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func decode(t testing.TB, m *Mapping, c *catalogue, text string) ([]*receipt, []rejection) {
	t.Helper()
	d, err := newDecoder(m, c, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var rejects []rejection
	d.reject = func(r rejection) { rejects = append(rejects, r) }
	var receipts []*receipt
	for {
		r, err := d.next()
		if errors.Is(err, io.EOF) {
			return receipts, rejects
		}
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
}

func TestRowsThatCannotBeTaken(t *testing.T) {
	const good = "7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N"
	tests := []struct{ row, column, say string }{
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75", "", "13 fields, the header 14"},
		{good + ",", "", "15 fields"},
		{`7,"2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N`, "", "not closed"},
		{"7,2019-04-01,12:04:43,3,12,558,\xff,1,1,38,2,7.50,3.75,N", "", "UTF-8"},
		{good + strings.Repeat(" ", maxRow), "", "longer than"},
		{"7,2019-04-01,12:04:43,4,12,558,N,1,1,38,2,7.50,3.75,N", "sales_outlet_id", `outlet "4"`},
		{"7,2019-04-31,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_date", "YYYY-MM-DD"},
		{"7,04/01/2019,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_date", "YYYY-MM-DD"},
		{"7,0019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_date", "YYYY-MM-DD"},
		{"7,2019-04-01,25:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_time", "HH:mm:ss"},
		{",2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_id", "no number"},
		{strings.Repeat("7", 80) + ",2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3.75,N", "transaction_id", "longer than 80"},
		{"7,2019-04-01,12:04:43,3,12,558,maybe,1,1,38,2,7.50,3.75,N", "instore_yn", `"maybe"`},
		{"7,2019-04-01,12:04:43,3,12,558,N,one,1,38,2,7.50,3.75,N", "order", `"one"`},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,999,2,7.50,3.75,N", "product_id", `product "999"`},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,0,7.50,3.75,N", "quantity", "1 to 1000"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,-2,7.50,3.75,N", "quantity", "1 to 1000"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,1001,7.50,3.75,N", "quantity", "1 to 1000"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,1.5,7.50,3.75,N", "quantity", "1 to 1000"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.505,3.75,N", "line_item_amount", "7.505"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,-7.50,3.75,N", "line_item_amount", "below zero"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,9999999999.00,3.75,N", "line_item_amount", "out of bounds"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,,3.75,N", "line_item_amount", "not an amount"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,-3.75,N", "unit_price", "out of bounds"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,1000000.01,N", "unit_price", "out of bounds"},
		{"7,2019-04-01,12:04:43,3,12,558,N,1,1,38,2,7.50,3;75,N", "unit_price", "not an amount"},
	}
	m := mapping(t)
	c := testCatalogue(t, m)
	for _, tt := range tests {
		receipts, rejects := decode(t, m, c, header+good+"\n\n"+tt.row+"\n"+good+"\n")
		if len(rejects) != 1 || len(receipts) != 1 || len(receipts[0].lines) != 2 {
			t.Errorf("%.60q: %d receipts, rejects %+v", tt.row, len(receipts), rejects)
			continue
		}
		if r := rejects[0]; r.row != 4 || r.column != tt.column || !strings.Contains(r.reason, tt.say) || !strings.HasPrefix(tt.row, r.raw) {
			t.Errorf("%.60q: row %d, column %q, %q; want column %q and %q", tt.row, r.row, r.column, r.reason, tt.column, tt.say)
		}
	}
}

func TestReceiptsAreBoundedInLines(t *testing.T) {
	m := mapping(t)
	text := header + strings.Repeat(sale(1, "3", "38", 1, "3.75", "3.75"), maxLines+2)
	receipts, rejects := decode(t, m, testCatalogue(t, m), text)
	if len(receipts) != 1 || len(receipts[0].lines) != maxLines || len(rejects) != 2 || rejects[0].row != maxLines+2 {
		t.Errorf("%d receipts, %d rejects", len(receipts), len(rejects))
	}
}

// Receipts are handed on in the order they began, and memory holds a window of rows whatever the file's length.
func TestReceiptsCloseBehindTheWindow(t *testing.T) {
	m := mapping(t)
	c := testCatalogue(t, m)
	var text bytes.Buffer
	text.WriteString(header)
	for i := range 3 * receiptWindow {
		text.WriteString(sale(i, "3", "38", 1, "3.75", "3.75"))
	}
	d, err := newDecoder(m, c, &text)
	if err != nil {
		t.Fatal(err)
	}
	d.reject = func(r rejection) { t.Errorf("rejected: %+v", r) }
	for i := range 3 * receiptWindow {
		r, err := d.next()
		if err != nil || r.name != fmt.Sprintf("3/2019-04-01/%d", i) {
			t.Fatalf("receipt %d: %v, %v", i, r, err)
		}
		if len(d.open) > receiptWindow+1 || len(d.byID) != len(d.open) {
			t.Fatalf("%d receipts are held", len(d.open))
		}
	}
}

func TestServiceAndZone(t *testing.T) {
	m := mapping(t)
	row := func(date, clock, instore string) string {
		return "7," + date + "," + clock + ",3,12,0," + instore + ",1,1,38,1,3.75,3.75,N\n"
	}
	tests := []struct{ date, clock, instore, at, service string }{
		{"2019-04-01", "01:00:44", "Y", "2019-04-01T05:00:44Z", "eat_in"},
		{"2019-04-01", "20:59:00", "N", "2019-04-02T00:59:00Z", "take_away"},
		{"2019-01-01", "12:00:00", " ", "2019-01-01T17:00:00Z", ""},
		{"2019-03-10", "03:00:00", "", "2019-03-10T07:00:00Z", ""}, // the night clocks go forward
	}
	for _, tt := range tests {
		receipts, rejects := decode(t, m, testCatalogue(t, m), header+row(tt.date, tt.clock, tt.instore))
		if len(rejects) != 0 || len(receipts) != 1 {
			t.Fatalf("%v: %v", tt, rejects)
		}
		if o := receipts[0].order(0); o.SoldAt != tt.at || o.Service != tt.service {
			t.Errorf("%s %s %q: sold %s, %q", tt.date, tt.clock, tt.instore, o.SoldAt, o.Service)
		}
	}
}

func TestRefusingMappings(t *testing.T) {
	m := mapping(t)
	m.Receipts.PaidLess, m.Receipts.PaidMore = "refuse", "refuse"
	text := header + sale(1, "3", "38", 1, "3.00", "3.75") + sale(2, "3", "38", 1, "4.00", "3.75") + sale(3, "3", "38", 1, "3.75", "3.75")
	receipts, rejects := decode(t, m, testCatalogue(t, m), text)
	if len(receipts) != 1 || len(rejects) != 2 {
		t.Errorf("%d receipts, %+v", len(receipts), rejects)
	}
}

func TestAnotherSource(t *testing.T) {
	m, err := ParseMapping([]byte(`{
		"source": "kasse", "currency": "EUR", "cutoff": "04:00", "delimiter": ";",
		"money": {"symbols": ["€"], "decimal": ",", "thousands": "."},
		"receipts": {"outlet": "Filiale", "date": "Datum", "date_format": "DD.MM.YYYY", "time": "Zeit", "time_format": "HH:mm",
			"receipt": "Bon", "product": "Artikel", "quantity": "Menge", "unit_price": "Preis",
			"tender": {"column": "Zahlung", "values": {"Bar": "cash", "Karte": "card"}}, "service": {"values": {"": "eat_in"}}, "tax_rate": 1900},
		"products": {"id": "sales_outlet_id", "name": "address", "category": "type", "price": "x"},
		"outlets": {"id": "sales_outlet_id", "name": ["address"], "time_zone": "time_zone"}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	c := testCatalogue(t, mapping(t))
	receipts, rejects := decode(t, m, c, "Filiale;Datum;Zeit;Bon;Artikel;Menge;Preis;Zahlung\n"+
		"3;05.04.2019;09:30;A-1;38;2;\"1.028,50 €\";Bar\n3;05.04.2019;09:31;A-2;38;1;1,2,3;Karte\n")
	if len(receipts) != 1 || len(rejects) != 1 || rejects[0].column != "Preis" {
		t.Fatalf("%d receipts, %+v", len(receipts), rejects)
	}
	o := receipts[0].order(m.Receipts.TaxRate)
	if l := o.Lines[0]; l.UnitPrice != 102850 || l.TaxRate != 1900 || o.Tender != "cash" || o.Service != "eat_in" || o.SoldAt != "2019-04-05T13:30:00Z" {
		t.Errorf("order = %+v", o)
	}
}

func TestAmounts(t *testing.T) {
	m := mapping(t)
	for text, want := range map[string]int64{
		"$18.00 ": 1800, "2.5": 250, " 0.80": 80, "$1,028.00": 102800, "1,234,567": 123456700, "-1.00": -100, "$ 3": 300, "0": 0,
	} {
		if got, err := m.amount(text); err != nil || got != want {
			t.Errorf("amount(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "$", "2,50", "1,23,456", "12345,678", ",123", "1.005", "1.2.3", "3.75 USD", "1e3", "−1"} {
		if got, err := m.amount(text); err == nil {
			t.Errorf("amount(%q) = %d, want a refusal", text, got)
		}
	}
}

func TestCatalogue(t *testing.T) {
	m := mapping(t)
	c := testCatalogue(t, m)
	latte, tea, loose := c.products["38"].item, c.products["50"].item, c.products["14"].item
	if latte != c.products["39"].item || tea != c.products["51"].item || tea == loose {
		t.Error("sizes are not one item, or things of one name are")
	}
	if c.products["38"].variation != "Standard" || c.products["39"].variation != "Regular" || c.products["51"].variation != "Large" {
		t.Errorf("sizes: %s, %s, %s", c.products["38"].variation, c.products["39"].variation, c.products["51"].variation)
	}
	if latte.put.Station != "bar" || c.products["75"].item.put.Station != "" || len(latte.put.Variations) != 2 ||
		latte.put.Variations[1].Prices[0] != (amount{425, "USD"}) {
		t.Errorf("latte = %+v", latte.put)
	}
	if c.outlets["3"].put.Name != "Astoria" || c.outlets["9"].put.Name != "Chelsea, 175 8th Avenue" {
		t.Errorf("names: %q, %q", c.outlets["3"].put.Name, c.outlets["9"].put.Name)
	}
	again := testCatalogue(t, m)
	if again.products["39"].variationID != c.products["39"].variationID || again.outlets["3"].cafeID != c.outlets["3"].cafeID {
		t.Error("ids differ from run to run")
	}
	other := *m
	other.Source = "another"
	if testCatalogue(t, &other).outlets["3"].cafeID == c.outlets["3"].cafeID {
		t.Error("two sources share ids")
	}
}

func TestMappings(t *testing.T) {
	for _, name := range BuiltIn() {
		if m, err := LoadMapping(name); err != nil || m.Source != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := LoadMapping("nobody's"); err == nil || !strings.Contains(err.Error(), "coffee-chain-2019-04") {
		t.Errorf("an unknown mapping: %v", err)
	}
	body, err := readMapping("coffee-chain-2019-04")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct{ old, new, say string }{
		{`"coffee-chain-2019-04"`, `"Coffee Chain"`, "source"},
		{`"USD"`, `"usd"`, "currency"},
		{`"00:00"`, `"24:00"`, "cutoff"},
		{`"delimiter": ","`, `"delimiter": ",,"`, "delimiter"},
		{`"delimiter": ","`, `"delimiter": "\""`, "delimiter"},
		{`"transaction_id"`, `""`, "receipts.receipt"},
		{`"discount"`, `"forget"`, "paid_less"},
		{`"eat_in"`, `"here"`, "service"},
		{`"card"`, `"cheque"`, "tender"},
		{`"tax_rate": 0`, `"tax_rate": 10001`, "tax_rate"},
		{`"thousands": ","`, `"thousands": "."`, "both"},
		{`"bar"`, `"garden"`, "stations"},
		{`"source":`, `"sauce":`, "sauce"},
		{`"quantity": "quantity"`, `"quantity": 3`, "quantity"},
	} {
		text := strings.Replace(string(body), change.old, change.new, 1)
		if _, err := ParseMapping([]byte(text)); err == nil || !strings.Contains(err.Error(), change.say) {
			t.Errorf("%s for %s: %v", change.new, change.old, err)
		}
	}
	if _, err := ParseMapping(append(body, '{')); err == nil {
		t.Error("text behind the mapping is accepted")
	}
}

// FuzzReceipts reads any bytes by any mapping: every row is taken or named once, and what is taken is sound.
func FuzzReceipts(f *testing.F) {
	row := sale(7, "3", "38", 2, "7.50", "3.75")
	own, err := readMapping("coffee-chain-2019-04")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(header+row+sale(7, "3", "75", 1, "3.25", "3.25")), own)
	f.Add([]byte(header+"\"\n"+row+"\xff\n\n,,,\n"+row[:20]), own)
	f.Add([]byte("\ufeff"+strings.ReplaceAll(header+row, ",", ";")), bytes.Replace(own, []byte(`"delimiter": ","`), []byte(`"delimiter": ";"`), 1))
	f.Add([]byte(header+row), []byte(`{"source":"x"}`))
	c := testCatalogue(f, mapping(f))
	f.Fuzz(func(t *testing.T, data, body []byte) {
		m, err := ParseMapping(body)
		if err != nil {
			m = mapping(t)
		}
		d, err := newDecoder(m, c, bytes.NewReader(data))
		if err != nil {
			return
		}
		named := map[int]bool{}
		note := func(row int) {
			if row < 2 || named[row] {
				t.Fatalf("row %d is named twice, or is the header", row)
			}
			named[row] = true
		}
		d.reject = func(r rejection) {
			if note(r.row); r.reason == "" {
				t.Fatalf("row %d is rejected without a reason", r.row)
			}
		}
		for {
			r, err := d.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(r.lines) == 0 || len(r.lines) > maxLines || r.total() < 0 {
				t.Fatalf("receipt = %+v", r)
			}
			if at, err := time.Parse(time.RFC3339Nano, r.order(0).SoldAt); err != nil || !at.Equal(r.soldAt.Truncate(time.Microsecond)) {
				t.Fatalf("sold at %s: %v", r.soldAt, err)
			}
			for _, l := range r.lines {
				note(l.row)
				if l.quantity < 1 || l.quantity > maxQuantity || l.unitPrice < 0 || l.unitPrice > maxUnitPrice || l.discount < 0 ||
					l.discount > l.quantity*l.unitPrice || l.surcharge < 0 || l.surcharge > maxExtra || l.discount > 0 && l.surcharge > 0 {
					t.Fatalf("line = %+v", l)
				}
			}
		}
		rows := 0
		for i, row := range bytes.Split(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n")) {
			if i > 0 && len(bytes.TrimSpace(row)) > 0 {
				rows++
			}
		}
		if rows != len(named) {
			t.Fatalf("%d rows, %d taken or named", rows, len(named))
		}
	})
}

// FuzzSplit holds our fields against encoding/csv's.
func FuzzSplit(f *testing.F) {
	for _, row := range []string{"a,b", `"a,b",""""`, `a"b`, `"a`, `"a"b`, ",", " \"a\""} {
		f.Add(row)
	}
	f.Fuzz(func(t *testing.T, row string) {
		if strings.ContainsAny(row, "\r\n") || row == "" {
			return
		}
		r := csv.NewReader(strings.NewReader(row))
		want, wantErr := r.Read()
		got, err := split(row, ',', nil)
		if (err == nil) != (wantErr == nil) || err == nil && !slices.Equal(got, want) {
			t.Fatalf("split(%q) = %q, %v; encoding/csv says %q, %v", row, got, err, want, wantErr)
		}
	})
}
