package analytics

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	cafepb "coffee/proto/coffee/cafe/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// nameLength bounds a name as the tables do, in characters.
const nameLength = 200

// FromOrder reads the journals through the order service's client.
func FromOrder(client orderpb.OrderServiceClient) Journals { return journals{client} }

type journals struct{ client orderpb.OrderServiceClient }

func (j journals) Heads(ctx context.Context, since int64) ([]Head, error) {
	var heads []Head
	for cursor := ""; ; {
		answer, err := j.client.ListHeads(ctx, &orderpb.ListHeadsRequest{Since: since, Limit: 1000, Cursor: cursor})
		if err != nil {
			return nil, err
		}
		for _, h := range answer.GetHeads() {
			heads = append(heads, Head{Cafe: h.GetCafeId(), Seq: h.GetSeq(), Changed: h.GetChanged()})
		}
		if cursor = answer.GetNextCursor(); cursor == "" {
			return heads, nil
		}
	}
}

func (j journals) Journal(ctx context.Context, cafe string, after int64, limit int) ([]Entry, error) {
	answer, err := j.client.ListJournal(ctx, &orderpb.ListJournalRequest{CafeId: cafe, AfterSeq: after, Limit: int32(limit)})
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(answer.GetEntries()))
	for _, e := range answer.GetEntries() {
		entry := Entry{Seq: e.GetSeq(), PrevHash: e.GetPrevHash(), Hash: e.GetHash()}
		entry.Event, entry.Fault = DecodeEvent(e.GetPayload())
		entries = append(entries, entry)
	}
	return entries, nil
}

// DecodeEvent reads a journal entry's payload, the bytes its hash covers. fault says what is wrong with it; an event
// with a fault must not be counted.
func DecodeEvent(payload []byte) (event Event, fault string) {
	var e orderpb.Event
	if err := proto.Unmarshal(payload, &e); err != nil {
		return Event{}, "it is no event"
	}
	event = Event{
		Kind: e.GetKind(), Cafe: e.GetCafeId(), BusinessDate: e.GetBusinessDate(), Hour: int(e.GetHour()),
		Currency: e.GetCurrency(), SoldAt: e.GetSoldAtUs(), Orders: int64(e.GetOrders()),
	}
	if event.SoldAt == 0 {
		event.SoldAt = e.GetAtUs()
	}
	if _, err := db.ParseID(event.Cafe); err != nil {
		return Event{}, "its café has no valid id"
	}
	if len(e.GetLines()) > 0 {
		event.Lines = make([]Line, 0, len(e.GetLines()))
	}
	for _, l := range e.GetLines() {
		line := Line{
			Item: l.GetItemId(), ItemName: shorten(l.GetItemName()),
			Category: l.GetCategoryId(), CategoryName: shorten(l.GetCategoryName()),
			Units: int64(l.GetQuantity()), Gross: l.GetGross(), Discount: l.GetDiscount(),
			Net: l.GetNet(), Tax: l.GetTax(), Sales: l.GetTotal(), Modifiers: modifiersOf(l),
		}
		if line.of(event.Kind).Zero() {
			continue
		}
		for _, id := range []string{line.Item, line.Category} {
			if _, err := db.ParseID(id); err != nil && id != "" {
				return Event{}, "an item or category has no valid id"
			}
		}
		event.Lines = append(event.Lines, line)
	}
	if event.Orders == 0 && len(event.Lines) == 0 {
		return event, "" // it adds nothing, so nothing more is asked of it
	}
	if date, err := time.Parse(time.DateOnly, event.BusinessDate); err != nil || date.Year() < 1 {
		return Event{}, "its business date is no date"
	}
	if event.Hour < 0 || event.Hour > 23 {
		return Event{}, "its hour is not within 0 to 23"
	}
	if !currencyCode(event.Currency) {
		return Event{}, "it has no currency"
	}
	return event, ""
}

// modifiersOf is the ids of a line's modifiers, each once. One that is no id cannot be counted, and says nothing about
// the line's figures.
func modifiersOf(l *orderpb.EventLine) []string {
	if len(l.GetModifiers()) == 0 {
		return nil
	}
	ids := make([]string, 0, len(l.GetModifiers()))
	for _, m := range l.GetModifiers() {
		if id, err := db.ParseID(m.GetModifierId()); err == nil && !slices.Contains(ids, string(id)) {
			ids = append(ids, string(id))
		}
	}
	return ids
}

func currencyCode(code string) bool {
	if len(code) != 3 {
		return false
	}
	for _, c := range []byte(code) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

func shorten(name string) string {
	if len(name) <= nameLength {
		return name
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), nameLength)])
}

// FromCafe reads cafés through the café service's client.
func FromCafe(client cafepb.CafeServiceClient) Cafes { return cafes{client} }

type cafes struct{ client cafepb.CafeServiceClient }

func (c cafes) All(ctx context.Context) ([]Cafe, error) {
	var all []Cafe
	for cursor := ""; ; {
		answer, err := c.client.ListCafes(ctx, &cafepb.ListCafesRequest{IncludeArchived: true, Limit: 200, Cursor: cursor})
		if err != nil {
			return nil, err
		}
		for _, p := range answer.GetCafes() {
			all = append(all, cafeFromProto(p))
		}
		if cursor = answer.GetNextCursor(); cursor == "" {
			return all, nil
		}
	}
}

func (c cafes) One(ctx context.Context, id string) (Cafe, error) {
	p, err := c.client.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id})
	if err != nil {
		return Cafe{}, err
	}
	return cafeFromProto(p), nil
}

func cafeFromProto(p *cafepb.Cafe) Cafe {
	return Cafe{
		ID: p.GetId(), Name: shorten(p.GetName()), Currency: p.GetCurrency(), Version: p.GetVersion(),
		Archived: p.GetArchivedAt() != nil, Zone: p.GetTimeZone(), CutoffMinutes: int(p.GetCutoffMinutes()),
	}
}

// FromMenu reads menus through the menu service's client.
func FromMenu(client menupb.MenuServiceClient) Menus { return menus{client} }

type menus struct{ client menupb.MenuServiceClient }

func (m menus) Offer(ctx context.Context, cafe string) (Offer, error) {
	menu, err := m.client.GetMenu(ctx, &menupb.GetMenuRequest{CafeId: cafe})
	if err != nil {
		return nil, err
	}
	groups := make(map[string][]string, len(menu.GetModifierGroups()))
	for _, g := range menu.GetModifierGroups() {
		for _, choice := range g.GetModifiers() {
			if !choice.GetIsDefault() {
				groups[g.GetId()] = append(groups[g.GetId()], choice.GetId())
			}
		}
	}
	offer := make(Offer, len(menu.GetItems()))
	for _, item := range menu.GetItems() {
		choices := map[string]bool{}
		for _, g := range item.GetModifierGroupIds() {
			for _, id := range groups[g] {
				choices[id] = true
			}
		}
		offer[item.GetId()] = choices
	}
	return offer, nil
}
