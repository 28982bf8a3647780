package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"

	"coffee/internal/httpx"
)

const (
	maxOrders = 500       // of a batch, by the contract
	maxBody   = 190 << 10 // bytes of a batch's JSON: the gateway takes 256 KiB
)

// parcel is a receipt with its JSON, ready to go.
type parcel struct {
	*receipt
	body json.RawMessage
}

type importRequest struct {
	Source string            `json:"source"`
	Orders []json.RawMessage `json:"orders"`
}

// sender sends batches, several at a time, and counts what becomes of them.
type sender struct {
	g       *gateway
	source  string
	taxRate int32
	reject  func(rejection)

	mu  sync.Mutex
	sum Summary
}

// run reads receipts to the end, makes the cafés and items they name, and sends them with so many batches in flight.
// Memory holds the batches in flight and one more.
func (s *sender) run(ctx context.Context, workers int, next func() (*receipt, error)) error {
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan []parcel)
	for range workers {
		group.Go(func() error {
			for batch := range batches {
				if err := s.send(ctx, batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(batches)
		return s.pack(ctx, next, func(batch []parcel) error {
			select {
			case batches <- batch:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	})
	return group.Wait()
}

// pack fills batches up to their bounds.
func (s *sender) pack(ctx context.Context, next func() (*receipt, error), full func([]parcel) error) error {
	var batch []parcel
	var size int
	ids := map[string]bool{}
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := full(batch)
		batch, size = nil, 0
		clear(ids)
		return err
	}
	for {
		r, err := next()
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil {
			return err
		}
		if err := s.g.cafe(ctx, r.outlet); err != nil {
			return err
		}
		for _, l := range r.lines {
			if err := s.g.item(ctx, l.product.item); err != nil {
				return err
			}
		}
		body, err := json.Marshal(r.order(s.taxRate))
		if err != nil {
			return err
		}
		// A receipt that comes back far behind its end goes by itself, so that the refusal is its own.
		if len(batch) == maxOrders || size+len(body) > maxBody || ids[r.id] {
			if err := flush(); err != nil {
				return err
			}
		}
		batch, size = append(batch, parcel{r, body}), size+len(body)+1
		ids[r.id] = true
	}
}

// send sends one batch. A batch that is refused as a whole is halved until the receipt at fault stands alone.
func (s *sender) send(ctx context.Context, batch []parcel) error {
	request := importRequest{Source: s.source, Orders: make([]json.RawMessage, len(batch))}
	for i, p := range batch {
		request.Orders[i] = p.body
	}
	var answer importAnswer
	err := s.g.call(ctx, http.MethodPost, "/api/v1/imports/orders", request, "", &answer)
	switch code := status(err); {
	case code == http.StatusBadRequest || code == http.StatusRequestEntityTooLarge || code == http.StatusUnprocessableEntity:
		if len(batch) == 1 {
			var p *httpx.Problem
			errors.As(err, &p)
			s.refuse(batch[0].receipt, p.Code, p.Error())
			return nil
		}
		if err := s.send(ctx, batch[:len(batch)/2]); err != nil {
			return err
		}
		return s.send(ctx, batch[len(batch)/2:])
	case err != nil:
		return fmt.Errorf("a batch of %d receipts: %w", len(batch), err)
	case answer.Added+answer.Unchanged+len(answer.Refused) != len(batch):
		return fmt.Errorf("of a batch of %d receipts the gateway says %d added, %d unchanged, %d refused",
			len(batch), answer.Added, answer.Unchanged, len(answer.Refused))
	}
	refused := map[string]int{}
	for i, r := range answer.Refused {
		refused[r.ID] = i
	}
	s.mu.Lock()
	s.sum.Added += answer.Added
	s.sum.Unchanged += answer.Unchanged
	for _, p := range batch {
		if _, no := refused[p.id]; !no {
			s.sum.count(p.receipt)
		}
	}
	s.mu.Unlock()
	for _, p := range batch {
		if i, no := refused[p.id]; no {
			s.refuse(p.receipt, answer.Refused[i].Code, answer.Refused[i].Detail)
		}
	}
	return nil
}

// refuse writes every row of a receipt that the system does not take.
func (s *sender) refuse(r *receipt, code, detail string) {
	s.mu.Lock()
	s.sum.Refused++
	s.mu.Unlock()
	for _, l := range r.lines {
		s.reject(rejection{row: l.row, reason: fmt.Sprintf("receipt %s is refused: %s: %s", r.name, code, detail), raw: l.raw})
	}
}
