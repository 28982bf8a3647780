package price

import (
	"slices"
	"strings"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// tax books the tax: rounded once per rate of the order, shared over the lines of that rate by largest remainder.
func (p *Priced) tax(profile Tax, service string) error {
	exclusive := profile.Mode == Exclusive
	if !exclusive && profile.Mode != Inclusive && profile.Mode != "" {
		return errs.Invalid("bad_tax", "The café's tax is neither inclusive nor exclusive.").Field("tax.mode", "%q", profile.Mode)
	}
	lines := map[int32][]int{}
	var rates []int32
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.TaxRate = profile.Rates[l.TaxCode].EatIn; service == TakeAway {
			l.TaxRate = profile.Rates[l.TaxCode].TakeAway
		}
		if l.TaxRate < 0 || l.TaxRate > 10000 {
			return errs.Invalid("bad_tax", "A tax rate is 0 to 10,000 basis points.").Field("tax.rates", "%s has %d", l.TaxCode, l.TaxRate)
		}
		if _, seen := lines[l.TaxRate]; !seen {
			rates = append(rates, l.TaxRate)
		}
		lines[l.TaxRate] = append(lines[l.TaxRate], i)
	}
	slices.Sort(rates)
	for _, rate := range rates {
		line, err := p.taxOf(rate, lines[rate], exclusive)
		if err != nil {
			return err
		}
		p.Taxes = append(p.Taxes, line)
		p.Net, p.Tax = p.Net+line.Net, p.Tax+line.Tax
		var ok bool
		if p.Total, ok = money.Add(p.Total, line.Gross); !ok {
			return tooLarge("lines")
		}
	}
	return nil
}

// taxOf books one rate over its lines.
func (p *Priced) taxOf(rate int32, lines []int, exclusive bool) (TaxLine, error) {
	out := TaxLine{Rate: rate}
	var codes []string
	weights := make([]int64, len(lines))
	for k, i := range lines {
		l := p.Lines[i]
		weights[k] = l.Amount
		out.Gross += l.Amount
		if !slices.Contains(codes, l.TaxCode) {
			codes = append(codes, l.TaxCode)
		}
	}
	slices.Sort(codes)
	out.Code = strings.Join(codes, ",")
	if exclusive {
		out.Net, out.Tax = out.Gross, money.ExclusiveTax(out.Gross, rate)
		var ok bool
		if out.Gross, ok = money.Add(out.Net, out.Tax); !ok {
			return TaxLine{}, tooLarge("lines")
		}
	} else {
		out.Tax = money.InclusiveTax(out.Gross, rate)
		out.Net = out.Gross - out.Tax
	}
	for k, share := range money.Share(out.Tax, weights) {
		l := &p.Lines[lines[k]]
		l.Tax = share
		if exclusive {
			l.Net, l.Total = l.Amount, l.Amount+share
		} else {
			l.Net, l.Total = l.Amount-share, l.Amount
		}
	}
	return out, nil
}
