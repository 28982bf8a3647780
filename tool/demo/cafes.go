package demo

import (
	"context"
	"fmt"

	"coffee/internal/errs"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	loginpb "coffee/proto/coffee/login/v1"
)

// place is one café of the chain, with what its sales look like.
type place struct {
	name, address, city string
	latitude, longitude int32 // millionths of a degree, somewhere in the quarter of that name
	zone, currency      string
	defaultService      string
	taxes               []tax
	opens, closes       int // minutes after midnight, every day
	staff               []employee
	// What is short at the opening, in base units instead of the usual packs: a stock page has something to say on the
	// first day, and a bar something to sell out.
	short map[string]int64

	orders   int     // on an ordinary day
	weekday  [7]int  // percent of that, from Monday
	hours    [24]int // weights of the hours of a day
	takeAway int     // percent of the orders
	card     int     // percent of the orders
}

type tax struct {
	code            string
	eatIn, takeAway int32 // basis points
}

type employee struct{ name, role string }

const cutoffMinutes = 240

// cafes is the chain. Names, addresses and people are invented; the tax rates are examples and no tax advice.
var cafes = []place{
	{
		name: "Maârif", address: "14 rue des Bigaradiers", city: "Casablanca",
		latitude: 33_573_400, longitude: -7_636_900,
		zone: "Africa/Casablanca", currency: "MAD", defaultService: "take_away",
		taxes: []tax{{"standard", 1000, 1000}, {"bakery", 1000, 2000}, {"packed", 2000, 2000}},
		opens: 7 * 60, closes: 22 * 60,
		staff: []employee{{"Salma", "manager"}, {"Youssef", "lead"}, {"Imane", "barista"}, {"Karim", "barista"}, {"Hind", "barista"}},
		short: map[string]int64{"Soy drink": 900, "Fresh mint": 600, "Hazelnut syrup": 250, "Cold lid": 140},

		orders: 100, weekday: [7]int{92, 94, 97, 100, 90, 112, 108},
		hours:    [24]int{7: 6, 12, 14, 10, 7, 6, 6, 5, 6, 8, 9, 10, 8, 6, 3},
		takeAway: 55, card: 48,
	},
	{
		name: "Agdal", address: "3 avenue des Micocouliers", city: "Rabat",
		latitude: 33_997_500, longitude: -6_849_300,
		zone: "Africa/Casablanca", currency: "MAD", defaultService: "eat_in",
		taxes: []tax{{"standard", 1000, 1000}, {"bakery", 1000, 2000}, {"packed", 2000, 2000}},
		opens: 7*60 + 30, closes: 21 * 60,
		staff: []employee{{"Nadia", "manager"}, {"Omar", "lead"}, {"Ghita", "barista"}, {"Reda", "barista"}},
		short: map[string]int64{"Whole milk": 16_000, "Sparkling water 33 cl": 15, "Honey": 380, "Avocado": 11},

		orders: 82, weekday: [7]int{104, 106, 105, 103, 92, 88, 80},
		hours:    [24]int{7: 4, 13, 13, 8, 6, 8, 8, 6, 6, 8, 9, 7, 5, 3},
		takeAway: 35, card: 42,
	},
	{
		name: "Canal", address: "27 quai des Tilleuls", city: "Paris",
		latitude: 48_871_600, longitude: 2_364_800,
		zone: "Europe/Paris", currency: "EUR", defaultService: "take_away",
		taxes: []tax{{"standard", 1000, 1000}, {"bakery", 1000, 550}, {"packed", 1000, 550}},
		opens: 7 * 60, closes: 19*60 + 30,
		staff: []employee{{"Camille", "manager"}, {"Hugo", "lead"}, {"Inès", "barista"}, {"Jules", "barista"}},
		short: map[string]int64{"Oat drink": 4_000, "Lactose-free milk": 1_000, "Croissant": 24, "Cup large": 110, "Country bread": 14},

		orders: 96, weekday: [7]int{98, 100, 101, 102, 104, 110, 86},
		hours:    [24]int{7: 9, 17, 13, 8, 6, 9, 10, 7, 6, 6, 5, 3, 1},
		takeAway: 62, card: 86,
	},
}

func (p place) id() string { return ID("cafe", p.name) }

