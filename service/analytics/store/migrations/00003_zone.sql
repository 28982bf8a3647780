-- +goose Up
-- What tells a café's running business date; no zone until the café service was asked for it.
ALTER TABLE cafe ADD COLUMN time_zone VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE cafe ADD COLUMN cutoff_minutes INT NOT NULL DEFAULT 0;
