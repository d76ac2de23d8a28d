(() => {
"use strict";
const one = (s, r = document) => r.querySelector(s), all = (s, r = document) => [...r.querySelectorAll(s)];
document.documentElement.classList.add("js");

// Commands are copied by a click. Where the clipboard may not be written, the command is selected, so that a key copies it.
for (const button of all(".copy")) {
  const text = one("pre", button.parentElement);
  button.addEventListener("click", async () => {
    const say = (word) => { button.textContent = word; setTimeout(() => { button.textContent = "Copy"; }, 1500); };
    try {
      await navigator.clipboard.writeText(text.textContent);
      say("Copied");
    } catch {
      getSelection().selectAllChildren(text);
      say("Selected");
    }
  });
}

// open shows an entry of the page wherever it is folded away.
const open = (at) => {
  for (let d = at.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
};
const follow = () => {
  const at = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!at) return;
  open(at);
  at.scrollIntoView({ block: at.matches("tr") ? "center" : "start" });
  if (at.matches("#tl-rows tr")) choose(at.id);
};
addEventListener("hashchange", follow);

const stage = one("#tl-stage");
let choose = () => {};
if (stage) {
  const marks = one("#tl-marks"), grid = one("#tl-grid"), detail = one("#tl-detail"), view = one("#tl-view");
  const rows = all("#tl-rows tbody tr"), ids = new Map(rows.map((r, i) => [r.id, i])), shown = all("[data-e]", marks);
  const start = Number(stage.dataset.start), seconds = Number(stage.dataset.seconds);
  const axisY = one("text", grid)?.getAttribute("y") ?? "12";
  let from = 0, to = 1, here = -1; // the part that is shown, of 0 to 1; the entry that is chosen

  const tidy = (s) => (s < 0 ? "−" : "+") + String(Number(Math.abs(s).toFixed(2))) + " s";
  const draw = () => {
    const width = to - from;
    marks.setAttribute("x", -from / width * 100 + "%");
    marks.setAttribute("width", 100 / width + "%");
    const most = Math.max(2, Math.floor(stage.clientWidth / 90)), raw = seconds * width / most, ten = 10 ** Math.floor(Math.log10(raw));
    const step = ten * [1, 2, 5, 10].find((n) => n * ten >= raw);
    const lines = [];
    for (let at = Math.ceil((start + from * seconds) / step) * step; at <= start + to * seconds; at += step) {
      const x = ((at - start) / seconds - from) / width * 100 + "%";
      const line = document.createElementNS(grid.namespaceURI, "line"), text = document.createElementNS(grid.namespaceURI, "text");
      for (const [k, v] of Object.entries({ x1: x, x2: x, y1: "0", y2: "100%", class: "grid" })) line.setAttribute(k, v);
      for (const [k, v] of Object.entries({ x, dx: "4", y: axisY })) text.setAttribute(k, v);
      text.textContent = tidy(at);
      lines.push(line, text);
    }
    grid.replaceChildren(...lines);
    stage.dataset.from = start + from * seconds;
    stage.dataset.to = start + to * seconds;
  };
  const set = (a, b) => {
    const width = Math.min(1, Math.max(b - a, 0.1 / seconds));
    from = Math.min(Math.max(0, a), 1 - width);
    to = from + width;
    draw();
  };
  const zoom = (factor, at = 0.5) => {
    const fixed = from + at * (to - from), width = (to - from) * factor;
    set(fixed - at * width, fixed + (1 - at) * width);
  };
  const pan = (by) => set(from + by * (to - from), to + by * (to - from));
  const whole = () => { set(0, 1); view.value = ""; pick([]); };
  const moves = { in: () => zoom(0.5), out: () => zoom(2), left: () => pan(-0.25), right: () => pan(0.25), all: whole };
  for (const b of all("[data-zoom]")) b.addEventListener("click", moves[b.dataset.zoom]);

  // pick lights the entries that a verdict cites.
  const pick = (list) => {
    const cited = new Set(list);
    stage.classList.toggle("picking", cited.size > 0);
    for (const m of shown) m.classList.toggle("cited", cited.has(m.dataset.e));
  };
  view.addEventListener("change", () => {
    const chosen = view.value && document.getElementById(view.value);
    if (!chosen) return whole();
    const a = (Number(chosen.dataset.from) - start) / seconds, b = (Number(chosen.dataset.to) - start) / seconds, air = Math.max((b - a) * 0.05, 0.5 / seconds);
    set(a - air, b + air);
    const list = chosen.dataset.entries.split(" ");
    pick(list);
    if (list[0]) choose(list[0]);
  });

  choose = (id) => {
    if (!ids.has(id)) return;
    here = ids.get(id);
    const row = rows[here];
    for (const m of shown) m.classList.toggle("here", m.dataset.e === id);
    for (const r of all("tr.here")) r.classList.remove("here");
    row.classList.add("here");
    detail.replaceChildren(...row.cells[2].cloneNode(true).childNodes);
    const when = document.createElement("div");
    when.className = "soft";
    when.textContent = `${row.cells[0].textContent} · ${row.cells[1].textContent} · ${row.cells[0].title}`;
    detail.prepend(when);
    const at = (Number(row.dataset.at) - start) / seconds;
    if (at < from || at > to) set(at - (to - from) / 2, at + (to - from) / 2);
  };
  for (const b of all("[data-step]")) {
    b.addEventListener("click", () => {
      for (let i = here + Number(b.dataset.step); i >= 0 && i < rows.length; i += Number(b.dataset.step)) {
        if (!rows[i].classList.contains("off")) return choose(rows[i].id);
      }
    });
  }

  stage.addEventListener("keydown", (e) => {
    const move = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", 0: "all", Home: "all" }[e.key];
    if (!move || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    moves[move]();
  });
  stage.addEventListener("wheel", (e) => {
    if (e.ctrlKey || e.metaKey) zoom(Math.exp(e.deltaY / 200), e.offsetX / stage.clientWidth);
    else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) pan((e.deltaX || e.deltaY) / stage.clientWidth);
    else return; // the page's own
    e.preventDefault();
  }, { passive: false });

  // One finger or the mouse moves, two fingers zoom, a short touch chooses.
  const down = new Map();
  let moved = 0;
  stage.addEventListener("pointerdown", (e) => {
    if (down.size === 0) moved = 0;
    down.set(e.pointerId, e.clientX);
  });
  stage.addEventListener("pointermove", (e) => {
    if (!down.has(e.pointerId)) return;
    const before = [...down.values()], by = e.clientX - down.get(e.pointerId), box = stage.getBoundingClientRect();
    down.set(e.pointerId, e.clientX);
    moved += Math.abs(by);
    if (moved > 3 && !stage.hasPointerCapture(e.pointerId)) stage.setPointerCapture(e.pointerId);
    if (down.size === 1) return pan(-by / box.width);
    const after = [...down.values()], apart = (p) => Math.max(8, Math.abs(p[0] - p[1]));
    zoom(apart(before) / apart(after), ((after[0] + after[1]) / 2 - box.left) / box.width);
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (e) => down.delete(e.pointerId));
  stage.addEventListener("click", (e) => {
    const mark = e.target.closest("[data-e]");
    if (mark && moved < 4) choose(mark.dataset.e);
  });
  stage.addEventListener("dblclick", (e) => zoom(0.5, (e.clientX - stage.getBoundingClientRect().left) / stage.clientWidth));

  // The table's filters hold for the marks as well.
  const find = one("#tl-find"), boxes = all("input[data-lane]");
  const filter = () => {
    const text = find.value.toLowerCase(), lanes = new Set(boxes.filter((b) => b.checked).map((b) => b.dataset.lane)), off = new Set();
    for (const r of rows) {
      const out = !lanes.has(r.dataset.lane) || (text !== "" && !r.textContent.toLowerCase().includes(text));
      r.classList.toggle("off", out);
      if (out) off.add(r.id);
    }
    for (const m of shown) m.classList.toggle("off", off.has(m.dataset.e));
  };
  find.addEventListener("input", filter);
  for (const b of boxes) b.addEventListener("change", filter);
  addEventListener("resize", draw);
  draw();
}
follow();
})();
