-- +goose Up
-- The one row; written so that it can be repeated.
INSERT INTO head_office (id, live, set_up_at)
SELECT 1, 0, 0 FROM (SELECT COUNT(*) AS n FROM head_office) AS present WHERE present.n = 0;
