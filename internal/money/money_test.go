package money

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestExponent(t *testing.T) {
	tests := []struct {
		code string
		want int
		ok   bool
	}{
		{"MAD", 2, true},
		{"USD", 2, true},
		{"EUR", 2, true},
		{"JPY", 0, true},
		{"TND", 3, true},
		{"CLF", 4, true},
		{"MRU", 2, true},
		{"VES", 2, true},
		{"XCD", 2, true},
		{"XOF", 0, true},
		{"XXX", 0, false},
		{"XAU", 0, false},
		{"ZZZ", 0, false},
		{"usd", 0, false},
		{"US", 0, false},
		{"", 0, false},
	}
	for _, tt := range tests {
		if got, ok := Exponent(tt.code); got != tt.want || ok != tt.ok {
			t.Errorf("Exponent(%q) = %d, %t; want %d, %t", tt.code, got, ok, tt.want, tt.ok)
		}
	}
}

func TestString(t *testing.T) {
	tests := []struct {
		amount int64
		code   string
		want   string
	}{
		{2850, "MAD", "MAD 28.50"},
		{5, "USD", "USD 0.05"},
		{0, "EUR", "EUR 0.00"},
		{-5, "EUR", "EUR -0.05"},
		{1500, "JPY", "JPY 1500"},
		{-1, "JPY", "JPY -1"},
		{1, "TND", "TND 0.001"},
		{123456, "TND", "TND 123.456"},
		{12, "CLF", "CLF 0.0012"},
		{100, "???", "??? 1.00"},
		{math.MaxInt64, "USD", "USD 92233720368547758.07"},
		{math.MinInt64, "USD", "USD -92233720368547758.08"},
		{math.MinInt64, "JPY", "JPY -9223372036854775808"},
	}
	for _, tt := range tests {
		if got := (Money{tt.amount, tt.code}).String(); got != tt.want {
			t.Errorf("%d %s = %q, want %q", tt.amount, tt.code, got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		text, code string
		want       int64
	}{
		{"28.50", "MAD", 2850},
		{"28.5", "MAD", 2850},
		{"28", "MAD", 2800},
		{"28.", "MAD", 2800},
		{".5", "MAD", 50},
		{" 0.05 ", "USD", 5},
		{"-3", "USD", -300},
		{"-0.01", "USD", -1},
		{"1.5000", "USD", 150},
		{"007", "USD", 700},
		{"1500", "JPY", 1500},
		{"1500.00", "JPY", 1500},
		{"0.001", "TND", 1},
		{"1.2345", "CLF", 12345},
		{"92233720368547758.07", "USD", math.MaxInt64},
		{"-92233720368547758.08", "USD", math.MinInt64},
	}
	for _, tt := range tests {
		if got, err := Parse(tt.text, tt.code); err != nil || got != tt.want {
			t.Errorf("Parse(%q, %s) = %d, %v; want %d", tt.text, tt.code, got, err, tt.want)
		}
	}
	refused := []struct{ text, code string }{
		{"", "USD"},
		{"-", "USD"},
		{".", "USD"},
		{"1,234.50", "USD"},
		{"1.005", "USD"},
		{"0.5", "JPY"},
		{"--1", "USD"},
		{"+1", "USD"},
		{"1e3", "USD"},
		{"1.2.3", "USD"},
		{"1.-5", "USD"},
		{"$1", "USD"},
		{"٣", "USD"},
		{"NaN", "USD"},
		{"92233720368547758.08", "USD"},
		{"-92233720368547758.09", "USD"},
		{"99999999999999999999", "JPY"},
		{"1", "usd"},
		{"1", "XXX"},
	}
	for _, tt := range refused {
		if got, err := Parse(tt.text, tt.code); err == nil {
			t.Errorf("Parse(%q, %s) = %d, want a refusal", tt.text, tt.code, got)
		}
	}
}

func TestDecimalComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := Money{rapid.Int64().Draw(rt, "amount"), rapid.SampledFrom([]string{"MAD", "JPY", "TND", "CLF"}).Draw(rt, "code")}
		if got, err := Parse(m.Decimal(), m.Currency); err != nil || got != m.Amount {
			rt.Fatalf("%s is read as %d, %v", m, got, err)
		}
	})
}

