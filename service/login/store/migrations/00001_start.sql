-- +goose Up
CREATE TABLE access_code (
  cafe_id BINARY(16) NOT NULL,
  hash VARCHAR(200) NOT NULL,
  rotated_at BIGINT NOT NULL,
  PRIMARY KEY (cafe_id)
);

-- live_letter is NULL once revoked (and for boards), so that only live devices compete for a letter.
CREATE TABLE device (
  id BINARY(16) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  name VARCHAR(60) NOT NULL,
  letter VARCHAR(8) NOT NULL,
  live_letter VARCHAR(8),
  kind VARCHAR(16) NOT NULL,
  enrolled_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX device_by_cafe ON device (cafe_id, id);
CREATE UNIQUE INDEX device_letter ON device (cafe_id, live_letter);

-- name_key is folded on write; live_name is the same and NULL once archived, so that a name can be used again.
CREATE TABLE person (
  id BINARY(16) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  name VARCHAR(60) NOT NULL,
  name_key VARCHAR(60) NOT NULL,
  live_name VARCHAR(60),
  role VARCHAR(16) NOT NULL,
  pin_hash VARCHAR(200) NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  archived_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX person_by_cafe ON person (cafe_id, name_key, id);
CREATE UNIQUE INDEX person_name ON person (cafe_id, live_name);

CREATE TABLE phone (
  id BINARY(16) NOT NULL,
  created_at BIGINT NOT NULL,
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
