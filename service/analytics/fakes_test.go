package analytics_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	cafepb "coffee/proto/coffee/cafe/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

// id makes a readable canonical UUID: a kind and a number.
func id(kind byte, n int) string {
	return fmt.Sprintf("%02x000000-0000-7000-8000-%012x", kind, n)
}

const (
	kindCafe     = 0xca
	kindItem     = 0x17
	kindCategory = 0xc7
	kindOrder    = 0x0d
	kindModifier = 0x0f
)

// journal is an order service that holds journals in memory. It serves the two methods of the feed.
type journal struct {
	orderpb.OrderServiceClient // the others are nil: calling one fails the test

	mu      sync.Mutex
	entries map[string][]*orderpb.JournalEntry
	changed map[string]int64
	order   []string
	mark    int64
	down    error
	most    int // entries of one answer; 0: as many as asked for
	asked   int
	late    int // so many entries are not in the heads yet
}

func newJournal() *journal {
	return &journal{entries: map[string][]*orderpb.JournalEntry{}, changed: map[string]int64{}}
}

// add books an event.
func (j *journal) add(events ...*orderpb.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range events {
		payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
		if err != nil {
			panic(err)
		}
		j.book(e.GetCafeId(), payload)
	}
}

func (j *journal) book(cafe string, payload []byte) {
	old := j.entries[cafe]
	if len(old) == 0 {
		j.order = append(j.order, cafe)
	}
	prev := make([]byte, 32)
	if len(old) > 0 {
		prev = old[len(old)-1].GetHash()
	}
	hash := sha256.Sum256(append(append([]byte{}, prev...), payload...))
	j.entries[cafe] = append(old, &orderpb.JournalEntry{
		CafeId: cafe, Seq: int64(len(old)) + 1, Payload: payload, PrevHash: prev, Hash: hash[:],
	})
	j.mark++
	j.changed[cafe] = j.mark
}

func (j *journal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.down = err
}

func (j *journal) ListHeads(_ context.Context, req *orderpb.ListHeadsRequest, _ ...grpc.CallOption) (*orderpb.ListHeadsResponse, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.down != nil {
		return nil, j.down
	}
	// Pages of two, so that paging is met.
	start := 0
	if req.GetCursor() != "" {
		if _, err := fmt.Sscan(req.GetCursor(), &start); err != nil {
			return nil, err
		}
	}
	answer := &orderpb.ListHeadsResponse{}
	for i := start; i < len(j.order); i++ {
		cafe := j.order[i]
		if j.changed[cafe] < req.GetSince() {
			continue
		}
		if len(answer.Heads) == 2 {
			answer.NextCursor = fmt.Sprint(i)
			break
		}
		entries := j.entries[cafe]
		answer.Heads = append(answer.Heads, &orderpb.Head{
			CafeId: cafe, Seq: int64(len(entries) - j.late), Hash: entries[len(entries)-1].GetHash(), Changed: j.changed[cafe],
		})
	}
	return answer, nil
}

func (j *journal) ListJournal(_ context.Context, req *orderpb.ListJournalRequest, _ ...grpc.CallOption) (*orderpb.ListJournalResponse, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked++
	if j.down != nil {
		return nil, j.down
	}
	if j.most > 0 && int(req.GetLimit()) > j.most {
		return nil, errs.TooMany("message_too_large", 0, "message larger than max")
	}
	entries := j.entries[req.GetCafeId()]
	from := min(int(req.GetAfterSeq()), len(entries))
	to := min(from+int(req.GetLimit()), len(entries))
	return &orderpb.ListJournalResponse{Entries: entries[from:to:to]}, nil
}

// events reads a café's journal back, as the verifier does.
func (j *journal) events(t testing.TB, cafe string) []analytics.Event {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	var events []analytics.Event
	for _, entry := range j.entries[cafe] {
		e, fault := analytics.DecodeEvent(entry.GetPayload())
		if fault != "" {
			t.Fatal(fault)
		}
		events = append(events, e)
	}
	return events
}

// cafeService knows cafés.
type cafeService struct {
	cafepb.CafeServiceClient

	mu    sync.Mutex
	cafes []*cafepb.Cafe
	down  error
}

func (c *cafeService) ListCafes(_ context.Context, req *cafepb.ListCafesRequest, _ ...grpc.CallOption) (*cafepb.ListCafesResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	start := 0
	if req.GetCursor() != "" {
		if _, err := fmt.Sscan(req.GetCursor(), &start); err != nil {
			return nil, err
		}
	}
	answer := &cafepb.ListCafesResponse{}
	for i := start; i < len(c.cafes); i++ {
		if i == start+2 {
			answer.NextCursor = fmt.Sprint(i)
			break
		}
		// As a service that shows archived cafés to head office only.
		if c.cafes[i].GetArchivedAt() == nil {
			answer.Cafes = append(answer.Cafes, c.cafes[i])
		}
	}
	return answer, nil
}

func (c *cafeService) GetCafe(_ context.Context, req *cafepb.GetCafeRequest, _ ...grpc.CallOption) (*cafepb.Cafe, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return nil, c.down
	}
	for _, cafe := range c.cafes {
		if cafe.GetId() == req.GetId() {
			return cafe, nil
		}
	}
	return nil, errs.NotFound("café %s", req.GetId())
}

func (c *cafeService) put(n int, name, currency string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cafes = append(c.cafes, &cafepb.Cafe{Id: id(kindCafe, n), Name: name, Currency: currency, Version: 1, TimeZone: "UTC", CutoffMinutes: 240})
	return id(kindCafe, n)
}

// menuService knows one menu for all cafés.
type menuService struct {
	menupb.MenuServiceClient

	mu    sync.Mutex
	menu  *menupb.Menu
	down  error
	asked int
}

