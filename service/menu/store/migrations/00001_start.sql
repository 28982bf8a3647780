-- +goose Up

-- One row (id 1), made by the first write. Updating it is the lock of draft and releases.
CREATE TABLE head (
  id INT NOT NULL,
  revision BIGINT NOT NULL,
  newest_release BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- The draft: categories, items, modifier groups and combos. They are alike (an id, a name, a rank, a version, content
-- that is read and written whole), so they share a table. archived_at 0 is live.
CREATE TABLE draft (
  kind VARCHAR(16) NOT NULL,
  id BINARY(16) NOT NULL,
  category_id BINARY(16),
  search VARCHAR(120) NOT NULL,
  position_rank INT NOT NULL,
  version BIGINT NOT NULL,
  archived_at BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX draft_order ON draft (kind, position_rank, search, id);

-- A café's exceptions in the draft; empty content is none.
CREATE TABLE overlay (
  cafe_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (cafe_id)
);

-- Releases and the overlays they froze: inserted, never changed.
CREATE TABLE menu_release (
  number BIGINT NOT NULL,
  note VARCHAR(200) NOT NULL,
  start_rule VARCHAR(16) NOT NULL,
  published_at BIGINT NOT NULL,
  published_by VARCHAR(64) NOT NULL,
  item_count INT NOT NULL,
  document MEDIUMBLOB NOT NULL,
  PRIMARY KEY (number)
);
CREATE TABLE release_overlay (
  number BIGINT NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (number, cafe_id)
);

-- What is sold out, also what is over until somebody looks.
CREATE TABLE sold_out (
  cafe_id BINARY(16) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  id BINARY(16) NOT NULL,
  since BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  said_by VARCHAR(64) NOT NULL,
  PRIMARY KEY (cafe_id, kind, id)
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
