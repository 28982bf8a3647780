-- name: Lock :execrows
UPDATE head SET revision = revision + 1 WHERE id = 1;

-- name: MakeHead :exec
INSERT INTO head (id, revision, newest_release) VALUES (1, 1, 0);

-- name: NewestRelease :one
SELECT newest_release FROM head WHERE id = 1;

-- name: MoveNewestRelease :execrows
UPDATE head SET newest_release = sqlc.arg(number) WHERE id = 1 AND newest_release = sqlc.arg(before);

-- name: Entry :one
SELECT * FROM draft WHERE kind = ? AND id = ?;

-- name: Entries :many
SELECT * FROM draft ORDER BY kind, id;

-- name: EntriesOfKind :many
SELECT * FROM draft WHERE kind = ? ORDER BY position_rank, search, id;

-- name: CountLive :one
SELECT COUNT(*) FROM draft WHERE kind = ? AND archived_at = 0;

-- name: InsertEntry :exec
INSERT INTO draft (kind, id, category_id, search, position_rank, version, archived_at, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: UpdateEntry :execrows
UPDATE draft SET category_id = ?, search = ?, position_rank = ?, version = ?, archived_at = ?, content = ?
WHERE kind = ? AND id = ?;

-- Items after a place in the order; no category is the whole range of ids.
-- name: Items :many
SELECT * FROM draft
WHERE kind = 'item' AND search LIKE sqlc.arg(pattern) ESCAPE '!' AND archived_at <= sqlc.arg(archived_until)
  AND category_id >= sqlc.arg(first_category) AND category_id <= sqlc.arg(last_category)
  AND (position_rank > sqlc.arg(after_rank) OR (position_rank = sqlc.arg(after_rank)
    AND (search > sqlc.arg(after_search) OR (search = sqlc.arg(after_search) AND id > sqlc.arg(after_id)))))
ORDER BY position_rank, search, id LIMIT ?;

-- name: Overlay :one
SELECT version, content FROM overlay WHERE cafe_id = ?;

-- name: InsertOverlay :exec
INSERT INTO overlay (cafe_id, version, content) VALUES (?, ?, ?);

-- name: UpdateOverlay :execrows
UPDATE overlay SET version = ?, content = ? WHERE cafe_id = ?;

-- name: ChangedOverlays :many
SELECT o.cafe_id, o.content AS after_content, r.content AS before_content
FROM overlay o LEFT JOIN release_overlay r ON r.cafe_id = o.cafe_id AND r.number = ?
WHERE (r.content IS NULL AND LENGTH(o.content) > 0) OR r.content <> o.content
ORDER BY o.cafe_id;

-- name: InsertRelease :exec
INSERT INTO menu_release (number, note, start_rule, published_at, published_by, item_count, document) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: FreezeOverlays :exec
INSERT INTO release_overlay (number, cafe_id, content)
SELECT r.number, o.cafe_id, o.content FROM menu_release r, overlay o WHERE r.number = ? AND LENGTH(o.content) > 0;

-- name: Release :one
SELECT * FROM menu_release WHERE number = ?;

-- name: ReleasesAfter :many
SELECT number, note, start_rule, published_at, published_by, item_count FROM menu_release WHERE number > ? ORDER BY number;

-- name: ReleasesBefore :many
SELECT number, note, start_rule, published_at, published_by, item_count FROM menu_release
WHERE number < ? ORDER BY number DESC LIMIT ?;

-- name: Document :one
SELECT document FROM menu_release WHERE number = ?;

-- name: ReleasedOverlay :one
SELECT content FROM release_overlay WHERE number = ? AND cafe_id = ?;

-- name: FindSoldOut :one
SELECT * FROM sold_out WHERE cafe_id = ? AND kind = ? AND id = ?;

-- name: UpdateSoldOut :execrows
UPDATE sold_out SET since = ?, until_at = ?, said_by = ? WHERE cafe_id = ? AND kind = ? AND id = ?;

-- name: InsertSoldOut :exec
INSERT INTO sold_out (cafe_id, kind, id, since, until_at, said_by) VALUES (?, ?, ?, ?, ?, ?);

-- name: DeleteSoldOut :exec
DELETE FROM sold_out WHERE cafe_id = ? AND kind = ? AND id = ?;

-- name: ForgetSoldOut :exec
DELETE FROM sold_out WHERE cafe_id = ? AND until_at <= ?;

-- name: SoldOutAt :many
SELECT * FROM sold_out WHERE cafe_id = ? AND until_at > ? ORDER BY kind, id;
