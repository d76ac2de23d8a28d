package report_test

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// follow notes everything that gets the keyboard, and whether that can be seen.
const follow = `globalThis.seen = []; addEventListener("focusin", (e) => {
  const name = e.target.id || e.target.className || e.target.tagName;
  const unseen = getComputedStyle(e.target).outlineStyle === "none" ? " UNSEEN" : "";
  seen.push(name + " " + e.target.textContent.trim().slice(0, 60) + unseen);
})`

func worksWithAKeyboard(in context.Context, t *testing.T, full []byte) {
	at := open(in, t, full, size(1280, 900))
	at.until("document.documentElement.classList.contains('js')")
	at.run(follow)
	at.do(chromedp.KeyEvent(strings.Repeat(kb.Tab, 130)))
	seen := ask[[]string](at, "seen")
	want := []string{
		"skip", "Decision", "Time line", "copy", "evidence", "tl-view", "Whole", "tl-stage", "Next entry",
		"fault no-tls-block", "All ",
	}
	for _, here := range seen {
		if strings.HasSuffix(here, "UNSEEN") {
			t.Errorf("the focus cannot be seen on %s", here)
		}
		if len(want) > 0 && strings.Contains(here, want[0]) {
			want = want[1:]
		}
	}
	if len(want) > 0 {
		t.Errorf("Tab does not come to %q; it came to %q", want, seen)
	}

	at.run("document.querySelector('#tl-stage').focus()")
	before := at.shown()
	at.do(chromedp.KeyEvent("+"))
	if zoomed := at.shown(); zoomed.length() >= before.length() {
		t.Errorf("+ on the time line changes %v to %v", before, zoomed)
	}
	left := at.shown()[0]
	at.do(chromedp.KeyEvent(kb.ArrowRight))
	if moved := at.shown(); moved[0] <= left {
		t.Errorf("→ on the time line shows %v, before it %v", moved, left)
	}
	at.do(chromedp.KeyEvent(kb.Home))
	if whole := at.shown(); whole != before {
		t.Errorf("Home on the time line shows %v of %v", whole, before)
	}

	at.run("document.querySelector('#tl-all > summary').focus()")
	at.do(chromedp.KeyEvent(kb.Enter))
	at.until("document.querySelector('#tl-all').open")
	at.run("scrollTo(0, 9999); document.querySelector('.skip').focus()")
	at.do(chromedp.KeyEvent(kb.Enter))
	at.until("location.hash === '#decision' && document.querySelector('#decision').getBoundingClientRect().top < 200")
}

// stretch is the part of the time line that is shown, in seconds.
type stretch [2]float64

func (s stretch) length() float64 { return s[1] - s[0] }

func (at *tab) shown() stretch {
	at.t.Helper()
	var out stretch
	for n, side := range []string{"from", "to"} {
		f, err := strconv.ParseFloat(ask[string](at, "document.querySelector('#tl-stage').dataset."+side), 64)
		if err != nil {
			at.t.Fatal(err)
		}
		out[n] = f
	}
	return out
}

func zoomsAndCites(t *testing.T, at *tab) {
	t.Helper()
	whole := at.shown()
	at.do(chromedp.Click(chromedp.CSS("[data-zoom=in]")))
	if half := at.shown(); math.Abs(half.length()-whole.length()/2) > 0.01 {
		t.Errorf("+ shows %v of %v", half, whole)
	}
	if left := ask[string](at, "document.querySelector('#tl-grid text').textContent"); left == "+0 s" {
		t.Error("the axis did not move with the marks")
	}
	at.do(chromedp.Click(chromedp.CSS("[data-zoom=all]")))
	if got := at.shown(); got != whole {
		t.Errorf("the whole is %v, and was %v", got, whole)
	}

	// A verdict is chosen: the time line goes there, and lights what it cites.
	at.run("document.querySelector('#tl-view').value = 'v1'; document.querySelector('#tl-view').dispatchEvent(new " +
		"Event('change'))")
	cited := ask[int](at, "document.querySelector('#v1').dataset.entries.split(' ').length")
	if lit := ask[int](at, "new Set([...document.querySelectorAll('#tl-marks .cited')].map((m) => m.dataset.e)).size"); lit != cited || lit == 0 {
		t.Errorf("%d marks are lit, and the verdict cites %d entries", lit, cited)
	}
	if ask[string](at, "document.querySelector('#tl-detail').textContent") == "" ||
		at.shown().length() >= whole.length()/4 {
		t.Errorf("the verdict shows %v of %v", at.shown(), whole)
	}

	// A mark is clicked: its entry is text. The pointer zooms.
	at.do(chromedp.Click(chromedp.CSS("[data-zoom=all]")), chromedp.ScrollIntoView(chromedp.CSS("#tl-stage")))
	box := ask[struct{ X, Y float64 }](at, "(() => { const b = document.querySelector('#tl-marks "+
		"use.acme').getBoundingClientRect(); return { X: b.x + b.width / 2, Y: b.y + b.height / 2 }; "+
		"})()")
	at.do(chromedp.MouseClickXY(box.X, box.Y))
	if text := ask[string](at, "document.querySelector('#tl-detail').textContent"); !strings.Contains(text, "Encrypt") {
		t.Errorf("a click on an ACME step tells %q", text)
	}
	at.do(command(input.DispatchMouseEvent, input.DispatchMouseEventParams{
		Type: input.DispatchMouseEventTypeMouseWheel, X: box.X, Y: box.Y, DeltaX: 1, DeltaY: -300,
		Modifiers: int64(chromedp.ModifierCtrl),
	}))
	at.until("Number(document.querySelector('#tl-stage').dataset.to) - " +
		"Number(document.querySelector('#tl-stage').dataset.from) < " + strconv.FormatFloat(whole.length()*0.6, 'f', 2, 64))

	// An entry is linked from elsewhere: what is folded opens, and the entry is chosen.
	at.run("document.querySelector('#next .cites a').click()")
	at.until("document.querySelector('#tl-all').open && document.querySelector('#tl-rows tr.here')")
	at.run("document.querySelector('#tl-find').value = 'acme'; document.querySelector('#tl-find').dispatchEvent(new " +
		"Event('input'))")
	left := ask[[]string](at, "[...document.querySelectorAll('#tl-rows tbody tr')].filter((r) => "+
		"r.checkVisibility()).map((r) => r.textContent.toLowerCase())")
	if len(left) == 0 || slices.ContainsFunc(left, func(row string) bool { return !strings.Contains(row, "acme") }) {
		t.Errorf("%d entries are found: %q", len(left), left)
	}
}