// FuzzParse reads any text: what is accepted is what exact arithmetic says.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"28.50", "-0.01", ".5", "92233720368547758.07", "1e3", "1/3", "0x10", "1_000", "٣"} {
		f.Add(text, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		code := []string{"USD", "JPY", "TND"}[which%3]
		got, err := Parse(text, code)
		if err != nil {
			return
		}
		exp, _ := Exponent(code)
		want, ok := new(big.Rat).SetString(strings.TrimSpace(text))
		if !ok {
			t.Fatalf("Parse(%q) = %d, which is no number", text, got)
		}
		want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exp)), nil)))
		if want.Cmp(new(big.Rat).SetInt64(got)) != 0 {
			t.Fatalf("Parse(%q, %s) = %d, want %s", text, code, got, want)
		}
	})
}

func TestAddAndMultiplyKnowTheirBounds(t *testing.T) {
	edges := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 32, -2, -1, 0, 1, 2, 3, 1 << 31, 1 << 32, math.MaxInt64 - 1, math.MaxInt64}
	check := func(fatal func(string, ...any), a, b int64) {
		sum := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		if got, ok := Add(a, b); ok != sum.IsInt64() || ok && got != sum.Int64() {
			fatal("Add(%d, %d) = %d, %t; want %s", a, b, got, ok, sum)
		}
		product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		if got, ok := Multiply(a, b); ok != product.IsInt64() || ok && got != product.Int64() {
			fatal("Multiply(%d, %d) = %d, %t; want %s", a, b, got, ok, product)
		}
	}
	for _, a := range edges {
		for _, b := range edges {
			check(t.Errorf, a, b)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		check(rt.Fatalf, rapid.Int64().Draw(rt, "a"), rapid.Int64().Draw(rt, "b"))
	})
}

func TestMulDiv(t *testing.T) {
	tests := []struct{ a, n, d, want int64 }{
		{0, 5, 3, 0},
		{1, 1, 2, 1},
		{1, 1, 3, 0},
		{2, 1, 3, 1},
		{5, 1, 10, 1},
		{49, 1, 100, 0},
		{50, 1, 100, 1},
		{-1, 1, 2, -1},
		{-1, 1, 3, 0},
		{-5, 1, 10, -1},
		{-49, 1, 100, 0},
		{math.MaxInt64, 10000, 10000, math.MaxInt64},
		{math.MinInt64, 10000, 10000, math.MinInt64},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{math.MaxInt64, 0, 1, 0},
		{1, math.MaxInt64, 1, math.MaxInt64},
		{1, 1, math.MaxInt64, 0},
	}
	for _, tt := range tests {
		if got := MulDiv(tt.a, tt.n, tt.d); got != tt.want {
			t.Errorf("MulDiv(%d, %d, %d) = %d, want %d", tt.a, tt.n, tt.d, got, tt.want)
		}
	}
	panics := []struct{ a, n, d int64 }{
		{math.MaxInt64, 2, 1},
		{math.MaxInt64, math.MaxInt64, 1},
		{math.MinInt64, 2, 1},
		{1 << 62, 2, 1},
		{math.MaxInt64, 3, 2},
		{1, -1, 1},
		{1, 1, 0},
		{1, 1, -1},
	}
	for _, tt := range panics {
		if !panicked(func() { MulDiv(tt.a, tt.n, tt.d) }) {
			t.Errorf("MulDiv(%d, %d, %d) does not fit and does not say so", tt.a, tt.n, tt.d)
		}
	}
}

