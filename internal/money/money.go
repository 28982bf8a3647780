// Package money is integer money: amounts in minor units, shares without remainder, tax rounded half up.
// No float comes near it. Amounts of two currencies are never added.
package money

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"golang.org/x/text/currency"
)

// exponents lists the currencies of ISO 4217 whose minor unit is not a hundredth, or that x/text cannot tell.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
	// Hundredths, and younger than x/text's table.
	"MRU": 2, "SLE": 2, "VED": 2, "VES": 2, "XCG": 2, "ZWG": 2,
	// Hundredths; the other codes with an X are metals, funds and tests, and nothing is sold in them.
	"XCD": 2,
}

// Money is an amount in minor units of a currency.
type Money struct {
	Amount   int64
	Currency string
}

// Exponent is the number of decimals of a currency, and whether it is one of ISO 4217 that goods are priced in.
func Exponent(code string) (int, bool) {
	if e, ok := exponents[code]; ok {
		return e, true
	}
	if _, err := currency.ParseISO(code); err != nil || code != strings.ToUpper(code) || code[0] == 'X' {
		return 0, false
	}
	return 2, true
}

// String writes the amount with its currency: MAD 28.50.
func (m Money) String() string {
	return m.Currency + " " + m.Decimal()
}

// Decimal writes the amount alone: 28.50, with as many decimals as the currency has.
func (m Money) Decimal() string {
	exp, ok := Exponent(m.Currency)
	if !ok {
		exp = 2
	}
	sign, n := "", uint64(m.Amount)
	if m.Amount < 0 {
		sign, n = "-", -n
	}
	if exp == 0 {
		return fmt.Sprintf("%s%d", sign, n)
	}
	unit := uint64(1)
	for range exp {
		unit *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, n/unit, exp, n%unit)
}

// Parse reads a decimal amount ("28.5", "-3", "1,234.50" is refused) into minor units. More decimals than the
// currency has are refused, unless they are zeros.
func Parse(text, code string) (int64, error) {
	exp, ok := Exponent(code)
	if !ok {
		return 0, fmt.Errorf("unknown currency %q", code)
	}
	s := strings.TrimSpace(text)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	for len(fraction) > exp && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if whole == "" && fraction == "" || len(fraction) > exp {
		return 0, fmt.Errorf("%q is not an amount of %s", text, code)
	}
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	var n uint64
	for _, c := range whole + fraction + strings.Repeat("0", exp-len(fraction)) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%q is not an amount of %s", text, code)
		}
		digit := uint64(c - '0')
		if n > (limit-digit)/10 {
			return 0, fmt.Errorf("%q is too large", text)
		}
		n = n*10 + digit
	}
	if negative {
		n = -n
	}
	return int64(n), nil
}

// Multiply is a × n, and false where it does not fit.
func Multiply(a, n int64) (int64, bool) {
	if a == 0 || n == 0 {
		return 0, true
	}
	p := a * n
	if p/n != a || (a == -1 && n == math.MinInt64) || (n == -1 && a == math.MinInt64) {
		return 0, false
	}
	return p, true
}

// Add is a + b, and false where it does not fit.
func Add(a, b int64) (int64, bool) {
	s := a + b
	if (a > 0 && b > 0 && s <= 0) || (a < 0 && b < 0 && s >= 0) {
		return 0, false
	}
	return s, true
}

// MulDiv is a × n / d rounded half up (half away from zero for a negative a), exact in between. n ≥ 0, d > 0; it
// panics where the result does not fit, which n ≤ d rules out.
func MulDiv(a, n, d int64) int64 {
	if n < 0 || d <= 0 {
		panic("money: a negative factor or divisor")
	}
	negative := a < 0
	u := uint64(a)
	if negative {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(n))
	if hi >= uint64(d) {
		panic("money: quotient does not fit")
	}
	q, r := bits.Div64(hi, lo, uint64(d))
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	if half := r >= uint64(d)-r; q > limit || half && q == limit {
		panic("money: quotient does not fit")
	} else if half {
		q++
	}
	if negative {
		return int64(-q)
	}
	return int64(q)
}

// InclusiveTax is the tax inside a gross amount at a rate in basis points: round_half_up(gross × r / (10000 + r)).
func InclusiveTax(gross int64, basisPoints int32) int64 {
	return MulDiv(gross, int64(basisPoints), 10000+int64(basisPoints))
}

// ExclusiveTax is the tax on top of a net amount at a rate in basis points.
func ExclusiveTax(net int64, basisPoints int32) int64 {
	return MulDiv(net, int64(basisPoints), 10000)
}

// Share splits total over weights by largest remainder: the parts sum to total exactly. Ties go to the earlier part.
// Weights are ≥ 0 and their sum fits in an int64, else it panics; where all are 0 the parts count alike. A negative
// total is shared as the mirror of its positive. A part never exceeds its weight while total ≤ Σ weights.
func Share(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 || total == 0 {
		return parts
	}
	size := uint64(total)
	if total < 0 {
		size = -size
	}
	var sum uint64
	for _, w := range weights {
		if w < 0 {
			panic("money: a negative weight")
		}
		if sum += uint64(w); sum > math.MaxInt64 {
			panic("money: the weights are too large")
		}
	}
	weight := func(i int) uint64 { return uint64(weights[i]) }
	if sum == 0 {
		sum = uint64(len(weights))
		weight = func(int) uint64 { return 1 }
	}
	remainders := make([]uint64, len(weights))
	left := size
	for i := range parts {
		hi, lo := bits.Mul64(size, weight(i))
		q, r := bits.Div64(hi, lo, sum)
		parts[i], remainders[i] = int64(q), r
		left -= q
	}
	for ; left > 0; left-- {
		best := 0
		for i, r := range remainders {
			if r > remainders[best] {
				best = i
			}
		}
		parts[best]++
		remainders[best] = 0
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
}
