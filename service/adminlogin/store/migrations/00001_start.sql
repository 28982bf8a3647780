-- +goose Up
-- name_key is folded on write; live_name is the same and NULL once archived.
CREATE TABLE admin (
  id BINARY(16) NOT NULL,
  username VARCHAR(64) NOT NULL,
  name_key VARCHAR(64) NOT NULL,
  live_name VARCHAR(64),
  password_hash VARCHAR(200) NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  archived_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX admin_by_name ON admin (name_key, id);
CREATE UNIQUE INDEX admin_name ON admin (live_name);

-- One row: how many accounts are live, the lock of every change of that number, and the token of the first set-up.
CREATE TABLE head_office (
  id INT NOT NULL,
  live BIGINT NOT NULL,
  set_up_hash VARBINARY(32),
  set_up_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- See internal/guess: hashes only.
CREATE TABLE guess (
  subject VARBINARY(32) NOT NULL,
  place VARBINARY(32) NOT NULL,
  tries INT NOT NULL,
  until_at BIGINT NOT NULL,
  known_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (subject, place)
);
CREATE INDEX guess_by_last ON guess (last_at);

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
