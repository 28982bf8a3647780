package importer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// receiptWindow is how many rows a receipt stays open behind its last line, for lines of others in between.
const receiptWindow = 2000

// rejection is a row that was not taken.
type rejection struct {
	row    int    // from 1, the header counted
	column string // the one at fault, where it is one
	reason string
	raw    string
}

// receipt is one receipt as far as the file told it.
type receipt struct {
	id      string
	outlet  *outlet
	soldAt  time.Time
	service string
	tender  string
	name    string // outlet/date/receipt
	lines   []receiptLine
	last    int // the row of its last line
}

// receiptLine is one row that was taken. What was paid is quantity × unit price − discount + surcharge.
type receiptLine struct {
	row                                      int
	raw                                      string
	order                                    int64
	product                                  *product
	quantity, unitPrice, discount, surcharge int64
}

// total is what was paid, in minor units.
func (r *receipt) total() int64 {
	var sum int64
	for _, l := range r.lines {
		sum += l.quantity*l.unitPrice - l.discount + l.surcharge
	}
	return sum
}

// decoder reads a receipts' file as receipts, in the order of their first lines. It holds the receipts of the last
// rows only. A row it cannot take goes to reject, and the rest of its receipt goes on without it.
type decoder struct {
	m      *Mapping
	c      *catalogue
	rows   *rowReader
	reject func(rejection)
	width  int
	at     columns
	open   []*receipt // by first line
	byID   map[string]*receipt
	fields []string
	taken  int // rows taken
	ended  bool
}

// columns holds the place of every column; -1 where the mapping names none.
type columns struct {
	outlet, date, time, receipt, order, product, quantity, unitPrice, amount, service, tender int
}

