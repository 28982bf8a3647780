-- +goose Up
-- One row per session; the token itself is nowhere. A NULL expires_at is a device that stays until it is revoked.
CREATE TABLE sessions (
  token_hash VARBINARY(32) NOT NULL,
  id BINARY(16) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  subject BINARY(16) NOT NULL,
  role VARCHAR(16) NOT NULL,
  cafe_id BINARY(16),
  name VARCHAR(80) NOT NULL,
  letter VARCHAR(8) NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT,
  person_id BINARY(16),
  person_name VARCHAR(80) NOT NULL,
  person_role VARCHAR(16) NOT NULL,
  person_since BIGINT,
  person_seen BIGINT,
  PRIMARY KEY (token_hash)
);
CREATE INDEX sessions_subject ON sessions (subject, kind, id);
CREATE INDEX sessions_cafe ON sessions (cafe_id);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expires ON sessions (expires_at);
