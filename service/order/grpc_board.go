package order

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/rpc"
	orderpb "coffee/proto/coffee/order/v1"
)

func (g *server) GetBoard(ctx context.Context, p *orderpb.GetBoardRequest) (*orderpb.Board, error) {
	orders, seq, err := g.s.Board(ctx, id(p.GetCafeId()))
	if err != nil {
		return nil, err
	}
	board := &orderpb.Board{Seq: seq}
	for i := range orders {
		board.Tickets = append(board.Tickets, ticketTo(&orders[i]))
	}
	return board, nil
}

func (g *server) StreamBoard(p *orderpb.StreamBoardRequest, stream grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
	after := FromNow
	if p.AfterSeq != nil {
		after = p.GetAfterSeq()
	}
	return g.s.StreamBoard(stream.Context(), id(p.GetCafeId()), after, func(m Move) error {
		event := &orderpb.BoardEvent{Seq: m.Seq, Kind: m.Kind}
		if m.Order.ID != "" {
			event.Ticket = ticketTo(&m.Order)
		}
		return stream.Send(event)
	})
}

func (g *server) GetReadyBoard(ctx context.Context, p *orderpb.GetReadyBoardRequest) (*orderpb.ReadyBoard, error) {
	making, ready, err := g.s.ReadyBoard(ctx, id(p.GetCafeId()))
	if err != nil {
		return nil, err
	}
	return &orderpb.ReadyBoard{Making: readyTo(making), Ready: readyTo(ready), At: timeTo(g.s.now())}, nil
}

func (g *server) GetAvailability(ctx context.Context, p *orderpb.GetAvailabilityRequest) (*orderpb.Availability, error) {
	a, err := g.s.Availability(ctx, id(p.GetCafeId()))
	if err != nil {
		return nil, err
	}
	out := &orderpb.Availability{
		ItemIds: a.Items, VariationIds: a.Variations, ModifierIds: a.Modifiers, IngredientIds: a.Ingredients, At: timeTo(a.At),
	}
	for _, l := range a.FewLeft {
		out.FewLeft = append(out.FewLeft, &orderpb.FewLeft{VariationId: l.Variation, Left: l.Units})
	}
	return out, nil
}

func readyTo(orders []Order) []*orderpb.ReadyEntry {
	out := make([]*orderpb.ReadyEntry, len(orders))
	for i, o := range orders {
		out[i] = &orderpb.ReadyEntry{CallNumber: o.CallNumber, PromisedAt: timeTo(o.PromisedAt)}
		if !o.HideName {
			out[i].FirstName = firstName(o.CustomerName)
		}
	}
	return out
}

func (g *server) StreamOrder(p *orderpb.StreamOrderRequest, stream grpc.ServerStreamingServer[orderpb.OrderEvent]) error {
	caller := rpc.CallerFrom(stream.Context())
	return g.s.Follow(stream.Context(), caller, id(p.GetId()), func(o Order) error {
		return stream.Send(&orderpb.OrderEvent{Seq: o.Version, Kind: "order", Order: orderTo(&o, caller.AtLeast("lead"))})
	})
}

func (g *server) GetPhoneOrders(ctx context.Context, p *orderpb.GetPhoneOrdersRequest) (*orderpb.PhoneOrders, error) {
	orders, err := g.s.PhoneOrders(ctx, id(p.GetCafeId()))
	if err != nil {
		return nil, err
	}
	return phoneOrdersTo(orders), nil
}

func (g *server) PausePhoneOrders(ctx context.Context, p *orderpb.PausePhoneOrdersRequest) (*orderpb.PhoneOrders, error) {
	orders, err := g.s.PausePhoneOrders(ctx, rpc.CallerFrom(ctx), id(p.GetCafeId()), time.Duration(p.GetMinutes())*time.Minute)
	if err != nil {
		return nil, err
	}
	return phoneOrdersTo(orders), nil
}

func phoneOrdersTo(o PhoneOrders) *orderpb.PhoneOrders {
	p := &orderpb.PhoneOrders{
		PausedUntil: timeTo(o.PausedUntil), Open: o.Open, OpensAt: timeTo(o.OpensAt), ClosesAt: timeTo(o.ClosesAt),
		AsapAt: timeTo(o.AsapAt), MaxUnits: phoneUnits, MaxOpenOrders: phoneOpen, At: timeTo(o.At),
	}
	for _, s := range o.Slots {
		p.Slots = append(p.Slots, &orderpb.PickupSlot{At: timeTo(s.At), Full: s.Full})
	}
	return p
}

// ticketTo is an order as the bar sees it: no money.
func ticketTo(o *Order) *orderpb.Ticket {
	t := &orderpb.Ticket{
		OrderId: o.ID, CallNumber: o.CallNumber, CustomerName: o.CustomerName, Service: o.Service, Source: string(o.Source),
		Note: o.Note, Table: o.Table, State: string(o.State), PlacedAt: timeTo(o.PlacedAt), PickupAt: timeTo(o.PickupAt),
		LinkedOrderId: o.Linked, Version: o.Version, ReadyAt: timeTo(o.ReadyAt),
		PromisedAt: timeTo(o.PromisedAt), StartAt: timeTo(o.StartAt),
	}
	for _, l := range o.Lines {
		if l.State == Voided && !l.UnseenVoid() {
			continue // nobody's work any more
		}
		line := &orderpb.TicketLine{
			Line: l.Number, ItemName: l.ItemName, VariationName: l.VariationName, Quantity: l.Quantity, Station: l.Station,
			State: string(l.State), Note: l.Note, BarSeconds: l.BarSeconds,
			VoidedAt: timeTo(l.VoidedAt), Problem: l.Problem,
		}
		for _, m := range l.Modifiers {
			name := m.Name
			if m.Quantity > 1 {
				name = strconv.Itoa(int(m.Quantity)) + " × " + name
			}
			line.Modifiers = append(line.Modifiers, name)
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}
