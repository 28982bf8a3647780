package importer

import (
	"encoding/csv"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"coffee/internal/httpx"
)

func protoString(s string) protoreflect.Value { return protoreflect.ValueOfString(s) }

// rejected reads a file of rejects: row → column: reason.
func rejected(t testing.TB, file string) map[int]string {
	t.Helper()
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], []string{"line", "column", "reason", "raw"}) {
		t.Fatalf("header of the rejects: %q", rows[0])
	}
	out := map[int]string{}
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		if out[n] != "" {
			t.Errorf("row %d is named twice", n)
		}
		out[n] = row[1] + ": " + row[2]
	}
	return out
}

func run(t testing.TB, o Options) Summary {
	t.Helper()
	sum, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return sum
}

func TestImport(t *testing.T) {
	f := newFake(t)
	o := f.options(t, header+
		sale(7, "3", "38", 2, "7.50", "3.75")+ // a receipt of two lines
		sale(7, "3", "75", 1, "3.25", "3.25")+
		sale(7, "5", "39", 1, "1.00", "4.25")+ // the same number elsewhere, paid less
		sale(8, "5", "50", 1, "3.00", "2.50")) // paid more
	sum := run(t, o)
	if sum.Receipts != 3 || sum.Lines != 4 || sum.Units != 5 || sum.Total != 750+325+100+300 || sum.Added != 3 || sum.Rows != 0 {
		t.Errorf("summary = %+v", sum)
	}
	want := []OutletSum{{"3", "Astoria", 1, 2, 3, 1075}, {"5", "Chelsea, 100 Church Street", 2, 2, 2, 400}}
	if !slices.Equal(sum.Outlets, want) {
		t.Errorf("outlets = %+v, want %+v", sum.Outlets, want)
	}
	if receipts, lines, units, cents := f.total(); receipts != 3 || lines != 4 || units != 5 || cents != 1475 {
		t.Errorf("the gateway holds %d %d %d %d", receipts, lines, units, cents)
	}
	if rejected(t, o.Rejects) != nil {
		t.Error("a file of rejects without rejects")
	}

	// Only what was met: two of three cafés; Latte in both sizes, Croissant, Earl Grey the tea, and three categories.
	if len(f.cafes) != 2 || len(f.puts) != 6 || len(f.releases) != 1 {
		t.Errorf("%d cafés, %d categories and items, %d releases", len(f.cafes), len(f.puts), len(f.releases))
	}
	for _, c := range f.cafes {
		if c.GetTimeZone() != "America/New_York" || c.GetCurrency() != "USD" || c.CutoffMinutes == nil || c.GetCutoffMinutes() != 0 ||
			c.GetOrigin() != "coffee-chain-2019-04" {
			t.Errorf("café = %v", c)
		}
	}
	o2 := f.orders[deriveID("coffee-chain-2019-04", "receipt", "5", "2019-04-01", "7")]
	if o2 == nil {
		t.Fatal("the order's id is not derived from source, outlet, date and receipt")
	}
	if l := o2.GetLines()[0]; l.GetItemName() != "Latte" || l.GetVariationName() != "Regular" || l.GetCategoryName() != "Coffee" ||
		l.GetDiscount() != 325 || l.GetSurcharge() != 0 || l.GetUnitPrice() != 425 {
		t.Errorf("line = %v", l)
	}
	if at := o2.GetSoldAt().AsTime().Format("2006-01-02T15:04:05Z07:00"); at != "2019-04-01T16:04:43Z" || o2.GetService() != "take_away" ||
		o2.GetReference() != "5/2019-04-01/7" || o2.GetTender() != "card" {
		t.Errorf("order = %v, sold at %s", o2, at)
	}

	again := run(t, o)
	if again.Added != 0 || again.Unchanged != 3 || again.Total != sum.Total || len(f.orders) != 3 || len(f.releases) != 1 {
		t.Errorf("the second run: %+v, %d releases", again, len(f.releases))
	}
}

func TestSurchargeIsNoNegativeDiscount(t *testing.T) {
	f := newFake(t)
	run(t, f.options(t, header+sale(8, "5", "50", 1, "3.00", "2.50")))
	for _, o := range f.orders {
		if l := o.GetLines()[0]; l.GetSurcharge() != 50 || l.GetDiscount() != 0 {
			t.Errorf("line = %v", l)
		}
	}
}

