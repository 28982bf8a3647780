-- The feed.

-- name: Follows :many
SELECT * FROM follow ORDER BY cafe_id;

-- name: Follow :one
SELECT * FROM follow WHERE cafe_id = ?;

-- name: StartFollow :exec
INSERT INTO follow (cafe_id, generation, seq, hash, stopped, modifiers_seq)
VALUES (sqlc.arg(cafe_id), sqlc.arg(generation), sqlc.arg(seq), sqlc.arg(hash), '', sqlc.arg(seq));

-- name: MoveFollow :execrows
UPDATE follow SET seq = sqlc.arg(to_seq), hash = sqlc.arg(to_hash), stopped = ''
WHERE cafe_id = sqlc.arg(cafe_id) AND generation = sqlc.arg(generation) AND seq = sqlc.arg(from_seq);

-- name: MoveModifiers :execrows
UPDATE follow SET modifiers_seq = sqlc.arg(to_seq)
WHERE cafe_id = sqlc.arg(cafe_id) AND generation = sqlc.arg(generation) AND modifiers_seq = sqlc.arg(from_seq) AND seq >= sqlc.arg(to_seq);

-- name: StopFollow :execrows
UPDATE follow SET stopped = sqlc.arg(reason)
WHERE cafe_id = sqlc.arg(cafe_id) AND generation = sqlc.arg(generation) AND seq = sqlc.arg(seq);

-- name: RestartFollow :execrows
UPDATE follow SET generation = generation + 1, seq = 0, hash = sqlc.arg(hash), stopped = '', modifiers_seq = 0 WHERE cafe_id = sqlc.arg(cafe_id);

-- name: Look :one
SELECT behind, at_us FROM look WHERE id = 1;

-- name: PutLook :execrows
UPDATE look SET behind = sqlc.arg(behind), at_us = sqlc.arg(at_us) WHERE id = 1 AND at_us <= sqlc.arg(at_us);

-- name: StartLook :exec
INSERT INTO look (id, behind, at_us) VALUES (1, ?, ?);

-- The sums: add to the row that is there; the store inserts those that are not.

-- name: AddItem :execrows
UPDATE fact SET units = units + sqlc.arg(units), line_count = line_count + sqlc.arg(line_count),
  gross = gross + sqlc.arg(gross), discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net),
  tax = tax + sqlc.arg(tax), sales = sales + sqlc.arg(sales)
WHERE currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id) AND business_date = sqlc.arg(business_date)
  AND hour = sqlc.arg(hour) AND item_id = sqlc.arg(item_id) AND category_id = sqlc.arg(category_id);

-- name: AddHour :execrows
UPDATE hour_fact SET orders = orders + sqlc.arg(orders), units = units + sqlc.arg(units),
  line_count = line_count + sqlc.arg(line_count), gross = gross + sqlc.arg(gross),
  discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net), tax = tax + sqlc.arg(tax),
  sales = sales + sqlc.arg(sales)
WHERE currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id) AND business_date = sqlc.arg(business_date)
  AND hour = sqlc.arg(hour);

-- name: AddDay :execrows
UPDATE cafe_day SET orders = orders + sqlc.arg(orders), units = units + sqlc.arg(units),
  line_count = line_count + sqlc.arg(line_count), gross = gross + sqlc.arg(gross),
  discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net), tax = tax + sqlc.arg(tax),
  sales = sales + sqlc.arg(sales)
WHERE currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id) AND business_date = sqlc.arg(business_date);

-- name: AddMonth :execrows
UPDATE cafe_month SET generation = sqlc.arg(generation), seq = sqlc.arg(seq), orders = orders + sqlc.arg(orders),
  units = units + sqlc.arg(units), line_count = line_count + sqlc.arg(line_count), gross = gross + sqlc.arg(gross),
  discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net), tax = tax + sqlc.arg(tax),
  sales = sales + sqlc.arg(sales)
WHERE month = sqlc.arg(month) AND currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id);

-- name: AddItemMonth :execrows
UPDATE item_month SET units = units + sqlc.arg(units), line_count = line_count + sqlc.arg(line_count),
  gross = gross + sqlc.arg(gross), discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net),
  tax = tax + sqlc.arg(tax), sales = sales + sqlc.arg(sales)
WHERE month = sqlc.arg(month) AND currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id)
  AND item_id = sqlc.arg(item_id);

