-- +goose Up
-- What was asked for with an item: units of the item that had the modifier, summed as the other figures are.
CREATE TABLE modifier_day (
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  item_id BINARY(16) NOT NULL,
  modifier_id BINARY(16) NOT NULL,
  units BIGINT NOT NULL,
  PRIMARY KEY (cafe_id, business_date, item_id, modifier_id)
);
-- How far the modifiers of a café's journal are counted. They came later than the other sums, and a process of the
-- version before counts those alone: whatever lies between modifiers_seq and seq is counted for the modifiers only.
ALTER TABLE follow ADD COLUMN modifiers_seq BIGINT NOT NULL DEFAULT 0;
