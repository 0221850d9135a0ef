"""The live ranking as one file that a client keeps: no network, no `eval`, no kernel."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template

import altair as alt
import pandas as pd

from planlib.charts import bundle, live, ranking, theme
from planlib.words import day, number, word
from planlib.workspace import HOME

LOOK = HOME / "templates"
LINES = 4  # sentences on who passes whom


@dataclass(frozen=True, slots=True)
class About:
    """Whose page it is, in which language, and the day of its data."""

    client: str
    lang: str
    today: date
    accent: str = theme.ACCENT
    title: str = ""

    @property
    def heading(self) -> str:
        return self.title or word("ranking.page_title", self.lang)


def live_page(chart: alt.LayerChart, about: About, table: pd.DataFrame | None = None) -> str:
    """The chart of `ranking.live_ranking` as one HTML file; opened from a disk, it asks for nothing.

    Parameters
    ----------
    chart : LayerChart
    about : About
    table : DataFrame, optional
        The ranking at the stated weights, with its columns named for people, one click away.

    Returns
    -------
    str
        Scripts are named by their hash in the page's policy; all words are escaped.
    """
    spec = chart.properties(width="container").to_dict()
    title, lang, meta = spec.pop("title"), about.lang, spec.pop("usermeta")
    start = {p["name"]: p["value"] for p in spec["params"] if p["name"].startswith("points_")}
    page = {
        "spec": spec,
        "lang": lang,
        "start": start,
        "colours": ranking.colours(len(start)),
        "swaps": live.swaps_told(meta["criteria"], lang, LINES),
        "stated": meta["stated"],
    }
    script = "\n".join(
        (LOOK / "live" / name).read_text(encoding="utf-8") for name in ("swaps.js", "formulas.js", "live.js")
    )
    style = "\n".join((LOOK / name).read_text(encoding="utf-8") for name in ("html/base.css", "live/live.css"))
    words = {
        "title": about.heading,
        "client": about.client,
        "dated": word("ranking.dated", lang, day=day(about.today, lang)),
        "finding": " ".join(title["text"]),
        "measured": " ".join(title["subtitle"]),
        "described": spec["description"],
        **{name: word(f"ranking.page_{name}", lang) for name in ("skip", "weights", "reset", "notes")},
    }
    return Template((LOOK / "live" / "page.html").read_text(encoding="utf-8")).substitute(
        {name: escape(text) for name, text in words.items()},
        lang=lang,
        style=f"{style}\n:root {{ --accent: {about.accent}; }}",
        beside=_beside(about, table),
        # A JSON text with no `<` can neither end its element nor start a comment.
        spec=json.dumps(page, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"),
        bundle=bundle.script(),
        script=script,
        hashes=" ".join((bundle.policy_of_script(), bundle.policy(script))),
    )


def write(path: str | Path, chart: alt.LayerChart, about: About, table: pd.DataFrame | None = None) -> Path:
    """Write `live_page` to a file, whole or not at all."""
    path = Path(path)
    apart = path.with_name(f".{path.name}.{os.getpid()}")
    apart.write_text(live_page(chart, about, table), encoding="utf-8")
    os.replace(apart, path)
    return path


def _beside(about: About, table: pd.DataFrame | None) -> str:
    """Under the chart, the table folded away."""
    if table is None:
        return ""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table.columns)
    rows = "".join(_row(row, about.lang) for row in table.itertuples(index=False))
    summary = escape(word("ranking.page_table", about.lang))
    return (
        f'<section class="beside"><details><summary>{summary}</summary><div class="scroll"><table><thead><tr>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table></div></details></section>"
    )


def _row(row: tuple, lang: str) -> str:
    """One row of the table; unknown is a dash."""
    cells = []
    for found in row:
        if pd.isna(found):
            cells.append("<td>—</td>")
        elif isinstance(found, str):
            cells.append(f"<td>{escape(found)}</td>")
        else:
            cells.append(f'<td class="number">{escape(number(found, lang))}</td>')
    return f"<tr>{''.join(cells)}</tr>"
