-- name: GetAdmin :one
SELECT * FROM admin WHERE id = ?;

-- name: GetAdminNamed :one
SELECT * FROM admin WHERE live_name = ?;

-- name: ListAdmins :many
SELECT * FROM admin
WHERE (name_key > sqlc.arg(after_name) OR (name_key = sqlc.arg(after_name) AND id > sqlc.arg(after_id)))
  AND archived_at <= sqlc.arg(archived_until)
ORDER BY name_key, id
LIMIT ?;

-- name: InsertAdmin :exec
INSERT INTO admin (id, username, name_key, live_name, password_hash, version, created_at, password_changed_at, archived_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0);

-- name: UpdateAdmin :execrows
UPDATE admin SET username = ?, name_key = ?, live_name = ?, version = ?, password_changed_at = ?
WHERE id = ? AND version = sqlc.arg(from_version) AND archived_at = 0;

-- name: SetPassword :exec
UPDATE admin SET password_hash = ? WHERE id = ?;

-- name: ArchiveAdmin :execrows
UPDATE admin SET archived_at = ?, live_name = NULL, version = ?
WHERE id = ? AND version = sqlc.arg(from_version) AND archived_at = 0;

-- name: Live :one
SELECT live FROM head_office WHERE id = 1;

-- name: CountIn :execrows
UPDATE head_office SET live = live + 1, set_up_hash = NULL WHERE id = 1;

-- name: CountOut :execrows
UPDATE head_office SET live = live - 1 WHERE id = 1 AND live > 1;

-- name: CountFirst :execrows
UPDATE head_office SET live = 1, set_up_hash = NULL WHERE id = 1 AND live = 0 AND set_up_hash = ?;

-- name: OfferSetUp :execrows
UPDATE head_office SET set_up_hash = ?, set_up_at = ? WHERE id = 1 AND live = 0;

-- name: SetUpToken :one
SELECT set_up_hash FROM head_office WHERE id = 1;

-- name: SetSecondFactorAt :execrows
UPDATE admin SET second_factor_at = ?, version = ?
WHERE id = ? AND version = sqlc.arg(from_version) AND archived_at = 0;

-- name: GetSecondFactor :one
SELECT * FROM second_factor WHERE admin_id = ?;

-- name: InsertSecondFactor :exec
INSERT INTO second_factor (admin_id, sealed, last_step) VALUES (?, ?, 0);

-- name: DeleteSecondFactor :exec
DELETE FROM second_factor WHERE admin_id = ?;

-- name: UseStep :execrows
UPDATE second_factor SET last_step = sqlc.arg(step) WHERE admin_id = ? AND last_step < sqlc.arg(step);

-- name: InsertRecoveryCode :exec
INSERT INTO recovery_code (admin_id, hash, used_at) VALUES (?, ?, 0);

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_code WHERE admin_id = ?;

-- name: UseRecoveryCode :execrows
UPDATE recovery_code SET used_at = ? WHERE admin_id = ? AND hash = ? AND used_at = 0;

-- name: RecoveryCodesLeft :one
SELECT COUNT(*) FROM recovery_code WHERE admin_id = ? AND used_at = 0;
