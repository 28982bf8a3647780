-- +goose Up

-- The one row's version counts every change of ingredients, recipes and modifier effects: editors compare and set it,
-- Consume looks whether the recipes it expanded are still the current ones.
CREATE TABLE book (
  id INT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE ingredient (
  id BINARY(16) NOT NULL,
  name VARCHAR(80) NOT NULL,
  search VARCHAR(255) NOT NULL,
  unit VARCHAR(8) NOT NULL,
  counted BOOLEAN NOT NULL,
  pack_quantity BIGINT NOT NULL,
  pack_name VARCHAR(40) NOT NULL,
  supplier VARCHAR(80) NOT NULL,
  shelf_life_days INT NOT NULL,
  allergens LONGBLOB NOT NULL,
  made_from LONGBLOB NOT NULL,
  yield_quantity BIGINT NOT NULL,
  version BIGINT NOT NULL,
  archived_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX ingredient_by_search ON ingredient (search, id);

CREATE TABLE recipe (
  variation_id BINARY(16) NOT NULL,
  recipe_lines LONGBLOB NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (variation_id)
);

CREATE TABLE modifier_effects (
  modifier_id BINARY(16) NOT NULL,
  effects LONGBLOB NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (modifier_id)
);

-- The currency of a café's purchases: that of the first receipt with a cost.
CREATE TABLE cafe_currency (
  cafe_id BINARY(16) NOT NULL,
  currency VARCHAR(3) NOT NULL,
  PRIMARY KEY (cafe_id)
);

-- on_hand is the sum of the café's movements of the ingredient, kept up in the transaction that adds one. low_at is
-- derived from par and reorder_point: at or below it the ingredient is low.
CREATE TABLE stock (
  cafe_id BINARY(16) NOT NULL,
  ingredient_id BINARY(16) NOT NULL,
  on_hand BIGINT NOT NULL,
  par BIGINT NOT NULL,
  reorder_point BIGINT NOT NULL,
  low_at BIGINT NOT NULL,
  average_cost BIGINT,
  currency VARCHAR(3) NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (cafe_id, ingredient_id)
);

-- Append-only. The key is the order it is read in; a further index by ingredient would cost an order one page for
-- each of its ingredients.
CREATE TABLE movement (
  cafe_id BINARY(16) NOT NULL,
  at BIGINT NOT NULL,
  id BINARY(16) NOT NULL,
  ingredient_id BINARY(16) NOT NULL,
  type VARCHAR(20) NOT NULL,
  quantity BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  order_id BINARY(16),
  business_date CHAR(10) NOT NULL,
  actor VARCHAR(64) NOT NULL,
  cost BIGINT,
  currency VARCHAR(3) NOT NULL,
  PRIMARY KEY (cafe_id, at, id)
);
CREATE INDEX movement_by_order ON movement (order_id);

-- One row per attempt of an order: consumed, or abandoned (also before it ever came: the tombstone).
CREATE TABLE consumption (
  order_id BINARY(16) NOT NULL,
  attempt INT NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  type VARCHAR(8) NOT NULL,
  state VARCHAR(10) NOT NULL,
  fingerprint VARBINARY(32) NOT NULL,
  snapshot LONGBLOB NOT NULL,
  shortages LONGBLOB NOT NULL,
  reversals INT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, attempt)
);

CREATE TABLE open_consumption (
  order_id BINARY(16) NOT NULL,
  attempt INT NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, attempt)
);
CREATE INDEX open_consumption_by_at ON open_consumption (at);

CREATE TABLE reversal (
  id BINARY(16) NOT NULL,
  order_id BINARY(16) NOT NULL,
  attempt INT NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  reversed_lines LONGBLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- How many units of a line have come back so far.
CREATE TABLE reversed_line (
  order_id BINARY(16) NOT NULL,
  attempt INT NOT NULL,
  line INT NOT NULL,
  units INT NOT NULL,
  PRIMARY KEY (order_id, attempt, line)
);

CREATE TABLE idempotency (
  scope VARCHAR(180) NOT NULL,
  fingerprint VARBINARY(32) NOT NULL,
  answer LONGBLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (scope)
);

CREATE TABLE audit (
  id BINARY(16) NOT NULL,
  at BIGINT NOT NULL,
  actor_kind VARCHAR(16) NOT NULL,
  actor VARCHAR(64) NOT NULL,
  device VARCHAR(64) NOT NULL,
  action VARCHAR(64) NOT NULL,
  object VARCHAR(120) NOT NULL,
  before_state LONGTEXT NOT NULL,
  after_state LONGTEXT NOT NULL,
  PRIMARY KEY (id)
);

