package importer

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// progress tells how far an import is: one line that is redrawn on a terminal, a line every few seconds elsewhere.
type progress struct {
	out   io.Writer
	live  bool
	size  int64
	read  atomic.Int64
	begun time.Time

	mu    sync.Mutex
	drawn bool // a line without its end stands on the terminal
}

func newProgress(out io.Writer, live bool, file *os.File) *progress {
	p := &progress{out: out, live: live, begun: time.Now()}
	if info, err := file.Stat(); err == nil {
		p.size = info.Size()
	}
	if p.out == nil {
		p.out = io.Discard
	}
	return p
}

// reading counts what is read of the file.
func (p *progress) reading(r io.Reader) io.Reader { return counter{r, &p.read} }

type counter struct {
	io.Reader
	n *atomic.Int64
}

func (c counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// note says something that matters beyond the moment.
func (p *progress) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	p.say(fmt.Sprintf(format, args...) + "\n")
}

// say writes. An import goes on when nobody can read how far it is.
func (p *progress) say(text string) { _, _ = io.WriteString(p.out, text) }

func (p *progress) wipe() {
	if p.drawn {
		p.say("\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) draw(receipts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	percent := int64(100)
	if p.size > 0 {
		percent = min(100, 100*p.read.Load()/p.size)
	}
	rate := float64(receipts) / max(time.Since(p.begun).Seconds(), 0.001)
	line := fmt.Sprintf("%3d %% read, %d receipts in, %.0f a second", percent, receipts, rate)
	if !p.live {
		p.say(line + "\n")
		return
	}
	p.wipe()
	p.say(line)
	p.drawn = true
}

// start tells from time to time until the answer is called, which tells a last time.
func (p *progress) start(receipts func() int) (stop func()) {
	every := 5 * time.Second
	if p.live {
		every = 200 * time.Millisecond
	}
	ticker, done := time.NewTicker(every), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			select {
			case <-ticker.C:
				p.draw(receipts())
			case <-done:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(done)
		ended.Wait()
		p.draw(receipts())
		if p.live {
			p.say("\n")
		}
	}
}