func panicked(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

func TestTax(t *testing.T) {
	tests := []struct {
		amount               int64
		rate                 int32
		inclusive, exclusive int64
	}{
		{0, 2000, 0, 0},
		{1000, 0, 0, 0},
		{1200, 2000, 200, 240},
		{1055, 550, 55, 58},       // 5.5 %: 58.025 on top
		{100, 550, 5, 6},          // 5.21… inside, 5.5 on top: half up
		{1, 10000, 1, 1},          // a half inside goes up
		{3, 10000, 2, 3},          // 1.5 inside goes up
		{21, 500, 1, 1},           // exactly 1 inside, 1.05 on top
		{10, 500, 0, 1},           // 0.476 inside, exactly a half on top
		{2800, 1000, 255, 280},    // a latte of MAD 28.00
		{1500, 1000, 136, 150},    // ¥1,500
		{4500, 1900, 718, 855},    // TND 4.500
		{-1200, 2000, -200, -240}, // a refund is the mirror
		{-1, 10000, -1, -1},
		{math.MaxInt64, 10000, 1 << 62, math.MaxInt64},
	}
	for _, tt := range tests {
		if got := InclusiveTax(tt.amount, tt.rate); got != tt.inclusive {
			t.Errorf("InclusiveTax(%d, %d) = %d, want %d", tt.amount, tt.rate, got, tt.inclusive)
		}
		if got := ExclusiveTax(tt.amount, tt.rate); got != tt.exclusive {
			t.Errorf("ExclusiveTax(%d, %d) = %d, want %d", tt.amount, tt.rate, got, tt.exclusive)
		}
	}
}

// FuzzTax holds both taxes against exact arithmetic: floor(gross × r / d + 1/2) for what is not negative.
func FuzzTax(f *testing.F) {
	f.Add(int64(2800), uint16(1000))
	f.Add(int64(math.MaxInt64), uint16(10000))
	f.Add(int64(math.MinInt64), uint16(1))
	f.Fuzz(func(t *testing.T, amount int64, rate uint16) {
		r := int64(rate % 10001)
		exact := func(d int64) *big.Int {
			twice := new(big.Int).Mul(new(big.Int).Abs(big.NewInt(amount)), big.NewInt(2*r))
			twice.Add(twice, big.NewInt(d))
			twice.Quo(twice, big.NewInt(2*d))
			if amount < 0 {
				twice.Neg(twice)
			}
			return twice
		}
		if got, want := InclusiveTax(amount, int32(r)), exact(10000+r); want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("InclusiveTax(%d, %d) = %d, want %s", amount, r, got, want)
		}
		if got, want := ExclusiveTax(amount, int32(r)), exact(10000); want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("ExclusiveTax(%d, %d) = %d, want %s", amount, r, got, want)
		}
	})
}

func TestShare(t *testing.T) {
	tests := []struct {
		name    string
		total   int64
		weights []int64
		want    []int64
	}{
		{"no parts", 100, nil, []int64{}},
		{"nothing to share", 0, []int64{1, 2}, []int64{0, 0}},
		{"alike, ties to the earlier", 100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{"two over", 101, []int64{1, 1, 1}, []int64{34, 34, 33}},
		{"largest remainder first", 10, []int64{1, 2, 4}, []int64{1, 3, 6}},
		{"no weights, alike", 101, []int64{0, 0}, []int64{51, 50}},
		{"nothing for weight 0", 7, []int64{0, 3, 0, 3}, []int64{0, 4, 0, 3}},
		{"fewer units than parts", 2, []int64{5, 5, 5, 5}, []int64{1, 1, 0, 0}},
		{"negative is the mirror", -100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{"the whole range", math.MaxInt64, []int64{math.MaxInt64 - 1, 1}, []int64{math.MaxInt64 - 1, 1}},
		{"the whole range below", math.MinInt64, []int64{1, 1}, []int64{math.MinInt64 / 2, math.MinInt64 / 2}},
		{"one part takes all of it", math.MinInt64, []int64{9}, []int64{math.MinInt64}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			weights := slices.Clone(tt.weights)
			if got := Share(tt.total, weights); !slices.Equal(got, tt.want) {
				t.Errorf("Share(%d, %v) = %v, want %v", tt.total, tt.weights, got, tt.want)
			}
			if !slices.Equal(weights, tt.weights) {
				t.Errorf("the weights became %v", weights)
			}
		})
	}
	if !panicked(func() { Share(1, []int64{2, -1}) }) || !panicked(func() { Share(1, []int64{math.MaxInt64, 1}) }) {
		t.Error("weights that cannot be summed are accepted")
	}
}

func TestShareIsFair(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 100).Draw(rt, "weights")
		total := rapid.Int64().Draw(rt, "total")
		sum := int64(0)
		for _, w := range weights {
			sum += w
		}
		got := Share(total, weights)
		left := total
		for i, part := range got {
			left -= part
			if sum == 0 {
				continue
			}
			// |part − total × weight / Σ| < 1
			off := new(big.Int).Mul(big.NewInt(part), big.NewInt(sum))
			off.Sub(off, new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i])))
			if off.CmpAbs(big.NewInt(sum)) >= 0 {
				rt.Fatalf("part %d of Share(%d, %v) is %d", i, total, weights, part)
			}
		}
		if left != 0 {
			rt.Fatalf("Share(%d, %v) leaves %d", total, weights, left)
		}
	})
}
