package demo

// The menu as data: what the chain sells, at what price in both currencies, and how popular it is when.

// price is one amount in each of the chain's currencies, in minor units.
type price struct{ mad, eur int64 }

func (p price) in(currency string) int64 {
	if currency == "EUR" {
		return p.eur
	}
	return p.mad
}

type size struct {
	name    string
	price   price
	seconds int32 // of work at the station
}

// popularity is an item's weight in the morning (to 11), at midday (to 15), and later.
type popularity [3]int

type item struct {
	category, name, description string
	drawing                     string // empty: its category's
	tax, station                string
	groups                      []string
	sizes                       []size
	popularity                  popularity
}

// category is a heading, with what its items look like where they have no drawing of their own.
type category struct{ name, drawing, tint string }

var categories = []category{
	{"Coffee", "cup", "coffee"},
	{"Tea and more", "pot", "tea"},
	{"Cold", "glass_ice", "cold"},
	{"Pastry", "croissant", "bakery"},
	{"Kitchen", "plate", "food"},
}

const (
	bar     = "bar"
	kitchen = "kitchen"
)

var (
	milky = []string{"Milk", "Extra shots", "Syrups", "Temperature"}
	black = []string{"Extra shots", "Temperature"}
	iced  = []string{"Milk", "Extra shots", "Syrups", "Ice"}
)

var items = []item{
	{"Coffee", "Espresso", "Our house roast, short", "cup", "standard", bar, []string{"Extra shots"}, []size{{"Single", price{1400, 220}, 30}, {"Double", price{1800, 290}, 40}}, popularity{14, 10, 8}},
	{"Coffee", "Americano", "Espresso, hot water", "mug", "standard", bar, black, []size{{"M", price{1800, 290}, 40}, {"L", price{2200, 340}, 45}}, popularity{9, 6, 4}},
	{"Coffee", "Filter coffee", "Brewed by the batch", "mug", "standard", bar, []string{"Temperature"}, []size{{"M", price{1800, 280}, 15}, {"L", price{2200, 340}, 15}}, popularity{8, 4, 2}},
	{"Coffee", "Nous-nous", "Half espresso, half milk foam", "glass_tall", "standard", bar, milky, []size{{"Glass", price{2000, 320}, 50}}, popularity{11, 7, 7}},
	{"Coffee", "Cortado", "Double shot, as much warm milk", "glass_tall", "standard", bar, milky, []size{{"S", price{2200, 340}, 55}}, popularity{5, 4, 3}},
	{"Coffee", "Flat white", "Double ristretto, thin foam", "cup", "standard", bar, milky, []size{{"M", price{2800, 420}, 70}}, popularity{10, 7, 5}},
	{"Coffee", "Cappuccino", "Double shot, thick foam", "cup", "standard", bar, milky, []size{{"M", price{2500, 400}, 70}, {"L", price{3000, 460}, 80}}, popularity{15, 8, 6}},
	{"Coffee", "Latte", "Double shot, steamed milk", "mug", "standard", bar, milky, []size{{"M", price{2600, 420}, 70}, {"L", price{3200, 490}, 80}}, popularity{14, 9, 8}},
	{"Coffee", "Mocha", "Latte with dark chocolate", "mug", "standard", bar, milky, []size{{"M", price{3200, 480}, 85}, {"L", price{3800, 550}, 95}}, popularity{3, 3, 4}},
	{"Tea and more", "Mint tea", "Gunpowder tea, fresh mint", "pot", "standard", bar, []string{"Sugar"}, []size{{"Glass", price{1500, 320}, 45}, {"Pot", price{2800, 550}, 60}}, popularity{5, 10, 14}},
	{"Tea and more", "Verbena infusion", "Dried verbena, hot water", "glass_tall", "standard", bar, []string{"Sugar"}, []size{{"Glass", price{1500, 320}, 35}}, popularity{1, 2, 4}},
	{"Tea and more", "Chai latte", "Spiced black tea with milk", "mug", "standard", bar, []string{"Milk", "Temperature"}, []size{{"M", price{3000, 470}, 65}, {"L", price{3600, 530}, 75}}, popularity{3, 3, 4}},
	{"Tea and more", "Hot chocolate", "Dark chocolate in milk", "mug", "standard", bar, []string{"Milk", "Temperature"}, []size{{"M", price{2800, 430}, 70}, {"L", price{3400, 500}, 80}}, popularity{4, 3, 5}},
	{"Cold", "Iced latte", "Double shot, cold milk, ice", "glass_ice", "standard", bar, iced, []size{{"M", price{3000, 480}, 55}, {"L", price{3600, 550}, 60}}, popularity{4, 8, 9}},
	{"Cold", "Iced americano", "Double shot, cold water, ice", "glass_ice", "standard", bar, []string{"Extra shots", "Ice"}, []size{{"M", price{2200, 360}, 45}, {"L", price{2600, 410}, 50}}, popularity{2, 4, 4}},
	{"Cold", "Cold brew", "Steeped for 16 hours", "to_go", "standard", bar, []string{"Syrups", "Ice"}, []size{{"M", price{3000, 460}, 20}}, popularity{2, 4, 3}},
	{"Cold", "Orange juice", "Pressed when you order", "glass_tall", "standard", bar, []string{"Ice"}, []size{{"M", price{2200, 420}, 60}, {"L", price{3000, 550}, 75}}, popularity{8, 6, 5}},
	{"Cold", "Sparkling water", "Bottle of 33 cl", "bottle", "packed", "", nil, []size{{"Bottle", price{1500, 280}, 0}}, popularity{1, 5, 4}},
	{"Pastry", "Croissant", "All butter", "croissant", "bakery", "", nil, []size{{"Piece", price{1200, 170}, 0}}, popularity{17, 5, 3}},
	{"Pastry", "Pain au chocolat", "Two bars of chocolate", "croissant", "bakery", "", nil, []size{{"Piece", price{1400, 190}, 0}}, popularity{11, 4, 4}},
	{"Pastry", "Orange cake", "A slice, baked here", "cake", "bakery", "", nil, []size{{"Slice", price{2800, 430}, 0}}, popularity{2, 6, 10}},
	{"Pastry", "Sesame cookie", "With fleur de sel", "cookie", "bakery", "", nil, []size{{"Piece", price{1600, 250}, 0}}, popularity{2, 4, 6}},
	{"Kitchen", "Msemen", "Griddled flatbread", "plate", "standard", kitchen, nil, []size{{"Plain", price{1200, 260}, 120}, {"With honey", price{1800, 340}, 130}}, popularity{9, 3, 6}},
	{"Kitchen", "Avocado toast", "Country bread, lemon, chilli", "plate", "standard", kitchen, nil, []size{{"Plate", price{4800, 890}, 240}}, popularity{3, 7, 1}},
	{"Kitchen", "Cheese panini", "Pressed until it runs", "sandwich", "standard", kitchen, nil, []size{{"Piece", price{4200, 750}, 300}}, popularity{1, 9, 2}},
}

