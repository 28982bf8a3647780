package inventory

import (
	"context"
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/money"
	inventorypb "coffee/proto/coffee/inventory/v1"
	typepb "coffee/proto/coffee/type/v1"
)

func (g *server) ListStock(ctx context.Context, r *inventorypb.ListStockRequest) (*inventorypb.ListStockResponse, error) {
	cafe, err := optionalID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	rows, next, err := g.s.ListStock(ctx, cafe, r.GetQuery(), r.GetOnlyLow(), r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListStockResponse{Stock: each(rows, stockTo), NextCursor: next}, nil
}

func (g *server) PutPar(ctx context.Context, r *inventorypb.PutParRequest) (*inventorypb.StockLine, error) {
	cafe, err := ParseID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	id, err := ParseID("ingredient_id", r.GetIngredientId())
	if err != nil {
		return nil, err
	}
	row, err := g.s.PutPar(ctx, author(ctx, "", nil), cafe, id, r.GetPar(), r.GetReorderPoint())
	if err != nil {
		return nil, err
	}
	return stockTo(row), nil
}

func (g *server) Receive(ctx context.Context, r *inventorypb.ReceiveRequest) (*inventorypb.MovementsResponse, error) {
	cafe, err := ParseID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	lines := make([]ReceiptLine, len(r.GetLines()))
	for i, l := range r.GetLines() {
		id, err := ParseID(fmt.Sprintf("lines[%d].ingredient_id", i), l.GetIngredientId())
		if err != nil {
			return nil, err
		}
		lines[i] = ReceiptLine{IngredientID: id, Quantity: l.GetQuantity(), Packs: l.GetPacks(), Cost: moneyFrom(l.GetCost())}
	}
	kind := r.GetType()
	if kind == "" {
		kind = TypeReceipt
	}
	goods, err := g.s.Receive(ctx, author(ctx, "Receive", r), cafe, r.GetDate(), r.GetNote(), kind, lines)
	return goodsTo(goods, err)
}

func (g *server) Waste(ctx context.Context, r *inventorypb.WasteRequest) (*inventorypb.MovementsResponse, error) {
	cafe, err := ParseID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	lines := make([]WasteLine, len(r.GetLines()))
	for i, l := range r.GetLines() {
		id, err := ParseID(fmt.Sprintf("lines[%d].ingredient_id", i), l.GetIngredientId())
		if err != nil {
			return nil, err
		}
		lines[i] = WasteLine{IngredientID: id, Quantity: l.GetQuantity(), Reason: l.GetReason()}
	}
	goods, err := g.s.Waste(ctx, author(ctx, "Waste", r), cafe, r.GetDate(), lines)
	return goodsTo(goods, err)
}

func (g *server) Count(ctx context.Context, r *inventorypb.CountRequest) (*inventorypb.MovementsResponse, error) {
	cafe, err := ParseID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	lines := make([]CountLine, len(r.GetLines()))
	for i, l := range r.GetLines() {
		at := fmt.Sprintf("lines[%d]", i)
		id, err := ParseID(at+".ingredient_id", l.GetIngredientId())
		if err != nil {
			return nil, err
		}
		lines[i] = CountLine{IngredientID: id, Counted: l.GetCounted(), Reason: l.GetReason()}
		if l.GetAt() != nil {
			if l.GetAt().CheckValid() != nil {
				return nil, errs.Invalid("invalid_request", "Some fields are not valid.").Field(at+".at", "is no moment")
			}
			lines[i].At = l.GetAt().AsTime()
		}
	}
	goods, err := g.s.Count(ctx, author(ctx, "Count", r), cafe, lines)
	return goodsTo(goods, err)
}

func (g *server) ListMovements(ctx context.Context, r *inventorypb.ListMovementsRequest) (*inventorypb.ListMovementsResponse, error) {
	var f MovementFilter
	var err error
	if f.CafeID, err = ParseID("cafe_id", r.GetCafeId()); err != nil {
		return nil, err
	}
	if f.IngredientID, err = optionalID("ingredient_id", r.GetIngredientId()); err != nil {
		return nil, err
	}
	if f.OrderID, err = optionalID("order_id", r.GetOrderId()); err != nil {
		return nil, err
	}
	rows, next, err := g.s.ListMovements(ctx, f, r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListMovementsResponse{Movements: each(rows, movementTo), NextCursor: next}, nil
}

func goodsTo(g Goods, err error) (*inventorypb.MovementsResponse, error) {
	if err != nil {
		return nil, err
	}
	return &inventorypb.MovementsResponse{Movements: each(g.Movements, movementTo), Stock: each(g.Stock, stockTo)}, nil
}

func stockTo(l StockLine) *inventorypb.StockLine {
	return &inventorypb.StockLine{
		CafeId: l.CafeID, IngredientId: l.IngredientID, IngredientName: l.Name, Unit: l.Unit, Counted: l.Counted,
		OnHand: l.OnHand, Par: l.Par, ReorderPoint: l.ReorderPoint, Low: l.Low(), AverageCost: moneyTo(l.AverageCost),
		MovedAt: timeTo(l.MovedAt), UsedToday: l.UsedToday, UsedPerDay: l.UsedPerDay, RunsOutAt: timeTo(l.RunsOutAt),
	}
}

func movementTo(m MovementLine) *inventorypb.Movement {
	return &inventorypb.Movement{
		Id: m.ID, CafeId: m.CafeID, IngredientId: m.IngredientID, IngredientName: m.Name, Type: m.Type, Quantity: m.Quantity,
		Unit: m.Unit, Reason: m.Reason, OrderId: m.OrderID, BusinessDate: m.BusinessDate, At: timeTo(m.At), By: m.By,
		Cost: moneyTo(m.Cost), OnHandAfter: m.OnHandAfter,
	}
}

func moneyFrom(m *typepb.Money) *money.Money {
	if m == nil {
		return nil
	}
	return &money.Money{Amount: m.GetAmount(), Currency: m.GetCurrency()}
}

func moneyTo(m *money.Money) *typepb.Money {
	if m == nil {
		return nil
	}
	return &typepb.Money{Amount: m.Amount, Currency: m.Currency}
}
