"""A weight slider moved over 200 actions and 8 criteria, in a real Chromium: until the ranking stands.

Ours is the page a client keeps: the browser ranks by itself. The peer is what one writes first, in a real JupyterLab:
a slider, the kernel ranks, and a new chart goes into an Output. Both are timed by the browser, from the event of the
slider to the last change of the document it causes. A slider is dragged two points at a time, as a hand does.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import nbformat
import numpy as np
import pandas as pd
from _bench import arguments, report
from playwright.sync_api import Page, sync_playwright

from planlib.charts import page, ranking, theme

ACTIONS, CRITERIA = 200, 8
GOAL, FLOOR = 50, 40
MEDIAN_GOAL, MEDIAN_FLOOR = 5.0, 6.0  # ms
P95_GOAL, P95_FLOOR = 16.0, 19.2  # ms
WARM_UP = 20  # moves before timing: the browser compiles what runs often
QUIET = 1_500  # ms without a change that end a move of the peer

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

DRAG = """async (moves) => {
  const root = document.getElementById("chart"), times = [];
  const sliders = [...document.querySelectorAll("#sliders input")];
  for (const [which, points] of moves) {
    let last = null;
    const seen = new MutationObserver(() => { last = performance.now(); });
    seen.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    sliders[which].value = points;
    const start = performance.now();
    sliders[which].dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => setTimeout(done, 50));
    seen.disconnect();
    times.push(last === null ? null : last - start);
  }
  return times;
}"""
KEY = """async ([quiet]) => {
  const out = document.querySelector(".bench-out"), handle = document.querySelector(".bench-slider .noUi-handle");
  let last = null, start = null;
  const seen = new MutationObserver(() => { last = performance.now(); });
  seen.observe(out, { subtree: true, childList: true, attributes: true, characterData: true });
  handle.focus();
  start = performance.now();
  handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
  const until = start + 20000;
  while (performance.now() < until && (last === null || performance.now() - last < quiet)) {
    await new Promise((done) => setTimeout(done, 20));
  }
  seen.disconnect();
  return last === null ? null : last - start;
}"""

PEER = """
import altair as alt, ipywidgets as ipw, pandas as pd
from IPython.display import display
from planlib import score
from planlib.charts import ranking, theme
theme.enable(); alt.renderers.enable("jupyter", offline=True)
values = pd.read_json("values.json", orient="split")
titles = {action: f"Action {action}" for action in values.index}
out = ipw.Output(); out.add_class("bench-out")
slider = ipw.IntSlider(20, 0, 100); slider.add_class("bench-slider")
def show(_change=None):
    weights = pd.Series(10.0, index=values.columns); weights.iloc[0] = slider.value
    table = score.weighted_sum(values, weights).sort_values("rank").head(30)
    chart = ranking.ranking(table, score.contributions(values, weights), titles, "fr", {})
    with out:
        out.clear_output(wait=True)
        display(chart)
slider.observe(show, "value"); show()
display(ipw.VBox([slider, out]))
"""


def judged() -> pd.DataFrame:
    """Values of the actions, the same at each run."""
    rng = np.random.default_rng(0)
    names = [f"A-{i:04}" for i in range(ACTIONS)]
    return pd.DataFrame(rng.random((ACTIONS, CRITERIA)).round(3), names, [f"c{i}" for i in range(CRITERIA)])


def drags(times: int) -> list[list[int]]:
    """Moves of a hand: a criterion, then ten steps of two points."""
    rng = np.random.default_rng(1)
    moves: list[list[int]] = []
    while len(moves) < times:
        which, start = int(rng.integers(CRITERIA)), int(rng.integers(0, 80))
        moves += [[which, start + 2 * step] for step in range(1, 11)]
    return moves[:times]


def ours(browser, values: pd.DataFrame, folder: Path, times: int) -> np.ndarray:
    """Milliseconds of each move on the client's page, opened from a file."""
    theme.enable()
    titles = {
        action: f"Action {action}, dont le titre est assez long pour tenir sur deux lignes" for action in values.index
    }
    start = pd.Series(10.0, index=values.columns)
    bands = pd.Series("depends", index=values.index)
    ranks = pd.Series(range(1, ACTIONS + 1), index=values.index)
    chart = ranking.live_ranking(values, start, titles, "fr", {}, bands=bands, ranks=ranks)
    path = page.write(folder / "classement.html", chart, page.About("Banc d’essai", "fr", date(2026, 1, 20)))
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(path.as_uri())
    tab.wait_for_selector("#sliders output")
    found = tab.evaluate(DRAG, drags(WARM_UP + times))[WARM_UP:]
    tab.close()
    return np.array([took for took in found if took is not None], dtype=float)


def peer(browser, values: pd.DataFrame, folder: Path, times: int) -> np.ndarray:
    """Milliseconds of each move in JupyterLab, through the kernel."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PEER)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "peer.ipynb")
    values.to_json(folder / "values.json", orient="split")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, own = secrets.token_hex(16), folder / "jupyter"
    settings = {
        name: str(own / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=",
    ]  # fmt: skip
    environment = {**os.environ, **settings, "JUPYTER_TOKEN": token}
    with open(folder / "lab.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    try:
        answering(f"http://127.0.0.1:{port}/api/status?token={token}", server)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(f"http://127.0.0.1:{port}/lab/tree/peer.ipynb?token={token}")
        run_all(tab)
        found = [tab.evaluate(KEY, [QUIET]) for _ in range(times + 1)][1:]  # the first also loads the chart's script
        tab.close()
    finally:
        server.terminate()
        server.wait(10)
    return np.array([took for took in found if took is not None], dtype=float)


def answering(url: str, server: subprocess.Popen) -> None:
    """Wait until the server answers."""
    until = monotonic() + 60
    while monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            sleep(0.2)
    raise SystemExit("JupyterLab did not start: see lab.log")


def run_all(tab: Page) -> None:
    """Run the notebook's only cell, and wait for its chart."""
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    tab.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
                          timeout=90_000)  # fmt: skip
    tab.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    tab.wait_for_selector(".bench-out svg, .bench-out canvas", timeout=90_000)
    tab.wait_for_selector(".bench-slider .noUi-handle")
    tab.wait_for_timeout(1_000)


def main() -> int:
    options = arguments(__doc__.splitlines()[0])
    chromium = os.environ.get("PLANLIB_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    values = judged()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        mine = ours(browser, values, folder, 100 if options.quick else 300)
        other = peer(browser, values, folder, 4 if options.quick else 20)
        browser.close()
    median, p95 = float(np.median(mine)), float(np.percentile(mine, 95))
    extra = {
        "moves": len(mine),
        "p95": round(p95, 2),
        "goal_median": MEDIAN_GOAL,
        "floor_median": MEDIAN_FLOOR,
        "goal_p95": P95_GOAL,
        "floor_p95": P95_FLOOR,
        "fastest_tenth": round(float(np.percentile(mine, 10)), 2),
        "peer is": f"slider, kernel and a new chart in an Output, in JupyterLab; {len(other)} moves",
        "peer_p95": round(float(np.percentile(other, 95)), 1),
        "load": [round(load, 1) for load in os.getloadavg()],
    }
    met = median < MEDIAN_FLOOR and p95 < P95_FLOOR
    ok = report(
        "live_ranking", median, float(np.median(other)), "ms", GOAL, FLOOR, "less", extra, met=met, as_json=options.json
    )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
