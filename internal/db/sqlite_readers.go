package db

import (
	"context"
	"database/sql"
	"sync"
)

// cachedPool is a pool that prepares every statement once per connection;
// SQLite otherwise compiles it for each query.
type cachedPool struct {
	pool  *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

// maxStatements bounds a statement cache. Stores have some hundred texts; what
// is beyond (IN lists of many lengths) is compiled for each use.
const maxStatements = 512

// stmt returns the kept statement for query, or nil when it is not kept.
func (c *cachedPool) stmt(ctx context.Context, query string) *sql.Stmt {
	c.mu.RLock()
	stmt, full := c.stmts[query], len(c.stmts) >= maxStatements
	c.mu.RUnlock()
	if stmt != nil || full {
		return stmt
	}
	stmt, err := c.pool.PrepareContext(ctx, query)
	if err != nil {
		return nil // the query itself will say it again
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept := c.stmts[query]; kept != nil || len(c.stmts) >= maxStatements {
		_ = stmt.Close()
		return kept
	}
	c.stmts[query] = stmt
	return stmt
}

func (c *cachedPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.pool.ExecContext(ctx, query, args...)
}

func (c *cachedPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return c.pool.PrepareContext(ctx, query)
}

func (c *cachedPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := c.stmt(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return c.pool.QueryContext(ctx, query, args...)
}

func (c *cachedPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := c.stmt(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return c.pool.QueryRowContext(ctx, query, args...)
}

func (c *cachedPool) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, stmt := range c.stmts {
		_ = stmt.Close()
	}
	clear(c.stmts)
	return c.pool.Close()
}