-- name: AddCategoryMonth :execrows
UPDATE category_month SET units = units + sqlc.arg(units), line_count = line_count + sqlc.arg(line_count),
  gross = gross + sqlc.arg(gross), discount = discount + sqlc.arg(discount), net = net + sqlc.arg(net),
  tax = tax + sqlc.arg(tax), sales = sales + sqlc.arg(sales)
WHERE month = sqlc.arg(month) AND currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id)
  AND category_id = sqlc.arg(category_id);

-- name: AddModifier :execrows
UPDATE modifier_day SET units = units + sqlc.arg(units)
WHERE cafe_id = sqlc.arg(cafe_id) AND business_date = sqlc.arg(business_date) AND item_id = sqlc.arg(item_id)
  AND modifier_id = sqlc.arg(modifier_id);

-- name: ItemKeys :many
SELECT business_date, hour, item_id, category_id FROM fact
WHERE currency = ? AND cafe_id = ? AND business_date IN (sqlc.slice(dates));

-- The whole of a café, for the verifier and for counting it anew. Each reads by the head of its key: the values there
-- are come from Next….

-- name: NextCurrency :one
SELECT currency FROM fact WHERE currency > ? ORDER BY currency LIMIT 1;

-- name: NextHourCurrency :one
SELECT currency FROM hour_fact WHERE currency > ? ORDER BY currency LIMIT 1;

-- name: NextDayCurrency :one
SELECT currency FROM cafe_day WHERE currency > ? ORDER BY currency LIMIT 1;

-- name: NextMonth :one
SELECT month FROM cafe_month WHERE month > ? ORDER BY month LIMIT 1;

-- name: NextItemMonth :one
SELECT month FROM item_month WHERE month > ? ORDER BY month LIMIT 1;

-- name: NextCategoryMonth :one
SELECT month FROM category_month WHERE month > ? ORDER BY month LIMIT 1;

-- name: AllItems :many
SELECT * FROM fact WHERE currency = ? AND cafe_id = ? ORDER BY business_date, hour, item_id, category_id;

-- name: AllHours :many
SELECT * FROM hour_fact WHERE currency = ? AND cafe_id = ? ORDER BY business_date, hour;

-- name: AllDays :many
SELECT * FROM cafe_day WHERE currency = ? AND cafe_id = ? ORDER BY business_date;

-- name: AllMonths :many
SELECT * FROM cafe_month WHERE month = ? AND cafe_id = ? ORDER BY currency;

-- name: AllItemMonths :many
SELECT * FROM item_month WHERE month = ? AND cafe_id = ? ORDER BY currency, item_id;

-- name: AllCategoryMonths :many
SELECT * FROM category_month WHERE month = ? AND cafe_id = ? ORDER BY currency, category_id;

-- name: AllModifiers :many
SELECT * FROM modifier_day WHERE cafe_id = ? ORDER BY business_date, item_id, modifier_id;

-- name: DropModifiers :exec
DELETE FROM modifier_day WHERE cafe_id = ?;

-- name: DropItems :exec
DELETE FROM fact WHERE currency = ? AND cafe_id = ?;

-- name: DropHours :exec
DELETE FROM hour_fact WHERE currency = ? AND cafe_id = ?;

-- name: DropDays :exec
DELETE FROM cafe_day WHERE currency = ? AND cafe_id = ?;

-- name: DropMonths :exec
DELETE FROM cafe_month WHERE month = ? AND cafe_id = ?;

-- name: DropItemMonths :exec
DELETE FROM item_month WHERE month = ? AND cafe_id = ?;

-- name: DropCategoryMonths :exec
DELETE FROM category_month WHERE month = ? AND cafe_id = ?;

-- Names.

-- name: ItemNamed :execrows
UPDATE item_name SET name = sqlc.arg(name), sold_at_us = sqlc.arg(sold_at_us)
WHERE id = sqlc.arg(id)
  AND (sold_at_us < sqlc.arg(sold_at_us) OR (sold_at_us = sqlc.arg(sold_at_us) AND name < sqlc.arg(name)));

-- name: CategoryNamed :execrows
UPDATE category_name SET name = sqlc.arg(name), sold_at_us = sqlc.arg(sold_at_us)
WHERE id = sqlc.arg(id)
  AND (sold_at_us < sqlc.arg(sold_at_us) OR (sold_at_us = sqlc.arg(sold_at_us) AND name < sqlc.arg(name)));

