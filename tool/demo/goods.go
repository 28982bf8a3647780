package demo

// Ingredients and recipes as data. Quantities are in whole base units (g, ml, each) here and in thousandths outside.

type ingredient struct {
	name, unit string
	counted    bool
	pack       int64 // base units
	packName   string
	supplier   string
	shelfLife  int32
	allergens  []string
	packCost   price
	par        int64 // packs; the reorder point is a third of it
	opening    int32 // packs
}

const (
	roastery  = "Brûlerie des Deux Rives"
	dairy     = "Laiterie du Gharb"
	grocer    = "Épicerie Benali & Fils"
	bakehouse = "Fournil Sidi Maârouf"
	paper     = "Papeteries du Port"
	ownMade   = "Made here"
)

var (
	gluten = []string{"gluten"}
	milk   = []string{"milk"}
	pastry = []string{"eggs", "gluten", "milk"}
)

var ingredients = []ingredient{
	{"Espresso beans", "g", false, 1000, "1 kg bag", roastery, 90, nil, price{21000, 1950}, 12, 16},
	{"Decaf beans", "g", false, 1000, "1 kg bag", roastery, 90, nil, price{24000, 2250}, 2, 2},
	{"Filter beans", "g", false, 1000, "1 kg bag", roastery, 90, nil, price{20000, 1850}, 4, 5},
	{"Whole milk", "ml", false, 1000, "1 l bottle", dairy, 7, milk, price{1050, 105}, 60, 80},
	{"Oat drink", "ml", false, 1000, "1 l carton", grocer, 180, gluten, price{3400, 190}, 18, 24},
	{"Soy drink", "ml", false, 1000, "1 l carton", grocer, 180, []string{"soya"}, price{2800, 170}, 8, 10},
	{"Lactose-free milk", "ml", false, 1000, "1 l carton", dairy, 60, milk, price{1600, 140}, 8, 10},
	{"Dark chocolate", "g", false, 1000, "1 kg tin", grocer, 365, milk, price{12500, 1190}, 4, 5},
	{"Chai syrup", "ml", false, 1000, "1 l bottle", grocer, 180, nil, price{11500, 1050}, 3, 4},
	{"Vanilla syrup", "ml", false, 1500, "batch of 1.5 l", ownMade, 21, nil, price{2600, 240}, 2, 3},
	{"Caramel syrup", "ml", false, 1000, "1 l bottle", grocer, 365, milk, price{9500, 890}, 2, 3},
	{"Hazelnut syrup", "ml", false, 1000, "1 l bottle", grocer, 365, []string{"nuts"}, price{9500, 890}, 2, 3},
	{"Gunpowder tea", "g", false, 500, "500 g box", grocer, 730, nil, price{5500, 620}, 3, 4},
	{"Fresh mint", "g", false, 250, "bunch", grocer, 3, nil, price{300, 140}, 10, 14},
	{"Dried verbena", "g", false, 200, "200 g bag", grocer, 365, nil, price{4200, 480}, 2, 3},
	{"Sugar", "g", false, 2000, "2 kg loaf", grocer, 730, nil, price{1400, 260}, 6, 8},
	{"Vanilla pod", "each", false, 10, "tube of 10", grocer, 365, nil, price{16000, 1500}, 1, 2},
	{"Ice", "g", false, 5000, "5 kg bag", ownMade, 30, nil, price{500, 60}, 6, 8},
	{"Cold brew", "ml", false, 4000, "batch of 4 l", ownMade, 5, nil, price{5600, 520}, 2, 3},
	{"Oranges", "each", false, 60, "crate of 60", grocer, 10, nil, price{9000, 2100}, 6, 8},
	{"Sparkling water 33 cl", "each", true, 24, "tray of 24", grocer, 365, nil, price{12000, 1150}, 3, 4},
	{"Croissant", "each", true, 20, "tray of 20", bakehouse, 1, pastry, price{9000, 1300}, 4, 6},
	{"Pain au chocolat", "each", true, 20, "tray of 20", bakehouse, 1, pastry, price{10500, 1450}, 3, 5},
	{"Orange cake slice", "each", true, 12, "cake of 12", ownMade, 4, pastry, price{9600, 1350}, 3, 4},
	{"Sesame cookie", "each", true, 24, "box of 24", bakehouse, 14, []string{"eggs", "gluten", "milk", "sesame"}, price{12000, 1700}, 2, 3},
	{"Flour", "g", false, 5000, "5 kg sack", grocer, 365, gluten, price{4500, 520}, 2, 2},
	{"Eggs", "each", false, 30, "tray of 30", grocer, 21, []string{"eggs"}, price{4500, 690}, 3, 4},
	{"Butter", "g", false, 1000, "1 kg block", dairy, 45, milk, price{9500, 880}, 4, 5},
	{"Msemen dough", "each", false, 30, "box of 30", bakehouse, 2, gluten, price{7500, 1500}, 3, 4},
	{"Honey", "g", false, 1000, "1 kg jar", grocer, 730, nil, price{12000, 1100}, 2, 3},
	{"Country bread", "each", false, 16, "loaf of 16 slices", bakehouse, 3, gluten, price{2800, 420}, 4, 6},
	{"Avocado", "each", false, 20, "box of 20", grocer, 5, nil, price{11000, 1900}, 3, 4},
	{"Panini roll", "each", false, 12, "bag of 12", bakehouse, 3, gluten, price{3600, 540}, 3, 4},
	{"Mountain cheese", "g", false, 2000, "2 kg wheel", dairy, 60, milk, price{23000, 2900}, 2, 3},
	{"Cup small", "each", false, 50, "sleeve of 50", paper, 0, nil, price{2500, 260}, 6, 8},
	{"Cup medium", "each", false, 50, "sleeve of 50", paper, 0, nil, price{3200, 330}, 12, 16},
	{"Cup large", "each", false, 50, "sleeve of 50", paper, 0, nil, price{3900, 400}, 8, 10},
	{"Cold cup medium", "each", false, 50, "sleeve of 50", paper, 0, nil, price{3400, 350}, 8, 10},
	{"Cold cup large", "each", false, 50, "sleeve of 50", paper, 0, nil, price{4100, 420}, 6, 8},
	{"Lid", "each", false, 100, "sleeve of 100", paper, 0, nil, price{3000, 310}, 10, 14},
	{"Cold lid", "each", false, 100, "sleeve of 100", paper, 0, nil, price{3300, 340}, 6, 8},
	{"Paper bag", "each", false, 250, "pack of 250", paper, 0, nil, price{6000, 650}, 3, 4},
}

