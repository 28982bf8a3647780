package importer

// What is sent and answered: the fields of the contracts (proto/coffee/*/v1) in JSON, amounts in minor units.

const (
	maxUnitPrice = 100_000_000
	maxExtra     = 100_000_000_000 // of a discount or a surcharge
	maxQuantity  = 1000
	maxLines     = 200 // of a receipt
	maxReference = 80  // characters
)

type amount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type putCafe struct {
	Name     string `json:"name"`
	Address  string `json:"address,omitempty"`
	City     string `json:"city,omitempty"`
	TimeZone string `json:"time_zone"`
	Currency string `json:"currency"`
	Cutoff   int    `json:"cutoff_minutes"`
	Origin   string `json:"origin"`
}

type putCategory struct {
	Name string `json:"name"`
	Rank int    `json:"rank"`
}

type putItem struct {
	CategoryID  string      `json:"category_id"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Station     string      `json:"station,omitempty"`
	Rank        int         `json:"rank"`
	Variations  []variation `json:"variations"`
}

type variation struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Prices []amount `json:"prices"`
}

type draftDiff struct {
	AgainstRelease int64 `json:"against_release"`
	Changes        []struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
	} `json:"changes"`
}

type publish struct {
	Start string `json:"start"`
	Note  string `json:"note"`
}

type order struct {
	ID        string      `json:"id"`
	CafeID    string      `json:"cafe_id"`
	SoldAt    string      `json:"sold_at"` // RFC 3339, UTC
	Service   string      `json:"service,omitempty"`
	Lines     []orderLine `json:"lines"`
	Reference string      `json:"reference"`
	Tender    string      `json:"tender,omitempty"`
}

type orderLine struct {
	ItemID        string `json:"item_id"`
	VariationID   string `json:"variation_id"`
	ItemName      string `json:"item_name"`
	VariationName string `json:"variation_name"`
	CategoryID    string `json:"category_id"`
	CategoryName  string `json:"category_name"`
	Quantity      int64  `json:"quantity"`
	UnitPrice     int64  `json:"unit_price"`
	Discount      int64  `json:"discount,omitempty"`
	Surcharge     int64  `json:"surcharge,omitempty"`
	TaxRate       int32  `json:"tax_rate,omitempty"`
}

type importAnswer struct {
	Added     int `json:"added"`
	Unchanged int `json:"unchanged"`
	Refused   []struct {
		ID     string `json:"id"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	} `json:"refused"`
}
