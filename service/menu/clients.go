package menu

import (
	"context"
	"fmt"

	"coffee/internal/day"
	cafepb "coffee/proto/coffee/cafe/v1"
)

// FromCafe is the cafe service behind its client.
func FromCafe(client cafepb.CafeServiceClient) Cafes { return cafeClient{client} }

type cafeClient struct{ client cafepb.CafeServiceClient }

func (c cafeClient) Cafe(ctx context.Context, id string) (Cafe, error) {
	answer, err := c.client.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id})
	if err != nil {
		return Cafe{}, err
	}
	calendar, err := day.Load(answer.GetTimeZone(), int(answer.GetCutoffMinutes()))
	if err != nil {
		return Cafe{}, fmt.Errorf("café %s: %w", id, err)
	}
	return Cafe{
		ID: id, Name: answer.GetName(), Currency: answer.GetCurrency(), Calendar: calendar,
		Archived: answer.GetArchivedAt() != nil, Version: answer.GetVersion(),
	}, nil
}
