package order_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
)

func (s *shop) stream(ctx context.Context, after int64) grpc.ServerStreamingClient[orderpb.BoardEvent] {
	s.t.Helper()
	stream, err := s.as(rpctest.Device(newID(), "board", cafeA)).StreamBoard(ctx, &orderpb.StreamBoardRequest{CafeId: cafeA, AfterSeq: &after})
	if err != nil {
		s.t.Fatal(err)
	}
	return stream
}

func next(t *testing.T, stream grpc.ServerStreamingClient[orderpb.BoardEvent]) *orderpb.BoardEvent {
	t.Helper()
	e, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBoardAndStream(t *testing.T) {
	s := newShop(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	first := s.place(ana, request(line(latteM, 1, oat)))
	board := must[*orderpb.Board](t)(s.as(rpctest.Device(newID(), "counter", cafeA)).GetBoard(ctx, &orderpb.GetBoardRequest{CafeId: cafeA}))
	ticket := board.GetTickets()[0]
	if board.GetSeq() != 1 || len(board.GetTickets()) != 1 || ticket.GetLines()[0].GetModifiers()[0] != "Oat" || ticket.GetCallNumber() != "S-001" {
		t.Errorf("board %v", board)
	}
	stream := s.stream(ctx, board.GetSeq())
	second := s.place(ana, request(line(latteM, 1)))
	if e := next(t, stream); e.GetSeq() != 2 || e.GetKind() != "placed" || e.GetTicket().GetOrderId() != second.GetId() {
		t.Errorf("event %v", e)
	}
	must[*orderpb.Order](t)(s.advance(ana, first.GetId(), "ready"))
	if e := next(t, stream); e.GetSeq() != 3 || e.GetKind() != "changed" || e.GetTicket().GetState() != "ready" {
		t.Errorf("event %v", e)
	}
	// Another café's orders do not come here.
	s.place(bob, request(line(latteM, 1)))
	must[*orderpb.Order](t)(s.advance(ana, first.GetId(), "handed_over"))
	if e := next(t, stream); e.GetSeq() != 4 || e.GetTicket().GetState() != "collected" {
		t.Errorf("event %v", e)
	}
	// Resumed after a lost connection: what was missed, and nothing twice.
	resumed := s.stream(ctx, 2)
	if a, b := next(t, resumed), next(t, resumed); a.GetSeq() != 3 || b.GetSeq() != 4 {
		t.Errorf("resumed with %v, %v", a, b)
	}
	// A position this journal never had: reset.
	if e := next(t, s.stream(ctx, 99)); e.GetKind() != "reset" || e.GetSeq() != 4 {
		t.Errorf("from the future: %v", e)
	}
	board = must[*orderpb.Board](t)(s.as(ana).GetBoard(ctx, &orderpb.GetBoardRequest{CafeId: cafeA}))
	if len(board.GetTickets()) != 1 || board.GetTickets()[0].GetOrderId() != second.GetId() {
		t.Errorf("board %v", board)
	}
	_, err := s.as(bob).GetBoard(ctx, &orderpb.GetBoardRequest{CafeId: cafeA})
	wantCode(t, err, "not_found")
}

// TestStreamFromTheFirst: whoever looked at the board of a café that had sold nothing hears its first order, even one that
// was placed before the stream began.
func TestStreamFromTheFirst(t *testing.T) {
	s := newShop(t, nil)
	board := must[*orderpb.Board](t)(s.as(ana).GetBoard(t.Context(), &orderpb.GetBoardRequest{CafeId: cafeA}))
	first := s.place(ana, request(line(latteM, 1)))
	if e := next(t, s.stream(t.Context(), board.GetSeq())); e.GetSeq() != 1 || e.GetKind() != "placed" || e.GetTicket().GetOrderId() != first.GetId() {
		t.Errorf("heard %v", e)
	}
}

// TestStreamFromNow: without a position a board hears what comes from then on.
func TestStreamFromNow(t *testing.T) {
	s := newShop(t, nil)
	s.place(ana, request(line(latteM, 1)))
	ctx, leave := context.WithCancel(t.Context())
	moves, ready := make(chan order.Move, 10), make(chan error, 1)
	go func() {
		ready <- s.service.StreamBoard(ctx, cafeA, order.FromNow, func(m order.Move) error {
			select {
			case moves <- m:
			case <-ctx.Done(): // nobody reads the rest
			}
			return nil
		})
	}()
	// Whether the stream had begun when it was placed is open; that it is heard at last is not.
	var got order.Move
	for got.Seq == 0 {
		s.place(ana, request(line(latteM, 1)))
		select {
		case got = <-moves:
		case <-time.After(20 * time.Millisecond):
		}
	}
	if got.Seq < 2 || got.Kind != "placed" {
		t.Errorf("heard %v", got)
	}
	leave()
	if err := <-ready; err != nil {
		t.Error(err)
	}
}

// TestOtherReplica: a board hears orders that another replica took, by looking at the heads.
func TestOtherReplica(t *testing.T) {
	s := newShop(t, nil)
	other := newShopOn(s)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.service.Run(ctx) }()
	s.place(ana, request(line(latteM, 1)))
	stream := s.stream(ctx, 1)
	placed := other.place(ana, request(line(latteM, 1)))
	if e := next(t, stream); e.GetTicket().GetOrderId() != placed.GetId() {
		t.Errorf("heard %v", e)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReadyBoard(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	r.CustomerName = "Amina El Fassi"
	o := s.place(ana, r)
	s.place(ana, request(line(latteM, 1)))
	must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready"))
	anyone := orderpb.NewOrderServiceClient(s.server.Service("gateway"))
	board := must[*orderpb.ReadyBoard](t)(anyone.GetReadyBoard(t.Context(), &orderpb.GetReadyBoardRequest{CafeId: cafeA}))
	if len(board.GetReady()) != 1 || len(board.GetMaking()) != 1 || board.GetReady()[0].GetFirstName() != "Amina" || board.GetReady()[0].GetCallNumber() != "S-001" {
		t.Errorf("ready board %v", board)
	}
	_, err := anyone.GetReadyBoard(t.Context(), &orderpb.GetReadyBoardRequest{CafeId: newID()})
	wantCode(t, err, "not_found")
}