func TestLinesStandInTheirOrder(t *testing.T) {
	line := func(order, product string) string {
		return "7,2019-04-01,12:04:43,3,12,0,Y," + order + ",1," + product + ",1,3.25,3.25,N\n"
	}
	f := newFake(t)
	// order 9 first in the file; two of order 1 stay as they stand; a line of another receipt in between.
	run(t, f.options(t, header+line("9", "75")+line("1", "39")+sale(8, "3", "50", 1, "2.50", "2.50")+line("1", "38")))
	if len(f.orders) != 2 {
		t.Fatalf("%d orders", len(f.orders))
	}
	var got []string
	for _, l := range f.orders[deriveID("coffee-chain-2019-04", "receipt", "3", "2019-04-01", "7")].GetLines() {
		got = append(got, l.GetItemName()+" "+l.GetVariationName())
	}
	if want := []string{"Latte Regular", "Latte Standard", "Croissant Standard"}; !slices.Equal(got, want) {
		t.Errorf("lines = %q, want %q", got, want)
	}
}

// A run that is cut off goes on where the file says, and adds nothing twice.
func TestRestart(t *testing.T) {
	var text strings.Builder
	text.WriteString(header)
	for i := range 3000 {
		text.WriteString(sale(i, []string{"3", "5"}[i%2], "38", 1+i%3, "3.75", "3.75"))
	}
	f := newFake(t)
	left := 3
	f.before = func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r.Method == http.MethodPost {
			left--
		}
		if left < 0 {
			problem(w, http.StatusInternalServerError, "internal", "out of order")
		}
		return left < 0
	}
	o := f.options(t, text.String())
	sum, err := Run(t.Context(), o)
	if err == nil || sum.Receipts == 0 || sum.Receipts >= 3000 {
		t.Fatalf("the cut-off run: %v, %+v", err, sum)
	}
	f.settle(&o)
	f.before = nil
	again := run(t, o)
	if again.Unchanged != len(f.orders)-again.Added || again.Receipts != 3000 || len(f.orders) != 3000 || again.Unchanged < sum.Receipts {
		t.Errorf("the run after it: %+v of %d orders", again, len(f.orders))
	}
	if f.largest > 200<<10 {
		t.Errorf("a batch of %d bytes", f.largest)
	}
}

func TestTriesAgain(t *testing.T) {
	for _, code := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout} {
		f := newFake(t)
		down := 3
		f.before = func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			if down--; down >= 0 {
				w.Header().Set("Retry-After", "1")
				problem(w, code, "busy", "later")
			}
			return down >= 0
		}
		if sum := run(t, f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))); sum.Added != 1 {
			t.Errorf("%d: %+v", code, sum)
		}
	}
}

func TestGivesUp(t *testing.T) {
	f := newFake(t)
	f.before = func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
		problem(w, http.StatusServiceUnavailable, "unavailable", "order does not answer")
		return true
	}
	_, err := Run(t.Context(), f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75")))
	if !httpx.HasCode(err, "unavailable") {
		t.Errorf("error = %v", err)
	}
	for path, n := range f.requests {
		if n != maxTries {
			t.Errorf("%s was tried %d times", path, n)
		}
	}
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
	o.Client.Token = "another"
	if _, err = Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "operator token") {
		t.Errorf("a wrong token: %v", err)
	}
}

// One receipt that the gateway's edge refuses does not take its batch along.
func TestBatchIsHalvedDownToTheReceiptAtFault(t *testing.T) {
	var text strings.Builder
	text.WriteString(header)
	for i := range 40 {
		text.WriteString(sale(i, "3", "38", 1, "3.75", "3.75"))
	}
	f := newFake(t)
	bad := deriveID("coffee-chain-2019-04", "receipt", "3", "2019-04-01", "17")
	f.before = func(w http.ResponseWriter, r *http.Request, body []byte) bool {
		no := strings.Contains(string(body), bad)
		if no {
			problem(w, http.StatusBadRequest, "invalid_request", "we do not like it")
		}
		return no
	}
	o := f.options(t, text.String())
	sum := run(t, o)
	if sum.Added != 39 || sum.Refused != 1 || sum.Receipts != 39 || sum.Rows != 1 {
		t.Errorf("summary = %+v", sum)
	}
	if got := rejected(t, o.Rejects); len(got) != 1 || !strings.Contains(got[19], "invalid_request") {
		t.Errorf("rejects = %v", got)
	}
}

