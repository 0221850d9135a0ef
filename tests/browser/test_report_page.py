"""A report's page in a real browser, without a network: what it asks for, shows, and how it fits screens and paper."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import missing
from toy_report import CELLS, HOSTILE, new_client, write

from planlib import report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The French page of the toy template; made before the browser starts."""
    folder = tmp_path_factory.mktemp("page")
    workspace = folder / "clients"
    workspace.mkdir()
    new_client(workspace, name=f"Société d'essai {HOSTILE}", accent="#7a3b00")
    template = write(folder / "toy.ipynb", *CELLS)
    record = report.build(template, "demo", {"year": 2025, "lang": "fr"}, workspace=workspace, today=date(2026, 3, 15))
    assert record["status"] == "ok", record["error"]
    return Path(record["files"][0])


@pytest.fixture
def opened(made, browser):
    """Open the page offline at a size; gives the page with what it asked for and what the console said."""
    contexts = []

    def at(width: int, height: int = 900, **more):
        context = browser.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(made.as_uri())
        return page

    yield at
    for context in contexts:
        context.close()


def test_nothing_is_asked_for_and_nothing_goes_wrong(opened, made):
    page = opened(1280)
    page.wait_for_timeout(200)
    assert page.asked == [made.as_uri()]
    assert page.said == []


def test_the_words_of_a_workshop_do_nothing(opened):
    page = opened(1280)
    assert page.evaluate("window.hacked") is None
    assert "window.hacked = 1" in page.inner_text(".client"), "shown as it was written"


def test_the_policy_stops_a_script_that_is_not_the_pages_own(opened):
    page = opened(1280)
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 2'}))")
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in page.said)


def test_charts_are_drawn_as_wide_as_the_column_allows(opened):
    page = opened(1280)
    boxes = [svg.bounding_box() for svg in page.query_selector_all("figure svg")]
    assert len(boxes) == 2
    assert all(box["width"] > 600 and box["height"] > 60 for box in boxes)
    bars = page.query_selector_all("figure svg path[fill]")
    assert sum(bar.bounding_box()["width"] > 20 for bar in bars) >= 10


@pytest.mark.parametrize(("width", "zoom"), [(1280, 1), (390, 1), (320, 1), (640, 2)])
def test_the_page_never_scrolls_sideways(opened, width, zoom):
    page = opened(width // zoom, device_scale_factor=zoom)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_wide_table_scrolls_in_its_box_with_the_keyboard(opened):
    page = opened(320)
    box = page.query_selector("main > .scroll")
    assert box.get_attribute("tabindex") == "0" and box.get_attribute("aria-label")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)  # the page's policy forbids the evaluation that wait_for_function does
    assert page.evaluate("document.querySelector('main > .scroll').scrollLeft") > 0
    wide = opened(1280)
    assert wide.query_selector("main > .scroll").get_attribute("tabindex") is None, "nothing to scroll to"


def test_on_a_phone_the_figures_of_a_wide_chart_stand_open_before_it_and_its_words_are_readable(opened):
    phone = opened(390)
    before = "document.querySelector('figure > .chart').previousElementSibling"
    assert phone.evaluate(f"{before}.matches('details') && {before}.open && {before}.clientHeight > 100")
    scale = "svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    scales = phone.evaluate(f"[...document.querySelectorAll('.chart svg')].map({scale})")
    assert min(scales) >= 0.75  # the charts of planlib write in 12 px or more: 9 on a telephone
    wide = opened(1280)
    assert wide.evaluate("document.querySelector('figure > details').open") is False
    assert wide.evaluate("document.querySelector('figure > .chart').nextElementSibling.matches('details')")


def test_contents_stand_left_on_a_wide_screen_and_folded_on_top_on_a_phone(opened):
    wide = opened(1280)
    contents, main = (wide.query_selector(part).bounding_box() for part in (".contents", "main"))
    assert contents["x"] + contents["width"] <= main["x"]
    wide.click(".contents a[href='#coûts']")
    wide.wait_for_selector(".contents a[href='#coûts'][aria-current]")
    phone = opened(390)
    assert phone.query_selector(".contents details").get_attribute("open") is None
    contents, main = (phone.query_selector(part).bounding_box() for part in (".contents", "main"))
    assert contents["y"] + contents["height"] <= main["y"]
    phone.click(".contents summary")
    assert phone.is_visible(".contents a[href='#fait']")


def test_the_keyboard_reaches_the_content_first(opened):
    page = opened(1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_landmarks_headings_and_language_are_what_a_screen_reader_needs(opened):
    page = opened(1280)
    assert page.evaluate("document.documentElement.lang") == "fr"
    counts = "['header', 'nav', 'main', 'footer', 'h1'].map(tag => document.querySelectorAll('body ' + tag).length)"
    assert page.evaluate(counts) == [1, 1, 1, 1, 1]
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.locator("svg[role=img]").count() == page.locator("svg[role=img][aria-label]").count() == 2


def test_the_printed_page_is_letter_paper_with_running_heads_and_repeated_headers(opened):
    page = opened(1280)
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = set(re.findall(rb"/MediaBox ?\[([^\]]*)\]", pdf))
    assert sizes == {b"0 0 612 792"}
    page.emulate_media(media="print")
    shown = "getComputedStyle(document.querySelector('main thead')).display"
    assert page.evaluate(shown) == "table-header-group"
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    assert not page.is_visible(".skip") and not page.is_visible("figure details")


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_to_mend(opened, width):
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        missing("No axe-playwright-python, which carries axe-core", "PLANLIB_REQUIRE_BROWSER")
    page = opened(width)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate((Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
