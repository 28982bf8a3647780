-- name: BookVersion :one
SELECT version FROM book WHERE id = 1;

-- name: TurnBook :execrows
UPDATE book SET version = version + 1 WHERE id = 1 AND version = ?;

-- name: AllIngredients :many
SELECT * FROM ingredient;

-- name: AllRecipes :many
SELECT * FROM recipe;

-- name: AllEffects :many
SELECT * FROM modifier_effects;

-- name: InsertIngredient :exec
INSERT INTO ingredient (id, name, search, unit, counted, pack_quantity, pack_name, supplier, shelf_life_days, allergens,
  made_from, yield_quantity, version, archived_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: UpdateIngredient :execrows
UPDATE ingredient SET name = ?, search = ?, counted = ?, pack_quantity = ?, pack_name = ?, supplier = ?,
  shelf_life_days = ?, allergens = ?, made_from = ?, yield_quantity = ?, version = ?, archived_at = ?
WHERE id = ?;

-- name: CountNegative :one
SELECT COUNT(*) FROM stock WHERE ingredient_id = ? AND on_hand < 0;

-- name: InsertRecipe :exec
INSERT INTO recipe (variation_id, recipe_lines, version) VALUES (?, ?, ?);

-- name: UpdateRecipe :execrows
UPDATE recipe SET recipe_lines = ?, version = ? WHERE variation_id = ?;

-- name: InsertEffects :exec
INSERT INTO modifier_effects (modifier_id, effects, version) VALUES (?, ?, ?);

-- name: UpdateEffects :execrows
UPDATE modifier_effects SET effects = ?, version = ? WHERE modifier_id = ?;

-- name: ListIngredients :many
SELECT * FROM ingredient
WHERE (search > sqlc.arg(after_search) OR (search = sqlc.arg(after_search) AND id > sqlc.arg(after_id)))
  AND search LIKE sqlc.arg(pattern) ESCAPE '!'
  AND archived_at <= sqlc.arg(archived_until)
ORDER BY search, id
LIMIT ?;

-- name: ListRecipes :many
SELECT * FROM recipe WHERE variation_id > ? ORDER BY variation_id LIMIT ?;

-- name: ListCafeStock :many
SELECT s.cafe_id, s.ingredient_id, s.on_hand, s.par, s.reorder_point, s.low_at, s.average_cost, s.currency, s.moved_at,
  i.name, i.search, i.unit, i.counted
FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
WHERE s.cafe_id = sqlc.arg(cafe_id)
  AND (i.search > sqlc.arg(after_search) OR (i.search = sqlc.arg(after_search) AND i.id > sqlc.arg(after_id)))
  AND i.search LIKE sqlc.arg(pattern) ESCAPE '!'
  AND (i.archived_at = 0 OR s.on_hand <> 0)
ORDER BY i.search, i.id
LIMIT ?;

-- name: ListAllStock :many
SELECT s.cafe_id, s.ingredient_id, s.on_hand, s.par, s.reorder_point, s.low_at, s.average_cost, s.currency, s.moved_at,
  i.name, i.search, i.unit, i.counted
FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
WHERE (s.cafe_id > sqlc.arg(after_cafe) OR (s.cafe_id = sqlc.arg(after_cafe) AND s.ingredient_id > sqlc.arg(after_id)))
  AND i.search LIKE sqlc.arg(pattern) ESCAPE '!'
  AND (i.archived_at = 0 OR s.on_hand <> 0)
ORDER BY s.cafe_id, s.ingredient_id
LIMIT ?;

-- name: ListCountedStock :many
SELECT s.ingredient_id, s.on_hand
FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
WHERE s.cafe_id = ? AND i.counted = 1;

-- name: ListCafeLowStock :many
-- Lowest against its level first, in per mille of it; the engines round that differently, each agrees with itself.
SELECT s.cafe_id, s.ingredient_id, s.on_hand, s.par, s.reorder_point, s.low_at, s.average_cost, s.currency, s.moved_at,
  i.name, i.search, i.unit, i.counted, CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) AS level
FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
WHERE s.on_hand <= s.low_at
  AND s.cafe_id = sqlc.arg(cafe_id)
  AND i.search LIKE sqlc.arg(pattern) ESCAPE '!'
  AND i.archived_at = 0
  AND (CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) > sqlc.arg(after_level)
    OR (CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) = sqlc.arg(after_level) AND s.ingredient_id > sqlc.arg(after_id)))