// use is one line of a recipe.
type use struct {
	slot, ingredient string
	quantity         int64
	only             string
}

const toGo = "take_away"

// made is what an ingredient that is made here takes, for its pack.
var made = map[string][]use{
	"Vanilla syrup":     {{"sugar", "Sugar", 1000, ""}, {"flavour", "Vanilla pod", 2, ""}},
	"Cold brew":         {{"beans", "Filter beans", 250, ""}},
	"Orange cake slice": {{"flour", "Flour", 300, ""}, {"eggs", "Eggs", 4, ""}, {"butter", "Butter", 250, ""}, {"sugar", "Sugar", 250, ""}, {"fruit", "Oranges", 3, ""}},
}

func cup(size string) []use {
	return []use{{"cup", "Cup " + size, 1, toGo}, {"lid", "Lid", 1, toGo}}
}

func coldCup(size string) []use {
	return []use{{"cup", "Cold cup " + size, 1, toGo}, {"lid", "Cold lid", 1, toGo}}
}

func bagged(uses ...use) []use { return append(uses, use{"bag", "Paper bag", 1, toGo}) }

func with(vessel []use, uses ...use) []use { return append(uses, vessel...) }

func beans(g int64) use  { return use{"beans", "Espresso beans", g, ""} }
func milks(ml int64) use { return use{"milk", "Whole milk", ml, ""} }
func ice(g int64) use    { return use{"ice", "Ice", g, ""} }
func sugar(g int64) use  { return use{"sugar", "Sugar", g, ""} }

