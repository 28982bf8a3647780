package gateway

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/errs"
	"coffee/internal/httpx"
	orderpb "coffee/proto/coffee/order/v1"
)

const streamPath = "/api/v1/cafes/" + cafeA + "/board/stream"

// reader reads a stream of events.
type reader struct {
	t        *testing.T
	response *http.Response
	lines    chan string
}

func (c *client) open(t *testing.T, path string) *reader {
	t.Helper()
	response, err := c.w.server.Client().Do(c.request("GET", path, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %v", response.Status, response.Header)
	}
	r := &reader{t, response, make(chan string, 100)}
	go func() {
		defer close(r.lines)
		for s := bufio.NewScanner(response.Body); s.Scan(); {
			r.lines <- s.Text()
		}
	}()
	return r
}

// block gives the next event or comment; "" when the stream has ended.
func (r *reader) block() string {
	r.t.Helper()
	out := ""
	for {
		select {
		case line, ok := <-r.lines:
			if !ok || (line == "" && out != "") {
				return strings.TrimSuffix(out, "\n")
			}
			out += line + "\n"
		case <-time.After(30 * time.Second):
			r.t.Fatal("the stream is silent")
		}
	}
}

// event is block without the comments.
func (r *reader) event() string {
	r.t.Helper()
	for {
		if b := r.block(); !strings.HasPrefix(b, ":") {
			return b
		}
	}
}

func ticket(seq int64, kind, number string) *orderpb.BoardEvent {
	return &orderpb.BoardEvent{Seq: seq, Kind: kind, Ticket: &orderpb.Ticket{CallNumber: number, CustomerName: "a\nb"}}
}

func TestStream(t *testing.T) {
	w := newWorld(t)
	asked, ended := make(chan int64, 10), make(chan struct{}, 10)
	w.back.order.streamFn = func(r *orderpb.StreamBoardRequest, s grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		defer func() { ended <- struct{}{} }()
		if r.AfterSeq == nil {
			asked <- -1
		} else {
			asked <- r.GetAfterSeq()
		}
		for seq := r.GetAfterSeq() + 1; seq <= 3; seq++ {
			if err := s.Send(ticket(seq, "placed", "A-041")); err != nil {
				return err
			}
		}
		if err := s.Send(&orderpb.BoardEvent{Seq: 9, Kind: "reset"}); err != nil {
			return err
		}
		<-s.Context().Done()
		return s.Context().Err()
	}
	c := w.counter()
	r := c.open(t, streamPath)
	for _, want := range []string{"1", "2", "3"} {
		got := r.event()
		if !strings.HasPrefix(got, "id: "+want+"\nevent: placed\ndata: {\"order_id\":\"\",\"call_number\":\"A-041\",\"customer_name\":\"a\\nb\"") || strings.Count(got, "\n") != 2 {
			t.Fatalf("%q", got)
		}
	}
	if got := r.event(); got != "id: 9\nevent: reset\ndata: {}" {
		t.Errorf("%q", got)
	}
	r.response.Body.Close()
	<-ended // the service learns that nobody reads any more
	// A browser comes again with the last id it saw.
	c.header.Set("Last-Event-ID", "2")
	r = c.open(t, streamPath+"?after_seq=1")
	if got := r.event(); !strings.HasPrefix(got, "id: 3\n") {
		t.Errorf("%q", got)
	}
	c.header.Del("Last-Event-ID")
	if got := c.open(t, streamPath+"?after_seq=1").event(); !strings.HasPrefix(got, "id: 2\n") {
		t.Errorf("%q", got)
	}
	if got := c.open(t, streamPath+"?after_seq=0").event(); !strings.HasPrefix(got, "id: 1\n") {
		t.Errorf("%q", got)
	}
	for _, want := range []int64{-1, 2, 1, 0} {
		if got := <-asked; got != want {
			t.Errorf("asked for what follows %d, want %d", got, want)
		}
	}
	// Shutdown ends every stream.
	w.gateway.stop()
	for got := "x"; got != ""; got = r.block() {
	}
	c.refused(503, "stopping", "GET", "/health/ready", "")
}

// TestStreamRefused: before the first byte an error is a problem like any other.
func TestStreamRefused(t *testing.T) {
	w := newWorld(t, func(d *Deps) { d.FirstWord = time.Minute })
	w.back.order.streamFn = func(*orderpb.StreamBoardRequest, grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		return errs.Unavailable("journal_down", "The journal does not answer.")
	}
	c := w.counter()
	c.refused(503, "journal_down", "GET", streamPath, "")
	c.refused(404, "not_found", "GET", strings.Replace(streamPath, cafeA, cafeB, 1), "") // another café is an unknown one
	w.admin().refused(400, "invalid_request", "GET", "/api/v1/cafes/x/board/stream", "")
	c.refused(400, "invalid_request", "GET", streamPath+"?after_seq=-1", "")
	c.refused(400, "unknown_parameter", "GET", streamPath+"?seq=1", "")
	if a := c.do("HEAD", streamPath, ""); a.status != 405 {
		t.Errorf("HEAD: %d", a.status)
	}
	c.header.Set("Last-Event-ID", "abc")
	c.refused(400, "invalid_request", "GET", streamPath, "")
	w.browser().refused(401, "sign_in_required", "GET", streamPath, "")
	w.back.order.streamFn = func(*orderpb.StreamBoardRequest, grpc.ServerStreamingServer[orderpb.BoardEvent]) error { return nil }
	w.counter().refused(503, "stream_ended", "GET", streamPath, "")
	w.back.order.streamFn = func(*orderpb.StreamBoardRequest, grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		panic("in the service")
	}
	w.counter().refused(500, "internal", "GET", streamPath, "")
}

// TestStreamOfARevokedDevice: the next heartbeat ends it.
func TestStreamOfARevokedDevice(t *testing.T) {
	w := newWorld(t, func(d *Deps) { d.Heartbeat = 20 * time.Millisecond })
	w.back.order.streamFn = func(_ *orderpb.StreamBoardRequest, s grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		<-s.Context().Done()
		return s.Context().Err()
	}
	c := w.counter()
	r := c.open(t, streamPath)
	for got := ""; got != ": still here"; got = r.block() {
	}
	if err := w.sessions.EndSubject(context.Background(), "device", deviceA); err != nil {
		t.Fatal(err)
	}
	for got := "x"; got != ""; got = r.block() {
	}
	// An admin who walks away is signed out under the open stream: a heartbeat is nobody's doing.
	admin := w.admin()
	r = admin.open(t, streamPath)
	w.clock.pass(15 * time.Minute)
	for got := "x"; got != ""; got = r.block() {
	}
}

func TestStreamsAtMost(t *testing.T) {
	w := newWorld(t)
	w.back.order.streamFn = func(_ *orderpb.StreamBoardRequest, s grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		if err := s.Send(ticket(1, "placed", "A-1")); err != nil {
			return err
		}
		<-s.Context().Done()
		return s.Context().Err()
	}
	c := w.counter()
	var open []*reader
	for range streamsAtMost {
		open = append(open, c.open(t, streamPath))
	}
	for _, r := range open {
		r.event()
	}
	c.refused(429, "too_many_streams", "GET", streamPath, "")
	w.admin().open(t, streamPath).event() // another session's are its own
}

// TestStreamOutlivesTheServersTimes: reading and writing limits are for ordinary requests.
func TestStreamOutlivesTheServersTimes(t *testing.T) {
	w := newWorld(t)
	moves := make(chan int64)
	w.back.order.streamFn = func(_ *orderpb.StreamBoardRequest, s grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
		for {
			select {
			case seq := <-moves:
				if err := s.Send(ticket(seq, "changed", "A-2")); err != nil {
					return err
				}
			case <-s.Context().Done():
				return s.Context().Err()
			}
		}
	}
	r := w.counter().open(t, streamPath)
	for _, want := range []int64{5, 6, 7} {
		w.limits.Pass(httpx.ReadTimeout + httpx.WriteTimeout)
		moves <- want
		if got := r.event(); !strings.HasPrefix(got, fmt.Sprintf("id: %d\nevent: changed\n", want)) {
			t.Fatalf("%q", got)
		}
	}
}

// TestStreamOfAnOrder: it begins with the order, whatever was seen before.
func TestStreamOfAnOrder(t *testing.T) {
	w := newWorld(t)
	const path = "/api/v1/orders/" + orderID + "/stream"
	w.back.order.followFn = func(r *orderpb.StreamOrderRequest, s grpc.ServerStreamingServer[orderpb.OrderEvent]) error {
		if r.GetId() != orderID {
			return errs.NotFound("order %s", r.GetId())
		}
		for version := range int64(2) {
			event := &orderpb.OrderEvent{Seq: version + 1, Kind: "order", Order: &orderpb.Order{Id: r.GetId(), CallNumber: "W-001"}}
			if err := s.Send(event); err != nil {
				return err
			}
		}
		<-s.Context().Done()
		return s.Context().Err()
	}
	c := w.counter()
	c.header.Set("Last-Event-ID", "2")
	r := c.open(t, path)
	for _, want := range []string{"1", "2"} {
		if got := r.event(); !strings.HasPrefix(got, "id: "+want+"\nevent: order\ndata: {\"id\":\""+orderID+"\"") {
			t.Errorf("%q", got)
		}
	}
	c.refused(404, "not_found", "GET", strings.Replace(path, orderID, cafeA, 1), "")
	c.refused(400, "invalid_request", "GET", "/api/v1/orders/x/stream", "")
	w.browser().refused(401, "sign_in_required", "GET", path, "")
}
