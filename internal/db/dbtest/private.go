package dbtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Private is a MariaDB of one test's own, which that test may kill, hang and
// start again on the same data. It commits to the disk, as in production.
type Private struct {
	t        testing.TB
	programs map[string]string
	dir      string
	command  *exec.Cmd
	leash    io.Closer // the server dies when it is closed, be it by our own end
	pid      int
}

// StartPrivate starts one; it is gone after the test. It skips the test where no
// MariaDB is installed: a server that only COFFEE_TEST_MYSQL_DSN names is not to
// be killed.
func StartPrivate(t testing.TB) *Private {
	t.Helper()
	programs, err := find("mariadbd", "mariadb-install-db", "sh")
	if err != nil {
		require(t, err)
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("/tmp", "coffee-private-") // a socket's path has 107 characters at most
	if err != nil {
		t.Fatal(err)
	}
	p := &Private{t: t, programs: programs, dir: dir}
	t.Cleanup(func() {
		if p.command != nil {
			p.Kill()
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	install := exec.Command(programs["sh"], "-c", `exec "$0" --no-defaults --user="$(id -un)" --datadir="$1/data" --auth-root-authentication-method=normal --skip-test-db`,
		programs["mariadb-install-db"], dir)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	p.Start()
	return p
}

// private runs the server until its input ends.
const private = `
"$0" --no-defaults --user="$(id -un)" --datadir="$1/data" --socket="$1/socket" --pid-file="$1/pid" \
	--skip-networking --skip-name-resolve --performance-schema=OFF --skip-log-bin \
	--innodb-buffer-pool-size=64M --innodb-log-file-size=32M --innodb-flush-log-at-trx-commit=1 --max-connections=1000 \
	</dev/null >>"$1/log" 2>&1 &
echo $!
read -r _
kill -9 $!
wait
`

// DSN is its administrator's, without a schema.
func (p *Private) DSN() string { return socketDSN(p.dir) }

// Start starts it and waits until it answers.
func (p *Private) Start() {
	p.t.Helper()
	p.command = exec.Command(p.programs["sh"], "-c", private, p.programs["mariadbd"], p.dir)
	in, err := p.command.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.leash = in
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	if p.pid, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		p.t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ping(p.DSN()) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			p.t.Fatalf("MariaDB does not answer after a minute:\n%s", log)
		}
	}
}

// Kill ends it as a power switch does, hung or not.
func (p *Private) Kill() {
	_ = p.leash.Close()
	_ = p.command.Wait() // it ends by the signal
	p.command = nil
}

// Hang makes it stop answering, its connections open; Resume lets it go on. The
// signal reaches one thread, and the others answer on until they notice: so it
// waits for all of them, where the system shows them in /proc.
func (p *Private) Hang() {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	for deadline := time.Now().Add(10 * time.Second); !p.stopped(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatal("MariaDB does not stop")
		}
	}
}

// stopped tells whether each of its threads is: state T, behind the name in
// brackets (man 5 proc_pid_stat).
func (p *Private) stopped() bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.pid))
	return !slices.ContainsFunc(threads, func(name string) bool {
		stat, err := os.ReadFile(name)
		return err == nil && !bytes.Contains(stat, []byte(") T ")) // one that ended runs no more
	})
}

// Resume ends what Hang began.
func (p *Private) Resume() { p.signal(syscall.SIGCONT) }

func (p *Private) signal(s syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(p.pid, s); err != nil {
		p.t.Fatal(err)
	}
}
