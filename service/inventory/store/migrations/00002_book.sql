-- +goose Up
-- Can be repeated: until this file is done, no version was given out.
DELETE FROM book WHERE id = 1;
INSERT INTO book (id, version) VALUES (1, 1);
