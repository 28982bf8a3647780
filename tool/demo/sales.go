package demo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// batch is how many orders go into one call.
const batch = 500

// sales makes up the past of every café.
func (f *filler) sales(ctx context.Context) error {
	f.progress("making up %d days of sales", Days)
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range cafes {
		group.Go(func() error {
			if err := f.salesOf(ctx, p); err != nil {
				return fmt.Errorf("sales of %s: %w", p.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (f *filler) salesOf(ctx context.Context, p place) error {
	menu, err := f.Menu.GetMenu(ctx, &menupb.GetMenuRequest{CafeId: p.id()})
	if err != nil {
		return err
	}
	orders, err := past(p, menu, f.Now, f.Seed)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(orders, batch) {
		answer, err := f.Order.ImportOrders(ctx, &orderpb.ImportOrdersRequest{Source: Origin, Orders: part})
		if err != nil {
			return err
		}
		// An order that is there with other content was made up by a killed Fill of another version: it stays.
		refused := slices.DeleteFunc(answer.GetRefused(), func(r *orderpb.ImportRefusal) bool { return r.GetCode() == "order_exists" })
		if len(refused) > 0 {
			return fmt.Errorf("%d refused, the first: %s: %s", len(refused), refused[0].GetCode(), refused[0].GetDetail())
		}
	}
	f.progress("%s sold %d orders", p.name, len(orders))
	return nil
}

// past is the café's orders of its last full business days and of the one that runs, until now, oldest first. It depends
// on the menu, the seed and the dates alone: a later now only adds orders.
func past(p place, menu *menupb.Menu, now time.Time, seed uint64) ([]*orderpb.ImportOrder, error) {
	calendar, err := day.Load(p.zone, cutoffMinutes)
	if err != nil {
		return nil, err
	}
	today, err := time.Parse(day.Layout, calendar.Date(now))
	if err != nil {
		return nil, err
	}
	sold := sellables(p, menu)
	if len(sold) == 0 {
		return nil, fmt.Errorf("the menu of %s has none of the demonstration's items", p.name)
	}
	var orders []*orderpb.ImportOrder
	for back := Days; back >= 0; back-- {
		orders = append(orders, oneDay(p, sold, calendar.Zone, today.AddDate(0, 0, -back), seed)...)
	}
	future := slices.IndexFunc(orders, func(o *orderpb.ImportOrder) bool { return o.GetSoldAt().AsTime().After(now) })
	if future >= 0 {
		orders = orders[:future]
	}
	return orders, nil
}

// sellable is one variation as this café sells it.
type sellable struct {
	*menupb.MenuVariation
	item         *menupb.MenuItem
	categoryName string
	popularity   popularity
	groups       []modifierGroup
}

// sellables are the variations of the café's menu that the demonstration knows, in the menu's order. An item's
// popularity is shared by its sizes, the first one the favourite.
func sellables(p place, menu *menupb.Menu) []sellable {
	known, categoryNames := map[string]item{}, map[string]string{}
	for _, it := range items {
		known[itemID(it.name)] = it
	}
	for _, c := range menu.GetCategories() {
		categoryNames[c.GetId()] = c.GetName()
	}
	var out []sellable
	for _, on := range menu.GetItems() {
		it, ok := known[on.GetId()]
		if !ok {
			continue
		}
		for i, v := range on.GetVariations() {
			if v.GetPrice().GetCurrency() != p.currency {
				continue
			}
			liked := it.popularity
			for part := range liked {
				liked[part] *= []int{3, 2, 1}[min(i, 2)]
			}
			out = append(out, sellable{v, on, categoryNames[on.GetCategoryId()], liked, groupsOf(it)})
		}
	}
	return out
}

func groupsOf(it item) []modifierGroup {
	var out []modifierGroup
	for _, name := range it.groups {
		for _, g := range modifierGroups {
			if g.name == name {
				out = append(out, g)
			}
		}
	}
	return out
}

// priceAt is what one unit costs at a local time: the last window that matches counts.
func (s sellable) priceAt(local time.Time) int64 {
	amount := s.GetPrice().GetAmount()
	weekday, minute := int32(local.Weekday()+6)%7+1, int32(local.Hour()*60+local.Minute())
	for _, w := range s.GetPriceWindows() {
		days := w.GetWeekdays()
		if (len(days) == 0 || slices.Contains(days, weekday)) && w.GetFromMinute() <= minute && minute < w.GetToMinute() {
			amount = w.GetPrice().GetAmount()
		}
	}
	return amount
}

// oneDay is a café's orders of one date, in the order of their time.
func oneDay(p place, sold []sellable, zone *time.Location, date time.Time, seed uint64) []*orderpb.ImportOrder {
	name := p.name + "/" + date.Format(day.Layout)
	var root [8]byte
	binary.BigEndian.PutUint64(root[:], seed)
	random := rand.New(rand.NewChaCha8(sha256.Sum256(append(root[:], name...))))

	count := p.orders * p.weekday[(date.Weekday()+6)%7] / 100 * (92 + random.IntN(17)) / 100
	times := make([]time.Time, count)
	for i := range times {
		times[i] = momentOf(p, random, zone, date)
	}
	slices.SortFunc(times, time.Time.Compare)
	orders := make([]*orderpb.ImportOrder, count)
	for i, at := range times {
		orders[i] = basket(p, sold, random, at)
		orders[i].Id = ID("order", fmt.Sprintf("%s/%d", name, i+1))
		orders[i].Reference = fmt.Sprintf("%s-%03d", date.Format(day.Layout), i+1)
	}
	return orders
}

// momentOf draws a time within the opening hours.
func momentOf(p place, random *rand.Rand, zone *time.Location, date time.Time) time.Time {
	y, m, d := date.Date()
	for {
		minute := pick(random, p.hours[:])*60 + random.IntN(60)
		if minute >= p.opens && minute < p.closes {
			return time.Date(y, m, d, 0, minute, random.IntN(60), 0, zone)
		}
	}
}

// basket draws what one customer buys.
func basket(p place, sold []sellable, random *rand.Rand, at time.Time) *orderpb.ImportOrder {
	order := &orderpb.ImportOrder{CafeId: p.id(), SoldAt: timestamppb.New(at), Service: "eat_in", Tender: "cash"}
	if random.IntN(100) < p.takeAway {
		order.Service = "take_away"
	}
	if random.IntN(100) < p.card {
		order.Tender = "card"
	}
	part := 0
	if at.Hour() >= 11 {
		part++
	}
	if at.Hour() >= 15 {
		part++
	}
	weights := make([]int, len(sold))
	for i, s := range sold {
		weights[i] = s.popularity[part]
	}
	count := 1 + pick(random, []int{55, 33, 12})
	for range count {
		chosen := pick(random, weights)
		weights[chosen] = 0 // the same again is a quantity, not another line
		s := sold[chosen]
		modifiers, more := choose(s.groups, p.currency, random)
		order.Lines = append(order.Lines, &orderpb.ImportLine{
			ItemId: s.item.GetId(), VariationId: s.GetId(), ItemName: s.item.GetName(), VariationName: s.GetName(),
			CategoryId: s.item.GetCategoryId(), CategoryName: s.categoryName,
			Quantity: int32(1 + pick(random, []int{86, 11, 3})), UnitPrice: s.priceAt(at) + more,
			TaxRate: p.rate(s.item.GetTaxCode(), order.GetService()), Modifiers: modifiers,
		})
	}
	slices.SortStableFunc(order.Lines, func(a, b *orderpb.ImportLine) int { return cmp.Compare(b.GetUnitPrice(), a.GetUnitPrice()) })
	return order
}

// choose draws what somebody asks for with a drink, one modifier of a group at most, and what that adds to its price.
// A group without a wish takes its default.
func choose(groups []modifierGroup, currency string, random *rand.Rand) (chosen []*orderpb.ImportModifier, more int64) {
	for _, g := range groups {
		at := slices.IndexFunc(g.modifiers, func(m modifier) bool { return m.isDefault })
		wish := random.IntN(100)
		for i, percent := range g.liked {
			if wish -= percent; wish < 0 {
				at = i
				break
			}
		}
		if at < 0 {
			continue
		}
		m := g.modifiers[at]
		chosen = append(chosen, &orderpb.ImportModifier{
			ModifierId: modifierID(g.name, m.name), Name: m.name, GroupName: g.name, Quantity: 1, Price: m.delta.in(currency),
		})
		more += m.delta.in(currency)
	}
	return chosen, more
}

// pick draws an index by weight; at least one weight is above zero.
func pick(random *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	left := random.IntN(sum)
	for i, w := range weights {
		if left -= w; left < 0 {
			return i
		}
	}
	panic("demo: weights changed while drawing")
}
