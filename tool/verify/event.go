package verify

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// told is what a journal entry's payload says, as far as it is checked. It is read from the wire by hand: a payload is
// read millions of times here, and the generated decoder makes objects of everything. Texts are parts of the payload.
type told struct {
	kind, date, mends, source, zone, orderState, moneyState []byte
	order, cafe                                             key
	at, soldAt, release, receipt, total                     int64
	hour, cutoff                                            int32
	lines                                                   []toldLine
	captured                                                int64 // of its tenders, less what is given back
}

type toldLine struct {
	number          int32
	item, variation key
	worth           worth
	unitPrice       int64
	state           []byte
	overrideBy      []byte
}

var errEvent = errors.New("it is no event")

// readEvent reads a payload (coffee.order.v1.Event).
func readEvent(payload []byte) (told, error) {
	var e told
	err := fields(payload, func(number protowire.Number, n uint64, body []byte) error {
		switch number {
		case 1:
			e.kind = body
		case 2:
			e.order = parseKey(body)
		case 3:
			e.cafe = parseKey(body)
		case 4:
			e.date = body
		case 5:
			e.mends = body
		case 6:
			e.at = int64(n)
		case 7:
			e.soldAt = int64(n)
		case 8:
			e.hour = int32(n)
		case 10:
			e.release = int64(n)
		case 12:
			e.source = body
		case 15:
			e.receipt = int64(n)
		case 18:
			l, err := readLine(body)
			e.lines = append(e.lines, l)
			return err
		case 19:
			amount, err := readTender(body)
			e.captured += amount
			return err
		case 21:
			e.orderState = body
		case 22:
			e.moneyState = body
		case 23:
			e.total = int64(n)
		case 26:
			e.zone = body
		case 27:
			e.cutoff = int32(n)
		}
		return nil
	})
	return e, err
}

// adds tells whether a payload adds to the sales, or cannot be read: whether it is worth decoding in full.
func adds(payload []byte) bool {
	something := errors.New("it adds something")
	return fields(payload, func(number protowire.Number, n uint64, body []byte) error {
		switch number {
		case 18:
			if l, err := readLine(body); err != nil || l.worth != (worth{}) {
				return something
			}
		case 20:
			if n != 0 {
				return something
			}
		}
		return nil
	}) != nil
}

func readLine(body []byte) (toldLine, error) {
	var l toldLine
	err := fields(body, func(number protowire.Number, n uint64, body []byte) error {
		switch number {
		case 1:
			l.number = int32(n)
		case 2:
			l.item = parseKey(body)
		case 3:
			l.variation = parseKey(body)
		case 8:
			l.worth.units = int32(n)
		case 9:
			l.worth.gross = int64(n)
		case 10:
			l.worth.discount = int64(n)
		case 11:
			l.worth.amount = int64(n)
		case 13:
			l.worth.tax = int64(n)
		case 14:
			l.worth.net = int64(n)
		case 15:
			l.worth.total = int64(n)
		case 16:
			l.state = body
		case 18:
			l.unitPrice = int64(n)
		case 20:
			l.overrideBy = body
		}
		return nil
	})
	return l, err
}

func readTender(body []byte) (amount int64, err error) {
	err = fields(body, func(number protowire.Number, n uint64, _ []byte) error {
		if number == 3 {
			amount = int64(n)
		}
		return nil
	})
	return amount, err
}

// fields calls fn for every field of a message: with its number, and its value or its bytes.
func fields(message []byte, fn func(number protowire.Number, n uint64, body []byte) error) error {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return errEvent
		}
		message = message[size:]
		var n uint64
		var body []byte
		switch kind {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			body, size = protowire.ConsumeBytes(message)
		default:
			size = protowire.ConsumeFieldValue(number, kind, message)
		}
		if size < 0 {
			return errEvent
		}
		message = message[size:]
		if err := fn(number, n, body); err != nil {
			return err
		}
	}
	return nil
}

// parseKey reads a canonical UUID; what is none gives the zero key.
func parseKey[T []byte | string](id T) key {
	var k key
	if len(id) != 36 {
		return key{}
	}
	at := 0
	for i := 0; i < 36; i += 2 {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if id[i] != '-' {
				return key{}
			}
			i++
		}
		high, low := nibble(id[i]), nibble(id[i+1])
		if high > 15 || low > 15 {
			return key{}
		}
		k[at] = high<<4 | low
		at++
	}
	return k
}

func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 0xff
}
