-- +goose Up
CREATE TABLE attempt (
  order_id BINARY(16) NOT NULL,
  n INT NOT NULL,
  outcome VARCHAR(12) NOT NULL, -- placed, abandoned or cancelled
  at BIGINT NOT NULL,
  PRIMARY KEY (order_id, n)
);

CREATE TABLE orders (
  id BINARY(16) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  sold_at BIGINT NOT NULL,
  placed_at BIGINT NOT NULL,
  state VARCHAR(12) NOT NULL,
  money_state VARCHAR(14) NOT NULL,
  source VARCHAR(8) NOT NULL,
  phone VARCHAR(64) NOT NULL,
  call_number VARCHAR(8) NOT NULL,
  receipt_number BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  discount BIGINT NOT NULL,
  total BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  due BIGINT NOT NULL,
  release_number BIGINT NOT NULL,
  linked_order_id BINARY(16),
  attempt INT NOT NULL,
  fingerprint VARBINARY(32) NOT NULL,
  time_zone VARCHAR(64) NOT NULL,
  cutoff_minutes INT NOT NULL,
  ready_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  detail LONGBLOB NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX orders_by_cafe ON orders (cafe_id, business_date, sold_at, id);
CREATE INDEX orders_by_date ON orders (business_date, sold_at, id);

CREATE TABLE order_line (
  order_id BINARY(16) NOT NULL,
  line INT NOT NULL,
  item_id BINARY(16) NOT NULL,
  variation_id BINARY(16) NOT NULL,
  state VARCHAR(12) NOT NULL,
  quantity INT NOT NULL,
  unit_price BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  tax_rate INT NOT NULL,
  tax BIGINT NOT NULL,
  net BIGINT NOT NULL,
  total BIGINT NOT NULL,
  refunded_quantity INT NOT NULL,
  refunded_amount BIGINT NOT NULL,
  detail LONGBLOB NOT NULL,
  PRIMARY KEY (order_id, line)
);

-- A tender shared over several orders has a part in each; part 0 exists once for ever.
CREATE TABLE tender (
  id BINARY(16) NOT NULL,
  part INT NOT NULL,
  order_id BINARY(16) NOT NULL,
  n INT NOT NULL,
  kind VARCHAR(8) NOT NULL,
  direction VARCHAR(8) NOT NULL,
  amount BIGINT NOT NULL,
  tendered BIGINT NOT NULL,
  change_given BIGINT NOT NULL,
  tip BIGINT NOT NULL,
  drawer VARCHAR(64) NOT NULL,
  reference VARCHAR(40) NOT NULL,
  taken_by VARCHAR(64) NOT NULL,
  device_id VARCHAR(64) NOT NULL,
  taken_at BIGINT NOT NULL,
  relabels BINARY(16),
  shift_id BINARY(16),
  late_from_z BIGINT NOT NULL,
  PRIMARY KEY (id, part)
);
CREATE INDEX tender_by_order ON tender (order_id, n);

-- What the bar still has to do: a row from placing until everything is handed over or voided.
CREATE TABLE open_order (
  cafe_id BINARY(16) NOT NULL,
  order_id BINARY(16) NOT NULL,
  ready_at BIGINT NOT NULL,
  PRIMARY KEY (cafe_id, order_id)
);

-- The orders of a phone.
CREATE TABLE phone_order (
  phone VARCHAR(64) NOT NULL,
  business_date CHAR(10) NOT NULL,
  sold_at BIGINT NOT NULL,
  order_id BINARY(16) NOT NULL,
  PRIMARY KEY (phone, business_date, sold_at, order_id)
);

-- One row a phone, locked while it places: its limits hold for tries at the same moment too.
CREATE TABLE phone (
  id VARCHAR(64) NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE call_count (
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  letter CHAR(1) NOT NULL,
  n INT NOT NULL,
  PRIMARY KEY (cafe_id, business_date, letter)
);

CREATE TABLE head (
  cafe_id BINARY(16) NOT NULL,
  seq BIGINT NOT NULL,
  receipt BIGINT NOT NULL,
  hash VARBINARY(32) NOT NULL,
  changed BIGINT NOT NULL,
  PRIMARY KEY (cafe_id)
);

CREATE TABLE journal (
  cafe_id BINARY(16) NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(12) NOT NULL,
  order_id BINARY(16) NOT NULL,
  payload LONGBLOB NOT NULL,
  prev_hash VARBINARY(32) NOT NULL,
  hash VARBINARY(32) NOT NULL,
  PRIMARY KEY (cafe_id, seq)
);
CREATE INDEX journal_by_order ON journal (order_id, seq);

-- Stock that is owed to inventory: driven until acknowledged, then deleted.
CREATE TABLE stock_due (
  id BINARY(16) NOT NULL, -- the reversal's id
  order_id BINARY(16) NOT NULL,
  attempt INT NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  reversal LONGBLOB NOT NULL,
  person VARCHAR(64) NOT NULL,
  at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  tries INT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX stock_due_by_next ON stock_due (next_at);

-- Menu releases and cafés as they were last heard of, so that ordering goes on when their services are down.
CREATE TABLE release_cache (
  name VARCHAR(120) NOT NULL,
  body LONGBLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (name)
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
