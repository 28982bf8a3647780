-- +goose Up
-- What an order still asks of a station, while something of it is queued or being made.
CREATE TABLE open_work (
  cafe_id BINARY(16) NOT NULL,
  start_at BIGINT NOT NULL, -- when the bar has to begin; 0: before everything else (a remake)
  order_id BINARY(16) NOT NULL,
  station VARCHAR(16) NOT NULL,
  seconds BIGINT NOT NULL,
  not_before BIGINT NOT NULL, -- of a later pick-up: nobody waits behind it until then; 0: as soon as possible
  slot BIGINT NOT NULL, -- the quarter hour it is promised in
  PRIMARY KEY (cafe_id, start_at, order_id, station)
);

-- Orders that are over, with lines that were voided while they were being made and that the bar has not seen yet.
CREATE TABLE unseen_void (
  cafe_id BINARY(16) NOT NULL,
  order_id BINARY(16) NOT NULL,
  PRIMARY KEY (cafe_id, order_id)
);

-- One row a café, locked while a phone places: a slot's limit holds for tries at the same moment too.
CREATE TABLE phone_pause (
  cafe_id BINARY(16) NOT NULL,
  paused_until BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (cafe_id)
);

-- The customer's name in small letters, to be found by. Orders from before have none.
ALTER TABLE orders ADD COLUMN name_key VARCHAR(40) NOT NULL DEFAULT '';
