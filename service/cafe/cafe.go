// Package cafe owns the café locations and the settings a sale depends on: zone, currency, cut-off, hours, taxes.
// It owns no credential, no person, no price, and calls no other service.
package cafe

import (
	"reflect"
	"strings"
	"time"
	"unicode"

	"coffee/internal/day"
	"coffee/internal/errs"
	"coffee/internal/money"
)

// Service words: how an order is taken when nobody says.
const (
	EatIn    = "eat_in"
	TakeAway = "take_away"
)

// Tax modes: whether prices contain the tax.
const (
	Inclusive = "inclusive"
	Exclusive = "exclusive"
)

// DefaultCutoffMinutes is 04:00, the end of the business day where nothing else is said.
const DefaultCutoffMinutes = 240

// Cafe is one shop.
type Cafe struct {
	ID             string
	Name           string
	Address        string
	City           string
	TimeZone       string // IANA
	Currency       string // ISO 4217
	CutoffMinutes  int    // after local midnight
	DefaultService string
	Tax            Tax
	Hours          []Opening
	Exceptions     []Exception
	Location       *Location // nil: not told
	Origin         string    // empty, "demonstration", or an import's source; never edited
	Version        int64     // counts from 1; every edit adds one
	UpdatedAt      time.Time
	ArchivedAt     time.Time // zero while open for business
}

// Location is where a café stands, in millionths of a degree; north and east are positive.
type Location struct {
	LatitudeE6  int32 `json:"latitude_e6"`
	LongitudeE6 int32 `json:"longitude_e6"`
}

// Tax is a café's tax profile.
type Tax struct {
	Mode  string `json:"mode"`
	Rates []Rate `json:"rates,omitempty"`
}

// Rate is what one tax code of the menu costs here, in basis points.
type Rate struct {
	Code     string `json:"code"`
	EatIn    int32  `json:"eat_in"`
	TakeAway int32  `json:"take_away"`
}

// Opening is one span of one weekday, 1 Monday to 7 Sunday.
type Opening struct {
	Weekday int `json:"weekday"`
	day.Span
}

// Exception replaces the hours of one date; without spans the café is closed that day.
type Exception struct {
	Date  string     `json:"date"`
	Spans []day.Span `json:"spans,omitempty"`
	Note  string     `json:"note,omitempty"`
}

// Archived tells whether the café is closed for good.
func (c Cafe) Archived() bool { return !c.ArchivedAt.IsZero() }

// Normal is the one spelling of a café: trimmed, defaults filled in, lists sorted. Two contents are the same when
// their normal forms are.
func (c Cafe) Normal() Cafe {
	c.Name, c.Address, c.City = tidy(c.Name), tidy(c.Address), tidy(c.City)
	c.Origin = tidy(c.Origin)
	if c.DefaultService == "" {
		c.DefaultService = TakeAway
	}
	if c.Tax.Mode == "" {
		c.Tax.Mode = Inclusive
	}
	c.Tax.Rates = sortedRates(c.Tax.Rates)
	c.Hours = sortedHours(c.Hours)
	c.Exceptions = sortedExceptions(c.Exceptions)
	return c
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }

// Check says what is wrong with a café in its normal form. Codes: invalid_name, invalid_time_zone,
// unknown_currency, invalid_cutoff, invalid_service, invalid_location, invalid_tax, invalid_hours.
func (c Cafe) Check() error {
	if c.Name == "" || !printable(c.Name+c.Address+c.City+c.Origin) {
		return errs.Invalid("invalid_name", "A café needs a name, and its texts hold no control characters.").
			Field("name", "must be a name")
	}
	if c.CutoffMinutes < 0 || c.CutoffMinutes > 1439 {
		return errs.Invalid("invalid_cutoff", "The end of the business day is 0 to 1439 minutes after midnight.").
			Field("cutoff_minutes", "must be 0 to 1439")
	}
	if _, err := day.Load(c.TimeZone, c.CutoffMinutes); err != nil {
		return errs.Invalid("invalid_time_zone", "%q is not a time zone: use a name such as Africa/Casablanca.", c.TimeZone).
			Field("time_zone", "must be an IANA name")
	}
	if _, ok := money.Exponent(c.Currency); !ok {
		return errs.Invalid("unknown_currency", "%q is not a currency: use a code such as MAD.", c.Currency).
			Field("currency", "must be an ISO 4217 code")
	}
	if c.DefaultService != EatIn && c.DefaultService != TakeAway {
		return errs.Invalid("invalid_service", "The default service is eat_in or take_away.").
			Field("default_service", "must be eat_in or take_away")
	}
	if l := c.Location; l != nil && !l.onEarth() {
		return errs.Invalid("invalid_location", "A place on earth is 90 degrees north or south and 180 degrees east or west at most.").
			Field("latitude_e6", "must be -90000000 to 90000000, and longitude_e6 -180000000 to 180000000")
	}
	if err := c.Tax.check(); err != nil {
		return err
	}
	return c.checkHours()
}

func (l Location) onEarth() bool {
	return l.LatitudeE6 >= -90_000_000 && l.LatitudeE6 <= 90_000_000 && l.LongitudeE6 >= -180_000_000 && l.LongitudeE6 <= 180_000_000
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

func (t Tax) check() error {
	if t.Mode != Inclusive && t.Mode != Exclusive {
		return errs.Invalid("invalid_tax", "Taxes are inclusive or exclusive.").Field("tax.mode", "must be inclusive or exclusive")
	}
	for i, r := range t.Rates {
		if i > 0 && t.Rates[i-1].Code == r.Code {
			return errs.Invalid("invalid_tax", "The tax code %s is there twice.", r.Code).Field("tax.rates", "%s twice", r.Code)
		}
		if r.EatIn < 0 || r.EatIn > 10000 || r.TakeAway < 0 || r.TakeAway > 10000 || r.Code == "" {
			return errs.Invalid("invalid_tax", "A tax rate is 0 to 10000 basis points and has a code.").
				Field("tax.rates", "%q out of bounds", r.Code)
		}
	}
	return nil
}

// Same tells whether two cafés in normal form have the same content; version and times are not content.
func (c Cafe) Same(other Cafe) bool { return reflect.DeepEqual(c.content(), other.content()) }

func (c Cafe) content() Cafe {
	c.Version, c.UpdatedAt, c.ArchivedAt = 0, time.Time{}, time.Time{}
	return c
}

// Edit is the café after an edit of was. The origin stays. Codes: cafe_archived, version_conflict, currency_fixed.
func Edit(was, next Cafe, now time.Time) (Cafe, error) {
	switch {
	case was.Archived():
		return Cafe{}, errs.Conflict("cafe_archived", "%s is closed for good and cannot be edited.", was.Name)
	case was.Version != next.Version:
		return Cafe{}, VersionConflict()
	case was.Currency != next.Currency:
		return Cafe{}, errs.Conflict("currency_fixed",
			"%s sells in %s, and its past sales do: a café keeps its currency. Open a new café for another one.", was.Name, was.Currency)
	}
	next.Origin, next.Version, next.UpdatedAt, next.ArchivedAt = was.Origin, was.Version+1, now, time.Time{}
	return next, nil
}

// VersionConflict is the answer to an edit of something that has changed meanwhile.
func VersionConflict() error {
	return errs.Conflict("version_conflict", "Somebody else changed this café meanwhile. Read it again and repeat your change.")
}

// SearchText is what a query is looked for in: lower-case name and city.
func (c Cafe) SearchText() string { return strings.ToLower(c.Name + "\n" + c.City) }

// SortName orders lists, then the id does.
func (c Cafe) SortName() string { return strings.ToLower(c.Name) }
