package price

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/errs"
)

// draw is where a random cart comes from: rapid, or the bytes of the fuzzer.
type draw func(name string, low, high int64) int64

func pick[T any](d draw, name string, from []T) T { return from[d(name, 0, int64(len(from)-1))] }

func drawChoices(d draw) []Choice {
	var out []Choice
	for range d("modifiers", 0, 3) {
		out = append(out, Choice{
			ID:       pick(d, "modifier", []string{"whole", "oat", "none", "shot", "vanilla", "own-cup", "gold"}),
			Quantity: int32(d("times", 0, 2)),
		})
	}
	return out
}

func drawDiscount(d draw) Discount {
	switch d("discount", 0, 5) {
	case 0:
		return Discount{Amount: d("off", 0, 2000)}
	case 1:
		return Discount{BasisPoints: int32(d("share", 0, 10000))}
	}
	return Discount{}
}

func drawLine(d draw) CartLine {
	line := CartLine{Quantity: int32(d("quantity", 1, 40)), Discount: drawDiscount(d), Comp: d("comp", 0, 9) == 0}
	if d("by hand", 0, 9) == 0 {
		line.Override = &Override{UnitAmount: d("amount", 0, 5000), Reason: "because"}
	}
	switch d("kind", 0, 5) {
	case 0:
		line.Combo = &ComboChoice{ID: "breakfast", Parts: []Part{
			{SlotID: "drink", VariationID: pick(d, "drink", []string{"latte-m", "tea"}), Modifiers: drawChoices(d)},
			{SlotID: "bite", VariationID: "croissant"},
		}}
	case 1:
		line.Combo = &ComboChoice{ID: "odd", Parts: []Part{
			{SlotID: "c", VariationID: "tea"}, {SlotID: "b", VariationID: "tea"}, {SlotID: "a", VariationID: "tea"},
		}}
	default:
		line.VariationID = pick(d, "variation", []string{"latte-m", "latte-l", "tea", "croissant", "water", "gift"})
		line.Modifiers = drawChoices(d)
	}
	return line
}

func drawCart(d draw) (Tax, Cart) {
	profile := tax(pick(d, "mode", []string{Inclusive, Exclusive}))
	profile.Rates["standard"] = TaxRate{EatIn: int32(d("eat in", 0, 10000)), TakeAway: int32(d("take away", 0, 3000))}
	c := Cart{
		Service: pick(d, "service", []string{EatIn, TakeAway}), Discount: drawDiscount(d),
		At: wednesday(0, 0).Add(time.Duration(d("minute", 0, 7*1440)) * time.Minute),
	}
	for range d("lines", 1, 12) {
		c.Lines = append(c.Lines, drawLine(d))
	}
	return profile, c
}

func rapidly(t *rapid.T) draw {
	return func(name string, low, high int64) int64 { return rapid.Int64Range(low, high).Draw(t, name) }
}

func TestEveryCartAddsUp(t *testing.T) {
	priced := 0
	rapid.Check(t, func(rt *rapid.T) {
		profile, c := drawCart(rapidly(rt))
		got, err := Price(menu(), profile, c)
		if err != nil {
			if !errs.IsKind(err, errs.KindInvalid) {
				rt.Fatalf("error of another kind: %v", err)
			}
			return
		}
		priced++
		check(rt, profile, got)
	})
	if priced == 0 {
		t.Error("no drawn cart could be priced")
	}
}

