package importer

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"coffee/internal/money"
)

//go:embed mappings/*.json
var builtIn embed.FS

// Mapping says how one source writes its export: which column holds what, in which format.
type Mapping struct {
	Source    string         `json:"source"`    // the name the orders are kept under; part of every id
	Currency  string         `json:"currency"`  // ISO 4217, of every amount
	Cutoff    string         `json:"cutoff"`    // HH:mm at which the cafés' business day ends
	Delimiter string         `json:"delimiter"` // of all three files; unset: comma
	Money     MoneyFormat    `json:"money"`
	Receipts  ReceiptColumns `json:"receipts"`
	Products  ProductColumns `json:"products"`
	Outlets   OutletColumns  `json:"outlets"`
	cutoff    int            // minutes after midnight
	comma     byte
	date, at  string // Go's layouts
}

// MoneyFormat says how amounts are written.
type MoneyFormat struct {
	Symbols   []string `json:"symbols"`   // taken off either end
	Decimal   string   `json:"decimal"`   // unset: a point
	Thousands string   `json:"thousands"` // unset: none
}

// ReceiptColumns names the columns of the receipts' file, one row a line of a receipt.
type ReceiptColumns struct {
	Outlet     string  `json:"outlet"`
	Date       string  `json:"date"`
	DateFormat string  `json:"date_format"` // of YYYY YY MMM MM M DD D; unset: YYYY-MM-DD
	Time       string  `json:"time"`
	TimeFormat string  `json:"time_format"` // of HH hh mm ss AM; unset: HH:mm:ss
	Receipt    string  `json:"receipt"`     // unique within outlet and date
	Order      string  `json:"order"`       // sorts the lines of a receipt; unset: as they stand in the file
	Product    string  `json:"product"`
	Quantity   string  `json:"quantity"`
	UnitPrice  string  `json:"unit_price"`
	Amount     string  `json:"amount"`    // what was paid for the line; unset: quantity × unit price
	PaidLess   string  `json:"paid_less"` // discount (unset) or refuse, where amount < quantity × unit price
	PaidMore   string  `json:"paid_more"` // surcharge (unset) or refuse, where amount is more
	Service    Choices `json:"service"`   // to eat_in, take_away, or "" for the café's default
	Tender     Choices `json:"tender"`    // to cash, card, voucher, or "" for card
	TaxRate    int32   `json:"tax_rate"`  // basis points inside every amount
}

// Choices translates the words of a column. Without a column the word for "" counts for every row.
type Choices struct {
	Column string            `json:"column"`
	Values map[string]string `json:"values"`
}

// ProductColumns names the columns of the products' file. A size at the end of a name makes variations of one item.
type ProductColumns struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Category    string            `json:"category"`
	Type        string            `json:"type"` // tells items of one name and category apart
	Price       string            `json:"price"`
	Sizes       map[string]string `json:"sizes"`    // the name's last word → the variation's name
	NoSize      string            `json:"no_size"`  // the variation's name where there is none; unset: Standard
	Stations    map[string]string `json:"stations"` // category → bar or kitchen
}

// OutletColumns names the columns of the outlets' file.
type OutletColumns struct {
	ID       string   `json:"id"`
	Name     []string `json:"name"` // the first that is not empty
	Address  string   `json:"address"`
	City     string   `json:"city"`
	TimeZone string   `json:"time_zone"`
}

// BuiltIn lists the mappings that come with the program.
func BuiltIn() []string {
	files, err := builtIn.ReadDir("mappings")
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".json")
	}
	return names
}

// readMapping finds a mapping by the name of a built-in one, or as a file.
func readMapping(name string) ([]byte, error) {
	if slices.Contains(BuiltIn(), name) {
		return builtIn.ReadFile(path.Join("mappings", name+".json"))
	}
	body, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no mapping %q: neither a file nor one of %s", name, strings.Join(BuiltIn(), ", "))
	}
	return body, err
}

// LoadMapping reads and checks a mapping: a built-in name or a file.
func LoadMapping(name string) (*Mapping, error) {
	body, err := readMapping(name)
	if err != nil {
		return nil, err
	}
	m, err := ParseMapping(body)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", name, err)
	}
	return m, nil
}

