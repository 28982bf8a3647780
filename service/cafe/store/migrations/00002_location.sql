-- +goose Up
-- Millionths of a degree; both are set or neither.
ALTER TABLE cafe ADD COLUMN latitude_e6 INT;
ALTER TABLE cafe ADD COLUMN longitude_e6 INT;
