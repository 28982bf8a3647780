package importer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"coffee/internal/httpx"
	cafepb "coffee/proto/coffee/cafe/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

const token = "operator-token-of-the-tests"

// fake is a gateway that keeps what it is sent, holds every body against the contracts, and knows an id when it
// meets it again.
type fake struct {
	handler http.Handler
	server  *httptest.Server

	mu       sync.Mutex
	cafes    map[string]*cafepb.PutCafeRequest
	puts     map[string][32]byte // categories and items: what was first sent
	names    map[string]string   // categories and items: id → name
	orders   map[string]*orderpb.ImportOrder
	prints   map[string][32]byte
	drafted  []string // ids changed since the last release
	releases []string // idempotency keys
	requests map[string]int
	largest  int // bytes of the largest batch

	// quick leaves out protovalidate, which takes most of a large import's time.
	quick bool
	// before may answer instead, with true.
	before func(w http.ResponseWriter, r *http.Request, body []byte) bool
}

func newFake(t testing.TB) *fake {
	t.Helper()
	f := &fake{
		cafes: map[string]*cafepb.PutCafeRequest{}, puts: map[string][32]byte{}, names: map[string]string{},
		orders: map[string]*orderpb.ImportOrder{}, prints: map[string][32]byte{}, requests: map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/cafes/{id}", f.getCafe)
	mux.HandleFunc("PUT /api/v1/cafes/{id}", f.putCafe)
	mux.HandleFunc("PUT /api/v1/menu/categories/{id}", f.putDraft(func() proto.Message { return new(menupb.PutCategoryRequest) }))
	mux.HandleFunc("PUT /api/v1/menu/items/{id}", f.putDraft(func() proto.Message { return new(menupb.PutItemRequest) }))
	mux.HandleFunc("GET /api/v1/menu/draft/diff", f.diff)
	mux.HandleFunc("POST /api/v1/menu/releases", f.release)
	mux.HandleFunc("POST /api/v1/imports/orders", f.imports)
	f.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
		if err != nil {
			problem(w, http.StatusRequestEntityTooLarge, "body_too_large", "too large")
			return
		}
		f.mu.Lock()
		f.requests[r.Method+" "+r.URL.Path]++
		f.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+token {
			problem(w, http.StatusUnauthorized, "not_signed_in", "sign in")
			return
		}
		if f.before != nil && f.before(w, r, body) {
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		mux.ServeHTTP(w, r)
	})
	f.server = httptest.NewServer(f.handler)
	t.Cleanup(func() { f.server.Close() })
	return f
}

// settle waits until what a run left unanswered has come to its end, and listens anew: a run that fails leaves its
// other batches in flight, and the fake still works on them.
func (f *fake) settle(o *Options) {
	f.server.Close()
	f.server = httptest.NewServer(f.handler)
	o.Client = &httpx.Client{URL: f.server.URL, Token: token}
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "title": code, "detail": detail})
}

// read holds a body against its contract: known fields only, and protovalidate's rules.
func (f *fake) read(w http.ResponseWriter, r *http.Request, into proto.Message) bool {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = protojson.Unmarshal(body, into)
	}
	if id := into.ProtoReflect().Descriptor().Fields().ByName("id"); err == nil && id != nil {
		into.ProtoReflect().Set(id, protoString(r.PathValue("id")))
	}
	if err == nil && !f.quick {
		err = protovalidate.Validate(into)
	}
	if err != nil {
		problem(w, http.StatusBadRequest, "invalid_request", err.Error())
	}
	return err == nil
}

func (f *fake) getCafe(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cafe := f.cafes[r.PathValue("id")]
	if cafe == nil {
		problem(w, http.StatusNotFound, "not_found", "no such café")
		return
	}
	f.answerCafe(w, cafe)
}

func (f *fake) answerCafe(w http.ResponseWriter, c *cafepb.PutCafeRequest) {
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": c.GetId(), "name": c.GetName(), "time_zone": c.GetTimeZone(), "currency": c.GetCurrency(),
		"cutoff_minutes": c.GetCutoffMinutes(), "version": 1, "origin": c.GetOrigin(),
	})
}

func (f *fake) putCafe(w http.ResponseWriter, r *http.Request) {
	cafe := new(cafepb.PutCafeRequest)
	if !f.read(w, r, cafe) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if was := f.cafes[cafe.GetId()]; was != nil && !proto.Equal(was, cafe) {
		problem(w, http.StatusConflict, "version_conflict", "somebody else changed it")
		return
	}
	f.cafes[cafe.GetId()] = cafe
	f.answerCafe(w, cafe)
}

func (f *fake) putDraft(empty func() proto.Message) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := empty()
		if !f.read(w, r, m) {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		id := r.PathValue("id")
		bytes, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		sum := sha256.Sum256(bytes)
		was, there := f.puts[id]
		if it, ok := m.(*menupb.PutItemRequest); ok && f.names[it.GetCategoryId()] == "" {
			problem(w, http.StatusNotFound, "not_found", "no such category")
			return
		}
		if there && was != sum {
			problem(w, http.StatusConflict, "version_conflict", "somebody changed it")
			return
		}
		if !there {
			f.puts[id], f.drafted = sum, append(f.drafted, id)
			f.names[id] = m.(interface{ GetName() string }).GetName()
		}
		_, _ = io.WriteString(w, `{}`)
	}
}

