package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"
)

var errNoServer = errors.New("no MySQL to test with: apt-get install mariadb-server, or set COFFEE_TEST_MYSQL_DSN")

// server returns the DSN of a server, found or started once per process.
var server = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("COFFEE_TEST_MYSQL_DSN"); dsn != "" {
		return dsn, nil
	}
	return sharedServer()
})

// sharedServer joins the MariaDB of this user's test processes, or starts it.
//
// Every process holds a shared lock on "users" for as long as it lives; the
// kernel gives it back however the process ends. The server's own shell waits
// for an exclusive lock on the same file, and stops the server while it holds
// it. So whoever holds the shared lock finds a server that stays, or none.
// "start" keeps two processes from starting one each.
func sharedServer() (string, error) {
	programs, err := find("mariadbd", "mariadb-install-db", "flock", "sh")
	if err != nil {
		return "", err
	}
	home := filepath.Join(os.TempDir(), fmt.Sprintf("coffee-mariadb-%d", os.Getuid()))
	if len(home) > 70 { // a socket's path has 107 characters at most
		home = "/tmp/" + filepath.Base(home)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", err
	}
	if info, err := os.Lstat(home); err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return "", fmt.Errorf("%s is not a folder of mine", home)
	}
	if _, err := lock(filepath.Join(home, "users"), syscall.LOCK_SH); err != nil {
		return "", err
	}
	start, err := lock(filepath.Join(home, "start"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { _ = start.Close() }()

	current := filepath.Join(home, "current")
	if name, err := os.ReadFile(current); err == nil {
		if dsn := socketDSN(string(name)); ping(dsn) == nil {
			return dsn, nil
		}
	}
	dir, err := os.MkdirTemp(home, "server-")
	if err != nil {
		return "", err
	}
	dsn := socketDSN(dir)
	ended, err := launch(programs, home, dir)
	if err != nil {
		return "", err
	}
	deadline := time.After(time.Minute)
	for ping(dsn) != nil {
		select {
		case <-time.After(20 * time.Millisecond):
			continue
		case <-ended:
		case <-deadline:
		}
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return "", fmt.Errorf("MariaDB did not start:\n%s", log)
	}
	return dsn, os.WriteFile(current, []byte(dir), 0o600)
}

// find looks in PATH and in the folders of daemons, which a user's PATH lacks.
func find(names ...string) (map[string]string, error) {
	found := map[string]string{}
	for _, name := range names {
		for _, at := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name, "/usr/local/bin/" + name} {
			if path, err := exec.LookPath(at); err == nil {
				found[name] = path
				break
			}
		}
		if found[name] == "" {
			return nil, fmt.Errorf("%w (%s is missing)", errNoServer, name)
		}
	}
	return found, nil
}

// lock opens path, for the rest of the process, under a flock. The descriptor is
// close-on-exec, so that no child keeps the lock.
func lock(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), how)
		if err == nil {
			held = append(held, file) // else the collector closes it
			return file, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, err
		}
	}
}

var held []*os.File

// script runs the server and ends it when nobody has used it for ten seconds:
// "go test ./..." has pauses between its processes. It removes what it made.
const script = `
"$INSTALL" --no-defaults --user="$(id -un)" --datadir="$DIR/data" --auth-root-authentication-method=normal --skip-test-db || exit 1
"$SERVER" --no-defaults --user="$(id -un)" --datadir="$DIR/data" --socket="$DIR/socket" --pid-file="$DIR/pid" \
	--skip-networking --skip-name-resolve --performance-schema=OFF --skip-log-bin \
	--innodb-buffer-pool-size=64M --innodb-log-file-size=32M --innodb-flush-log-at-trx-commit=2 --max-connections=1000 &
server=$!
while :; do
	exec 9>>"$USERS"
	"$FLOCK" 9
	exec 9>&-
	sleep 10
	exec 9>>"$USERS"
	"$FLOCK" -n 9 && break
	exec 9>&-
done
kill "$server"
wait "$server"
rm -rf "$DIR"
`

// launch starts the script in a session of its own, with its output in a file:
// it outlives this process, and "go test" waits for whoever holds its output.
func launch(programs map[string]string, home, dir string) (ended <-chan struct{}, err error) {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(programs["sh"], "-c", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append(os.Environ(), "DIR="+dir, "USERS="+filepath.Join(home, "users"),
		"INSTALL="+programs["mariadb-install-db"], "SERVER="+programs["mariadbd"], "FLOCK="+programs["flock"])
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	over := make(chan struct{})
	go func() { _ = cmd.Wait(); close(over) }()
	return over, nil
}

func socketDSN(dir string) string {
	return "root@unix(" + strings.TrimSpace(dir) + "/socket)/"
}

func ping(dsn string) error {
	pool, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	return pool.Ping()
}
