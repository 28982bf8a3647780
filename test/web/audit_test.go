package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// audit is set by `make audit`: measure too, and print everything.
var audit = flag.Bool("audit", false, "measure performance and print the audits")

// audited are the pages that Lighthouse looks at.
var audited = []auditPage{
	{Name: "order ahead", path: "/"},
	{Name: "counter", path: "/counter", Desk: true},
	{Name: "bar", path: "/bar", Desk: true},
	{Name: "head office", path: "/admin", Desk: true},
}

type auditPage struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Desk bool   `json:"desk"` // a wide window and its speed; otherwise a phone's
	Runs int    `json:"runs"` // of which the one in the middle counts
	path string
}

type auditResult struct {
	Name, URL, Error string
	Scores           map[string]int
	FirstPaint       float64 // milliseconds
	LargestPaint     float64
	Blocked          float64
	Shift            float64
	Machine          float64 // Lighthouse's index of how fast this one is, now: about 1,500 for a good laptop, less is slower
	Faults           []string
}

// TestAudits: Lighthouse finds nothing to say about accessibility and good practice. With -audit it also measures
// performance, which depends on the machine and therefore fails nothing.
func TestAudits(t *testing.T) {
	if _, err := os.Stat("audit/node_modules/lighthouse"); err != nil {
		missing(t, errors.New("Lighthouse is not installed: run `npm ci` in test/web/audit")) //nolint:staticcheck // a name
	}
	w := aWorld(t)
	port := w.signedInBrowser(t)
	categories := []string{"accessibility", "best-practices"}
	pages := pagesOf(w)
	if *audit {
		categories = append(categories, "performance")
		for i, p := range pages { // each also as the other kind of device sees it
			pages[i].Runs = 5
			p.Desk = !p.Desk
			pages = append(pages, p)
		}
	}
	results := lighthouse(t, port, categories, pages)
	for i, r := range results {
		if r.Error != "" {
			t.Errorf("%s: Lighthouse could not look: %s", r.Name, r.Error)
			continue
		}
		if !strings.HasPrefix(r.URL, pages[i].URL) {
			t.Errorf("%s: looked at %s, not %s: the sign-in is not valid there", r.Name, r.URL, pages[i].URL)
		}
		for _, category := range categories[:2] {
			if r.Scores[category] != 100 {
				t.Errorf("%s: %s is %d, want 100:\n\t%s", r.Name, category, r.Scores[category], strings.Join(r.Faults, "\n\t"))
			}
		}
	}
	if *audit {
		fmt.Print(table(pages, results))
	}
}

func pagesOf(w *world) []auditPage {
	var pages []auditPage
	for _, p := range audited {
		p.URL = w.frontend + p.path
		pages = append(pages, p)
	}
	return pages
}

func table(pages []auditPage, results []auditResult) string {
	var b strings.Builder
	out := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "page\tas seen on\tperformance\taccessibility\tbest practices\tfirst paint\tlargest paint\tblocked\tshift\tmachine")
	for i, r := range results {
		device := "phone"
		if pages[i].Desk {
			device = "desk"
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\t%.0f ms\t%.0f ms\t%.0f ms\t%.3f\t%.0f\n", r.Name, device,
			r.Scores["performance"], r.Scores["accessibility"], r.Scores["best-practices"], r.FirstPaint, r.LargestPaint, r.Blocked, r.Shift, r.Machine)
	}
	_ = out.Flush() // into memory
	return b.String()
}

// lighthouse runs the audits in the browser that listens on a port.
func lighthouse(t *testing.T, port int, categories []string, pages []auditPage) []auditResult {
	t.Helper()
	task, err := json.Marshal(map[string]any{"port": port, "categories": categories, "pages": pages})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(len(pages))*3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "node", "audit.mjs")
	command.Dir = "audit"
	command.Stdin = bytes.NewReader(task)
	var out, said bytes.Buffer
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil {
		t.Fatalf("Lighthouse: %v\n%s", err, said.String())
	}
	var results []auditResult
	if err := json.Unmarshal(out.Bytes(), &results); err != nil || len(results) != len(pages) {
		t.Fatalf("Lighthouse: %v, %d of %d pages\n%s", err, len(results), len(pages), clip(out.String(), 500))
	}
	return results
}

// signedInBrowser is a browser of its own for Lighthouse, that it can find by a port, with the sign-ins of a barista and
// of head office: both are kept side by side.
func (w *world) signedInBrowser(t *testing.T) (port int) {
	t.Helper()
	profile := t.TempDir()
	ctx, stop, err := startChromium(chromedp.UserDataDir(profile), chromedp.Flag("remote-debugging-port", "0"), remote.WebSocket)
	if errors.Is(err, errNoChromium) {
		missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	var cookies []*network.CookieParam
	for _, b := range []*client{w.counter("barista"), w.head()} {
		cookies = append(cookies, b.cookies()...)
	}
	if _, err := chromedp.CallBrowser(ctx, storage.SetCookies, storage.SetCookiesParams{Cookies: cookies}); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
	if err != nil {
		t.Fatal(err)
	}
	port, err = strconv.Atoi(firstLine(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return port
}
