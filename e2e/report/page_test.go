package report_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// TestPagesInABrowser reads report.html as a person would. All pages share one browser, and what does not
// disturb each other a page: to start and to open is most of what this takes.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	in := newBrowser(t)
	full := render(t, report.HTML, verdicttest.Recorded())
	t.Run("is read", func(t *testing.T) {
		at := open(in, t, full, size(1280, 900))
		at.until("document.documentElement.classList.contains('js')")
		asksForNothing(t, at)
		readsInLightAndDark(t, at)
		fitsAPhone(t, at)
	})
	t.Run("lets no script in", func(t *testing.T) { letsNoScriptIn(in, t, full) })
	t.Run("works with a keyboard", func(t *testing.T) { worksWithAKeyboard(in, t, full) })
	t.Run("zooms, cites and copies", func(t *testing.T) {
		at := open(in, t, full, size(1280, 900), mayReadClipboard())
		at.until("document.querySelector('#tl-stage').dataset.to")
		zoomsAndCites(t, at)
		copiesCommands(t, at)
	})
	t.Run("is read without scripts", func(t *testing.T) { readsWithoutScripts(in, t, full) })
}

func asksForNothing(t *testing.T, at *tab) {
	t.Helper()
	asked, dialogs, troubles := at.did()
	if len(asked) != 1 || asked[0] != "file://"+at.file {
		t.Errorf("the page made requests: %q", asked)
	}
	if len(dialogs)+len(troubles) > 0 {
		t.Errorf("the browser complains: %q %q", dialogs, troubles)
	}
}

// letsNoScriptIn reads a page in which every text is hostile, and one into which somebody has put markup after
// all: the page's own policy must then stop it.
func letsNoScriptIn(in context.Context, t *testing.T, full []byte) {
	at := open(in, t, render(t, report.HTML, hostile()))
	at.until("document.documentElement.classList.contains('js')")
	if n := ask[int](at, "document.scripts.length + document.querySelectorAll('img, iframe, object, embed, link, form, "+
		"base').length"); n != 1 {
		t.Errorf("%d elements that run or fetch, want the page's own script alone", n)
	}
	if on := ask[[]string](at, "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes].filter(a => "+
		"a.name.startsWith('on') || a.value.startsWith('javascript:')).map(a => e.tagName + ' ' + "+
		"a.name))"); len(on) > 0 {
		t.Errorf("attributes that run: %q", on)
	}
	if asked, dialogs, troubles := at.did(); len(asked) != 1 || len(dialogs)+len(troubles) > 0 {
		t.Errorf("a hostile run made the page ask %q, open %q, fail with %q", asked, dialogs, troubles)
	}
	fitsAPhone(t, at)
	injected := strings.Replace(string(full), "</main>",
		`<script>alert("in")</script><img src="http://127.0.0.1:9/x.png" onerror="alert('on')"><style>body{opacity:0}</style></main>`, 1)
	at = open(in, t, []byte(injected))
	at.until("document.documentElement.classList.contains('js')")
	asked, dialogs, troubles := at.did()
	if len(asked) != 1 {
		t.Errorf("the policy let requests out: %q", asked)
	}
	if len(dialogs) > 0 || ask[string](at, "getComputedStyle(document.body).opacity") != "1" {
		t.Errorf("the policy let a script or a style in: %q", dialogs)
	}
	if len(troubles) == 0 {
		t.Error("the browser does not report what the policy stopped: this test would not see a breach")
	}
}

// dim lists texts whose contrast with what is behind them is below that of WCAG 2.2, 1.4.3 (AA).
const dim = `(() => {
  const rgb = (c) => c.match(/[\d.]+/g).map(Number);
  const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const out = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio >= 4.5) continue;
    out.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + ": " + e.textContent.trim().slice(0, 40));
  }
  return [...out];
})()`

func readsInLightAndDark(t *testing.T, at *tab) {
	t.Helper()
	grounds := map[string]string{}
	at.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
	for _, name := range []string{"light", "dark"} {
		at.do(scheme(name))
		at.until("matchMedia('(prefers-color-scheme: " + name + ")').matches")
		grounds[name] = ask[string](at, "getComputedStyle(document.body).backgroundColor")
		if bad := ask[[]string](at, dim); len(bad) > 0 {
			t.Errorf("%s: too little contrast:\n%s", name, strings.Join(bad, "\n"))
		}
	}
	if grounds["light"] == grounds["dark"] {
		t.Errorf("light and dark are the same: %v", grounds)
	}
}

// fitsAPhone opens everything that can be folded, and looks for what is wider than a phone or too small for a finger.
func fitsAPhone(t *testing.T, at *tab) {
	t.Helper()
	at.do(size(390, 844))
	at.until("innerWidth === 390")
	at.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
	if wide := ask[int](at, "document.documentElement.scrollWidth"); wide > 390 {
		who := ask[[]string](at, "[...document.querySelectorAll('main *')].filter(e => !e.closest('svg') && "+
			"e.getBoundingClientRect().right > 391).slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' "+
			"+ e.getBoundingClientRect().right)")
		t.Errorf("%d pixels wide on a phone of 390: %q", wide, who)
	}
	if small := ask[[]string](at, "[...document.querySelectorAll('button, select, input[type=search]')].filter(e => "+
		"e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"); len(small) > 0 {
		t.Errorf("too small for a finger (WCAG 2.2, 2.5.8): %q", small)
	}
}

func copiesCommands(t *testing.T, at *tab) {
	t.Helper()
	at.click("#next .copy")
	at.until("['Copied', 'Selected'].includes(document.querySelector('#next .copy').textContent)")
	want := ask[string](at, "document.querySelector('#next .command pre').textContent")
	got := ask[string](at, "getSelection().toString()")
	if ask[string](at, "document.querySelector('#next .copy').textContent") == "Copied" {
		got = ask[string](at, "navigator.clipboard.readText()")
	}
	if want == "" || got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
}

func readsWithoutScripts(in context.Context, t *testing.T, full []byte) {
	at := open(in, t, full, command(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}), size(1280, 900))
	// Scripts of the page do not run; the test's own questions still do.
	if ask[bool](at, "document.documentElement.classList.contains('js')") {
		t.Fatal("the page's script ran")
	}
	if left := ask[[]string](at, "[...document.querySelectorAll('button, select, input')].filter(e => "+
		"e.checkVisibility()).map(e => e.outerHTML)"); len(left) > 0 {
		t.Errorf("controls that do nothing without scripts: %q", left)
	}
	if n := ask[int](at, "[...document.querySelectorAll('#tl-marks use')].filter(e => e.getBoundingClientRect().width > "+
		"0).length"); n < 50 {
		t.Errorf("%d marks are drawn", n)
	}
	at.click("#tl-all > summary")
	if !ask[bool](at, "document.querySelector('#e1').checkVisibility()") {
		t.Error("the list of entries does not open")
	}
	if said := ask[string](at, "document.querySelector('h1').innerText"); !strings.Contains(said, "FAIL") &&
		!strings.Contains(said, "BLOCK") {
		t.Errorf("the decision is %q", said)
	}
}

// mayReadClipboard lets the test see what was copied.
func mayReadClipboard() setting {
	return command(browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "clipboard-read"}, Setting: browser.PermissionSettingGranted,
	})
}