// newDecoder reads the header. Set reject before next.
func newDecoder(m *Mapping, c *catalogue, r io.Reader) (*decoder, error) {
	d := &decoder{m: m, c: c, rows: newRowReader(r), byID: map[string]*receipt{}}
	row, cut, err := d.rows.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	header, err := split(row, m.comma, nil)
	if err != nil || cut {
		return nil, errors.New("the first row is not a header")
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	d.width = len(header)
	for _, column := range []struct {
		name string
		at   *int
	}{
		{m.Receipts.Outlet, &d.at.outlet},
		{m.Receipts.Date, &d.at.date},
		{m.Receipts.Time, &d.at.time},
		{m.Receipts.Receipt, &d.at.receipt},
		{m.Receipts.Order, &d.at.order},
		{m.Receipts.Product, &d.at.product},
		{m.Receipts.Quantity, &d.at.quantity},
		{m.Receipts.UnitPrice, &d.at.unitPrice},
		{m.Receipts.Amount, &d.at.amount},
		{m.Receipts.Service.Column, &d.at.service},
		{m.Receipts.Tender.Column, &d.at.tender},
	} {
		*column.at = slices.Index(header, column.name)
		if column.name == "" {
			*column.at = -1
		} else if *column.at < 0 {
			return nil, fmt.Errorf("there is no column %s; the header has %s", column.name, strings.Join(header, ", "))
		}
	}
	return d, nil
}

// next gives the next receipt that holds a line, io.EOF behind the last.
func (d *decoder) next() (*receipt, error) {
	for {
		if len(d.open) > 0 && (d.ended || d.rows.number-d.open[0].last > receiptWindow) {
			r := d.open[0]
			d.open = d.open[1:]
			delete(d.byID, r.id)
			slices.SortStableFunc(r.lines, func(a, b receiptLine) int { return cmp.Compare(a.order, b.order) })
			return r, nil
		}
		if d.ended {
			return nil, io.EOF
		}
		row, cut, err := d.rows.next()
		switch {
		case errors.Is(err, io.EOF):
			d.ended = true
			continue
		case err != nil:
			return nil, err
		case strings.TrimSpace(row) == "" && !cut:
			continue
		}
		if column, err := d.take(row, cut); err != nil {
			d.reject(rejection{row: d.rows.number, column: column, reason: err.Error(), raw: row})
		} else {
			d.taken++
		}
	}
}

// take adds a row to its receipt, or says which column is wrong.
func (d *decoder) take(row string, cut bool) (column string, err error) {
	if cut {
		return "", fmt.Errorf("the row is longer than %d bytes", maxRow)
	}
	if !utf8.ValidString(row) {
		return "", errors.New("the row is not UTF-8")
	}
	if d.fields, err = split(row, d.m.comma, d.fields); err != nil {
		return "", err
	}
	if len(d.fields) != d.width {
		return "", fmt.Errorf("the row has %d fields, the header %d", len(d.fields), d.width)
	}
	line := receiptLine{row: d.rows.number, raw: row}
	if column, err := d.sums(&line); err != nil {
		return column, err
	}
	r, column, err := d.find()
	if err != nil {
		return column, err
	}
	if len(r.lines) == maxLines {
		return d.m.Receipts.Receipt, fmt.Errorf("receipt %s holds more than %d lines", r.name, maxLines)
	}
	if len(r.lines) == 0 {
		d.open, d.byID[r.id] = append(d.open, r), r
	}
	r.lines, r.last = append(r.lines, line), d.rows.number
	return "", nil
}

func (d *decoder) field(at int) string {
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(d.fields[at])
}

// sums reads what the row sold and for how much.
func (d *decoder) sums(line *receiptLine) (column string, err error) {
	names := &d.m.Receipts
	if line.product = d.c.products[d.field(d.at.product)]; line.product == nil {
		return names.Product, fmt.Errorf("product %q is not in the products' file", d.field(d.at.product))
	}
	if line.quantity, err = strconv.ParseInt(d.field(d.at.quantity), 10, 64); err != nil || line.quantity < 1 || line.quantity > maxQuantity {
		return names.Quantity, fmt.Errorf("%q is not a whole number from 1 to %d", d.field(d.at.quantity), maxQuantity)
	}
	if line.unitPrice, err = d.m.amount(d.field(d.at.unitPrice)); err != nil {
		return names.UnitPrice, err
	}
	if line.unitPrice < 0 || line.unitPrice > maxUnitPrice {
		return names.UnitPrice, fmt.Errorf("a price of %q is out of bounds", d.field(d.at.unitPrice))
	}
	if text := d.field(d.at.order); text != "" {
		if line.order, err = strconv.ParseInt(text, 10, 64); err != nil {
			return names.Order, fmt.Errorf("%q is not a whole number", text)
		}
	}
	if d.at.amount < 0 {
		return "", nil
	}
	paid, err := d.m.amount(d.field(d.at.amount))
	if err != nil {
		return names.Amount, err
	}
	if paid < 0 {
		return names.Amount, fmt.Errorf("%q is below zero: money given back is no sale", d.field(d.at.amount))
	}
	gross := line.quantity * line.unitPrice
	switch {
	case paid < gross && names.PaidLess == "refuse":
		return names.Amount, fmt.Errorf("%q is less than quantity times price", d.field(d.at.amount))
	case paid > gross && names.PaidMore == "refuse":
		return names.Amount, fmt.Errorf("%q is more than quantity times price", d.field(d.at.amount))
	case paid-gross > maxExtra:
		return names.Amount, fmt.Errorf("%q is out of bounds", d.field(d.at.amount))
	case paid < gross:
		line.discount = gross - paid
	case paid > gross:
		line.surcharge = paid - gross
	}
	return "", nil
}

// find gives the receipt that the row belongs to, a new one where it is the first.
func (d *decoder) find() (r *receipt, column string, err error) {
	names := &d.m.Receipts
	o := d.c.outlets[d.field(d.at.outlet)]
	if o == nil {
		return nil, names.Outlet, fmt.Errorf("outlet %q is not in the outlets' file", d.field(d.at.outlet))
	}
	date, err := time.Parse(d.m.date, d.field(d.at.date))
	if err != nil || date.Year() < 1970 || date.Year() > 9998 {
		return nil, names.Date, fmt.Errorf("%q is not a date written %s", d.field(d.at.date), names.DateFormat)
	}
	clock, err := time.Parse(d.m.at, d.field(d.at.time))
	if err != nil {
		return nil, names.Time, fmt.Errorf("%q is not a time written %s", d.field(d.at.time), names.TimeFormat)
	}
	number := d.field(d.at.receipt)
	if number == "" {
		return nil, names.Receipt, errors.New("the receipt has no number")
	}
	service, ok := names.Service.Values[d.field(d.at.service)]
	if !ok && d.at.service >= 0 {
		return nil, names.Service.Column, fmt.Errorf("%q is none of the mapping's words for a service", d.field(d.at.service))
	}
	tender, ok := names.Tender.Values[d.field(d.at.tender)]
	if !ok && d.at.tender >= 0 {
		return nil, names.Tender.Column, fmt.Errorf("%q is none of the mapping's words for a tender", d.field(d.at.tender))
	}
	day := date.Format(time.DateOnly)
	name := o.key + "/" + day + "/" + number
	if utf8.RuneCountInString(name) > maxReference {
		return nil, names.Receipt, fmt.Errorf("%s is longer than %d characters", name, maxReference)
	}
	id := deriveID(d.m.Source, "receipt", o.key, day, number)
	if r := d.byID[id]; r != nil {
		return r, "", nil // its first line says when, where to and how it was paid
	}
	return &receipt{
		id: id, outlet: o, name: name, service: service, tender: tender,
		soldAt: time.Date(date.Year(), date.Month(), date.Day(), clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), o.zone),
	}, "", nil
}

// order is the receipt as it is sent.
func (r *receipt) order(taxRate int32) order {
	out := order{
		ID: r.id, CafeID: r.outlet.cafeID, SoldAt: r.soldAt.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano),
		Service: r.service, Reference: r.name, Tender: r.tender, Lines: make([]orderLine, len(r.lines)),
	}
	for i, l := range r.lines {
		it := l.product.item
		out.Lines[i] = orderLine{
			ItemID: it.id, VariationID: l.product.variationID, ItemName: it.name, VariationName: l.product.variation,
			CategoryID: it.category.id, CategoryName: it.category.name, Quantity: l.quantity, UnitPrice: l.unitPrice,
			Discount: l.discount, Surcharge: l.surcharge, TaxRate: taxRate,
		}
	}
	return out
}