ORDER BY level, s.ingredient_id
LIMIT ?;

-- name: ListAllLowStock :many
-- Head office's list over all cafés reads every row of stock: no index holds a quotient.
SELECT s.cafe_id, s.ingredient_id, s.on_hand, s.par, s.reorder_point, s.low_at, s.average_cost, s.currency, s.moved_at,
  i.name, i.search, i.unit, i.counted, CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) AS level
FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
WHERE s.on_hand <= s.low_at
  AND i.search LIKE sqlc.arg(pattern) ESCAPE '!'
  AND i.archived_at = 0
  AND (CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) > sqlc.arg(after_level)
    OR (CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) = sqlc.arg(after_level) AND s.cafe_id > sqlc.arg(after_cafe))
    OR (CAST(s.on_hand * 1000 / (s.low_at + 1) AS SIGNED) = sqlc.arg(after_level) AND s.cafe_id = sqlc.arg(after_cafe) AND s.ingredient_id > sqlc.arg(after_id)))
ORDER BY level, s.cafe_id, s.ingredient_id
LIMIT ?;

-- name: ListCafeMovements :many
SELECT m.*, i.name, i.unit FROM movement m JOIN ingredient i ON i.id = m.ingredient_id
WHERE m.cafe_id = sqlc.arg(cafe_id)
  AND (m.at < sqlc.arg(before) OR (m.at = sqlc.arg(before) AND m.id < sqlc.arg(before_id)))
ORDER BY m.at DESC, m.id DESC
LIMIT ?;

-- name: ListIngredientMovements :many
SELECT m.*, i.name, i.unit FROM movement m JOIN ingredient i ON i.id = m.ingredient_id
WHERE m.cafe_id = sqlc.arg(cafe_id) AND m.ingredient_id = sqlc.arg(ingredient_id)
  AND (m.at < sqlc.arg(before) OR (m.at = sqlc.arg(before) AND m.id < sqlc.arg(before_id)))
ORDER BY m.at DESC, m.id DESC
LIMIT ?;

-- name: ListOrderMovements :many
-- at + 0 keeps SQLite from reading the café's whole history in the order of its time instead of the order's few rows.
SELECT m.*, i.name, i.unit FROM movement m JOIN ingredient i ON i.id = m.ingredient_id
WHERE m.order_id = sqlc.arg(order_id) AND m.cafe_id = sqlc.arg(cafe_id)
  AND (m.ingredient_id = sqlc.arg(ingredient_id) OR sqlc.arg(every_ingredient))
  AND (m.at + 0 < sqlc.arg(before) OR (m.at + 0 = sqlc.arg(before) AND m.id < sqlc.arg(before_id)))
ORDER BY m.at + 0 DESC, m.id DESC
LIMIT ?;

-- name: UsedLately :many
SELECT ingredient_id, business_date,
  CAST(COALESCE(SUM(-quantity), 0) AS SIGNED) AS used,
  CAST(COALESCE(MIN(CASE WHEN type = 'sale' THEN at END), 0) AS SIGNED) AS first_sale
FROM movement
WHERE cafe_id = sqlc.arg(cafe_id) AND at >= sqlc.arg(since) AND type IN ('sale', 'sale_reversal', 'waste')
GROUP BY ingredient_id, business_date;

-- name: UsedDates :one
SELECT COUNT(DISTINCT business_date) FROM movement
WHERE cafe_id = sqlc.arg(cafe_id) AND at >= sqlc.arg(since) AND type IN ('sale', 'waste')
  AND business_date >= sqlc.arg(from_date) AND business_date < sqlc.arg(until_date);

-- name: UsedHours :many
-- The hour is in UTC, as microseconds after midnight: % is the one division that the engines do alike.
SELECT ingredient_id,
  CAST(at % 86400000000 - at % 3600000000 AS SIGNED) AS hour_us,
  CAST(COALESCE(SUM(-quantity), 0) AS SIGNED) AS used
FROM movement
WHERE cafe_id = sqlc.arg(cafe_id) AND at >= sqlc.arg(since) AND type IN ('sale', 'sale_reversal', 'waste')
  AND business_date >= sqlc.arg(from_date) AND business_date < sqlc.arg(until_date)
