-- name: CodeHash :one
SELECT hash FROM access_code WHERE cafe_id = ?;

-- name: UpdateCode :execrows
UPDATE access_code SET hash = ?, rotated_at = ? WHERE cafe_id = ?;

-- name: InsertCode :exec
INSERT INTO access_code (cafe_id, hash, rotated_at) VALUES (?, ?, ?);

-- name: TakenLetters :many
SELECT letter FROM device WHERE cafe_id = ? AND letter <> '' AND (revoked_at = 0 OR revoked_at > sqlc.arg(revoked_after));

-- name: InsertDevice :exec
INSERT INTO device (id, cafe_id, name, letter, live_letter, kind, enrolled_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0);

-- name: GetDevice :one
SELECT * FROM device WHERE id = ?;

-- name: ListDevices :many
SELECT * FROM device
WHERE cafe_id = ? AND id > sqlc.arg(after_id) AND revoked_at <= sqlc.arg(revoked_until)
ORDER BY id
LIMIT ?;

-- name: RevokeDevice :execrows
UPDATE device SET revoked_at = ?, live_letter = NULL WHERE id = ? AND revoked_at = 0;

-- name: InsertPerson :exec
INSERT INTO person (id, cafe_id, name, name_key, live_name, role, pin_hash, version, created_at, archived_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0);

-- name: UpdatePerson :execrows
UPDATE person SET name = ?, name_key = ?, live_name = ?, role = ?, version = ?, archived_at = ?
WHERE id = ? AND version = sqlc.arg(from_version);

-- name: SetPin :execrows
UPDATE person SET pin_hash = ? WHERE id = ?;

-- name: GetPerson :one
SELECT * FROM person WHERE id = ?;

-- name: GetPersonNamed :one
SELECT * FROM person WHERE cafe_id = ? AND live_name = ?;

-- name: ListPeople :many
SELECT * FROM person
WHERE cafe_id = ? AND (name_key > sqlc.arg(after_name) OR (name_key = sqlc.arg(after_name) AND id > sqlc.arg(after_id)))
  AND archived_at <= sqlc.arg(archived_until)
ORDER BY name_key, id
LIMIT ?;

-- name: InsertPhone :exec
INSERT INTO phone (id, created_at) VALUES (?, ?);
