package e2e

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"coffee/app"
)

// childData, when set, makes the test binary be coffee itself, on that data folder: a process that can be killed.
const childData = "COFFEE_E2E_CHILD_DATA"

// childPart, when set, makes it `coffee serve` of that part, by the same settings, which kills itself at the order's step
// that a file <childSteps>-<step> names.
const (
	childPart  = "COFFEE_E2E_CHILD_PART"
	childSteps = "COFFEE_E2E_CHILD_STEPS"
)

func TestMain(m *testing.M) {
	if part := os.Getenv(childPart); part != "" {
		if err := servePart(part, os.Getenv(childSteps)+"-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if data := os.Getenv(childData); data != "" {
		if err := child(data); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// child runs one process and prints its gateway's address. It kills itself at the order's step that the file
// kill-at-<step> in the data folder names.
func child(data string) error {
	gateway, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	frontend, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	environment := map[string]string{"COFFEE_DATA": data, "COFFEE_PUBLIC_URL": "http://" + frontend.Addr().String()}
	config, err := app.Load(func(name string) string { return environment[name] })
	if err != nil {
		return err
	}
	a, err := app.Open(context.Background(), config, app.Options{
		Log:            slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Listeners:      map[string]net.Listener{"gateway": gateway, "frontend": frontend},
		ReconcileAfter: time.Millisecond,
		CallTimeout:    patience,
		Step:           killedAt(filepath.Join(data, "kill-at-")),
	})
	if err != nil {
		return err
	}
	fmt.Println("gateway " + gateway.Addr().String())
	return a.Run(context.Background())
}

// killedAt kills the process at the step that a file with this prefix names.
func killedAt(prefix string) func(step string) {
	return func(step string) {
		if os.Remove(prefix+step) == nil {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing of this call happens any more
		}
	}
}

func servePart(part, steps string) error {
	config, err := app.Load(os.Getenv)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	a, err := app.Open(ctx, config, app.Options{
		Parts: []string{part}, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		ReconcileAfter: time.Second, Step: killedAt(steps),
	})
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// killable starts coffee as a process of its own on a data folder.
func killable(t *testing.T, data string) *chain {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.Command(program)
	process.Env = append(os.Environ(), childData+"="+data)
	process.Stderr = t.Output()
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	c := &chain{t: t}
	stopped := false
	c.stop = func() {
		if !stopped {
			stopped = true
			_ = process.Process.Kill()
			_ = process.Wait()
		}
	}
	t.Cleanup(c.stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("coffee did not start: %v", err)
	}
	c.gateway = "http://" + strings.TrimSpace(strings.TrimPrefix(line, "gateway "))
	if c.config, err = app.Load(func(name string) string { return map[string]string{"COFFEE_DATA": data}[name] }); err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(filepath.Join(data, "operator.token"))
	if err != nil {
		t.Fatal(err)
	}
	c.operator = strings.TrimSpace(string(token))
	return c
}

// TestKilledInTheMiddleOfAnOrder kills the process (SIGKILL) at each step of an order. After the next start a retry
// with the same id ends in one order, stock has moved once, and everything adds up.
func TestKilledInTheMiddleOfAnOrder(t *testing.T) {
	for _, step := range []string{"after_consume", "before_commit", "after_commit"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			c := killable(t, data)
			s := newShop(c, "Café Salam")
			till, before, id, body := s.counter("Nadia"), s.onHand(), newID(), s.croissantOrder()
			if err := os.WriteFile(filepath.Join(data, "kill-at-"+step), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if a, err := till.try("PUT", "/api/v1/orders/"+id, body); err == nil {
				t.Fatalf("the killed process answered %d %s", a.status, a.raw)
			}
			c.stop()

			c = killable(t, data)
			s.c = c
			if step != "after_commit" {
				// The stock was taken and no order tells of it: the reconciler gives it back.
				c.waitFor("the reconciler gave the stock back", func() bool { return s.onHand()[s.croissStk] == before[s.croissStk] })
			}
			order := s.counter("Nadia").ok("PUT", "/api/v1/orders/"+id, body)
			wantText(t, order, "money_state", "paid")
			if got := len(s.counter("Salma").ok("GET", "/api/v1/orders", nil).list("orders")); got != 1 {
				t.Errorf("%d orders, want 1", got)
			}
			s.moved(before, map[string]int64{s.croissStk: -1000})
			c.stop()
			c.verifyClean()
		})
	}
}
