package e2e

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"coffee/app"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// released is coffee as it is released, built once for all tests of this process. TestMain removes it.
var released = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "coffee-e2e-")
	if err != nil {
		return "", err
	}
	built = folder
	out, err := exec.Command("go", "build", "-o", filepath.Join(folder, "coffee"), "coffee/cmd/coffee").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return filepath.Join(folder, "coffee"), nil
})

// built is the folder of that binary.
var built string

// fleet is the parts as processes of their own.
type fleet struct {
	t      *testing.T
	binary string
	server string            // DSN of the database server's administrator; empty: the tests' shared one
	prefix string            // of the schemas and users
	common map[string]string // environment of every process
	// replicas are the processes, in the order of the table of parts.
	replicas []*replica
}

// replica is one process of a part, that comes and goes by itself.
type replica struct {
	f       *fleet
	part    string
	program []string
	address string            // where it listens
	ops     string            // its door for operations
	own     map[string]string // environment beside the fleet's
	command *exec.Cmd         // nil: it does not run
}

// loopback is a loopback address that no other test listens on.
func loopback() string {
	random := make([]byte, 3)
	_, _ = rand.Read(random)
	host := fmt.Sprintf("127.%d.%d.%d", 1+random[0]%250, random[1], 1+random[2]%250)
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		return "127.0.0.1" // not every system has the whole of 127/8
	}
	_ = l.Close()
	return host
}

// newFleet finds an address for each process: one of each part, and two of those named. Ports on a loopback address of
// the fleet's own are nobody else's: what is found free stays free until the part listens there.
func newFleet(t *testing.T, doubled ...string) *fleet {
	t.Helper()
	program, err := released()
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{t: t, binary: program, common: map[string]string{"COFFEE_LOG_LEVEL": "warn"}}
	host := loopback()
	var open []net.Listener
	free := func() string {
		listener, err := net.Listen("tcp", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, listener) // closed together, so that no two get the same
		return listener.Addr().String()
	}
	for _, part := range app.All() {
		upper := "COFFEE_" + strings.ToUpper(part)
		var addresses []string
		for range 1 + strings.Count(" "+strings.Join(doubled, " ")+" ", " "+part+" ") {
			r := &replica{f: f, part: part, program: []string{f.binary, "serve", part}, address: free(), ops: free()}
			r.own = map[string]string{upper + "_LISTEN": r.address, "COFFEE_OPS_LISTEN": r.ops}
			addresses = append(addresses, r.address)
			f.replicas = append(f.replicas, r)
		}
		switch part {
		case "gateway":
			f.common["COFFEE_GATEWAY_URL"] = "http://" + addresses[0]
		case "frontend":
			f.common["COFFEE_PUBLIC_URL"] = "http://" + addresses[0]
		default:
			f.common[upper+"_ADDRESS"] = strings.Join(addresses, ",")
		}
	}
	for _, listener := range open {
		_ = listener.Close()
	}
	// A process that another test starts in this moment holds our listeners until it is another program, and would
	// answer for the parts meanwhile.
	(&chain{t: t}).waitFor("nobody listens for the parts", func() bool {
		return !slices.ContainsFunc(f.replicas, (*replica).listens)
	})
	return f
}

// of are the processes of a part.
func (f *fleet) of(part string) []*replica {
	return slices.DeleteFunc(slices.Clone(f.replicas), func(r *replica) bool { return r.part != part })
}

