package order

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/page"
	"coffee/internal/rpc"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/journal"
)

// Register serves s under its contract.
func Register(r grpc.ServiceRegistrar, s *Service) {
	orderpb.RegisterOrderServiceServer(r, &server{s: s})
}

type server struct {
	orderpb.UnimplementedOrderServiceServer
	s *Service
}

// id writes a UUID as it is stored: the contract lets capitals through.
func id(text string) string { return strings.ToLower(text) }

func ids(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = id(t)
	}
	return out
}

// cafeID checks a café that the contract leaves open. Error: NotFound.
func cafeID(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if uuid.Validate(text) != nil {
		return "", errs.NotFound("café %s", text)
	}
	return id(text), nil
}

// keyOf is the call's Idempotency-Key.
func keyOf(ctx context.Context, method string, request proto.Message) keyed.Key {
	return keyed.Key{
		Method: method, Subject: rpc.CallerFrom(ctx).Subject, Key: rpc.IdempotencyKey(ctx), Fingerprint: keyed.Fingerprint(request),
	}
}

func (g *server) QuoteOrder(ctx context.Context, p *orderpb.PlaceOrderRequest) (*orderpb.Order, error) {
	return g.placing(ctx, p, g.s.Quote)
}

func (g *server) PlaceOrder(ctx context.Context, p *orderpb.PlaceOrderRequest) (*orderpb.Order, error) {
	return g.placing(ctx, p, g.s.Place)
}

func (g *server) placing(ctx context.Context, p *orderpb.PlaceOrderRequest, use func(context.Context, rpc.Caller, Request) (Order, error)) (*orderpb.Order, error) {
	r, err := requestFrom(p)
	if err != nil {
		return nil, err
	}
	caller := rpc.CallerFrom(ctx)
	o, err := use(ctx, caller, r)
	return answerOrder(caller, o, err)
}

// answerOrder shows an order as far as the caller may see it.
func answerOrder(caller rpc.Caller, o Order, err error) (*orderpb.Order, error) {
	if err != nil {
		return nil, err
	}
	return orderTo(&o, caller.AtLeast("lead")), nil
}

func ordersTo(caller rpc.Caller, orders []Order) []*orderpb.Order {
	out := make([]*orderpb.Order, len(orders))
	for i := range orders {
		out[i] = orderTo(&orders[i], caller.AtLeast("lead"))
	}
	return out
}

func (g *server) GetOrder(ctx context.Context, p *orderpb.GetOrderRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.Get(ctx, caller, id(p.GetId()))
	return answerOrder(caller, o, err)
}

func (g *server) ListOrders(ctx context.Context, p *orderpb.ListOrdersRequest) (*orderpb.ListOrdersResponse, error) {
	cafe, err := cafeID(p.GetCafeId())
	if err != nil {
		return nil, err
	}
	caller := rpc.CallerFrom(ctx)
	orders, next, err := g.s.List(ctx, caller, Query{
		Cafe: cafe, BusinessDate: p.GetBusinessDate(), State: State(p.GetState()), MoneyState: MoneyState(p.GetMoneyState()),
		Source: Source(p.GetSource()), DueOnly: p.GetDueOnly(),
	}, p.GetQuery(), p.GetCursor(), p.GetLimit())
	if err != nil {
		return nil, err
	}
	answer := &orderpb.ListOrdersResponse{Orders: ordersTo(caller, orders), NextCursor: next}
	size := 0
	for i, o := range answer.GetOrders() {
		if size += proto.Size(o); size > listBytes && i > 0 { // a shorter page, and where to go on
			answer.Orders, answer.NextCursor = answer.GetOrders()[:i], page.Encode(listKey(orders[i-1]))
			break
		}
	}
	return answer, nil
}

// listBytes keeps a page of orders under what one message may hold (1 MiB).
const listBytes = 768 << 10

func (g *server) Settle(ctx context.Context, p *orderpb.SettleRequest) (*orderpb.SettleResponse, error) {
	caller := rpc.CallerFrom(ctx)
	orders, change, err := g.s.Settle(ctx, caller, ids(p.GetOrderIds()), tendersFrom(p.GetTenders()), keyOf(ctx, "Settle", p))
	if err != nil {
		return nil, err
	}
	return &orderpb.SettleResponse{Orders: ordersTo(caller, orders), Change: change}, nil
}

func (g *server) RelabelTender(ctx context.Context, p *orderpb.RelabelTenderRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.RelabelTender(ctx, caller, id(p.GetId()), id(p.GetTenderId()), p.GetKind(), keyOf(ctx, "RelabelTender", p))
	return answerOrder(caller, o, err)
}

func (g *server) AdvanceLines(ctx context.Context, p *orderpb.AdvanceLinesRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.Advance(ctx, caller, id(p.GetId()), p.GetLines(), LineState(p.GetFrom()), LineState(p.GetTo()))
	return answerOrder(caller, o, err)
}

func (g *server) ReportProblem(ctx context.Context, p *orderpb.ReportProblemRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.ReportProblem(ctx, caller, id(p.GetId()), p.GetLines(), strings.TrimSpace(p.GetReason()), p.GetClear())
	return answerOrder(caller, o, err)
}

func (g *server) AcknowledgeVoids(ctx context.Context, p *orderpb.AcknowledgeVoidsRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.Acknowledge(ctx, caller, id(p.GetId()), p.GetLines())
	return answerOrder(caller, o, err)
}