// recipes are what one unit of a variation takes.
var recipes = map[string][]use{
	"Espresso/Single":        with(cup("small"), beans(9)),
	"Espresso/Double":        with(cup("small"), beans(18)),
	"Americano/M":            with(cup("medium"), beans(18)),
	"Americano/L":            with(cup("large"), beans(18)),
	"Filter coffee/M":        with(cup("medium"), use{"beans", "Filter beans", 17, ""}),
	"Filter coffee/L":        with(cup("large"), use{"beans", "Filter beans", 24, ""}),
	"Nous-nous/Glass":        with(cup("small"), beans(9), milks(70)),
	"Cortado/S":              with(cup("small"), beans(18), milks(80)),
	"Flat white/M":           with(cup("medium"), beans(18), milks(150)),
	"Cappuccino/M":           with(cup("medium"), beans(18), milks(160)),
	"Cappuccino/L":           with(cup("large"), beans(18), milks(230)),
	"Latte/M":                with(cup("medium"), beans(18), milks(240)),
	"Latte/L":                with(cup("large"), beans(18), milks(320)),
	"Mocha/M":                with(cup("medium"), beans(18), milks(210), use{"chocolate", "Dark chocolate", 25, ""}),
	"Mocha/L":                with(cup("large"), beans(18), milks(290), use{"chocolate", "Dark chocolate", 35, ""}),
	"Mint tea/Glass":         with(cup("medium"), use{"tea", "Gunpowder tea", 4, ""}, use{"mint", "Fresh mint", 10, ""}, sugar(20)),
	"Mint tea/Pot":           {{"tea", "Gunpowder tea", 9, ""}, {"mint", "Fresh mint", 22, ""}, sugar(45)},
	"Verbena infusion/Glass": with(cup("medium"), use{"tea", "Dried verbena", 4, ""}, sugar(10)),
	"Chai latte/M":           with(cup("medium"), use{"tea", "Chai syrup", 40, ""}, milks(220)),
	"Chai latte/L":           with(cup("large"), use{"tea", "Chai syrup", 55, ""}, milks(300)),
	"Hot chocolate/M":        with(cup("medium"), use{"chocolate", "Dark chocolate", 35, ""}, milks(230)),
	"Hot chocolate/L":        with(cup("large"), use{"chocolate", "Dark chocolate", 45, ""}, milks(310)),
	"Iced latte/M":           with(coldCup("medium"), beans(18), milks(180), ice(120)),
	"Iced latte/L":           with(coldCup("large"), beans(18), milks(250), ice(160)),
	"Iced americano/M":       with(coldCup("medium"), beans(18), ice(140)),
	"Iced americano/L":       with(coldCup("large"), beans(18), ice(180)),
	"Cold brew/M":            with(coldCup("medium"), use{"coffee", "Cold brew", 250, ""}, ice(100)),
	"Orange juice/M":         with(coldCup("medium"), use{"fruit", "Oranges", 3, ""}, ice(40)),
	"Orange juice/L":         with(coldCup("large"), use{"fruit", "Oranges", 5, ""}, ice(60)),
	"Sparkling water/Bottle": {{"piece", "Sparkling water 33 cl", 1, ""}},
	"Croissant/Piece":        bagged(use{"piece", "Croissant", 1, ""}),
	"Pain au chocolat/Piece": bagged(use{"piece", "Pain au chocolat", 1, ""}),
	"Orange cake/Slice":      bagged(use{"piece", "Orange cake slice", 1, ""}),
	"Sesame cookie/Piece":    bagged(use{"piece", "Sesame cookie", 1, ""}),
	"Msemen/Plain":           bagged(use{"bread", "Msemen dough", 1, ""}, use{"butter", "Butter", 8, ""}),
	"Msemen/With honey":      bagged(use{"bread", "Msemen dough", 1, ""}, use{"butter", "Butter", 8, ""}, use{"topping", "Honey", 20, ""}),
	"Avocado toast/Plate":    bagged(use{"bread", "Country bread", 2, ""}, use{"topping", "Avocado", 1, ""}),
	"Cheese panini/Piece":    bagged(use{"bread", "Panini roll", 1, ""}, use{"topping", "Mountain cheese", 70, ""}),
}

// effect is what a modifier does: kind, the slot, and an ingredient with a quantity or a fraction.
type effect struct {
	kind, slot, ingredient string
	quantity               int64
	numerator, denominator int32
}

// effects are by group and modifier. What changes no recipe (whole milk, extra hot) is not there.
var effects = map[[2]string]effect{
	{"Milk", "Oat"}:                  {"substitute", "milk", "Oat drink", 0, 0, 0},
	{"Milk", "Soy"}:                  {"substitute", "milk", "Soy drink", 0, 0, 0},
	{"Milk", "Lactose-free"}:         {"substitute", "milk", "Lactose-free milk", 0, 0, 0},
	{"Extra shots", "Extra shot"}:    {"add", "beans", "Espresso beans", 9, 0, 0},
	{"Extra shots", "Decaffeinated"}: {"substitute", "beans", "Decaf beans", 0, 0, 0},
	{"Syrups", "Vanilla"}:            {"add", "syrup", "Vanilla syrup", 15, 0, 0},
	{"Syrups", "Caramel"}:            {"add", "syrup", "Caramel syrup", 15, 0, 0},
	{"Syrups", "Hazelnut"}:           {"add", "syrup", "Hazelnut syrup", 15, 0, 0},
	{"Ice", "Less ice"}:              {"scale", "ice", "", 0, 1, 2},
	{"Ice", "No ice"}:                {"scale", "ice", "", 0, 0, 1},
	{"Sugar", "Half sugar"}:          {"scale", "sugar", "", 0, 1, 2},
	{"Sugar", "No sugar"}:            {"scale", "sugar", "", 0, 0, 1},
}

func ingredientID(name string) string { return ID("ingredient", name) }