-- name: StartItemName :exec
INSERT INTO item_name (id, name, sold_at_us) VALUES (?, ?, ?);

-- name: StartCategoryName :exec
INSERT INTO category_name (id, name, sold_at_us) VALUES (?, ?, ?);

-- name: ItemNames :many
SELECT id, name, sold_at_us FROM item_name WHERE id IN (sqlc.slice(ids));

-- name: CategoryNames :many
SELECT id, name, sold_at_us FROM category_name WHERE id IN (sqlc.slice(ids));

-- name: Cafes :many
SELECT * FROM cafe ORDER BY cafe_id;

-- name: PutCafe :execrows
UPDATE cafe SET name = sqlc.arg(name), currency = sqlc.arg(currency), version = sqlc.arg(version),
  archived = sqlc.arg(archived), time_zone = sqlc.arg(time_zone), cutoff_minutes = sqlc.arg(cutoff_minutes)
WHERE cafe_id = sqlc.arg(cafe_id) AND version <= sqlc.arg(version);

-- name: StartCafe :exec
INSERT INTO cafe (cafe_id, name, currency, version, archived, time_zone, cutoff_minutes) VALUES (?, ?, ?, ?, ?, ?, ?);

-- The views.

-- name: MonthCafes :many
SELECT * FROM cafe_month WHERE month = ? ORDER BY currency, cafe_id;

-- name: SomeMonths :many
SELECT month, cafe_id, orders, units, sales FROM cafe_month WHERE month <= sqlc.arg(last) AND currency = sqlc.arg(currency)
ORDER BY month, cafe_id;

-- name: OneCafesMonths :many
SELECT month, cafe_id, orders, units, sales FROM cafe_month WHERE month <= sqlc.arg(last) AND currency = sqlc.arg(currency)
  AND cafe_id = sqlc.arg(cafe_id) ORDER BY month;

-- name: Currencies :many
SELECT currency, COUNT(DISTINCT cafe_id) AS cafes FROM cafe_month WHERE orders <> 0 OR units <> 0 OR sales <> 0
GROUP BY currency ORDER BY cafes DESC, currency;

-- name: CafeCurrencies :many
SELECT currency, COUNT(*) AS months FROM cafe_month WHERE cafe_id = ? AND (orders <> 0 OR units <> 0 OR sales <> 0)
GROUP BY currency ORDER BY months DESC, currency;

-- name: DaysOf :many
SELECT cafe_id, business_date, orders, sales FROM cafe_day WHERE currency = sqlc.arg(currency)
  AND cafe_id IN (sqlc.slice(cafes)) AND business_date >= sqlc.arg(first) AND business_date <= sqlc.arg(last);

-- name: LastDate :one
SELECT business_date FROM cafe_day WHERE currency = ? AND cafe_id = ? ORDER BY business_date DESC LIMIT 1;

-- name: ItemsSold :many
SELECT item_id, CAST(COALESCE(SUM(units), 0) AS SIGNED) AS units FROM fact
WHERE currency = sqlc.arg(currency) AND cafe_id = sqlc.arg(cafe_id)
  AND business_date >= sqlc.arg(first) AND business_date <= sqlc.arg(last)
GROUP BY item_id;

-- name: ModifiersSold :many
SELECT item_id, modifier_id, CAST(COALESCE(SUM(units), 0) AS SIGNED) AS units FROM modifier_day
WHERE cafe_id = sqlc.arg(cafe_id) AND business_date >= sqlc.arg(first) AND business_date <= sqlc.arg(last)
GROUP BY item_id, modifier_id;

-- name: HoursOf :many
SELECT cafe_id, business_date, hour, orders, units, sales FROM hour_fact WHERE currency = sqlc.arg(currency)
  AND cafe_id IN (sqlc.slice(cafes)) AND business_date >= sqlc.arg(first) AND business_date <= sqlc.arg(last);

-- name: ItemsOf :many
SELECT cafe_id, item_id, units, sales FROM item_month
WHERE month = sqlc.arg(month) AND currency = sqlc.arg(currency) AND cafe_id IN (sqlc.slice(cafes));

-- name: CategoriesOf :many
SELECT cafe_id, category_id, units, sales FROM category_month
WHERE month = sqlc.arg(month) AND currency = sqlc.arg(currency) AND cafe_id IN (sqlc.slice(cafes));
