"""The page at the sizes of phones, laptops, zoomed windows and large screens: no text on text or on a mark, the worst place named."""

from __future__ import annotations

import pytest

from tests.app.conftest import Opened

pytestmark = pytest.mark.browser
SIZES = ((360, 740), (390, 844), (853, 480), (1024, 768), (1280, 720), (1366, 620), (1920, 1080), (3840, 2160))
"""853 x 480 is a window of 1280 x 720 at 150%."""
STATES = [
    (file, day, mode)
    for file, days in (("ne-syria-2019.yaml", (9, 20)), ("hasakah-2022.yaml", (3, 9)))
    for day in days
    for mode in ("truth", "belief")
]
OVERLAPS = """() => {
  const clipped = (e, r) => { // the part of a box that its scrolling ancestors show
    let [l, t, b, q] = [r.left, r.top, r.bottom, r.right];
    for (let p = e; p; p = p.parentElement) {
      if (p.ownerSVGElement || p.tagName === 'svg' || getComputedStyle(p).overflow === 'visible') continue;
      const c = p.getBoundingClientRect();
      l = Math.max(l, c.left); t = Math.max(t, c.top); q = Math.min(q, c.right); b = Math.min(b, c.bottom);
    }
    return {l: l + 1, t: t + 2.5, r: q - 1, b: b - 2.5};
  };
  const player = document.querySelector('.dv-player'), fixed = player && getComputedStyle(player).position === 'fixed';
  const walker = document.createTreeWalker(document.querySelector('.dv'), NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest('.dv-hidden, option, textarea, style, title') || (fixed && e.closest('.dv-player'))) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = e.ownerSVGElement ? [e.getBoundingClientRect()] : [...range.getClientRects()];
    for (const r of boxes) { const c = clipped(e, r); if (c.r > c.l && c.b > c.t) found.push({...c, e, text: node.data.trim()}); }
  }
  const bad = [];
  found.forEach((a, k) => { for (const b of found.slice(k + 1)) {
    if (a.e !== b.e && a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b) bad.push([a.text, b.text]);
  } });
  const along = (e, many) => { // points of a drawn line
    const to = e.getScreenCTM(), whole = e.getTotalLength();
    return Array.from({length: many}, (_, k) => { const p = e.getPointAtLength(whole * (k + 0.5) / many); return new DOMPoint(p.x, p.y).matrixTransform(to); });
  };
  for (const map of document.querySelectorAll('.dv-mapbox > svg')) {
    const texts = found.filter(a => a.e.ownerSVGElement === map), bounds = map.getBoundingClientRect();
    const lies = (what, hit) => { for (const a of texts) if (hit(a)) bad.push([a.text, what]); };
    for (const site of map.querySelectorAll('[data-site]')) {
      const box = site.querySelector('[data-mark]').getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
      const away = (v, low, high) => Math.max(low - v, 0, v - high);
      lies('circle of ' + site.dataset.site, a => Math.hypot(away(x, a.l, a.r), away(y, a.t, a.b)) < box.width / 2);
      for (const e of site.querySelectorAll('[data-age], .dv-sure, .dv-halo')) {
        const points = along(e, 40);
        lies(e.getAttribute('class') + ' of ' + site.dataset.site, a => points.some(p => p.x > a.l && p.x < a.r && p.y > a.t && p.y < a.b));
      }
    }
    for (const e of map.querySelectorAll('.dv-leader, .dv-unit path')) {
      const points = along(e, 80);
      lies(e.closest('.dv-unit') ? 'unit' : 'leader', a => points.some(p => p.x > a.l && p.x < a.r && p.y > a.t && p.y < a.b));
    }
    for (const a of texts) if (a.l < bounds.left || a.r > bounds.right || a.t < bounds.top || a.b > bounds.bottom) bad.push([a.text, 'edge of the map']);
  }
  return [bad, found.length, document.documentElement.scrollWidth - innerWidth];
}"""
WORST = """() => { // the place with the most exits, or with the highest number in its newest report; null where there is none
  let worst = null, most = 0;
  for (const site of document.querySelectorAll('[data-site]')) {
    const said = site.getAttribute('aria-label').match(/(?:Exits: |claims (?:[0-9,]+ to )?)([0-9,]+)/), n = said ? Number(said[1].replace(/,/g, '')) : 0;
    if (n > most) { most = n; worst = site.dataset.site; }
  }
  return worst === null ? null : [worst, !!document.querySelector(`[data-note="${worst}"]`)];
}"""


UNNAMED = """() => { // parties whose name stands neither on the map nor in the legend
  const said = [...document.querySelectorAll('.dv-party-label, .dv-legend span')].filter(e => e.checkVisibility()).map(e => e.textContent);
  return document.querySelector('.dv').__vue__.baseMaps[0].parties.map(p => p.title).filter(title => !said.includes(title));
}"""


