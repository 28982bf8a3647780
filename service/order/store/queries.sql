-- name: AttemptsOf :many
SELECT order_id, n, outcome, at FROM attempt WHERE order_id IN (sqlc.slice(ids)) ORDER BY order_id, n;

-- name: AddAttempt :exec
INSERT INTO attempt (order_id, n, outcome, at) VALUES (?, ?, ?, ?);

-- name: OrdersByID :many
SELECT * FROM orders WHERE id IN (sqlc.slice(ids));

-- name: LinesOf :many
SELECT * FROM order_line WHERE order_id IN (sqlc.slice(ids)) ORDER BY order_id, line;

-- name: TendersOf :many
SELECT * FROM tender WHERE order_id IN (sqlc.slice(ids)) ORDER BY order_id, n;

-- name: FingerprintsOf :many
SELECT id, fingerprint FROM orders WHERE id IN (sqlc.slice(ids));

-- name: ListByCafe :many
SELECT * FROM orders
WHERE cafe_id = sqlc.arg(cafe)
  AND business_date >= sqlc.arg(first_date) AND business_date <= sqlc.arg(last_date)
  AND (sqlc.arg(any_state) = 1 OR state = sqlc.arg(state))
  AND (sqlc.arg(any_money_state) = 1 OR money_state = sqlc.arg(money_state))
  AND (sqlc.arg(any_source) = 1 OR source = sqlc.arg(source))
  AND (sqlc.arg(any_due) = 1 OR due > 0)
  AND (sqlc.arg(any_text) = 1 OR call_number IN (sqlc.slice(calls))
    OR (receipt_number > 0 AND receipt_number = sqlc.arg(receipt))
    OR SUBSTR(name_key, 1, sqlc.arg(name_length)) = sqlc.arg(name))
  AND (business_date < sqlc.arg(date) OR (business_date = sqlc.arg(date) AND (sold_at < sqlc.arg(sold) OR (sold_at = sqlc.arg(sold) AND id < sqlc.arg(id)))))
ORDER BY business_date DESC, sold_at DESC, id DESC LIMIT ?;

-- name: ListAll :many
SELECT * FROM orders
WHERE business_date >= sqlc.arg(first_date) AND business_date <= sqlc.arg(last_date)
  AND (sqlc.arg(any_state) = 1 OR state = sqlc.arg(state))
  AND (sqlc.arg(any_money_state) = 1 OR money_state = sqlc.arg(money_state))
  AND (sqlc.arg(any_source) = 1 OR source = sqlc.arg(source))
  AND (sqlc.arg(any_due) = 1 OR due > 0)
  AND (sqlc.arg(any_text) = 1 OR call_number IN (sqlc.slice(calls))
    OR (receipt_number > 0 AND receipt_number = sqlc.arg(receipt))
    OR SUBSTR(name_key, 1, sqlc.arg(name_length)) = sqlc.arg(name))
  AND (business_date < sqlc.arg(date) OR (business_date = sqlc.arg(date) AND (sold_at < sqlc.arg(sold) OR (sold_at = sqlc.arg(sold) AND id < sqlc.arg(id)))))
ORDER BY business_date DESC, sold_at DESC, id DESC LIMIT ?;

-- name: ListByPhone :many
SELECT o.* FROM phone_order p JOIN orders o ON o.id = p.order_id
WHERE p.phone = sqlc.arg(phone)
  AND p.business_date >= sqlc.arg(first_date) AND p.business_date <= sqlc.arg(last_date)
  AND (sqlc.arg(any_cafe) = 1 OR o.cafe_id = sqlc.arg(cafe))
  AND (sqlc.arg(any_state) = 1 OR o.state = sqlc.arg(state))
  AND (sqlc.arg(any_money_state) = 1 OR o.money_state = sqlc.arg(money_state))
  AND (sqlc.arg(any_source) = 1 OR o.source = sqlc.arg(source))
  AND (sqlc.arg(any_due) = 1 OR o.due > 0)
  AND (sqlc.arg(any_text) = 1 OR o.call_number IN (sqlc.slice(calls))
    OR (o.receipt_number > 0 AND o.receipt_number = sqlc.arg(receipt))
    OR SUBSTR(o.name_key, 1, sqlc.arg(name_length)) = sqlc.arg(name))
  AND (p.business_date < sqlc.arg(date) OR (p.business_date = sqlc.arg(date) AND (p.sold_at < sqlc.arg(sold) OR (p.sold_at = sqlc.arg(sold) AND p.order_id < sqlc.arg(id)))))