func (m *menuService) GetMenu(_ context.Context, req *menupb.GetMenuRequest, _ ...grpc.CallOption) (*menupb.Menu, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.down != nil || m.menu == nil {
		return nil, cmp.Or[error](m.down, errs.NotFound("menu of café %s", req.GetCafeId()))
	}
	return m.menu, nil
}

func (m *menuService) set(menu *menupb.Menu, down error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.menu, m.down = menu, down
}

// chain is the service over fakes and a real store.
type chain struct {
	journal *journal
	cafes   *cafeService
	menus   *menuService
	service *analytics.Service
	store   *store.Store
	db      *db.DB
	clock   *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newChain(t testing.TB, d *db.DB, now string) *chain {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{journal: newJournal(), cafes: &cafeService{}, menus: &menuService{}, store: store.New(d), db: d, clock: &clock{at: at}}
	c.service = c.replica(t)
	return c
}

// replica is one more process over the same database.
func (c *chain) replica(t testing.TB) *analytics.Service {
	return analytics.New(analytics.Deps{
		Store: c.store, Journals: analytics.FromOrder(c.journal), Cafes: analytics.FromCafe(c.cafes),
		Menus: analytics.FromMenu(c.menus), Now: c.clock.now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Interval: time.Millisecond,
	})
}

func sqlite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.Open(t, dbtest.Config(t, db.SQLite, "analytics"), store.Migrations())
}

func (c *chain) follow(t testing.TB) int {
	t.Helper()
	n, err := c.service.FollowOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sale is an event of one order with lines of one item each.
func sale(cafe, date string, hour int, currency string, lines ...*orderpb.EventLine) *orderpb.Event {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	at = at.Add(time.Duration(hour) * time.Hour)
	return &orderpb.Event{
		Kind: "placed", OrderId: id(kindOrder, 1), CafeId: cafe, BusinessDate: date, Hour: int32(hour), Currency: currency,
		AtUs: at.UnixMicro(), SoldAtUs: at.UnixMicro(), Orders: 1, Lines: lines,
	}
}

// line is quantity units of an item at a price each, 10 % tax inside.
func line(item int, name string, category int, quantity int32, price int64) *orderpb.EventLine {
	total := int64(quantity) * price
	return &orderpb.EventLine{
		Line: 1, ItemId: id(kindItem, item), ItemName: name,
		CategoryId: id(kindCategory, category), CategoryName: fmt.Sprintf("Category %d", category),
		Quantity: quantity, Gross: total, Amount: total, TaxRate: 1000, Tax: total / 11, Net: total - total/11, Total: total,
	}
}

// back turns an event into one that takes it back.
func back(e *orderpb.Event, kind, date string) *orderpb.Event {
	r := proto.Clone(e).(*orderpb.Event)
	r.Kind, r.BusinessDate, r.Orders = kind, date, -e.GetOrders()
	r.AtUs += int64(time.Hour / time.Microsecond)
	for _, l := range r.Lines {
		l.Quantity, l.Gross, l.Discount, l.Amount = -l.Quantity, -l.Gross, -l.Discount, -l.Amount
		l.Tax, l.Net, l.Total = -l.Tax, -l.Net, -l.Total
	}
	return r
}

var errDown = errors.New("connection refused")

// generate books n events over cafés: sales of one to four lines over months of days, with discounts and renamed
// items, some of them voided or refunded days or months later, some only moved on. Cafés of odd number sell in EUR.
func generate(j *journal, seed uint64, cafes, n, days int) {
	r := rand.New(rand.NewPCG(seed, 7))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	names := []string{"Café crème", "قهوة", "拿铁", "Flat white", "Pain au chocolat", "Šálek čaje", "Espresso ☕", "O'Brien", "=SUM(A1)", "Mokka"}
	var sold []*orderpb.Event
	for i := range n {
		cafe := r.IntN(cafes)
		date := start.AddDate(0, 0, i*days/n).Format(time.DateOnly)
		switch kind := r.IntN(20); {
		case kind == 0 && len(sold) > 0:
			j.add(back(sold[r.IntN(len(sold))], []string{"voided", "refunded", "cancelled"}[r.IntN(3)], date))
			continue
		case kind == 1 && len(sold) > 0:
			e := proto.Clone(sold[r.IntN(len(sold))]).(*orderpb.Event)
			e.Kind, e.Orders = "advanced", 0
			for _, l := range e.Lines {
				l.Quantity, l.Gross, l.Discount, l.Amount, l.Tax, l.Net, l.Total = 0, 0, 0, 0, 0, 0, 0
			}
			j.add(e)
			continue
		}
		e := sale(id(kindCafe, cafe), date, 6+r.IntN(14), []string{"MAD", "EUR"}[cafe%2])
		for range 1 + r.IntN(4) {
			item := r.IntN(40)
			name := fmt.Sprintf("%s %d", names[item%len(names)], item)
			if i > n/2 && item%5 == 0 {
				name += " (new)"
			}
			l := line(item, name, item/8, 1+r.Int32N(3), 150+int64(item)*25)
			for range r.IntN(4) { // sometimes the same twice
				l.Modifiers = append(l.Modifiers, &orderpb.OrderModifier{ModifierId: id(kindModifier, r.IntN(6)), Quantity: 1 + r.Int32N(2)})
			}
			if r.IntN(10) == 0 {
				l.Discount = l.Gross / 10
				l.Amount -= l.Discount
				l.Total = l.Amount
				l.Tax = l.Total / 11
				l.Net = l.Total - l.Tax
			}
			e.Lines = append(e.Lines, l)
		}
		if r.IntN(3) == 0 {
			e.Kind = "imported"
		}
		j.add(e)
		sold = append(sold, e)
	}
}
