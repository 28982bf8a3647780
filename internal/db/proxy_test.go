package db_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"coffee/internal/db"

	"github.com/go-sql-driver/mysql"
)

// What a proxy does to the next COMMIT.
type commitFault int32

const (
	noFault     commitFault = iota
	dropRequest             // the server never sees it
	dropReply               // the server has committed, the client is not told
	hang                    // the server has committed, and then silence
)

// proxy is the network between a DB and its server.
type proxy struct {
	net      string
	addr     string
	listener net.Listener
	fault    atomic.Int32
	hung     chan struct{} // gets one for each COMMIT and ROLLBACK that hangs
	mu       sync.Mutex
	open     map[net.Conn]bool
}

// newProxy turns cfg's URL to a proxy in front of its server.
func newProxy(t *testing.T, cfg *db.Config) *proxy {
	config, err := mysql.ParseDSN(strings.TrimPrefix(cfg.URL, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{net: config.Net, addr: config.Addr, hung: make(chan struct{}, 10), open: map[net.Conn]bool{}}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	go func() {
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(p.net, p.addr)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.mu.Lock()
			p.open[client], p.open[server] = true, true
			p.mu.Unlock()
			go p.carry(client, server)
		}
	}()
	config.Net, config.Addr = "tcp", p.listener.Addr().String()
	cfg.URL = "mysql:" + config.FormatDSN()
	return p
}

// carry moves bytes both ways and acts on a COMMIT. MySQL is request and answer,
// so that a read holds one whole packet of this test's small ones.
func (p *proxy) carry(client, server net.Conn) {
	var muted atomic.Bool
	go func() {
		defer func() { _ = client.Close() }()
		buf := make([]byte, 64<<10)
		for {
			n, err := server.Read(buf)
			if muted.Load() {
				if commitFault(p.fault.Load()) == hang {
					_, _ = io.Copy(io.Discard, server)
				}
				return
			}
			if n > 0 {
				if _, err := client.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	defer func() { _ = server.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		fault := commitFault(p.fault.Load())
		if fault == hang && bytes.Contains(buf[:n], []byte("\x03ROLLBACK")) {
			muted.Store(true)
			p.hung <- struct{}{}
		}
		if bytes.Contains(buf[:n], []byte("\x03COMMIT")) {
			switch fault {
			case dropRequest:
				_ = client.Close()
				return
			case dropReply:
				muted.Store(true)
			case hang:
				muted.Store(true)
				p.hung <- struct{}{}
			}
		}
		if n > 0 {
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// dropAll closes every connection, and returns when both ends know.
func (p *proxy) dropAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		_ = conn.Close()
		delete(p.open, conn)
	}
}

func (p *proxy) stop() {
	_ = p.listener.Close()
	p.dropAll()
}
