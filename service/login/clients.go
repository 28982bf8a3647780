package login

import (
	"context"

	"coffee/internal/errs"
	cafepb "coffee/proto/coffee/cafe/v1"
)

// FromCafe is Cafes over the café service.
func FromCafe(client cafepb.CafeServiceClient) Cafes { return cafes{client} }

type cafes struct{ client cafepb.CafeServiceClient }

func (c cafes) Open(ctx context.Context, id string) error {
	cafe, err := c.client.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id})
	if err != nil {
		return err
	}
	if cafe.GetArchivedAt() != nil {
		return errs.Forbidden("cafe_archived", "%s is closed for good: nobody signs in there.", cafe.GetName())
	}
	return nil
}
