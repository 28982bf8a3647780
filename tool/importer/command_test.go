package importer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// execute runs `coffee import` as a shell would.
func execute(t testing.TB, ctx context.Context, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	c := Command()
	var out, errOut bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&errOut)
	c.SetArgs(args)
	err = c.ExecuteContext(ctx)
	return out.String(), errOut.String(), err
}

func TestCommand(t *testing.T) {
	f := newFake(t)
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75")+sale(2, "3", "38", 0, "3.75", "3.75")+sale(3, "5", "75", 2, "6.00", "3.25"))
	t.Chdir(t.TempDir())
	t.Setenv("COFFEE_DATA", t.TempDir())
	t.Setenv("COFFEE_URL", f.server.URL)
	args := []string{"receipts", o.Receipts, "--products", o.Products, "--outlets", o.Outlets, "--mapping", "coffee-chain-2019-04"}

	if _, _, err := execute(t, t.Context(), args...); err == nil || !strings.Contains(err.Error(), "--token-file") {
		t.Errorf("without a token: %v", err)
	}
	overwrite(t, filepath.Join(os.Getenv("COFFEE_DATA"), "operator.token"), token+"\n")
	out, progress, err := execute(t, t.Context(), args...)
	if err != nil {
		t.Fatalf("import: %v\n%s", err, progress)
	}
	for _, want := range []string{
		"Astoria", "Chelsea, 100 Church Street", "USD 3.75", "USD 6.00", "USD 9.75", "2 added, 0 unchanged, 0 refused",
		"rows not taken: 1, each with its reason in receipts.csv.rejects.csv",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q:\n%s", want, out)
		}
	}
	if !strings.Contains(progress, "100 % read, 2 receipts in") {
		t.Errorf("progress = %q", progress)
	}
	if got := rejected(t, "receipts.csv.rejects.csv"); len(got) != 1 || !strings.HasPrefix(got[3], "quantity: ") {
		t.Errorf("rejects = %v", got)
	}

	tokenFile := filepath.Join(t.TempDir(), "token")
	overwrite(t, tokenFile, token)
	out, _, err = execute(t, t.Context(), append(args, "--token-file", tokenFile, "--url", f.server.URL+"/", "--rejects", "mine.csv")...)
	if err != nil || !strings.Contains(out, "0 added, 2 unchanged") || !strings.Contains(out, "mine.csv") {
		t.Errorf("the second run: %v\n%s", err, out)
	}
}

func TestCommandThatIsStopped(t *testing.T) {
	f := newFake(t)
	o := f.options(t, header+sale(1, "3", "38", 1, "3.75", "3.75"))
	tokenFile := filepath.Join(t.TempDir(), "token")
	overwrite(t, tokenFile, token)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := execute(t, ctx, "receipts", o.Receipts, "--products", o.Products, "--outlets", o.Outlets,
		"--mapping", "coffee-chain-2019-04", "--rejects", o.Rejects, "--url", f.server.URL, "--token-file", tokenFile)
	if err == nil || !strings.Contains(err.Error(), "run it again to go on") {
		t.Errorf("error = %v", err)
	}
	if len(f.orders) != 0 {
		t.Errorf("%d orders", len(f.orders))
	}
}

func TestHelpTeaches(t *testing.T) {
	for command, wants := range map[string][]string{
		"import":          {"receipts", "mapping", "not imported"},
		"import receipts": {"--mapping", "coffee-chain-2019-04", "rejects", "--in-flight", "--token-file", "unchanged", "surcharge", "Pastry inventory"},
		"import mapping":  {"date_format", "paid_less", "source"},
	} {
		help, _, err := execute(t, t.Context(), append(strings.Fields(command)[1:], "--help")...)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(help, want) {
				t.Errorf("help of %s does not speak of %s", command, want)
			}
		}
		for line := range strings.Lines(help) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 130 {
				t.Errorf("help of %s has a line of %d characters", command, n)
			}
		}
	}
	out, _, err := execute(t, t.Context(), "mapping", "coffee-chain-2019-04")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseMapping([]byte(out)); err != nil {
		t.Errorf("the printed mapping: %v", err)
	}
	if _, _, err := execute(t, t.Context(), "mapping", "none"); err == nil {
		t.Error("an unknown mapping is printed")
	}
	if _, _, err := execute(t, t.Context(), "receipts", "x.csv"); err == nil || !strings.Contains(err.Error(), "mapping") {
		t.Errorf("without flags: %v", err)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var out bytes.Buffer
	p := newProgress(&out, true, file)
	stop := p.start(func() int { return 12 })
	p.draw(5)
	p.note("look here")
	stop()
	for _, want := range []string{"5 receipts in", "\r\x1b[Klook here\n", "12 receipts in"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q does not hold %q", out.String(), want)
		}
	}
	if !strings.HasSuffix(out.String(), "\n") {
		t.Error("the last line is left open")
	}
	if isTerminal(&out) || isTerminal(file) {
		t.Error("a file is taken for a terminal")
	}
}