// ParseMapping reads a mapping and says what is wrong with it.
func ParseMapping(body []byte) (*Mapping, error) {
	m := new(Mapping)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the mapping")
	}
	if err := m.prepare(); err != nil {
		return nil, err
	}
	return m, nil
}

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// prepare fills in what is unset and checks the rest.
func (m *Mapping) prepare() error {
	if !sourceName.MatchString(m.Source) {
		return fmt.Errorf("source %q: use lower-case letters, digits, dots, dashes, at most 64", m.Source)
	}
	if _, ok := money.Exponent(m.Currency); !ok {
		return fmt.Errorf("currency %q is not an ISO 4217 code", m.Currency)
	}
	cutoff, err := time.Parse("15:04", m.Cutoff)
	if err != nil {
		return fmt.Errorf("cutoff %q is not a time such as 04:00", m.Cutoff)
	}
	m.cutoff = cutoff.Hour()*60 + cutoff.Minute()
	orElse := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	r := &m.Receipts
	orElse(&m.Delimiter, ",")
	orElse(&m.Money.Decimal, ".")
	orElse(&r.DateFormat, "YYYY-MM-DD")
	orElse(&r.TimeFormat, "HH:mm:ss")
	orElse(&r.PaidLess, "discount")
	orElse(&r.PaidMore, "surcharge")
	orElse(&m.Products.NoSize, "Standard")
	if len(m.Delimiter) != 1 || m.Delimiter[0] >= 0x80 || strings.ContainsAny(m.Delimiter, "\"\r\n\x00 ") {
		return fmt.Errorf("delimiter %q is not one character such as , ; or tab", m.Delimiter)
	}
	m.comma = m.Delimiter[0]
	m.date, m.at = layout.Replace(r.DateFormat), layout.Replace(r.TimeFormat)
	for _, column := range []struct{ name, value string }{
		{"receipts.outlet", r.Outlet},
		{"receipts.date", r.Date},
		{"receipts.time", r.Time},
		{"receipts.receipt", r.Receipt},
		{"receipts.product", r.Product},
		{"receipts.quantity", r.Quantity},
		{"receipts.unit_price", r.UnitPrice},
		{"products.id", m.Products.ID},
		{"products.name", m.Products.Name},
		{"products.category", m.Products.Category},
		{"products.price", m.Products.Price},
		{"outlets.id", m.Outlets.ID},
		{"outlets.time_zone", m.Outlets.TimeZone},
		{"outlets.name", strings.Join(m.Outlets.Name, "")},
	} {
		if column.value == "" {
			return fmt.Errorf("%s names no column", column.name)
		}
	}
	for _, word := range []struct {
		name, value string
		allowed     []string
	}{
		{"paid_less", r.PaidLess, []string{"discount", "refuse"}},
		{"paid_more", r.PaidMore, []string{"surcharge", "refuse"}},
		{"money.decimal", m.Money.Decimal, []string{".", ","}},
		{"money.thousands", m.Money.Thousands, []string{"", ".", ",", " ", "'", "\u00a0", "\u202f"}},
	} {
		if !slices.Contains(word.allowed, word.value) {
			return fmt.Errorf("%s %q is none of %q", word.name, word.value, word.allowed)
		}
	}
	if m.Money.Decimal == m.Money.Thousands {
		return fmt.Errorf("money: %q cannot be both decimal and thousands", m.Money.Decimal)
	}
	if r.TaxRate < 0 || r.TaxRate > 10000 {
		return fmt.Errorf("tax_rate %d is not within 0 to 10000 basis points", r.TaxRate)
	}
	if err := r.Service.check("service", "", "eat_in", "take_away"); err != nil {
		return err
	}
	if err := r.Tender.check("tender", "", "cash", "card", "voucher"); err != nil {
		return err
	}
	for category, station := range m.Products.Stations {
		if station != "bar" && station != "kitchen" {
			return fmt.Errorf("stations: %s is sent to %q, which is neither bar nor kitchen", category, station)
		}
	}
	return nil
}

// layout turns YYYY-MM-DD HH:mm:ss into Go's way of writing it.
var layout = strings.NewReplacer("AM", "PM", "YYYY", "2006", "YY", "06", "MMM", "Jan", "MM", "01", "M", "1", "DD", "02", "D", "2",
	"HH", "15", "hh", "03", "mm", "04", "ss", "05")

func (c Choices) check(name string, allowed ...string) error {
	for word, to := range c.Values {
		if !slices.Contains(allowed, to) {
			return fmt.Errorf("%s: %q becomes %q, which is none of %q", name, word, to, allowed)
		}
	}
	if c.Column != "" && len(c.Values) == 0 {
		return fmt.Errorf("%s: column %s has no values", name, c.Column)
	}
	return nil
}

// amount reads money as the source writes it, into minor units.
func (m *Mapping) amount(text string) (int64, error) {
	s := strings.TrimSpace(text)
	for _, symbol := range m.Money.Symbols {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, symbol), symbol))
	}
	whole, fraction, decimal := strings.Cut(s, m.Money.Decimal)
	if m.Money.Thousands != "" && strings.Contains(whole, m.Money.Thousands) {
		groups := strings.Split(whole, m.Money.Thousands)
		if first := strings.TrimPrefix(groups[0], "-"); first == "" || len(first) > 3 {
			return 0, fmt.Errorf("%q is not an amount of %s", text, m.Currency)
		}
		for _, group := range groups[1:] {
			if len(group) != 3 {
				return 0, fmt.Errorf("%q is not an amount of %s", text, m.Currency)
			}
		}
		whole = strings.Join(groups, "")
	}
	if decimal {
		whole += "." + fraction
	}
	n, err := money.Parse(whole, m.Currency)
	if err != nil {
		return 0, fmt.Errorf("%q is not an amount of %s", text, m.Currency)
	}
	return n, nil
}
