-- +goose Up
-- Zero while no second factor is asked for.
ALTER TABLE admin ADD COLUMN second_factor_at BIGINT NOT NULL DEFAULT 0;

-- A secret that an authenticator app shares, sealed: the key is not in the database. It counts once the account says so.
CREATE TABLE second_factor (
  admin_id BINARY(16) NOT NULL,
  sealed VARBINARY(128) NOT NULL,
  last_step BIGINT NOT NULL,
  PRIMARY KEY (admin_id)
);

-- Hashes of 60 random bits; each code works once.
CREATE TABLE recovery_code (
  admin_id BINARY(16) NOT NULL,
  hash VARBINARY(32) NOT NULL,
  used_at BIGINT NOT NULL,
  PRIMARY KEY (admin_id, hash)
);
