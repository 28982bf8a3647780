package verify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/test/whole"
	"coffee/tool/demo"
)

// A Thursday, 10:00 in Casablanca and in Paris.
var start = time.Date(2026, 3, 26, 9, 0, 0, 0, time.UTC)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// shop is a system in which everything has happened once that step 1 knows.
type shop struct {
	*whole.System
	t                 testing.TB
	cafe, device      string
	barista, lead     whole.Clients
	manager, customer whole.Clients
	order             map[string]string // by what it shows
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) enrol(run demo.FirstRun, at int) string {
	s.t.Helper()
	gateway := loginpb.NewLoginServiceClient(s.Server.Service("gateway"))
	device, err := gateway.EnrolDevice(s.t.Context(), &loginpb.EnrolDeviceRequest{
		CafeId: run.Cafes[at].ID, AccessCode: run.Cafes[at].AccessCode, Network: "127.0.0.1",
	})
	s.must(err)
	return device.GetId()
}

func key(ctx context.Context) context.Context { return rpc.WithIdempotencyKey(ctx, newID()) }

func variation(name string) string { return demo.ID("variation", name) }

func choice(group, name string) *orderpb.ModifierChoice {
	return &orderpb.ModifierChoice{ModifierId: demo.ID("modifier", group+"/"+name)}
}

func line(name string, quantity int32, modifiers ...*orderpb.ModifierChoice) *orderpb.LineRequest {
	return &orderpb.LineRequest{VariationId: variation(name), Quantity: quantity, Modifiers: modifiers}
}

// place places an order of a café and remembers it under a name.
func (s *shop) place(name string, by whole.Clients, r *orderpb.PlaceOrderRequest) *orderpb.Order {
	s.t.Helper()
	if r.Id == "" {
		r.Id = newID()
	}
	o, err := by.Order.PlaceOrder(s.t.Context(), r)
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	s.order[name] = o.GetId()
	return o
}

// sell places an order and takes the money for it.
func (s *shop) sell(name string, by whole.Clients, lines ...*orderpb.LineRequest) *orderpb.Order {
	s.t.Helper()
	o := s.place(name, by, &orderpb.PlaceOrderRequest{Lines: lines})
	s.pay(by, "cash", o)
	return o
}

func (s *shop) pay(by whole.Clients, kind string, orders ...*orderpb.Order) {
	s.t.Helper()
	r := &orderpb.SettleRequest{Tenders: []*orderpb.TenderRequest{{Id: newID(), Kind: kind}}}
	for _, o := range orders {
		r.OrderIds = append(r.OrderIds, o.GetId())
		r.Tenders[0].Amount += o.GetDue()
	}
	if r.Tenders[0].Amount == 0 {
		return
	}
	_, err := by.Order.Settle(key(s.t.Context()), r)
	s.must(err)
}

func (s *shop) advance(o *orderpb.Order, states ...string) {
	s.t.Helper()
	for _, to := range states {
		_, err := s.barista.Order.AdvanceLines(s.t.Context(), &orderpb.AdvanceLinesRequest{Id: o.GetId(), To: to})
		s.must(err)
	}
}

// few takes only the first of each batch of imported orders.
type few struct {
	orderpb.OrderServiceClient
	most int
}

func (f few) ImportOrders(ctx context.Context, r *orderpb.ImportOrdersRequest, o ...grpc.CallOption) (*orderpb.ImportOrdersResponse, error) {
	r.Orders = r.Orders[:min(f.most, len(r.Orders))]
	return f.OrderServiceClient.ImportOrders(ctx, r, o...)
}

// open makes the system, with at most so many imported orders a batch, and does everything once.
func open(t testing.TB, engine db.Engine, most int) *shop {
	t.Helper()
	s := &shop{System: whole.New(t, engine, start), t: t, order: map[string]string{}}
	operator := s.Operator()
	run, err := demo.Fill(t.Context(), demo.Services{
		Cafe: operator.Cafe, Login: operator.Login, AdminLogin: operator.AdminLogin, Menu: operator.Menu,
		Inventory: operator.Inventory, Order: few{operator.Order, most},
	}, demo.Options{Now: s.Now(), Seed: 1, AdminPassword: "correct horse battery"})
	s.must(err)
	s.cafe, s.device = run.Cafes[0].ID, s.enrol(run, 0)
	person := func(name, role string) whole.Clients {
		return s.As(rpctest.Person(demo.ID("person", "Maârif/"+name), role, s.cafe, s.device))
	}
	s.barista, s.lead, s.manager = person("Imane", "barista"), person("Youssef", "lead"), person("Salma", "manager")
	phone, err := loginpb.NewLoginServiceClient(s.Server.Service("gateway")).RegisterPhone(t.Context(), &loginpb.RegisterPhoneRequest{Network: "127.0.0.1"})
	s.must(err)
	s.customer = s.As(rpctest.Customer(phone.GetId()))
	paris := s.As(rpctest.Person(demo.ID("person", "Canal/Jules"), "barista", run.Cafes[2].ID, s.enrol(run, 2)))
	s.day(paris)
	s.goods()
	s.days()
	return s
}

