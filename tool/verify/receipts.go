package verify

import (
	"maps"
	"slices"
)

// receipts is the receipt numbers of a café that orders have: a bit each, in pages, so that one wild number costs
// one page.
type receipts struct {
	pages map[int64]*[128]uint64
	count int64
}

const pageReceipts = 128 * 64

// add tells whether the number is new.
func (r *receipts) add(n int64) bool {
	at, bit := n/pageReceipts, n%pageReceipts
	page := r.pages[at]
	if page == nil {
		page = new([128]uint64)
		r.pages[at] = page
	}
	mask := uint64(1) << (bit % 64)
	if page[bit/64]&mask != 0 {
		return false
	}
	page[bit/64] |= mask
	r.count++
	return true
}

func (r *receipts) has(n int64) bool {
	page := r.pages[n/pageReceipts]
	return page != nil && page[n%pageReceipts/64]&(1<<(n%pageReceipts%64)) != 0
}

// receipt notes an order's receipt number: 17.
func (t *trade) receipt(b *bundle) {
	if !t.asked(17) {
		return
	}
	o := b.order
	wrong := func(format string, args ...any) { t.find(17, b.cafe(), b.object(), format, args...) }
	for _, e := range b.entries {
		if n := e.event.receipt; n != 0 && n != o.receipt {
			wrong("entry %d gave it receipt number %d, it has %d", e.seq, n, o.receipt)
		}
	}
	settled := o.due == 0 && o.state != "voided" && o.moneyState != "unpaid" && o.moneyState != "part_paid" && o.source != "remake"
	head, ok := t.heads[o.cafe]
	last := head.receipt
	switch {
	case o.receipt == 0 && settled:
		wrong("it is settled and has no receipt number")
	case o.receipt == 0:
	case !ok: // 13 says that the head is gone
	case o.receipt < 0 || o.receipt > last:
		wrong("it has receipt number %d, the café gave out 1 to %d", o.receipt, last)
	default:
		t.mu.Lock()
		defer t.mu.Unlock()
		r := t.receipts[o.cafe]
		if r == nil {
			r = &receipts{pages: map[int64]*[128]uint64{}}
			t.receipts[o.cafe] = r
		}
		if !r.add(o.receipt) {
			wrong("another order has receipt number %d too", o.receipt)
		}
	}
}

// receiptGaps names the numbers that were given out and that no order has.
func (t *trade) receiptGaps() {
	if !t.asked(17) {
		return
	}
	for cafe, head := range t.heads {
		r := t.receipts[cafe]
		if r == nil {
			r = &receipts{}
		}
		if r.count == head.receipt {
			continue
		}
		missing := func(from, to int64) {
			t.find(17, cafe.String(), "receipt/"+list([]int64{from}), "numbers %d to %d were given out, and no order has them", from, to)
		}
		// Pages that are missing as a whole are stepped over: the head may name any number.
		next := int64(1)
		for _, at := range slices.Sorted(maps.Keys(r.pages)) {
			for n := max(next, at*pageReceipts); n < (at+1)*pageReceipts && n <= head.receipt; n++ {
				if !r.has(n) {
					continue
				}
				if n > next {
					missing(next, n-1)
				}
				next = n + 1
			}
		}
		if next <= head.receipt {
			missing(next, head.receipt)
		}
	}
}
