-- +goose Up
-- name_key and search are lower-cased on write; archived_at 0 is a café that is open for business.
CREATE TABLE cafe (
  id BINARY(16) NOT NULL,
  name VARCHAR(80) NOT NULL,
  name_key VARCHAR(80) NOT NULL,
  search VARCHAR(200) NOT NULL,
  address VARCHAR(200) NOT NULL,
  city VARCHAR(80) NOT NULL,
  time_zone VARCHAR(64) NOT NULL,
  currency CHAR(3) NOT NULL,
  cutoff_minutes INT NOT NULL,
  default_service VARCHAR(16) NOT NULL,
  tax LONGTEXT NOT NULL,
  hours LONGTEXT NOT NULL,
  exceptions LONGTEXT NOT NULL,
  origin VARCHAR(64) NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  archived_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX cafe_by_name ON cafe (name_key, id);

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
