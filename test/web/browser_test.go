// Package webtest drives the web application as people do: in a real Chromium, against the whole system on ports of its
// own. It finds things by their accessible role and name, waits for what it expects and never for time, and fails on
// whatever a page does behind people's backs: errors in the console, refused requests, words to other origins.
//
// It owns how screens are tested, not what they do. docs/browser-tests.md says how to add one.
package webtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// required says that a missing tool is a failure, as in CI.
var required = os.Getenv("COFFEE_TEST_REQUIRE") == "1"

// patience is how long something may take to come true: generous, because two cores may be shared by the whole suite.
const patience = 20 * time.Second

var errNoChromium = errors.New("no Chromium to test with: apt-get install chromium fonts-noto-core fonts-noto-color-emoji")

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if stopBrowser != nil {
		stopBrowser()
	}
	stopSharedChains()
	os.Exit(code)
}

var stopBrowser func()

// chromium is the one browser of this test process; everybody gets a window of their own in it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	ctx, stop, err := startChromium()
	stopBrowser = stop
	return ctx, err
})

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoChromium
}

// startChromium starts a browser with a fresh profile, which is removed when it is stopped.
func startChromium(more ...chromedp.ExecAllocatorOption) (context.Context, func(), error) {
	path, err := findChromium()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", false), // the overflow check looks for them
		chromedp.Flag("lang", "en-US"),
		// The address bar's list is a page of its own in every window, which nobody here sees.
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,WebUIOmniboxPopup,WebUIOmniboxAimPopup"),
		// The one network there is: a page that asks for anything else is told that there is no such host.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, stop := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	if err := chromedp.Do(ctx); err != nil {
		stop()
		stopAllocator()
		return nil, nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return ctx, func() {
		_ = chromedp.Cancel(ctx) // the process is ended below in any case
		stop()
		stopAllocator()
	}, nil
}

// missing skips a test for want of a tool, and fails it where tools are required.
func missing(t testing.TB, err error) {
	t.Helper()
	if required {
		t.Fatal(err)
	}
	t.Skip(err)
}

// aBrowser is the browser, or the end of the test.
func aBrowser(t testing.TB) context.Context {
	t.Helper()
	ctx, err := chromium()
	if errors.Is(err, errNoChromium) {
		missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}
