// Package httpxtest lets the time limits of a server pass when a test says so. Limits that are short enough to wait for
// are so short that a request on a busy machine may miss them.
package httpxtest

import (
	"net"
	"net/http/httptest"
	"sync"
	"time"
)

// Limits is the listener of a server under test: its connections' deadlines run by a clock that is set forward.
type Limits struct {
	net.Listener

	mu    sync.Mutex
	ahead time.Duration
	conns []*conn
}

// Of puts itself before the listener of a server that is not started yet.
func Of(server *httptest.Server) *Limits {
	l := &Limits{Listener: server.Listener}
	server.Listener = l
	return l
}

// Accept gives the next connection.
func (l *Limits) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: accepted, limits: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, c)
	return c, nil
}

// Pass sets the clock forward: every deadline within that time is over, and ends what it is for.
func (l *Limits) Pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead += d
	now := time.Now()
	over := func(t time.Time) bool { return !t.IsZero() && t.Before(now.Add(l.ahead)) }
	for _, c := range l.conns {
		if over(c.read) {
			_ = c.Conn.SetReadDeadline(now) // a connection that is closed has none
		}
		if over(c.write) {
			_ = c.Conn.SetWriteDeadline(now)
		}
	}
}

// conn knows its deadlines, by the clock that is set forward.
type conn struct {
	net.Conn
	limits      *Limits
	read, write time.Time
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.limits.mu.Lock()
	defer c.limits.mu.Unlock()
	c.read = c.limits.shown(t)
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.limits.mu.Lock()
	defer c.limits.mu.Unlock()
	c.write = c.limits.shown(t)
	return c.Conn.SetWriteDeadline(t)
}

func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// shown is a moment as the clock shows it.
func (l *Limits) shown(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(l.ahead)
}
