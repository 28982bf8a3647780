package order

import (
	"context"
	"strconv"

	"google.golang.org/grpc"

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
	return g.s.StreamBoard(stream.Context(), id(p.GetCafeId()), p.GetAfterSeq(), func(m Move) error {
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
	return &orderpb.Availability{
		ItemIds: a.Items, VariationIds: a.Variations, ModifierIds: a.Modifiers, IngredientIds: a.Ingredients, At: timeTo(a.At),
	}, nil
}

func readyTo(orders []Order) []*orderpb.ReadyEntry {
	out := make([]*orderpb.ReadyEntry, len(orders))
	for i, o := range orders {
		out[i] = &orderpb.ReadyEntry{CallNumber: o.CallNumber, FirstName: firstName(o.CustomerName)}
	}
	return out
}

// ticketTo is an order as the bar sees it: no money.
func ticketTo(o *Order) *orderpb.Ticket {
	t := &orderpb.Ticket{
		OrderId: o.ID, CallNumber: o.CallNumber, CustomerName: o.CustomerName, Service: o.Service, Source: string(o.Source),
		Note: o.Note, Table: o.Table, State: string(o.State), PlacedAt: timeTo(o.PlacedAt), PickupAt: timeTo(o.PickupAt),
		LinkedOrderId: o.Linked, Version: o.Version, ReadyAt: timeTo(o.ReadyAt),
	}
	for _, l := range o.Lines {
		line := &orderpb.TicketLine{
			Line: l.Number, ItemName: l.ItemName, VariationName: l.VariationName, Quantity: l.Quantity, Station: l.Station,
			State: string(l.State), Note: l.Note, BarSeconds: l.BarSeconds,
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