// day is what happens at the counter and the bar.
func (s *shop) day(paris whole.Clients) {
	t := s.t
	latte := s.sell("latte", s.barista, line("Latte/L", 1, choice("Milk", "Oat"), choice("Extra shots", "Extra shot")), line("Croissant/Piece", 2))
	s.advance(latte, "making", "ready", "making", "ready", "handed_over")
	mint := s.place("mint", s.barista, &orderpb.PlaceOrderRequest{Service: "eat_in", Lines: []*orderpb.LineRequest{line("Mint tea/Pot", 1, choice("Sugar", "Half sugar"))}})
	water := s.place("water", s.barista, &orderpb.PlaceOrderRequest{Lines: []*orderpb.LineRequest{line("Sparkling water/Bottle", 3)}})
	s.pay(s.barista, "card", mint, water)

	s.sell("voided", s.barista, line("Cappuccino/M", 1), line("Croissant/Piece", 1))
	_, err := s.barista.Order.VoidLines(key(t.Context()), &orderpb.VoidLinesRequest{Id: s.order["voided"], Lines: []int32{1}, Reason: "changed their mind"})
	s.must(err)
	wasted := s.sell("wasted", s.barista, line("Latte/M", 1), line("Mocha/M", 2))
	s.advance(wasted, "making")
	_, err = s.lead.Order.VoidLines(key(t.Context()), &orderpb.VoidLinesRequest{Id: wasted.GetId(), Lines: []int32{2}, Reason: "wrong milk"})
	s.must(err)
	s.advance(wasted, "ready")

	s.sell("refunded", s.barista, line("Pain au chocolat/Piece", 3))
	for _, to := range []string{"restock", "waste"} {
		_, err = s.lead.Order.RefundLines(key(t.Context()), &orderpb.RefundLinesRequest{
			Id: s.order["refunded"], Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: to}}, Reason: "stale",
		})
		s.must(err)
	}
	remake, err := s.lead.Order.RemakeLines(key(t.Context()), &orderpb.RemakeLinesRequest{
		Id: latte.GetId(), RemakeId: newID(), Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}}, Reason: "spilt",
	})
	s.must(err)
	s.order["remake"] = remake.GetId()
	s.advance(remake, "ready")

	flat := s.sell("changed", s.barista, line("Flat white/M", 1), line("Croissant/Piece", 1))
	change, err := s.barista.Order.ChangeOrder(key(t.Context()), &orderpb.ChangeOrderRequest{
		Id: flat.GetId(), VoidLines: []int32{1}, Replacement: &orderpb.PlaceOrderRequest{Id: newID(), Lines: []*orderpb.LineRequest{line("Cappuccino/L", 1)}},
	})
	s.must(err)
	s.order["replacement"] = change.GetReplacement().GetId()

	combo := &orderpb.LineRequest{Quantity: 2, Combo: &orderpb.ComboRequest{ComboId: demo.ID("combo", "Breakfast"), Parts: []*orderpb.ComboPart{
		{SlotId: demo.ID("slot", "Breakfast/Something to eat"), VariationId: variation("Msemen/Plain")},
		{SlotId: demo.ID("slot", "Breakfast/Hot drink"), VariationId: variation("Latte/M"), Modifiers: []*orderpb.ModifierChoice{choice("Milk", "Soy")}},
	}}}
	s.sell("combo", s.barista, combo, line("Espresso/Single", 1))
	s.place("by hand", s.lead, &orderpb.PlaceOrderRequest{
		Lines: []*orderpb.LineRequest{
			{VariationId: variation("Espresso/Double"), Quantity: 1, PriceOverride: &orderpb.PriceOverride{UnitAmount: 1000, Reason: "neighbour"}},
			{VariationId: variation("Latte/M"), Quantity: 1, Comp: true},
			{VariationId: variation("Orange cake/Slice"), Quantity: 3, Discount: &orderpb.Discount{BasisPoints: 1000}},
		}, Discount: &orderpb.Discount{Amount: 100},
	})
	relabelled := s.sell("relabelled", s.barista, line("Cortado/S", 1))
	o, err := s.barista.Order.GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: relabelled.GetId()})
	s.must(err)
	_, err = s.barista.Order.RelabelTender(key(t.Context()), &orderpb.RelabelTenderRequest{Id: o.GetId(), TenderId: o.GetTenders()[0].GetId(), Kind: "card"})
	s.must(err)

	phone := s.place("phone", s.customer, &orderpb.PlaceOrderRequest{CafeId: s.cafe, Lines: []*orderpb.LineRequest{line("Iced latte/M", 1, choice("Ice", "Less ice"))}})
	s.pay(s.barista, "cash", phone)
	s.place("cancelled", s.customer, &orderpb.PlaceOrderRequest{CafeId: s.cafe, Lines: []*orderpb.LineRequest{line("Latte/M", 1)}})
	_, err = s.customer.Order.CancelOrder(t.Context(), &orderpb.CancelOrderRequest{Id: s.order["cancelled"], CafeId: s.cafe})
	s.must(err)
	_, err = s.barista.Order.CancelOrder(t.Context(), &orderpb.CancelOrderRequest{Id: newID(), CafeId: s.cafe})
	s.must(err)
	s.place("here", s.barista, &orderpb.PlaceOrderRequest{Lines: []*orderpb.LineRequest{{VariationId: variation("Orange cake/Slice"), Quantity: 60, Present: true}}})
	s.place("paris", paris, &orderpb.PlaceOrderRequest{Service: "eat_in", Lines: []*orderpb.LineRequest{line("Latte/L", 2), line("Pain au chocolat/Piece", 1)}})
	admin := s.As(rpctest.Admin(demo.ID("admin", "owner")))
	s.place("head office", admin, &orderpb.PlaceOrderRequest{CafeId: s.cafe, Lines: []*orderpb.LineRequest{line("Americano/M", 1)}})
}