@pytest.mark.parametrize(("file", "day", "mode"), STATES)
def test_no_text_lies_on_text(view: Opened, file: str, day: int, mode: str) -> None:
    view.show(f"#run?scenario={file}&seed=1&replicate=0&mode={mode}&day={day}")
    view.wait_for_clock(f"Day {float(day)}")
    for width, height in SIZES:
        view.page.set_viewport_size({"width": width, "height": height})
        view.page.wait_for_timeout(120)
        bad, texts, beyond = view.page.evaluate(OVERLAPS)
        assert bad == [], (width, height)
        assert texts > 20 and beyond <= 0, (width, height)
        assert view.page.evaluate(UNNAMED) == [], (width, height)
        worst = view.page.evaluate(WORST)
        assert worst is None or worst[1], (width, height, worst)


EVERY = {
    "ne-syria-2019.yaml": (0, 9, 20, 60),
    "hasakah-2022.yaml": (0, 3, 9, 14),
    "kandahar-2008.yaml": (0, 1, 5, 14),
    "quiet-year.yaml": (0, 30, 200, 365),
}
"""Four days of four scenarios; one of them when the long form is not asked for."""
ZOOMED = ((640, 360), (853, 480))
"""A window of 1280 x 720 at 200% and at 150%."""


@pytest.mark.parametrize("mode", ["truth", "belief"])
def test_no_text_lies_on_text_in_any_scenario_with_the_record_laid_over(view: Opened, long: bool, mode: str) -> None:
    asked = [(file, day) for file, days in EVERY.items() for day in days] if long else [("kandahar-2008.yaml", 5)]
    for file, day in asked:
        record = "&record=ne-syria-2019.csv" if file.startswith("ne-syria") else ""
        view.show(f"#run?scenario={file}&seed=1&replicate=0&mode={mode}&day={day}{record}")
        view.wait_for_clock(f"Day {float(day)}")
        for width, height in (*SIZES, *ZOOMED) if long else (SIZES[0], SIZES[4], ZOOMED[0]):
            view.page.set_viewport_size({"width": width, "height": height})
            view.page.wait_for_timeout(120)
            bad, texts, beyond = view.page.evaluate(OVERLAPS)
            assert bad == [] and texts > 8 and beyond <= 0, (file, day, width, height, bad)


def test_two_runs_do_not_overlap_either(view: Opened) -> None:
    view.show("#run?scenario=ne-syria-2019.yaml&two=1&b.control.handover=formal&day=12")
    view.page.wait_for_selector("[data-run=B]")
    for width, height in SIZES:
        view.page.set_viewport_size({"width": width, "height": height})
        view.page.wait_for_timeout(120)
        bad, _, beyond = view.page.evaluate(OVERLAPS)
        assert bad == [] and beyond <= 0, (width, height)


SIZED = """() => {
  const high = e => { const range = document.createRange(); range.selectNodeContents(e); return range.getBoundingClientRect().height; };
  const all = (which, of) => [...document.querySelectorAll(which)].map(of);
  return [parseFloat(getComputedStyle(document.querySelector('.dv')).getPropertyValue('--k')), all('[data-range], .dv-table .number small', high),
    all('.dv-table tbody td:not(.number)', high), all('.dv-heat', e => e.getBoundingClientRect().width)];
}"""
"""The size of the page's own pixel, heights of ranges and of names in the table, and widths of maps of medians."""


@pytest.mark.parametrize("folder", ["plain", "sweep", "levers"])
def test_results_do_not_overlap_and_a_range_is_not_broken(view: Opened, folder: str) -> None:
    view.show(f"#results?results={folder}&metric=escaped&point=0")
    view.page.wait_for_selector("[data-row]")
    for width, height in (SIZES[0], SIZES[2], SIZES[4], SIZES[7]):
        view.page.set_viewport_size({"width": width, "height": height})
        view.page.wait_for_timeout(120)
        bad, texts, beyond = view.page.evaluate(OVERLAPS)
        assert bad == [] and texts > 20 and beyond <= 0, (width, height, bad)
        size, ranges, names, maps = view.page.evaluate(SIZED)
        assert max(ranges) < 24 * size and max(names, default=0) < 90 * size, (width, height)
        assert all(map_ >= 300 * size for map_ in maps), (width, height, maps)


def test_places_stay_in_place_from_scenario_to_scenario(view: Opened) -> None:
    def places() -> dict[str, list[float]]:
        return view.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-site]')].map(e => {"
            " const c = e.querySelector('[data-mark]'); return [e.dataset.site, [+c.getAttribute('cx'), +c.getAttribute('cy')]]; }))"
        )

    view.page.wait_for_selector("[data-site=roj]")
    before = places()
    view.page.select_option("#dv-file", "quiet-year.yaml")
    view.page.wait_for_function("document.querySelector('[data-scrub]').max === '8760'")
    after = places()
    assert set(before) & set(after)
    for name in set(before) & set(after):
        assert before[name] == pytest.approx(after[name], abs=0.5), name
