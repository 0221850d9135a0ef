"""What many tests share: the shared cases, a browser, an empty workspace, both languages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# A test is not timed: what takes long on a machine that others share is measured in bench/.
settings.register_profile("planlib", deadline=None)
settings.load_profile("planlib")

ROOT = Path(__file__).resolve().parents[1]

# PLANLIB_ variables that steer the tests and not planlib: kept where a test clears the others.
STEERING = ("PLANLIB_REQUIRE_BROWSER", "PLANLIB_REQUIRE_SHARED", "PLANLIB_SHARED", "PLANLIB_CHROMIUM")

CHROMIUM_FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # without these the browser looks up its maker's hosts at every start
    "--disable-component-update",
    "--disable-sync",
)


def missing(what: str, required: str) -> None:
    """Skip the test with its reason, or fail it where the variable `required` says that nothing may be skipped."""
    if os.environ.get(required) == "1":
        pytest.fail(f"{what} ({required}=1: this may not be skipped)", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session", autouse=True)
def every_chart_is_validated() -> None:
    """planlib trusts its own charts; here each is checked against the schema of Vega-Lite, part by part."""
    from planlib.charts import theme

    theme.VALIDATE = True


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published cases and real files that stands beside the project, never in it."""
    folder = Path(os.environ.get("PLANLIB_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        missing(f"No folder {folder.name}/ beside the project and no PLANLIB_SHARED", "PLANLIB_REQUIRE_SHARED")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive."""
    named = os.environ.get("PLANLIB_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found or not Path(found).exists():
        missing("No Chromium: install Debian's package or name one in PLANLIB_CHROMIUM", "PLANLIB_REQUIRE_BROWSER")
    return found


@pytest.fixture(scope="module")
def browser(chromium):
    """A headless Chromium driven by playwright (sync); `browser.new_page()` gives a page.

    One a file, closed at its end: while it runs, playwright holds the thread's event loop, so that `asyncio.run`
    fails in the same process (papermill and nbclient cope).
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    """An empty folder of clients that planlib finds, whatever the machine's own settings."""
    for name in list(os.environ):
        if name.startswith("PLANLIB_") and name not in STEERING:
            monkeypatch.delenv(name)
    folder = tmp_path / "clients"
    folder.mkdir()
    monkeypatch.setenv("PLANLIB_WORKSPACE", str(folder))
    return folder


@pytest.fixture(params=["fr", "en"])
def lang(request) -> str:
    """Both languages, one test each."""
    return request.param
