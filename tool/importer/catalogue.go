package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"coffee/internal/day"
)

// namespace is that of every id made here. It never changes: ids derived from it are in people's databases.
var namespace = uuid.MustParse("6f1d2c5e-93b4-4c0e-8a57-1d6c0ffee000")

// deriveID makes the same id for the same thing of the same source, in every run (UUIDv5).
func deriveID(parts ...string) string {
	var name strings.Builder
	for _, part := range parts {
		fmt.Fprintf(&name, "%d:%s", len(part), part) // lengths keep "1","23" and "12","3" apart
	}
	return uuid.NewSHA1(namespace, []byte(name.String())).String()
}

// catalogue is what the products' and the outlets' files say.
type catalogue struct {
	products map[string]*product // by the source's id
	outlets  map[string]*outlet
}

// product is one row of the products' file: a variation.
type product struct {
	variationID string
	variation   string
	item        *item
}

// item is the products of one name, its sizes.
type item struct {
	id       string
	name     string
	category *category
	put      putItem
	sent     bool
}

type category struct {
	id   string
	name string
	rank int
	sent bool
}

// outlet is one row of the outlets' file.
type outlet struct {
	key    string
	cafeID string
	put    putCafe
	zone   *time.Location
	sent   bool
}

// readCatalogue reads both files whole. They are small and everything depends on them: a row that cannot be read
// stops the import before anything is sent.
func readCatalogue(m *Mapping, products, outlets string) (*catalogue, error) {
	c := &catalogue{products: map[string]*product{}, outlets: map[string]*outlet{}}
	if err := eachRow(products, m.comma, c.productRow(m)); err != nil {
		return nil, err
	}
	if err := eachRow(outlets, m.comma, c.outletRow(m)); err != nil {
		return nil, err
	}
	c.tellOutletsApart()
	return c, nil
}

// eachRow reads a table with a header; column gives a field of the row by its column's name, trimmed.
func eachRow(file string, comma byte, do func(column func(string) (string, error)) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	r := csv.NewReader(f)
	r.Comma, r.ReuseRecord = rune(comma), true
	header, err := r.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("is empty")
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	columns := map[string]int{}
	for i, name := range header {
		columns[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		err = do(func(name string) (string, error) {
			if name == "" {
				return "", nil
			}
			i, ok := columns[name]
			if !ok {
				return "", fmt.Errorf("there is no column %s", name)
			}
			value := strings.TrimSpace(record[i])
			if !utf8.ValidString(value) {
				return "", fmt.Errorf("%s is not UTF-8", name)
			}
			return value, nil
		})
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s, line %d: %w", file, line, err)
		}
	}
}

// productRow makes variations of one item out of the sizes of one name, category and type.
func (c *catalogue) productRow(m *Mapping) func(func(string) (string, error)) error {
	categories, items := map[string]*category{}, map[string]*item{}
	return func(column func(string) (string, error)) error {
		var fields [6]string
		for i, name := range []string{
			m.Products.ID, m.Products.Name, m.Products.Description, m.Products.Category, m.Products.Type, m.Products.Price,
		} {
			var err error
			if fields[i], err = column(name); err != nil {
				return err
			}
		}
		id, full, description, group, kind := fields[0], fields[1], fields[2], fields[3], fields[4]
		if id == "" || full == "" || group == "" {
			return errors.New("a product has an id, a name and a category")
		}
		if _, twice := c.products[id]; twice {
			return fmt.Errorf("product %s is there twice", id)
		}
		price, err := m.amount(fields[5])
		if err != nil {
			return err
		}
		if price < 0 || price > maxUnitPrice {
			return fmt.Errorf("a price of %s is out of bounds", fields[5])
		}
		name, size := m.Products.sizeOf(full)
		cat := categories[group]
		if cat == nil {
			cat = &category{id: deriveID(m.Source, "category", group), name: clip(group, 60), rank: len(categories) + 1}
			categories[group] = cat
		}
		key := deriveID(m.Source, "item", group, kind, name)
		it := items[key]
		if it == nil {
			it = &item{id: key, name: clip(name, 80), category: cat}
			it.put = putItem{
				CategoryID: cat.id, Name: it.name, Description: clip(description, 1000), Station: m.Products.Stations[group],
				Rank: min(len(items)+1, 10000),
			}
			items[key] = it
		}
		p := &product{variationID: deriveID(m.Source, "product", id), variation: clip(size, 40), item: it}
		for _, v := range it.put.Variations {
			if v.Name == p.variation {
				p.variation = clip(size, 30) + " " + clip(id, 9)
			}
		}
		if len(it.put.Variations) == 20 {
			return fmt.Errorf("%s comes in more than 20 sizes", name)
		}
		it.put.Variations = append(it.put.Variations, variation{
			ID: p.variationID, Name: p.variation, Prices: []amount{{Amount: price, Currency: m.Currency}},
		})
		c.products[id] = p
		return nil
	}
}

// sizeOf splits the size off a product's name.
func (p ProductColumns) sizeOf(full string) (name, size string) {
	if i := strings.LastIndexByte(full, ' '); i > 0 {
		if size, ok := p.Sizes[full[i+1:]]; ok {
			return strings.TrimSpace(full[:i]), size
		}
	}
	return full, p.NoSize
}

func (c *catalogue) outletRow(m *Mapping) func(func(string) (string, error)) error {
	return func(column func(string) (string, error)) error {
		o := &outlet{}
		var zone string
		var err error
		for _, field := range []struct {
			name string
			to   *string
		}{
			{m.Outlets.ID, &o.key}, {m.Outlets.Address, &o.put.Address}, {m.Outlets.City, &o.put.City}, {m.Outlets.TimeZone, &zone},
		} {
			if *field.to, err = column(field.name); err != nil {
				return err
			}
		}
		for _, name := range m.Outlets.Name {
			value, err := column(name)
			if err != nil {
				return err
			}
			if o.put.Name == "" {
				o.put.Name = clip(value, 80)
			}
		}
		if o.key == "" || o.put.Name == "" {
			return errors.New("an outlet has an id and a name")
		}
		if c.outlets[o.key] != nil {
			return fmt.Errorf("outlet %s is there twice", o.key)
		}
		calendar, err := day.Load(zone, m.cutoff)
		if err != nil {
			return err
		}
		o.cafeID, o.zone = deriveID(m.Source, "outlet", o.key), calendar.Zone
		o.put.Address, o.put.City = clip(o.put.Address, 200), clip(o.put.City, 80)
		o.put.TimeZone, o.put.Currency, o.put.Cutoff, o.put.Origin = zone, m.Currency, m.cutoff, m.Source
		c.outlets[o.key] = o
		return nil
	}
}

// tellOutletsApart adds the address to names that several outlets have.
func (c *catalogue) tellOutletsApart() {
	count := map[string]int{}
	for _, o := range c.outlets {
		count[o.put.Name]++
	}
	for _, o := range c.outlets {
		if count[o.put.Name] > 1 {
			more := o.put.Address
			if more == "" {
				more = o.key
			}
			o.put.Name = clip(o.put.Name+", "+more, 80)
		}
	}
}

// clip shortens text to n characters.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