func (g *server) VoidLines(ctx context.Context, p *orderpb.VoidLinesRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.VoidLines(ctx, caller, Void{
		Order: id(p.GetId()), Lines: p.GetLines(), Made: p.Made, Reason: p.GetReason(), Approval: p.GetApproval(), Payout: p.GetPayout(),
	}, keyOf(ctx, "VoidLines", unapproved(p)))
	return answerOrder(caller, o, err)
}

func (g *server) RefundLines(ctx context.Context, p *orderpb.RefundLinesRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	r := Refund{Order: id(p.GetId()), Reason: p.GetReason(), Payout: p.GetPayout()}
	for _, l := range p.GetLines() {
		r.Lines = append(r.Lines, RefundLine{Line: l.GetLine(), Quantity: l.GetQuantity(), To: l.GetTo()})
	}
	o, err := g.s.RefundLines(ctx, caller, r, keyOf(ctx, "RefundLines", p))
	return answerOrder(caller, o, err)
}

func (g *server) ChangeOrder(ctx context.Context, p *orderpb.ChangeOrderRequest) (*orderpb.ChangeOrderResponse, error) {
	r, err := requestFrom(p.GetReplacement())
	if err != nil {
		return nil, err
	}
	caller := rpc.CallerFrom(ctx)
	changed, replacement, difference, err := g.s.Change(ctx, caller, id(p.GetId()), p.GetVoidLines(), r, keyOf(ctx, "ChangeOrder", unapproved(p)))
	if err != nil {
		return nil, err
	}
	both := ordersTo(caller, []Order{changed, replacement})
	return &orderpb.ChangeOrderResponse{Order: both[0], Replacement: both[1], Difference: difference}, nil
}

func (g *server) RemakeLines(ctx context.Context, p *orderpb.RemakeLinesRequest) (*orderpb.Order, error) {
	caller := rpc.CallerFrom(ctx)
	r := Remake{Order: id(p.GetId()), ID: id(p.GetRemakeId()), Reason: p.GetReason(), Approval: p.GetApproval()}
	for _, l := range p.GetLines() {
		r.Lines = append(r.Lines, RemakeLine{Line: l.GetLine(), Quantity: l.GetQuantity()})
	}
	o, err := g.s.Remake(ctx, caller, r, keyOf(ctx, "RemakeLines", unapproved(p)))
	return answerOrder(caller, o, err)
}

// unapproved is a request without its approval: a try with a new one is the same request.
func unapproved[T proto.Message](p T) T {
	c := proto.CloneOf(p)
	switch c := any(c).(type) {
	case *orderpb.VoidLinesRequest:
		c.Approval = ""
	case *orderpb.RemakeLinesRequest:
		c.Approval = ""
	case *orderpb.ChangeOrderRequest:
		c.Replacement.Approval = ""
	}
	return c
}

func (g *server) CancelOrder(ctx context.Context, p *orderpb.CancelOrderRequest) (*orderpb.Order, error) {
	cafe, err := cafeID(p.GetCafeId())
	if err != nil {
		return nil, err
	}
	caller := rpc.CallerFrom(ctx)
	o, err := g.s.Cancel(ctx, caller, id(p.GetId()), cafe, p.GetReason())
	return answerOrder(caller, o, err)
}

func (g *server) ListHeads(ctx context.Context, p *orderpb.ListHeadsRequest) (*orderpb.ListHeadsResponse, error) {
	heads, next, err := g.s.ListHeads(ctx, p.GetSince(), p.GetCursor(), p.GetLimit())
	if err != nil {
		return nil, err
	}
	answer := &orderpb.ListHeadsResponse{NextCursor: next}
	for _, h := range heads {
		answer.Heads = append(answer.Heads, &orderpb.Head{CafeId: h.Cafe, Seq: h.Seq, Hash: h.Hash, Changed: h.Changed})
	}
	return answer, nil
}

func (g *server) ListJournal(ctx context.Context, p *orderpb.ListJournalRequest) (*orderpb.ListJournalResponse, error) {
	order, err := cafeID(p.GetOrderId())
	if err != nil {
		return nil, errs.NotFound("order %s", p.GetOrderId())
	}
	entries, err := g.s.ListJournal(ctx, id(p.GetCafeId()), p.GetAfterSeq(), order, p.GetLimit())
	if err != nil {
		return nil, err
	}
	answer := &orderpb.ListJournalResponse{}
	for _, e := range entries {
		event, err := journal.Decode(e.Payload)
		if err != nil {
			return nil, err
		}
		answer.Entries = append(answer.Entries, &orderpb.JournalEntry{
			CafeId: e.Cafe, Seq: e.Seq, Kind: e.Kind, OrderId: e.OrderID, Event: event, Payload: e.Payload, PrevHash: e.PrevHash, Hash: e.Hash,
		})
	}
	return answer, nil
}

func (g *server) ImportOrders(ctx context.Context, p *orderpb.ImportOrdersRequest) (*orderpb.ImportOrdersResponse, error) {
	orders := make([]Imported, len(p.GetOrders()))
	for i, o := range p.GetOrders() {
		orders[i] = importedFrom(o)
	}
	result, err := g.s.Import(ctx, rpc.CallerFrom(ctx), p.GetSource(), orders)
	if err != nil {
		return nil, err
	}
	answer := &orderpb.ImportOrdersResponse{Added: result.Added, Unchanged: result.Unchanged}
	for _, r := range result.Refused {
		answer.Refused = append(answer.Refused, &orderpb.ImportRefusal{Id: r.ID, Code: r.Code, Detail: r.Detail})
	}
	return answer, nil
}