type modifier struct {
	name      string
	delta     price
	isDefault bool
}

type modifierGroup struct {
	name      string
	min, max  int32
	modifiers []modifier
	// liked are how often in a hundred each of the modifiers is asked for; what is left takes the default, or none.
	liked []int
}

var modifierGroups = []modifierGroup{
	{"Milk", 1, 1, []modifier{{"Whole milk", price{}, true}, {"Oat", price{500, 60}, false}, {"Soy", price{400, 50}, false}, {"Lactose-free", price{300, 40}, false}}, []int{0, 21, 6, 4}},
	{"Extra shots", 0, 3, []modifier{{"Extra shot", price{600, 80}, false}, {"Decaffeinated", price{200, 30}, false}}, []int{14, 4}},
	{"Syrups", 0, 3, []modifier{{"Vanilla", price{500, 60}, false}, {"Caramel", price{500, 60}, false}, {"Hazelnut", price{500, 60}, false}}, []int{9, 6, 3}},
	{"Temperature", 0, 1, []modifier{{"Extra hot", price{}, false}, {"Lukewarm", price{}, false}}, []int{8, 2}},
	{"Ice", 1, 1, []modifier{{"Normal ice", price{}, true}, {"Less ice", price{}, false}, {"No ice", price{}, false}}, []int{0, 18, 5}},
	{"Sugar", 1, 1, []modifier{{"Sweet", price{}, true}, {"Half sugar", price{}, false}, {"No sugar", price{}, false}}, []int{0, 24, 11}},
}

// The evening price of what would be left over: from 17:00 on weekdays.
const (
	windowName = "Evening"
	windowFrom = 17 * 60
	windowTo   = 24 * 60
)

var windowPrices = map[string]price{"Croissant/Piece": {800, 120}, "Pain au chocolat/Piece": {900, 130}}

type comboSlot struct {
	name       string
	variations []string
}

var breakfast = struct {
	name, category string
	price          price
	slots          []comboSlot
}{
	"Breakfast", "Pastry",
	price{3000, 490},
	[]comboSlot{
		{"Hot drink", []string{"Espresso/Double", "Americano/M", "Filter coffee/M", "Nous-nous/Glass", "Cappuccino/M", "Latte/M", "Mint tea/Glass"}},
		{"Something to eat", []string{"Croissant/Piece", "Pain au chocolat/Piece", "Msemen/Plain"}},
	},
}

func categoryID(name string) string            { return ID("category", name) }
func itemID(name string) string                { return ID("item", name) }
func variationID(item, size string) string     { return ID("variation", item+"/"+size) }
func groupID(name string) string               { return ID("group", name) }
func modifierID(group, modifier string) string { return ID("modifier", group+"/"+modifier) }
