-- name: Insert :exec
INSERT INTO sessions (token_hash, id, kind, subject, role, cafe_id, name, letter, created_at, seen_at, expires_at,
  person_id, person_name, person_role, person_since, person_seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: ByToken :one
SELECT * FROM sessions WHERE token_hash = ?;

-- name: Touch :execrows
UPDATE sessions SET seen_at = sqlc.arg(seen) WHERE token_hash = sqlc.arg(token_hash) AND seen_at < sqlc.arg(seen);

-- name: TouchPerson :execrows
UPDATE sessions SET seen_at = sqlc.arg(seen), person_seen = sqlc.arg(person_seen)
WHERE token_hash = sqlc.arg(token_hash) AND person_id = sqlc.arg(person_id) AND person_seen < sqlc.arg(person_seen);

-- name: End :execrows
DELETE FROM sessions WHERE token_hash = ?;

-- name: EndID :execrows
DELETE FROM sessions WHERE id = ? AND kind = ? AND subject = ?;

-- name: EndSubject :execrows
DELETE FROM sessions WHERE kind = ? AND subject = ?;

-- name: EndOthers :execrows
DELETE FROM sessions WHERE kind = ? AND subject = ? AND token_hash <> ?;

-- name: EndCafe :execrows
DELETE FROM sessions WHERE cafe_id = ?;

-- name: LeavePerson :execrows
UPDATE sessions SET person_id = NULL, person_name = '', person_role = '', person_since = NULL, person_seen = NULL
WHERE person_id = ?;

-- name: ListSubject :many
SELECT * FROM sessions WHERE kind = ? AND subject = ? AND id > ? ORDER BY id LIMIT ?;

-- name: EndExpired :execrows
DELETE FROM sessions WHERE expires_at <= ?;

-- name: EndIdle :execrows
DELETE FROM sessions WHERE kind = ? AND seen_at <= ?;