func (p place) request() *cafepb.PutCafeRequest {
	cutoff := int32(cutoffMinutes)
	r := &cafepb.PutCafeRequest{
		Id: p.id(), Name: p.name, Address: p.address, City: p.city, TimeZone: p.zone, Currency: p.currency,
		CutoffMinutes: &cutoff, DefaultService: p.defaultService, Origin: Origin,
		Tax: &cafepb.TaxProfile{Mode: "inclusive"}, LatitudeE6: &p.latitude, LongitudeE6: &p.longitude,
	}
	for _, t := range p.taxes {
		r.Tax.Rates = append(r.Tax.Rates, &cafepb.TaxRate{Code: t.code, EatIn: t.eatIn, TakeAway: t.takeAway})
	}
	for weekday := int32(1); weekday <= 7; weekday++ {
		r.Hours = append(r.Hours, &cafepb.OpeningHours{Weekday: weekday, Opens: int32(p.opens), Closes: int32(p.closes)})
	}
	return r
}

// rate is the café's tax on a code, in basis points.
func (p place) rate(code, service string) int32 {
	for _, t := range p.taxes {
		if t.code == code && service == "eat_in" {
			return t.eatIn
		} else if t.code == code {
			return t.takeAway
		}
	}
	return 0
}

func (f *filler) admin(ctx context.Context) error {
	_, err := f.AdminLogin.CreateAdmin(ctx, &adminloginpb.CreateAdminRequest{
		Id: ID("admin", AdminUsername), Username: AdminUsername, Password: f.AdminPassword,
	})
	if err == nil {
		return nil
	}
	// A Fill before this one may have got so far: then the account is there, with the password the caller kept.
	exists, lookErr := f.hasAdmin(ctx)
	if lookErr != nil || !exists {
		return fmt.Errorf("admin %s: %w", AdminUsername, err)
	}
	return nil
}

func (f *filler) hasAdmin(ctx context.Context) (bool, error) {
	for cursor := ""; ; {
		page, err := f.AdminLogin.ListAdmins(ctx, &adminloginpb.ListAdminsRequest{Limit: 200, Cursor: cursor})
		if err != nil {
			return false, err
		}
		for _, a := range page.GetAdmins() {
			if a.GetId() == ID("admin", AdminUsername) {
				return true, nil
			}
		}
		if cursor = page.GetNextCursor(); cursor == "" {
			return false, nil
		}
	}
}

// people gives a café its access code and its people their PINs.
func (f *filler) people(ctx context.Context, p place) (Cafe, error) {
	out := Cafe{ID: p.id(), Name: p.name}
	code, err := f.Login.RotateAccessCode(ctx, &loginpb.RotateAccessCodeRequest{CafeId: p.id()})
	if err != nil {
		return out, err
	}
	out.AccessCode = code.GetAccessCode()
	page, err := f.Login.ListPeople(ctx, &loginpb.ListPeopleRequest{CafeId: p.id(), Limit: 200})
	if err != nil {
		return out, err
	}
	here := map[string]bool{}
	for _, someone := range page.GetPeople() {
		here[someone.GetId()] = true
	}
	for _, e := range p.staff {
		answer, err := f.hire(ctx, p, e, here[ID("person", p.name+"/"+e.name)])
		if err != nil {
			return out, fmt.Errorf("%s: %w", e.name, err)
		}
		out.People = append(out.People, Person{Name: e.name, Role: e.role, PIN: answer.GetPin()})
	}
	return out, nil
}

// hire makes a person, or draws a new PIN for one who is there: nobody can read the old one.
func (f *filler) hire(ctx context.Context, p place, e employee, exists bool) (*loginpb.PersonWithPin, error) {
	id := ID("person", p.name+"/"+e.name)
	if !exists {
		answer, err := f.Login.PutPerson(ctx, &loginpb.PutPersonRequest{CafeId: p.id(), Id: id, Name: e.name, Role: e.role})
		if err != nil || answer.GetPin() != "" {
			return answer, err
		}
	}
	answer, err := f.Login.ResetPin(ctx, &loginpb.ResetPinRequest{CafeId: p.id(), Id: id})
	if err == nil && answer.GetPin() == "" {
		return nil, errs.Conflict("no_pin", "The new PIN was not answered.")
	}
	return answer, err
}