func (f *fake) diff(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changes := []map[string]any{}
	for _, id := range f.drafted {
		changes = append(changes, map[string]any{"kind": "item", "id": id, "name": "", "change": "added", "details": []string{}})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"against_release": len(f.releases), "changes": changes})
}

func (f *fake) release(w http.ResponseWriter, r *http.Request) {
	if !f.read(w, r, new(menupb.PublishRequest)) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	switch {
	case key == "":
		problem(w, http.StatusBadRequest, "idempotency_key_required", "a key, please")
	case len(f.drafted) == 0:
		problem(w, http.StatusConflict, "nothing_to_publish", "nothing to publish")
	default:
		f.releases, f.drafted = append(f.releases, key), nil
		_, _ = io.WriteString(w, `{"number":1}`)
	}
}

func (f *fake) imports(w http.ResponseWriter, r *http.Request) {
	request := new(orderpb.ImportOrdersRequest)
	if !f.read(w, r, request) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.largest = max(f.largest, int(r.ContentLength))
	added, unchanged, refused := 0, 0, []map[string]any{}
	for _, o := range request.GetOrders() {
		bytes, _ := proto.MarshalOptions{Deterministic: true}.Marshal(o)
		sum := sha256.Sum256(bytes)
		was, there := f.prints[o.GetId()]
		switch {
		case f.cafes[o.GetCafeId()] == nil:
			refused = append(refused, map[string]any{"id": o.GetId(), "code": "not_found", "detail": "no such café"})
		case !there:
			f.orders[o.GetId()], f.prints[o.GetId()] = o, sum
			added++
		case was == sum:
			unchanged++
		default:
			refused = append(refused, map[string]any{"id": o.GetId(), "code": "order_exists", "detail": "There is another order with this id."})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"added": added, "unchanged": unchanged, "refused": refused})
}

// total is what the fake was sold, counted without the importer's arithmetic.
func (f *fake) total() (receipts, lines int, units, cents int64) {
	for _, o := range f.orders {
		for _, l := range o.GetLines() {
			lines++
			units += int64(l.GetQuantity())
			cents += int64(l.GetQuantity())*l.GetUnitPrice() - l.GetDiscount() + l.GetSurcharge()
		}
	}
	return len(f.orders), lines, units, cents
}

// options imports the given texts into the fake.
func (f *fake) options(t testing.TB, receipts string) Options {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return Options{
		Receipts: write("receipts.csv", receipts), Products: write("products.csv", productsText), Outlets: write("outlets.csv", outletsText),
		Mapping: mapping(t), Rejects: filepath.Join(dir, "rejects.csv"), Client: &httpx.Client{URL: f.server.URL, Token: token},
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func mapping(t testing.TB) *Mapping {
	t.Helper()
	m, err := LoadMapping("coffee-chain-2019-04")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const (
	header = "transaction_id,transaction_date,transaction_time,sales_outlet_id,staff_id,customer_id,instore_yn,order,line_item_id,product_id,quantity,line_item_amount,unit_price,promo_item_yn\n"

	productsText = "product_id,product_group,product_category,product_type,product,product_description,current_retail_price\n" +
		"38,Beverages,Coffee,Barista Espresso,Latte,You will think you are in Venice. ,$3.75 \n" +
		"39,Beverages,Coffee,Barista Espresso,Latte Rg,\"Venice, larger\",$4.25 \n" +
		"50,Beverages,Tea,Brewed Black tea,Earl Grey Rg,Tradition in a cup.,$2.50 \n" +
		"51,Beverages,Tea,Brewed Black tea,Earl Grey Lg,Tradition in a cup.,$3.00 \n" +
		"14,Whole Bean/Teas,Loose Tea,Black tea,Earl Grey,Oil of bergamot.,$8.95 \n" +
		"75,Food,Bakery,Pastry,Croissant,Flakey and buttery,$3.25 \n" +
		"81,Merchandise,Branded,Clothing,Golden T-shirt,Unsold,\"$1,028.00 \"\n"

	outletsText = "sales_outlet_id,type,address,city,state,neighbourhood,time_zone\n" +
		"3,retail,32-20 Broadway,Long Island City,NY,Astoria,America/New_York\n" +
		"5,retail,100 Church Street,New York,NY,Chelsea,America/New_York\n" +
		"9,retail,175 8th Avenue,New York,NY,Chelsea,America/New_York\n"
)

// sale is a row of the receipts' file.
func sale(receipt int, outlet, product string, quantity int, amount, price string) string {
	return fmt.Sprintf("%d,2019-04-01,12:04:43,%s,12,0,N,1,1,%s,%d,%s,%s,N\n", receipt, outlet, product, quantity, amount, price)
}