// The order of the lines decides at most where a remainder goes: gross and discount stay, and the tax moves by less
// than a unit a rate and line.
func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		profile, c := drawCart(rapidly(rt))
		got, err := Price(menu(), profile, c)
		turned := c
		turned.Lines = rapid.Permutation(c.Lines).Draw(rt, "permutation")
		other, otherErr := Price(menu(), profile, turned)
		if (err == nil) != (otherErr == nil) {
			rt.Fatalf("one order of the lines is refused: %v, %v", err, otherErr)
		}
		if err != nil {
			return
		}
		if got.Gross != other.Gross || got.Discount != other.Discount {
			rt.Fatalf("gross %d and %d, discount %d and %d", got.Gross, other.Gross, got.Discount, other.Discount)
		}
		if profile.Mode == Inclusive && got.Total != other.Total {
			rt.Fatalf("total %d and %d", got.Total, other.Total)
		}
		if off := got.Tax - other.Tax; off > int64(len(got.Taxes)) || -off > int64(len(got.Taxes)) {
			rt.Fatalf("tax %d and %d", got.Tax, other.Tax)
		}
		if c.Discount == (Discount{}) && got.Total != other.Total {
			rt.Fatalf("without an order's discount: total %d and %d", got.Total, other.Total)
		}
	})
}

// Units alike cost alike: one line of n is n lines of one.
func TestQuantityIsRepetition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := rapidly(rt)
		line := drawLine(d)
		line.Discount, line.Quantity = Discount{}, int32(d("n", 1, 30))
		whole, err := Price(menu(), tax(Inclusive), cart(line))
		if err != nil {
			return
		}
		single := line
		single.Quantity = 1
		apart, err := Price(menu(), tax(Inclusive), cart(slices.Repeat([]CartLine{single}, int(line.Quantity))...))
		if err != nil {
			rt.Fatalf("apart: %v", err)
		}
		if whole.Gross != apart.Gross || whole.Total != apart.Total || whole.Tax != apart.Tax {
			rt.Fatalf("%d × : %+v, one by one: %+v", line.Quantity, whole, apart)
		}
	})
}

func TestPriceLeavesItsInputAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		profile, c := drawCart(rapidly(rt))
		m := menu()
		first, err := Price(m, profile, c)
		second, again := Price(m, profile, c)
		if (err == nil) != (again == nil) || first.Total != second.Total || first.Tax != second.Tax || len(first.Lines) != len(second.Lines) {
			rt.Fatalf("the second look differs: %+v %v, %+v %v", first, err, second, again)
		}
	})
}

// FuzzPrice takes any numbers at all, also those the edge would refuse: it may refuse, and never panics or wraps.
func FuzzPrice(f *testing.F) {
	f.Add([]byte("large latte, oat, extra shot, to go"), int64(0), int64(0))
	f.Add(bytes.Repeat([]byte{0xff}, 200), int64(math.MaxInt64), int64(math.MinInt64))
	f.Add(bytes.Repeat([]byte{7, 1, 0, 9}, 50), int64(1<<62), int64(10000))
	f.Fuzz(func(t *testing.T, data []byte, amount, other int64) {
		d := func(_ string, low, high int64) int64 {
			var raw [2]byte
			n := copy(raw[:], data)
			data = data[n:]
			return low + int64(binary.LittleEndian.Uint16(raw[:]))%(high-low+1)
		}
		profile, c := drawCart(d)
		m := menu()
		tea := m.Items["tea"]
		tea.Price = amount
		m.Items["tea"] = tea
		extra := m.Groups["extra"]
		extra.Modifiers[1].Delta, extra.Free = other, int32(amount)
		m.Groups["extra"] = extra
		combo := m.Combos["odd"]
		combo.Price = other
		m.Combos["odd"] = combo
		line := &c.Lines[0]
		switch d("wild", 0, 5) {
		case 0:
			line.Override = &Override{UnitAmount: amount}
		case 1:
			line.Quantity = int32(other)
		case 2:
			line.Discount = Discount{Amount: amount, BasisPoints: int32(other)}
		case 3:
			c.Discount = Discount{Amount: other, BasisPoints: int32(amount)}
		case 4:
			profile.Rates["standard"] = TaxRate{EatIn: int32(amount), TakeAway: int32(other)}
		}
		got, err := Price(m, profile, c)
		if err != nil {
			if !errs.IsKind(err, errs.KindInvalid) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		check(t, profile, got)
	})
}
