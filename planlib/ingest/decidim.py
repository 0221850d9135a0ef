"""Exports of Decidim: proposals, results and budget projects, with one column per language (`title/fr`, `body/en`)."""

from __future__ import annotations

import re

from planlib.ingest.records import fold, plain
from planlib.ingest.rows import Rows
from planlib.ingest.values import strip_html

LOCALE = re.compile(r"(?P<stem>.+)/(?P<lang>[a-z]{2})(?:[-_][a-z]{2,4})?", re.I)
PREFERRED = ("fr", "en")
REFUSED = ("rejected", "withdrawn")
ID = "D-{}"


def proposals(rows: Rows) -> None:
    """Each proposal is a note: its title and its body, in the first language that has words."""
    titles, langs = _words(rows, "title")
    bodies, _ = _words(rows, "body")
    rows.give("note_id", _ids(rows))
    rows.give("text", ["\n".join(filter(None, pair)) for pair in zip(titles, bodies, strict=True)])
    rows.give("lang", langs)
    _theme(rows, "theme")
    for name, headers in (
        ("agrees", ("supports", "proposal_votes", "votes")),
        ("written", ("published_at", "created_at")),
    ):
        cells = _first(rows, *headers)
        rows.give(name, [cell[:10] for cell in cells] if name == "written" else cells)
    states = _first(rows, "state")
    answers, _ = _words(rows, "answer")
    refused = [fold(state) in REFUSED for state in states]
    rows.give("fate", ["rejected" if no else "" for no in refused])
    rows.give("fate_why", [(a or s) if no else "" for a, s, no in zip(answers, states, refused, strict=True)])


def actions(rows: Rows) -> None:
    """Each result, project or proposal is an action, under the id it has in Decidim; its parent is its objective."""
    titles, _ = _words(rows, "title")
    bodies = [a or b for a, b in zip(_words(rows, "body")[0], _words(rows, "description")[0], strict=True)]
    ids = _ids(rows)
    rows.give("action_id", ids)
    rows.give("title", titles)
    rows.give("description", bodies)
    for lang in PREFERRED:
        for stem, columns in (("title", ("title",)), ("description", ("description", "body"))):
            cells = _first(rows, *[f"{column}/{lang}" for column in columns])
            if any(cells):
                rows.give(f"{stem}_{lang}", [strip_html(cell) for cell in cells])
    _theme(rows, "axis")
    for name, header in (("start", "start_date"), ("end", "end_date"), ("cost", "budget_amount")):
        cells = _first(rows, header)
        if any(cells):
            rows.give(name, cells)
    _status(rows)
    by_id = dict(zip(ids, titles, strict=True))
    above = [by_id.get(ID.format(cell), "") if cell else "" for cell in _first(rows, "parent/id")]
    if any(above):
        rows.give("objective", above)


def updates(rows: Rows) -> None:
    """Progress and status of each result, on a day that the file does not say."""
    rows.give("action_id", _ids(rows))
    rows.give("action_title", _words(rows, "title")[0])
    rows.give("progress", [f"{cell} %" if cell else "" for cell in _first(rows, "progress")])
    _status(rows)


def _ids(rows: Rows) -> list[str]:
    return [ID.format(cell) if cell else "" for cell in _first(rows, "id")]


def _status(rows: Rows) -> None:
    names, _ = _words(rows, "status/name")
    if any(names) or any(_first(rows, "status/key")):
        rows.give("status", names if any(names) else _first(rows, "status/key"))
    else:
        rows.matched.pop("status", None)


def _theme(rows: Rows, name: str) -> None:
    """The category, else the taxonomy of newer versions, else the scope."""
    for stem in ("category/name", "taxonomies/name", "scope/name"):
        cells, _ = _words(rows, stem)
        if any(cells):
            rows.give(name, cells)
            return
    rows.matched.pop(name, None)


def _words(rows: Rows, stem: str) -> tuple[list[str], list[str]]:
    """The words of a translated column and their language, row by row: French, else English, else the next one."""
    places: dict[str, int] = {}
    for place, header in enumerate(rows.headers):
        match = LOCALE.fullmatch(plain(header))
        if match and fold(match["stem"]) == stem:
            places[match["lang"].lower()] = place
        elif fold(header) == stem:
            places.setdefault("", place)
    order = sorted(places, key=lambda lang: (lang not in PREFERRED, lang != "fr", lang))
    cells, langs = [""] * len(rows), [""] * len(rows)
    for lang in reversed(order):
        for i, cell in enumerate(rows.column(places[lang])):
            if words := strip_html(cell.strip()):
                cells[i], langs[i] = words, lang
    return cells, langs


def _first(rows: Rows, *headers: str) -> list[str]:
    """The cells of the first of these headers that the file has; blanks when it has none."""
    for header in headers:
        for place, found in enumerate(rows.headers):
            if fold(found) == header:
                return [plain(cell) for cell in rows.column(place)]
    return [""] * len(rows)