// goods is what happens to the stock besides, and a sale that was never finished.
func (s *shop) goods() {
	ctx, beans := s.t.Context(), demo.ID("ingredient", "Espresso beans")
	_, err := s.barista.Inventory.Receive(key(ctx), &inventorypb.ReceiveRequest{CafeId: s.cafe, Lines: []*inventorypb.ReceiveLine{{IngredientId: beans, Packs: 2}}})
	s.must(err)
	_, err = s.barista.Inventory.Waste(key(ctx), &inventorypb.WasteRequest{CafeId: s.cafe, Lines: []*inventorypb.WasteLine{{IngredientId: beans, Quantity: 5000, Reason: "spilt"}}})
	s.must(err)
	_, err = s.manager.Inventory.Count(key(ctx), &inventorypb.CountRequest{CafeId: s.cafe, Lines: []*inventorypb.CountLine{{IngredientId: beans, Counted: 17_000_000}}})
	s.must(err)
	s.consume("abandoned")
}

// consume takes stock for an order that does not come.
func (s *shop) consume(name string) {
	s.t.Helper()
	s.order[name] = newID()
	_, err := inventorypb.NewInventoryServiceClient(s.Server.Service("order")).Consume(s.t.Context(), &inventorypb.ConsumeRequest{
		OrderId: s.order[name], Attempt: 1, CafeId: s.cafe, BusinessDate: "2026-03-26", Service: "take_away", Type: "sale",
		Lines: []*inventorypb.ConsumeLine{{Line: 1, VariationId: variation("Latte/M"), Quantity: 1}},
	})
	s.must(err)
}

// days is what time brings: evening prices, what nobody fetches, a correction of a day that is closed.
func (s *shop) days() {
	s.Pass(20 * time.Minute)
	s.must(s.Orders.CollectOnce(s.t.Context()))
	s.Settle(s.t)
	s.Pass(7 * time.Hour) // 17:20
	s.sell("evening", s.barista, line("Croissant/Piece", 4))
	for i := range 5 {
		s.sell(fmt.Sprintf("evening %d", i), s.barista, line("Espresso/Single", 1))
	}
	s.Pass(5 * 24 * time.Hour)
	_, err := s.lead.Order.RefundLines(key(s.t.Context()), &orderpb.RefundLinesRequest{
		Id: s.order["evening"], Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: "waste"}}, Reason: "complaint",
	})
	s.must(err)
	s.Settle(s.t)
	s.Pass(10 * time.Minute)
	s.Settle(s.t)
}
