// Command testreport reads `go test -json` on standard input and prints what a
// person needs: a line for each package, the output of what failed, the name and
// reason of what was skipped, and a closing line that counts. It owns no test
// run: it decides nothing but the exit code, and must not hide a failure.
//
// Exit code 1: something failed, did not build or never finished; with -skips=fail
// also when anything was skipped, because a skip in CI means that an engine or a
// tool is missing and its tests said nothing.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	skips := flag.String("skips", "list", "what to do with skipped tests: list or fail")
	flag.Parse()
	if *skips != "list" && *skips != "fail" {
		fmt.Fprintln(os.Stderr, "testreport: -skips is list or fail")
		os.Exit(2)
	}
	ok, err := report(os.Stdin, os.Stdout, *skips == "fail")
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// event is one line of `go test -json`; `go doc test2json` describes it. Lines of
// the build have ImportPath instead of Package.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

// key names a test, or with an empty test its package.
type key struct{ pkg, test string }

// report copies what matters from in to out and says whether the run may pass.
func report(in io.Reader, out io.Writer, skipFails bool) (bool, error) {
	var (
		pending = map[key][]string{} // output of what has not ended
		passed  int
		failed  int
		skipped []string
		broken  bool // a package failed, with or without a failed test
	)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return false, err
		}
		last := err == io.EOF
		line = bytes.TrimSpace(line)
		if len(line) > 0 {
			var e event
			if line[0] != '{' || json.Unmarshal(line, &e) != nil {
				// The go command's own words, as "no such package".
				fmt.Fprintf(out, "%s\n", line)
			} else {
				k := key{e.Package, e.Test}
				switch e.Action {
				case "build-output":
					fmt.Fprint(out, e.Output)
				case "build-fail":
					broken = true
				case "run":
					pending[k] = []string{}
				case "output":
					pending[k] = append(pending[k], e.Output)
				case "pass":
					if e.Test != "" {
						passed++
					} else {
						fmt.Fprintf(out, "ok    %s %.1fs\n", e.Package, e.Elapsed)
					}
					delete(pending, k)
				case "skip":
					if e.Test != "" { // else: a package without tests
						reason := reasonOf(pending[k])
						skipped = append(skipped, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason))
					}
					delete(pending, k)
				case "fail":
					if e.Test != "" {
						failed++
						fmt.Fprint(out, strings.Join(pending[k], ""))
						delete(pending, k)
						break
					}
					broken = true
					// Tests that started and never ended: a panic, an exit, a timeout.
					for _, u := range unfinished(pending, e.Package) {
						failed++
						fmt.Fprint(out, strings.Join(pending[u], ""))
						fmt.Fprintf(out, "--- FAIL: %s (never finished)\n", u.test)
						delete(pending, u)
					}
					fmt.Fprint(out, strings.Join(pending[k], ""))
					delete(pending, k)
					fmt.Fprintf(out, "FAIL  %s %.1fs\n", e.Package, e.Elapsed)
				}
			}
		}
		if last {
			break
		}
	}
	// A package that never ended means that the go command itself was stopped.
	for k := range pending {
		if k.test != "" {
			failed++
			broken = true
			fmt.Fprintf(out, "--- FAIL: %s %s (the run was cut off)\n", k.pkg, k.test)
		}
	}
	slices.Sort(skipped)
	for _, s := range skipped {
		fmt.Fprintf(out, "SKIP  %s\n", s)
	}
	if skipFails && len(skipped) > 0 {
		fmt.Fprintln(out, "A skipped test fails this run: what it needs is missing on this machine.")
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", passed, failed, len(skipped))
	return failed == 0 && !broken && (!skipFails || len(skipped) == 0), nil
}

// unfinished lists the tests of a package that have output but no end, in order.
func unfinished(pending map[key][]string, pkg string) []key {
	var found []key
	for k := range pending {
		if k.pkg == pkg && k.test != "" {
			found = append(found, k)
		}
	}
	slices.SortFunc(found, func(a, b key) int { return strings.Compare(a.test, b.test) })
	return found
}

// reasonOf finds what a test said when it skipped: its last line of its own.
func reasonOf(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "===") {
			return line
		}
	}
	return "no reason given"
}