// A receipt that changed in the file, or whose lines stand far apart, is the system's to refuse.
func TestRefusedReceiptsAreNamed(t *testing.T) {
	f := newFake(t)
	run(t, f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75")))
	o := f.options(t, header+sale(1, "3", "38", 2, "7.50", "3.75")+sale(2, "3", "38", 1, "3.75", "3.75")+sale(1, "3", "75", 1, "3.25", "3.25"))
	sum := run(t, o)
	if sum.Refused != 1 || sum.Added != 1 || sum.Rows != 2 || sum.Total != 375 || sum.Rejects != o.Rejects {
		t.Errorf("summary = %+v", sum)
	}
	got := rejected(t, o.Rejects)
	if len(got) != 2 || !strings.Contains(got[2], "order_exists") || !strings.Contains(got[4], "order_exists") {
		t.Errorf("rejects = %v", got)
	}
}

func TestFarLinesOfOneReceipt(t *testing.T) {
	var text strings.Builder
	text.WriteString(header + sale(1, "3", "38", 1, "3.75", "3.75"))
	for i := range receiptWindow + 1 {
		text.WriteString(sale(10+i, "3", "38", 0, "3.75", "3.75")) // none of them is taken
	}
	text.WriteString(sale(1, "3", "75", 1, "3.25", "3.25"))
	f := newFake(t)
	o := f.options(t, text.String())
	o.Workers = 1
	if sum := run(t, o); sum.Added != 1 || sum.Refused != 1 || sum.Rows != receiptWindow+2 {
		t.Errorf("summary = %+v", sum)
	}
}

func TestOthersDraftIsNotPublished(t *testing.T) {
	f := newFake(t)
	f.drafted = []string{"somebody's new item"}
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
	var said strings.Builder
	o.Progress = &said
	run(t, o)
	if len(f.releases) != 0 || !strings.Contains(said.String(), "publish it yourself") {
		t.Errorf("%d releases; said %q", len(f.releases), said.String())
	}
}

func TestItemsThatHeadOfficeChangedStay(t *testing.T) {
	f := newFake(t)
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
	run(t, o)
	for id := range f.puts {
		f.puts[id] = [32]byte{1}
	}
	if sum := run(t, o); sum.Unchanged != 1 {
		t.Errorf("summary = %+v", sum)
	}
}

func TestCafeOfAnotherKindIsRefused(t *testing.T) {
	f := newFake(t)
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
	run(t, o)
	for _, c := range f.cafes {
		c.Currency = "MAD"
	}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "exists in MAD") {
		t.Errorf("error = %v", err)
	}
	for _, c := range f.cafes {
		c.Currency, c.CutoffMinutes = "USD", new(int32(240))
	}
	var said strings.Builder
	o.Progress = &said
	if sum := run(t, o); sum.Unchanged != 1 || !strings.Contains(said.String(), "04:00") {
		t.Errorf("%+v; said %q", sum, said.String())
	}
}

func TestNothingIsSentForBadFiles(t *testing.T) {
	tests := []struct {
		name, say string
		change    func(*Options)
	}{
		{"no receipts", "no such file", func(o *Options) { o.Receipts += "x" }},
		{"empty receipts", "is empty", func(o *Options) { overwrite(t, o.Receipts, "") }},
		{"a missing column", "there is no column sales_outlet_id; the header has a, b, c", func(o *Options) { overwrite(t, o.Receipts, "a,b,c\n") }},
		{"a broken header", "not a header", func(o *Options) { overwrite(t, o.Receipts, "a,\"b\n") }},
		{"a broken product", "line 2", func(o *Options) {
			overwrite(t, o.Products, strings.Replace(productsText, "$3.75", "three", 1))
		}},
		{"a product twice", "product 38 is there twice", func(o *Options) { overwrite(t, o.Products, strings.Replace(productsText, "39,", "38,", 1)) }},
		{"no price column", "there is no column current_retail_price", func(o *Options) {
			overwrite(t, o.Products, strings.Replace(productsText, "current_retail_price", "price", 1))
		}},
		{"a zone that is none", "America/Nowhere", func(o *Options) { overwrite(t, o.Outlets, strings.Replace(outletsText, "New_York", "Nowhere", 1)) }},
		{"an outlet twice", "outlet 3 is there twice", func(o *Options) { overwrite(t, o.Outlets, strings.Replace(outletsText, "\n5,", "\n3,", 1)) }},
		{"rejects over the receipts", "is the file to import", func(o *Options) { o.Rejects = o.Receipts }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
			tt.change(&o)
			if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.say) {
				t.Errorf("error = %v, want one that says %q", err, tt.say)
			}
			if len(f.requests) != 0 {
				t.Errorf("requests = %v", f.requests)
			}
		})
	}
}

func overwrite(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
