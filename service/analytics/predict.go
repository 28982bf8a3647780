package analytics

import (
	"fmt"
	"math"
	"math/big"
)

// MinMonths is how many full months of sales a line needs.
const MinMonths = 3

// Method says how predictions are made, for those who read them.
const Method = "A straight line (least squares) through the monthly sales of all full months since the café's first sale; never below zero. Its error is that of the same line drawn at earlier months."

// Forecast is what a café's past says about a month to come.
type Forecast struct {
	Known       bool
	Sales       int64 // minor units, ≥ 0
	MonthsUsed  int
	MeanError   int64 // basis points of the real sales
	ErrorMonths int   // months the error was measured over; 0: not known
	Note        string
}

// Predict draws a line through the monthly sales of consecutive full months, the oldest first, and reads it ahead
// months after the last of them (1 is the next month).
func Predict(months []int64, ahead int) Forecast {
	f := Forecast{MonthsUsed: len(months)}
	if len(months) < MinMonths {
		f.MonthsUsed = 0
		f.Note = fmt.Sprintf("%s of sales; a line needs at least %d.", count(len(months), "full month"), MinMonths)
		return f
	}
	f.Known = true
	f.Sales = line(months, ahead)
	f.MeanError, f.ErrorMonths = backTest(months)
	f.Note = fmt.Sprintf("A straight line through %s of sales.", count(len(months), "full month"))
	if f.ErrorMonths == 0 {
		f.Note += " Too few months to say how wrong such a line has been."
	}
	return f
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// line is the least-squares line through (0, y₀) … (n−1, yₙ₋₁), read at n−1+ahead, rounded half away from zero and never
// below zero. With D = nΣx² − (Σx)² and S = nΣxy − ΣxΣy it is (Σy·D + (n·x − Σx)·S) / (n·D), exact until the rounding.
func line(ys []int64, ahead int) int64 {
	n := int64(len(ys))
	var sumX, sumXX int64
	sumY, sumXY := new(big.Int), new(big.Int)
	for i, y := range ys {
		x := int64(i)
		sumX += x
		sumXX += x * x
		sumY.Add(sumY, big.NewInt(y))
		sumXY.Add(sumXY, new(big.Int).Mul(big.NewInt(x), big.NewInt(y)))
	}
	d := big.NewInt(n*sumXX - sumX*sumX)
	s := new(big.Int).Mul(big.NewInt(n), sumXY)
	s.Sub(s, new(big.Int).Mul(big.NewInt(sumX), sumY))
	top := new(big.Int).Mul(sumY, d)
	top.Add(top, s.Mul(s, big.NewInt(n*(n-1+int64(ahead))-sumX)))
	if top.Sign() <= 0 {
		return 0
	}
	return rounded(top, d.Mul(d, big.NewInt(n)))
}

// backTest is the mean absolute error, in basis points of what was really sold, of the lines that would have been
// drawn before each past month. Months without sales have no percentage and are left out.
func backTest(months []int64) (meanError int64, over int) {
	sum := new(big.Rat)
	for n := MinMonths; n < len(months); n++ {
		actual := months[n]
		if actual <= 0 {
			continue
		}
		off := new(big.Int).Sub(big.NewInt(line(months[:n], 1)), big.NewInt(actual))
		sum.Add(sum, new(big.Rat).SetFrac(off.Abs(off), big.NewInt(actual)))
		over++
	}
	if over == 0 {
		return 0, 0
	}
	sum.Mul(sum, new(big.Rat).SetFrac64(10000, int64(over)))
	return min(rounded(sum.Num(), sum.Denom()), math.MaxInt32), over
}

// rounded is top / bottom rounded half away from zero; bottom > 0. What does not fit becomes the largest int64.
func rounded(top, bottom *big.Int) int64 {
	negative := top.Sign() < 0
	q, r := new(big.Int).QuoRem(new(big.Int).Abs(top), bottom, new(big.Int))
	if r.Lsh(r, 1).Cmp(bottom) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	n := int64(math.MaxInt64)
	if q.IsInt64() {
		n = q.Int64()
	}
	if negative {
		return -n
	}
	return n
}