ORDER BY p.business_date DESC, p.sold_at DESC, p.order_id DESC LIMIT ?;

-- name: OpenOf :many
SELECT order_id FROM open_order WHERE cafe_id = ?;

-- name: UnseenOf :many
SELECT order_id FROM unseen_void WHERE cafe_id = ?;

-- name: AddUnseen :exec
INSERT INTO unseen_void (cafe_id, order_id) VALUES (?, ?);

-- name: RemoveUnseen :exec
DELETE FROM unseen_void WHERE cafe_id = ? AND order_id = ?;

-- name: UnseenBefore :many
SELECT p.order_id FROM unseen_void p JOIN orders o ON o.id = p.order_id WHERE o.business_date < ? ORDER BY o.business_date LIMIT ?;

-- name: RemoveWork :exec
DELETE FROM open_work WHERE cafe_id = ? AND start_at = ? AND order_id = ?;

-- A hundred rows of a queue are enough for a promise: who stands behind them is promised another day anyway. The limits
-- are written out, or SQLite plans the statement again at every call.
-- name: WorkQueued :many
SELECT w.station, w.not_before, CAST(COALESCE(SUM(w.seconds), 0) AS SIGNED) AS seconds
FROM (SELECT station, not_before, seconds FROM open_work WHERE cafe_id = ? AND slot >= ? ORDER BY start_at LIMIT 100) AS w
GROUP BY w.station, w.not_before ORDER BY w.not_before, w.station;

-- name: WorkBefore :many
SELECT w.station, CAST(COALESCE(SUM(w.seconds), 0) AS SIGNED) AS seconds
FROM (
  SELECT station, seconds FROM open_work
  WHERE cafe_id = sqlc.arg(cafe) AND slot >= sqlc.arg(slot) AND (start_at < sqlc.arg(start) OR (start_at = sqlc.arg(start) AND order_id < sqlc.arg(id)))
  ORDER BY start_at LIMIT 100
) AS w
GROUP BY w.station ORDER BY w.station;

-- name: WorkBySlot :many
SELECT station, slot, CAST(COALESCE(SUM(seconds), 0) AS SIGNED) AS seconds FROM open_work
WHERE cafe_id = ? AND slot >= ? GROUP BY station, slot ORDER BY slot, station;

-- name: TouchPause :execrows
UPDATE phone_pause SET at = ? WHERE cafe_id = ?;

-- name: AddPause :exec
INSERT INTO phone_pause (cafe_id, paused_until, at) VALUES (?, 0, ?);

-- name: PausedUntil :one
SELECT paused_until FROM phone_pause WHERE cafe_id = ?;

-- name: SetPause :exec
UPDATE phone_pause SET paused_until = ? WHERE cafe_id = ?;

-- name: ReadySince :many
SELECT p.order_id FROM open_order p JOIN orders o ON o.id = p.order_id
WHERE p.ready_at > 0 AND p.ready_at < ? AND (o.source <> 'phone' OR o.due = 0)
ORDER BY p.ready_at LIMIT ?;

-- name: OpenBefore :many
SELECT p.order_id FROM open_order p JOIN orders o ON o.id = p.order_id WHERE o.business_date < ? ORDER BY o.business_date LIMIT ?;

