-- +goose Up
-- How far each café's journal is counted. generation grows when a café is counted anew.
CREATE TABLE follow (
  cafe_id BINARY(16) NOT NULL,
  generation BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  hash VARBINARY(64) NOT NULL,
  stopped VARCHAR(400) NOT NULL,
  PRIMARY KEY (cafe_id)
);

-- The last look at the journals' heads: one row.
CREATE TABLE look (
  id INT NOT NULL,
  behind BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- The sums. Money in minor units; every row is a sum of signed journal lines.
CREATE TABLE fact (
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  hour INT NOT NULL,
  item_id BINARY(16) NOT NULL,
  category_id BINARY(16) NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (currency, cafe_id, business_date, hour, item_id, category_id)
);

CREATE TABLE hour_fact (
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  hour INT NOT NULL,
  orders BIGINT NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (currency, cafe_id, business_date, hour)
);

-- Roll-ups, so that a month's view reads few rows. In the monthly ones the month leads: a view is of one month.
CREATE TABLE cafe_day (
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  business_date CHAR(10) NOT NULL,
  orders BIGINT NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (currency, cafe_id, business_date)
);

-- generation and seq are the café's in follow when the row changed last: a copy in memory knows what to read again.
CREATE TABLE cafe_month (
  month CHAR(7) NOT NULL,
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  generation BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (month, currency, cafe_id)
);

CREATE TABLE item_month (
  month CHAR(7) NOT NULL,
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  item_id BINARY(16) NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (month, currency, cafe_id, item_id)
);

CREATE TABLE category_month (
  month CHAR(7) NOT NULL,
  currency CHAR(3) NOT NULL,
  cafe_id BINARY(16) NOT NULL,
  category_id BINARY(16) NOT NULL,
  units BIGINT NOT NULL,
  line_count BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  sales BIGINT NOT NULL,
  PRIMARY KEY (month, currency, cafe_id, category_id)
);

-- Names as the latest sale knew them: figures go by id, names are for reading.
CREATE TABLE item_name (
  id BINARY(16) NOT NULL,
  name VARCHAR(200) NOT NULL,
  sold_at_us BIGINT NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE category_name (
  id BINARY(16) NOT NULL,
  name VARCHAR(200) NOT NULL,
  sold_at_us BIGINT NOT NULL,
  PRIMARY KEY (id)
);

-- What the café service said last; an archived café keeps its row.
CREATE TABLE cafe (
  cafe_id BINARY(16) NOT NULL,
  name VARCHAR(200) NOT NULL,
  currency CHAR(3) NOT NULL,
  version BIGINT NOT NULL,
  archived BOOLEAN NOT NULL,
  PRIMARY KEY (cafe_id)
);

