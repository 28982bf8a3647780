package price

import (
	"coffee/internal/errs"
	"coffee/internal/money"
)

// of is what a discount takes off an amount: itself, or a share of it rounded half up. It never exceeds the amount.
func (d Discount) of(amount int64, path string) (int64, error) {
	switch {
	case d.Amount < 0 || d.BasisPoints < 0 || d.BasisPoints > 10000:
		return 0, errs.Invalid("bad_discount", "A discount is an amount, or a share from 0 to 100 percent.").
			Field(path, "is out of bounds")
	case d.Amount > 0 && d.BasisPoints > 0:
		return 0, errs.Invalid("bad_discount", "A discount is either an amount or a share.").Field(path, "is both")
	case d.Amount > amount:
		return 0, errs.Invalid("discount_too_large", "The discount is more than there is to pay. Make it smaller, or use comp.").
			Field(path, "%d is more than %d", d.Amount, amount)
	case d.BasisPoints > 0:
		return money.MulDiv(amount, int64(d.BasisPoints), 10000), nil
	}
	return d.Amount, nil
}

// lineDiscount books a line's own discount, over the parts of a combo by their amounts. A comp takes everything.
func lineDiscount(lines []Line, wish CartLine, path string) error {
	gross, weights := int64(0), make([]int64, len(lines))
	for i, l := range lines {
		gross, weights[i] = gross+l.Gross, l.Gross
	}
	off, err := wish.Discount.of(gross, path+".discount")
	if err != nil {
		return err
	}
	if wish.Comp {
		off = gross
	}
	for i, share := range money.Share(off, weights) {
		lines[i].Discount = share
		lines[i].Amount = lines[i].Gross - share
	}
	return nil
}

// discount shares the order's discount over what the lines' own discounts leave.
func (p *pricer) discount() error {
	rest, weights := int64(0), make([]int64, len(p.out.Lines))
	for i, l := range p.out.Lines {
		rest, weights[i] = rest+l.Amount, l.Amount
	}
	off, err := p.cart.Discount.of(rest, "discount")
	if err != nil {
		return err
	}
	for i, share := range money.Share(off, weights) {
		l := &p.out.Lines[i]
		l.Discount += share
		l.Amount -= share
	}
	p.out.Discount = p.out.Gross - rest + off
	return nil
}