-- name: OpenUnpaid :one
SELECT COUNT(*) FROM phone_order p JOIN orders o ON o.id = p.order_id
WHERE p.phone = ? AND p.business_date IN (sqlc.slice(dates)) AND o.money_state IN ('unpaid', 'part_paid')
  AND o.state IN ('placed', 'in_progress', 'ready');

-- name: UpdateOrder :execrows
UPDATE orders SET state = ?, money_state = ?, discount = ?, total = ?, paid = ?, refunded = ?, due = ?, ready_at = ?,
  detail = ?, version = version + 1
WHERE id = ? AND version = ?;

-- name: UpdateLine :exec
UPDATE order_line SET state = ?, refunded_quantity = ?, refunded_amount = ?, detail = ? WHERE order_id = ? AND line = ?;

-- name: SetReceipt :exec
UPDATE orders SET receipt_number = ? WHERE id = ?;

-- name: CloseOrder :exec
DELETE FROM open_order WHERE cafe_id = ? AND order_id = ?;

-- name: SetReady :exec
UPDATE open_order SET ready_at = ? WHERE cafe_id = ? AND order_id = ?;

-- name: BumpCall :execrows
UPDATE call_count SET n = n + 1 WHERE cafe_id = ? AND business_date = ? AND letter = ?;

-- name: FirstCall :exec
INSERT INTO call_count (cafe_id, business_date, letter, n) VALUES (?, ?, ?, 1);

-- name: Call :one
SELECT n FROM call_count WHERE cafe_id = ? AND business_date = ? AND letter = ?;

-- name: TouchPhone :execrows
UPDATE phone SET at = ? WHERE id = ?;

-- name: AddPhone :exec
INSERT INTO phone (id, at) VALUES (?, ?);

-- name: AdvanceHead :execrows
UPDATE head SET seq = seq + sqlc.arg(entries), receipt = receipt + sqlc.arg(receipts),
  changed = CASE WHEN changed >= sqlc.arg(now) THEN changed + 1 ELSE sqlc.arg(now) END
WHERE cafe_id = sqlc.arg(cafe);

-- name: AddHead :exec
INSERT INTO head (cafe_id, seq, receipt, hash, changed) VALUES (?, 0, 0, '', 0);

-- name: Head :one
SELECT * FROM head WHERE cafe_id = ?;

-- name: SealHead :exec
UPDATE head SET hash = ? WHERE cafe_id = ?;

-- name: Heads :many
SELECT * FROM head
WHERE changed >= sqlc.arg(since) AND (changed > sqlc.arg(mark) OR (changed = sqlc.arg(mark) AND cafe_id > sqlc.arg(cafe)))
ORDER BY changed, cafe_id LIMIT ?;

-- name: Journal :many
SELECT * FROM journal WHERE cafe_id = ? AND seq > ? ORDER BY seq LIMIT ?;

-- name: JournalOfOrder :many
SELECT * FROM journal WHERE order_id = ? AND seq > ? ORDER BY seq LIMIT ?;

-- name: Moves :many
SELECT seq, kind, order_id FROM journal WHERE cafe_id = ? AND seq > ? ORDER BY seq LIMIT ?;

-- name: StockDue :many
SELECT * FROM stock_due WHERE next_at <= ? ORDER BY next_at LIMIT ?;

-- name: Acknowledge :exec
DELETE FROM stock_due WHERE id IN (sqlc.slice(ids));

-- name: Postpone :exec
UPDATE stock_due SET next_at = ?, tries = tries + 1 WHERE id = ?;

-- name: Recall :one
SELECT body FROM release_cache WHERE name = ?;

-- name: Overwrite :execrows
UPDATE release_cache SET body = ?, at = ? WHERE name = ?;

-- name: Remember :exec
INSERT INTO release_cache (name, body, at) VALUES (?, ?, ?);

-- name: Answered :one
SELECT fingerprint, answer FROM idempotency WHERE scope = ?;

-- name: StockDueBacklog :one
SELECT COUNT(*) AS waiting, CAST(COALESCE(MIN(at), 0) AS SIGNED) AS oldest FROM stock_due;
