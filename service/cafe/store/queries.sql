-- name: InsertCafe :exec
INSERT INTO cafe (id, name, name_key, search, address, city, time_zone, currency, cutoff_minutes, default_service,
  tax, hours, exceptions, origin, version, updated_at, archived_at, latitude_e6, longitude_e6)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: UpdateCafe :execrows
UPDATE cafe SET name = ?, name_key = ?, search = ?, address = ?, city = ?, time_zone = ?, cutoff_minutes = ?,
  default_service = ?, tax = ?, hours = ?, exceptions = ?, version = ?, updated_at = ?, archived_at = ?,
  latitude_e6 = ?, longitude_e6 = ?
WHERE id = ? AND version = sqlc.arg(from_version);

-- name: GetCafe :one
SELECT * FROM cafe WHERE id = ?;

-- name: ListCafes :many
SELECT * FROM cafe
WHERE (name_key > sqlc.arg(after_name) OR (name_key = sqlc.arg(after_name) AND id > sqlc.arg(after_id)))
  AND archived_at <= sqlc.arg(archived_until)
  AND search LIKE sqlc.arg(pattern) ESCAPE '!'
ORDER BY name_key, id
LIMIT ?;