GROUP BY ingredient_id, hour_us;

-- name: LockStock :execrows
-- LockStock takes a row's lock: the rows that follow can be read and written back.
UPDATE stock SET moved_at = moved_at WHERE cafe_id = ? AND ingredient_id = ?;

-- name: InsertStock :exec
INSERT INTO stock (cafe_id, ingredient_id, on_hand, par, reorder_point, low_at, currency, moved_at)
VALUES (?, ?, 0, 0, 0, ?, '', 0);

-- name: GetStock :one
SELECT * FROM stock WHERE cafe_id = ? AND ingredient_id = ?;

-- name: WriteStock :exec
UPDATE stock SET on_hand = ?, average_cost = ?, currency = ?, moved_at = ? WHERE cafe_id = ? AND ingredient_id = ?;

-- name: WritePar :execrows
UPDATE stock SET par = ?, reorder_point = ?, low_at = ? WHERE cafe_id = ? AND ingredient_id = ?;

-- name: TakeStock :execrows
-- TakeStock takes what is there and nothing else: no row is matched where less is on hand.
UPDATE stock SET on_hand = on_hand - sqlc.arg(quantity), moved_at = sqlc.arg(at)
WHERE cafe_id = sqlc.arg(cafe_id) AND ingredient_id = sqlc.arg(ingredient_id) AND on_hand >= sqlc.arg(quantity);

-- name: AddStock :execrows
UPDATE stock SET on_hand = on_hand + sqlc.arg(quantity), moved_at = sqlc.arg(at)
WHERE cafe_id = sqlc.arg(cafe_id) AND ingredient_id = sqlc.arg(ingredient_id);

-- name: MovedSince :one
SELECT CAST(COALESCE(SUM(quantity), 0) AS SIGNED) AS moved FROM movement
WHERE cafe_id = ? AND at > ? AND ingredient_id = ?;

-- name: CafeCurrency :one
SELECT currency FROM cafe_currency WHERE cafe_id = ?;

-- name: InsertCafeCurrency :exec
INSERT INTO cafe_currency (cafe_id, currency) VALUES (?, ?);

-- name: InsertConsumption :exec
INSERT INTO consumption (order_id, attempt, cafe_id, business_date, type, state, fingerprint, snapshot, shortages, reversals, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?);

-- name: WriteShortages :exec
UPDATE consumption SET shortages = ? WHERE order_id = ? AND attempt = ?;

-- name: GetConsumption :one
SELECT * FROM consumption WHERE order_id = ? AND attempt = ?;

-- name: LockConsumption :execrows
-- LockConsumption takes the consumption's lock for a reversal.
UPDATE consumption SET reversals = reversals + 1 WHERE order_id = ? AND attempt = ? AND state = 'consumed';

-- name: AbandonConsumption :exec
UPDATE consumption SET state = 'abandoned' WHERE order_id = ? AND attempt = ?;

-- name: InsertOpen :exec
INSERT INTO open_consumption (order_id, attempt, cafe_id, business_date, at) VALUES (?, ?, ?, ?, ?);

-- name: ListOpen :many
SELECT * FROM open_consumption WHERE at <= ? ORDER BY at LIMIT ?;

-- name: DeleteOpen :exec
DELETE FROM open_consumption WHERE order_id = ? AND attempt = ?;

-- name: GetReversal :one
SELECT order_id, attempt FROM reversal WHERE id = ?;

-- name: InsertReversal :exec
INSERT INTO reversal (id, order_id, attempt, cafe_id, business_date, reversed_lines, at) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: ReversedUnits :many
SELECT line, units FROM reversed_line WHERE order_id = ? AND attempt = ?;

-- name: WriteReversedUnits :execrows
UPDATE reversed_line SET units = ? WHERE order_id = ? AND attempt = ? AND line = ?;

-- name: InsertReversedUnits :exec
INSERT INTO reversed_line (order_id, attempt, line, units) VALUES (?, ?, ?, ?);

-- name: OpenConsumptionBacklog :one
SELECT COUNT(*) AS waiting, CAST(COALESCE(MIN(at), 0) AS SIGNED) AS oldest FROM open_consumption;
