package order_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
)

// BenchmarkPlaceOrder is the whole path of a paid order of three lines through gRPC in process, menu and inventory
// faked, on SQLite with synchronous=FULL.
func BenchmarkPlaceOrder(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("%d", callers), func(b *testing.B) {
			s := newShop(b, nil)
			s.inventory.onHand = map[string]int64{}
			client := s.as(ana)
			work := make(chan struct{})
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for range work {
						r := request(line(latteM, 1, oat), line(latteL, 1, extraShot), line(croissant, 2))
						r.Tenders = []*orderpb.TenderRequest{cash(9500)}
						if _, err := client.PlaceOrder(b.Context(), r); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ResetTimer()
			for range b.N {
				work <- struct{}{}
			}
			close(work)
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}

// BenchmarkImport is orders of 1.3 lines in batches of 500 for one café.
func BenchmarkImport(b *testing.B) {
	s := newShop(b, nil)
	client := s.as(boss)
	sold := timestamppb.New(time.Date(2019, 4, 1, 8, 0, 0, 0, time.UTC))
	orders := 0
	for b.Loop() {
		batch := &orderpb.ImportOrdersRequest{Source: "bench"}
		for i := range 500 {
			o := &orderpb.ImportOrder{Id: newID(), CafeId: cafeA, SoldAt: sold, Lines: []*orderpb.ImportLine{importLine(1, 300, 0, 0)}}
			if i%3 == 0 {
				o.Lines = append(o.Lines, importLine(2, 250, 0, 0))
			}
			batch.Orders = append(batch.Orders, o)
		}
		if answer, err := client.ImportOrders(b.Context(), batch); err != nil || answer.GetAdded() != 500 {
			b.Fatal(answer, err)
		}
		orders += 500
	}
	b.ReportMetric(float64(orders)/b.Elapsed().Seconds(), "orders/s")
}

// BenchmarkRead is one order of three lines by its id.
func BenchmarkRead(b *testing.B) {
	s := newShop(b, nil)
	o := s.place(ana, request(line(latteM, 1, oat), line(latteL, 1), line(croissant, 2)))
	for b.Loop() {
		if got, err := s.service.Get(b.Context(), ana, o.GetId()); err != nil || got.State != order.StatePlaced {
			b.Fatal(err)
		}
	}
}
