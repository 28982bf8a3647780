package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/gateway/jsonpb"
	"coffee/gateway/session"
	"coffee/internal/errs"
	orderpb "coffee/proto/coffee/order/v1"
)

const (
	// writeWithin is how long one event may take to leave: a reader that hangs is cut.
	writeWithin = 10 * time.Second
	// streamsAtMost is for one session: a screen has one, and a few that are on their way out.
	streamsAtMost = 8
)

// streams counts the open streams of each session.
type streams struct {
	mu   sync.Mutex
	open map[session.Hash]int
}

func (s *streams) enter(who session.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[who] >= streamsAtMost {
		return false
	}
	s.open[who]++
	return true
}

func (s *streams) leave(who session.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[who]--; s.open[who] <= 0 {
		delete(s.open, who)
	}
}

// sent is one server-sent event: id, event and data. Without data it says {}.
type sent struct {
	id   int64
	kind string
	data proto.Message
}

// streamBoard answers the board's stream: id is the journal's seq, event the kind, data the ticket.
func (g *Gateway) streamBoard(w http.ResponseWriter, r *http.Request, c *call) error {
	after, err := resumeAfter(r, c)
	if err != nil {
		return err
	}
	return g.serveStream(w, r, c, func(ctx context.Context) (func() (sent, error), error) {
		stream, err := g.order.StreamBoard(ctx, &orderpb.StreamBoardRequest{CafeId: c.params["cafe_id"], AfterSeq: after})
		return func() (sent, error) {
			event, err := stream.Recv()
			s := sent{id: event.GetSeq(), kind: event.GetKind()}
			if ticket := event.GetTicket(); ticket != nil {
				s.data = ticket
			}
			return s, err
		}, err
	})
}

// streamOrder answers an order's stream: id is its version, data the order. There is nothing to resume: it begins with
// the order as it is.
func (g *Gateway) streamOrder(w http.ResponseWriter, r *http.Request, c *call) error {
	return g.serveStream(w, r, c, func(ctx context.Context) (func() (sent, error), error) {
		stream, err := g.order.StreamOrder(ctx, &orderpb.StreamOrderRequest{Id: c.params["id"]})
		return func() (sent, error) {
			event, err := stream.Recv()
			return sent{id: event.GetSeq(), kind: event.GetKind(), data: event.GetOrder()}, err
		}, err
	})
}

// serveStream answers a service's stream as server-sent events. Every heartbeat looks the session up again, so that a
// screen which was revoked goes dark.
func (g *Gateway) serveStream(w http.ResponseWriter, r *http.Request, c *call, open func(context.Context) (func() (sent, error), error)) error {
	if !g.streams.enter(c.who.hash) {
		return errs.TooMany("too_many_streams", g.Heartbeat, "This session has %d streams open. Close one.", streamsAtMost)
	}
	defer g.streams.leave(c.who.hash)
	defer g.Watch.StreamOpens()()
	ctx, err := g.outgoing(r, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	receive, err := open(ctx)
	if err != nil {
		return err
	}
	events, failed := make(chan sent), make(chan error, 1)
	go func() {
		for {
			event, err := receive()
			if err != nil {
				failed <- err
				return
			}
			select {
			case events <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return g.pump(ctx, &eventWriter{w: w, control: http.NewResponseController(w)}, c, events, failed)
}

// pump sends events until something ends the stream. An error before the first byte is a problem for the caller;
// after it the stream ends, and the reader comes again by itself with Last-Event-ID.
func (g *Gateway) pump(ctx context.Context, out *eventWriter, c *call, events <-chan sent, failed <-chan error) error {
	begin := time.NewTimer(g.FirstWord)
	defer begin.Stop()
	heartbeat := time.NewTicker(g.Heartbeat)
	defer heartbeat.Stop()
	for {
		var err error
		select {
		case event := <-events:
			err = out.event(event)
		case <-begin.C:
			err = out.comment("open")
		case <-heartbeat.C:
			if !g.stillThere(ctx, c) {
				return nil
			}
			err = out.comment("still here")
		case err = <-failed:
			if errors.Is(err, io.EOF) {
				err = nil
				if !out.began {
					err = errs.Unavailable("stream_ended", "The stream has ended. Try again.")
				}
			}
			return err
		case <-g.stopping.Done():
			if !out.began {
				return errs.Unavailable("stopping", "The gateway is stopping. Try again.")
			}
			return nil
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// stillThere tells whether the session that opened a stream lives and may still read it. When the database does not
// answer it is not known, and the stream ends: it fails closed.
func (g *Gateway) stillThere(ctx context.Context, c *call) bool {
	if c.who.operator {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	found, alive, err := g.Sessions.Find(ctx, c.who.hash, g.Now())
	return err == nil && alive && c.route.Admits(found.EffectiveRole()) && found.Cafe == c.who.session.Cafe
}

// resumeAfter is the position to stream on from: the browser's Last-Event-ID, or after_seq at the first time; nil is from
// now.
func resumeAfter(r *http.Request, c *call) (*int64, error) {
	text, name := r.Header.Get("Last-Event-ID"), "Last-Event-ID"
	if text == "" && len(c.query["after_seq"]) > 0 {
		text, name = c.query["after_seq"][0], "after_seq"
	}
	if text == "" {
		return nil, nil
	}
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 0 {
		return nil, errs.Invalid("invalid_request", "Some parameters are not valid.").Field(name, "Must be a position of this stream.")
	}
	return &seq, nil
}

// eventWriter writes server-sent events, each within its time.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	began   bool
	buffer  []byte
}

func (e *eventWriter) event(event sent) error {
	out := e.buffer[:0]
	out = append(out, "id: "...)
	out = strconv.AppendInt(out, event.id, 10)
	out = append(out, "\nevent: "...)
	out = append(out, event.kind...)
	out = append(out, "\ndata: "...)
	if event.data == nil {
		out = append(out, "{}"...)
	} else {
		var err error
		if out, err = jsonpb.Append(out, event.data); err != nil {
			return err
		}
	}
	out = append(out, "\n\n"...)
	e.buffer = out
	return e.send(out)
}

func (e *eventWriter) comment(text string) error { return e.send([]byte(": " + text + "\n\n")) }

func (e *eventWriter) send(b []byte) error {
	// Where the connection has no deadlines (in tests), the write itself tells.
	_ = e.control.SetWriteDeadline(time.Now().Add(writeWithin))
	if !e.began {
		e.began = true
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.Header().Set("Cache-Control", "no-store, no-transform")
		e.w.Header().Set("X-Accel-Buffering", "no") // proxies must not gather events
		e.w.WriteHeader(http.StatusOK)
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.control.Flush()
}