func (r *replica) listens() bool {
	conn, err := net.DialTimeout("tcp", r.address, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// ready tells whether the process says that it can work.
func (r *replica) ready() bool {
	response, err := (&http.Client{Timeout: 3 * time.Second}).Get("http://" + r.ops + "/health/ready")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// environment is what the process sees, and nothing of this test's own.
func (r *replica) environment() []string {
	all := maps.Clone(r.f.common)
	maps.Copy(all, r.own)
	list := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

func (r *replica) start() {
	r.f.t.Helper()
	process := exec.Command(r.program[0], r.program[1:]...)
	process.Env, process.Stderr, process.Stdout = r.environment(), r.f.t.Output(), r.f.t.Output()
	if err := process.Start(); err != nil {
		r.f.t.Fatal(err)
	}
	r.command = process
}

// stop ends it as a supervisor does.
func (r *replica) stop() {
	r.f.t.Helper()
	_ = r.command.Process.Signal(syscall.SIGTERM)
	if err := r.command.Wait(); err != nil {
		r.f.t.Errorf("coffee serve %s: %v", r.part, err)
	}
	r.command = nil
}

// kill ends it at once; a process that has killed itself already may be killed, too.
func (r *replica) kill() {
	_ = r.command.Process.Kill()
	_ = r.command.Wait()
	r.command = nil
}

// run runs a command of coffee to its end.
func (f *fleet) run(environment map[string]string, args ...string) {
	f.t.Helper()
	command := exec.Command(f.binary, args...)
	for name, value := range environment {
		command.Env = append(command.Env, name+"="+value)
	}
	if out, err := command.CombinedOutput(); err != nil {
		f.t.Fatalf("coffee %v: %v\n%s", args, err, out)
	}
}

// start starts every part and waits until the gateway is ready and each service answers.
func (f *fleet) start(operator func() (string, error)) *chain {
	f.t.Helper()
	config, err := app.Load(func(name string) string { return f.common[name] })
	if err != nil {
		f.t.Fatal(err)
	}
	c := &chain{t: f.t, config: config, gateway: f.common["COFFEE_GATEWAY_URL"], frontend: f.common["COFFEE_PUBLIC_URL"]}
	for _, r := range f.replicas {
		r.start()
	}
	c.stop = sync.OnceFunc(func() {
		var ends sync.WaitGroup
		for _, r := range f.replicas {
			if r.command != nil {
				ends.Go(r.stop)
			}
		}
		ends.Wait()
	})
	f.t.Cleanup(c.stop)
	c.waitFor("every part is ready", func() bool {
		return !slices.ContainsFunc(f.replicas, func(r *replica) bool { return !r.ready() })
	})
	c.waitFor("the gateway", func() bool {
		var err error
		if c.operator, err = operator(); err != nil {
			return false
		}
		a, err := c.asOperator().try("GET", "/api/v1/cafes", nil)
		return err == nil && a.status == 200
	})
	return c
}

// startProcesses runs each part as a process of its own on SQLite files in one data folder.
func startProcesses(t *testing.T) *chain {
	t.Helper()
	f := newFleet(t)
	data := t.TempDir()
	f.common["COFFEE_DATA"] = data
	return f.start(func() (string, error) {
		token, err := os.ReadFile(filepath.Join(data, "operator.token"))
		return strings.TrimSpace(string(token)), err
	})
}

// startDeployed runs the parts as a deployment does: secrets drawn by the command for it, schemas and users made by
// another, every process with its own secrets only, as a database user with the least rights, and no data folder.
func startDeployed(t *testing.T) *chain {
	t.Helper()
	return newFleet(t).deploy()
}

func (f *fleet) deploy() *chain {
	t := f.t
	t.Helper()
	secrets, config := drawn(t, f)
	f.common["COFFEE_DATA"] = filepath.Join(t.TempDir(), "nobody makes this")
	for _, r := range f.replicas {
		folder := filepath.Join(secrets, r.part)
		r.own["COFFEE_CERTS"] = filepath.Join(folder, "certs") // calls are TLS, with both ends known
		if r.part == "frontend" {
			continue
		}
		r.own["COFFEE_KEYS"] = folder
		r.own["COFFEE_TRUSTED_KEYS_FILE"] = filepath.Join(folder, "trusted-keys")
		r.own["COFFEE_"+strings.ToUpper(r.part)+"_DATABASE_FILE"] = filepath.Join(folder, "database")
		switch r.part {
		case "adminlogin":
			r.own["COFFEE_ADMINLOGIN_SEAL_KEY_FILE"] = filepath.Join(folder, "seal-key")
		case "gateway":
			r.own["COFFEE_OPERATOR_TOKEN_FILE"] = filepath.Join(folder, "operator-token")
		}
	}
	c := f.start(func() (string, error) {
		body, err := os.ReadFile(filepath.Join(secrets, "gateway", "operator-token"))
		return strings.TrimSpace(string(body)), err
	})
	c.config.Database = config.Database
	for _, r := range f.replicas { // as the image's health check asks
		f.run(nil, "health", "--url", "http://"+r.ops)
	}
	t.Cleanup(func() {
		if _, err := os.Stat(f.common["COFFEE_DATA"]); !os.IsNotExist(err) {
			t.Errorf("a part wrote into its data folder: %v", err)
		}
	})
	return c
}

// drawn draws a deployment's secrets for MySQL and applies the grants; schemas and users are gone after the test.
func drawn(t *testing.T, f *fleet) (folder string, config app.Config) {
	t.Helper()
	if f.server == "" {
		f.server = dbtest.Server(t, db.MySQL)
	}
	server, err := mysql.ParseDSN(f.server)
	if err != nil {
		t.Fatal(err)
	}
	random := make([]byte, 4)
	_, _ = rand.Read(random)
	prefix := "c" + hex.EncodeToString(random) + "_"
	f.prefix = prefix
	folder = t.TempDir()
	// The test's server has an administrator already.
	if err := os.Mkdir(filepath.Join(folder, "migrate"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "migrate", "admin-database"), []byte("mysql:"+server.FormatDSN()), 0o600); err != nil {
		t.Fatal(err)
	}
	f.run(nil, "secrets", folder, "--server", server.Net+"("+server.Addr+")", "--prefix", prefix)
	environment := map[string]string{"COFFEE_ADMIN_DATABASE_FILE": filepath.Join(folder, "migrate", "admin-database")}
	for _, part := range app.All() {
		if part == "frontend" {
			continue
		}
		for _, kind := range []string{"database", "migrate-database"} {
			variable := "COFFEE_" + strings.ToUpper(part+"_"+strings.ReplaceAll(kind, "-", "_")) + "_FILE"
			environment[variable] = filepath.Join(folder, "migrate", part+"-"+kind)
		}
		t.Cleanup(func() { forget(t, server, prefix+part) })
	}
	f.run(environment, "migrate", "--grants", "--apply")
	config, err = app.Load(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	return folder, config
}

func forget(t *testing.T, server *mysql.Config, name string) {
	t.Helper()
	connector, err := mysql.NewConnector(server)
	if err != nil {
		t.Error(err)
		return
	}
	pool := sql.OpenDB(connector)
	for _, statement := range []string{"DROP DATABASE IF EXISTS `" + name + "`", "DROP USER IF EXISTS '" + name + "'", "DROP USER IF EXISTS '" + name + "_migrate'"} {
		_, problem := pool.Exec(statement)
		err = errors.Join(err, problem)
	}
	if err := errors.Join(err, pool.Close()); err != nil {
		t.Error(err)
	}
}

// startOneProcessOnMySQL is bare `coffee` with every database on a MySQL server, as users with the least rights.
func startOneProcessOnMySQL(t *testing.T) *chain {
	t.Helper()
	program, err := released()
	if err != nil {
		t.Fatal(err)
	}
	_, granted := drawn(t, &fleet{t: t, binary: program})
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	config := configure(t, t.TempDir(), listeners)
	config.Database, config.MigrateDB = granted.Database, granted.Database
	return running(t, config, []app.Options{{Listeners: listeners, Log: testLog(t)}})
}
