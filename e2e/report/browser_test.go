package report_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chromium finds the browser that scripts/browser.sh provides. Where there is none the test is skipped, and says so.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CHROME"); path != "" {
		if _, err := exec.LookPath(path); err != nil {
			t.Fatalf("CHROME=%s: %v", path, err)
		}
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("NO BROWSER: report.html was not read in one; remedy: run scripts/browser.sh as root, install Chromium or " +
		"Chrome, or name one by CHROME=")
	return ""
}

// newBrowser starts one headless browser for all pages of a test.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path := chromium(t)
	// The pages are this project's own, and on many machines, CI's among them, only root may make a sandbox, and
	// root not this one.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.NoSandbox, chromedp.WSURLReadTimeout(time.Minute))
	allocated, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, quit := chromedp.NewContext(allocated)
	t.Cleanup(func() { quit(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is one page that is read, with everything that it did by itself.
type tab struct {
	context.Context

	t    *testing.T
	file string

	mu       sync.Mutex
	asked    map[network.RequestID]string // addresses that were requested, and not stopped by the page's policy
	dialogs  []string
	troubles []string // what the browser has to say of the page: errors of scripts, violations of its policy
}

// setting is something that is done to a page.
type setting = chromedp.Action[chromedp.Void]

// open writes a page to a file and opens it. Settings are made before the page is there.
func open(in context.Context, t *testing.T, html []byte, settings ...setting) *tab {
	t.Helper()
	at := &tab{t: t, asked: map[network.RequestID]string{}, file: filepath.Join(t.TempDir(), "report.html")}
	writeFile(t, at.file, html)
	ctx, shut := chromedp.NewContext(in, chromedp.WithListener(at.hear), chromedp.WithNewWindow(false))
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(func() { stop(); shut() })
	at.Context = ctx
	at.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	at.do(append(settings, chromedp.Navigate("file://"+at.file))...)
	return at
}

// hear notes what the page does by itself. A dialog would hold the page up; it is an error that the test reports.
func (at *tab) hear(event any) {
	at.mu.Lock()
	defer at.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		at.asked[e.RequestID] = e.Request.URL
	case *network.EventLoadingFailed:
		if e.BlockedReason == network.BlockedReasonCsp {
			delete(at.asked, e.RequestID)
		}
	case *page.EventJavascriptDialogOpening:
		at.dialogs = append(at.dialogs, e.Message)
		go func() {
			_ = chromedp.Do(at, command(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}()
	case *log.EventEntryAdded:
		at.troubles = append(at.troubles, e.Entry.Text)
	}
}

// command is a command of the browser's own protocol.
func command[P, R any](c cdp.Command[P, R], params P) setting {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (at *tab) do(actions ...setting) {
	at.t.Helper()
	if err := chromedp.Do(at, actions...); err != nil {
		at.t.Fatalf("in the browser: %v", err)
	}
}

// run runs a statement in the page.
func (at *tab) run(statement string) {
	at.t.Helper()
	at.do(chromedp.Evaluate[chromedp.Void](statement))
}

// click clicks on the first element that a selector names.
func (at *tab) click(selector string) {
	at.t.Helper()
	at.do(chromedp.Click(chromedp.CSS(selector)))
}

// ask evaluates an expression in the page.
func ask[T any](at *tab, expression string) T {
	at.t.Helper()
	out, err := chromedp.Run(at, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		at.t.Fatalf("ask the page for %s: %v", expression, err)
	}
	return out
}

// until waits for an expression to be true.
func (at *tab) until(expression string) {
	at.t.Helper()
	if _, err := chromedp.Run(at, chromedp.Poll[bool]("Boolean("+expression+
		")", chromedp.WithPollingTimeout(10*time.Second))); err != nil {
		at.t.Fatalf("waited for %s: %v", expression, err)
	}
}

func (at *tab) did() (asked, dialogs, troubles []string) {
	at.mu.Lock()
	defer at.mu.Unlock()
	return slices.Sorted(maps.Values(at.asked)), at.dialogs, at.troubles
}

// scheme is what the reader prefers: light or dark.
func scheme(name string) setting {
	return command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// size is that of the screen.
func size(width, height int64) setting {
	return command(emulation.SetDeviceMetricsOverride,
		emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}
