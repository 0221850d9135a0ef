"""A plan of actions -> actions, axes, objectives, posts, funding: everything one row of a plan says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from planlib.ingest import axes, build, durations, funding, keys, kinds, readers
from planlib.ingest.keys import Frames
from planlib.ingest.names import all_bare
from planlib.ingest.records import fold, plain
from planlib.ingest.rows import Rows
from planlib.ingest.spans import horizon_of
from planlib.ingest.values import is_unknown
from planlib.ingest.when import is_horizon

HEADING = re.compile(r"^(?:axe|axis|orientation|volet|pilier|enjeu|objectif stratégique|priorité)\b", re.I)
DISPLAY_NUMBER = re.compile(r"^[A-Za-z]?\.?\d+(?:[.\-]\d+)*\.?$")

PLAIN = (
    "title_fr", "title_en", "description", "description_fr", "description_en", "justification", "partners",
    "plan_id", "lang", "first_step_of", "group",
)  # fmt: skip


def build_actions(rows: Rows) -> tuple[Frames, set[str]]:
    """The tables of a plan: action, axis, objective, post, assignment, source, cost, thread, precedence."""
    build.check_needs(rows)
    n = len(rows)
    columns: dict[str, list] = {name: [c or None for c in rows.text(name)] for name in PLAIN if rows.has(name)}
    _titles(rows, columns)
    tables: Frames = {}
    axes.axes(rows, columns, tables)
    axes.objectives(rows, columns, tables)
    _ids(rows, columns)
    _merge_twins(rows, columns)
    _when(rows, columns)
    _codes(rows, columns)
    _owners(rows, columns, tables)
    funders = funding.funders(rows)
    funding.cost(rows, columns, funders)
    funding.tables_of(rows, columns, funders, tables)
    _links(rows, columns, tables)
    columns["origin"] = rows.origins()
    build.translations(rows, columns)
    made = {kind for kind in ("axis", "objective", "post", "source") if kind in tables}
    if not rows.has("action_id") or "action_id" in rows.settled.get("made", ()):
        made.add("action")
    return {"action": build.frame(rows, "action", columns, list(range(n)))} | tables, made


def _titles(rows: Rows, columns: dict[str, list]) -> None:
    """Every row needs a title; a row that only names an axis heads the rows below it."""
    titles = rows.text("title") if rows.has("title") else [""] * len(rows)
    if rows.has("subtitle"):
        below = rows.text("subtitle")
        for i, (title, sub) in enumerate(zip(titles, below, strict=True)):
            if sub:
                titles[i] = f"{title} — {sub}" if title else sub
                rows.say(i, rows.header("subtitle"), sub, titles[i], "ingest.sub_action")
    if not rows.has("title"):
        titles = readers.first_of(*[columns[c] for c in ("title_fr", "title_en") if c in columns])
    heading = None
    headings: list[str | None] = [None] * len(titles)
    axis_columns = {
        rows.matched[name] for name in ("axis", "subaxis", "subsubaxis", "objective") if name in rows.matched
    }
    for i, title in enumerate(titles):
        if title and axis_columns:
            continue
        filled = [place for place, cell in enumerate(rows.cells[i]) if cell]
        alone = len(filled) == 1
        if alone and not axis_columns and HEADING.match(plain(rows.cells[i][filled[0]])):
            heading = plain(rows.cells[i][filled[0]])
            rows.drop(i, "ingest.heading")
        elif not title and filled and set(filled) <= axis_columns:
            rows.drop(i, "ingest.axis_only")
        elif not title:
            rows.drop(i, "ingest.no_key", column=rows.header("title"))
        headings[i] = heading
    if heading:
        rows.settled["headings"] = headings
    columns["title"] = [title or None for title in titles]


def _ids(rows: Rows, columns: dict[str, list]) -> None:
    """The file's own ids; a column of display numbers (2.1.3) is the number shown, and ids are made."""
    n = len(rows)
    if rows.has("number"):
        columns["number"] = [cell or None for cell in rows.text("number")]
    ids = [cell or None for cell in rows.text("action_id")] if rows.has("action_id") else [None] * n
    kept = [ids[i] for i in rows.kept]
    if any(kept) and all(DISPLAY_NUMBER.match(found) and found[0].isdigit() for found in kept if found):
        columns.setdefault("number", ids)
        ids = [None] * n
        rows.settled["made"] = ("action_id",)
    columns["action_id"] = [None] * n
    for i, made in zip(rows.kept, keys.numbered("action", [ids[i] for i in rows.kept]), strict=True):
        columns["action_id"][i] = made


def _merge_twins(rows: Rows, columns: dict[str, list]) -> None:
    """Actions of one title under one axis: a copy is left out; others are asked, merged or kept."""
    seen: dict[tuple, int] = {}
    own = rows.has("action_id") and "made" not in rows.settled
    axis = columns.get("axis_id") or [None] * len(rows)
    twins = []
    kept = rows.kept
    if own:
        same = [columns["action_id"][i] for i in kept]
    else:
        titles = all_bare([columns["title"][i] for i in kept])
        same = list(zip(titles, (axis[i] for i in kept), strict=True))
    if len(set(same)) == len(same):
        return
    for i, key in zip(kept, same, strict=True):
        if key not in seen:
            seen[key] = i
        elif list(map(plain, rows.cells[i])) == list(map(plain, rows.cells[seen[key]])):
            rows.drop(i, "ingest.copy", first=str(rows.numbers[seen[key]]))
        else:
            twins.append((seen[key], i))
    if not twins:
        return
    first, second = twins[0]
    answer = rows.ask(
        "duplicates",
        "ingest.ask_same_id" if own else "ingest.ask_duplicates",
        {"merge": "ingest.choice_merge", "keep": "ingest.choice_keep"},
        n=len(twins),
        title=columns["action_id" if own else "title"][second],
        first=str(rows.numbers[first]),
        second=str(rows.numbers[second]),
        row=str(rows.numbers[second]),
        column=rows.header("action_id" if own else "title"),
        found=columns["action_id" if own else "title"][second],
    )
    if answer == "keep" and own:
        for _, i in twins:
            columns["action_id"][i] = f"{columns['action_id'][i]}-{rows.numbers[i]}"
    if answer == "merge":
        rows.texts.clear()
        rows.columns.clear()
        for first, i in twins:
            for place, cell in enumerate(rows.cells[i]):
                if not plain(rows.cells[first][place]):
                    rows.cells[first][place] = cell
                elif plain(cell) and plain(cell) != plain(rows.cells[first][place]):
                    rows.say(i, rows.headers[place], cell, rows.cells[first][place], "ingest.merged")
            for name in (*PLAIN, "title"):
                if name in columns and name != "title":
                    columns[name][first] = columns[name][first] or columns[name][i]
            rows.drop(i, "ingest.merged_into", first=str(rows.numbers[first]))


def _when(rows: Rows, columns: dict[str, list]) -> None:
    """Start and end as days, the words as found beside; `court terme` is a horizon, never a date."""
    n = len(rows)
    names = [name for name in ("start", "when", "end") if rows.has(name)]
    if not names and not rows.has("horizon", "duration_weeks"):
        return
    if "when" in names and len(names) > 1:
        # Dates have columns of their own: a calendar beside them is words (`phase 1 au printemps`), kept as found.
        words_only, names = rows.text("when"), [name for name in names if name != "when"]
    else:
        words_only = [""] * n
    read = {name: readers.periods(rows, name) for name in names}
    rhythms = {cell for name in names for cell in set(read[name].found) if cell and is_horizon(cell)}
    for name in names:
        for cell in sorted(rhythms & set(read[name].found)):
            i = read[name].found.index(cell)
            code, n_cells = _horizon_code(cell), read[name].found.count(cell)
            if code:
                label = readers.Label("horizon", code)
                rows.say(i, rows.header(name), cell, code, "ingest.horizon_as", n=n_cells, label=label)
            else:
                rows.say(i, rows.header(name), cell, "", "ingest.horizon_read", n=n_cells)
    horizons = readers.blanks(rows.text("horizon")) if rows.has("horizon") else [None] * n
    parts = [part for name in names for part in read[name].parts]
    # The words of a row settle the rest, so they alone are compared; those of a row set aside were not read.
    cells = list(zip(*(read[name].found for name in names), words_only, strict=True))
    one_of = {cells[i]: i for i in (*rows.aside, *rows.kept)}
    spans = {found: _span(names, (*(part[i] for part in parts), words_only[i]), rhythms) for found, i in one_of.items()}
    if names:
        starts, ends, said, written, backwards = (list(part) for part in zip(*map(spans.get, cells), strict=True))
        horizons = readers.first_of(horizons, written)
        for i in np.flatnonzero(backwards).tolist():
            if i not in rows.aside:
                column = rows.header("end" if "end" in names else names[0])
                rows.say(i, column, starts[i].isoformat(), ends[i].isoformat(), "ingest.end_before_start")
        columns["earliest_start"], columns["deadline"], columns["when_found"] = starts, ends, said
    _horizon(rows, columns, horizons)
    if rows.has("duration_weeks"):
        columns["duration_weeks"] = durations.weeks(rows, "duration_weeks")
        columns["duration_found"] = readers.blanks(rows.text("duration_weeks"))


def due_before_plan(actions: pd.DataFrame | None, plans: pd.DataFrame) -> Iterator[tuple[int, date, date]]:
    """Place, due day and first day of the plan, of each action due before its plan begins; unnamed, the only plan."""
    if actions is None or "deadline" not in actions.columns or plans.empty:
        return
    begins = {plan: day.date() for plan, day in plans["starts"].dropna().items()}
    only = next(iter(begins)) if len(plans) == 1 and begins else None
    named = actions["plan_id"].tolist() if "plan_id" in actions.columns else [None] * len(actions)
    for position, (plan, due) in enumerate(zip(named, actions["deadline"].tolist(), strict=True)):
        start = begins.get(plan or only)
        if start and due is not None and due == due and due < start:
            yield position, due, start


def _span(names: list[str], found: tuple, rhythms: set[str]) -> tuple:
    """Start, end, words kept, rhythm, whether the end comes first: of one row's cells under `names`, then its words."""
    first = last = rhythm = None
    words = []
    for place, name in enumerate(names):
        cell, start, end, precision = found[4 * place : 4 * place + 4]
        if cell in rhythms:
            rhythm = rhythm or cell
        if start is None and end is None:
            words += [cell] if cell and not is_unknown(cell) else []
            continue
        if name in ("start", "when") and first is None:
            first = start
        if name in ("end", "when") and (name == "end" or last is None):
            last = end or start
        if precision != "day" or start is None or cell != start.isoformat():
            words.append(cell)
    words += filter(None, found[-1:])
    backwards = bool(first and last and last < first)
    return first, last, " → ".join(dict.fromkeys(words)) or None, rhythm, backwards


def _horizon_code(words: str) -> str | None:
    """By its name, else by the years it says; the client's own limits are set against them in `settled`."""
    return kinds.code_words("horizon").get(fold(words)) or horizon_of(words)


def _horizon(rows: Rows, columns: dict[str, list], found: list) -> None:
    """Horizons by their words; a rhythm (`en continu`) is none of the three."""
    if not any(found):
        return
    known = {word: _horizon_code(word) for word in set(found) if word}
    columns["horizon"] = [known.get(word) for word in found]
    columns["horizon_found"] = found
    for i, (word, code) in enumerate(zip(found, columns["horizon"], strict=True)):
        if word and code is None and not is_unknown(word) and not is_horizon(word) and found.index(word) == i:
            rows.say(i, rows.header("horizon"), word, "", "ingest.horizon_unknown", n=found.count(word))


def _codes(rows: Rows, columns: dict[str, list]) -> None:
    """Status, priority, size, flags."""
    for name in ("status", "priority"):
        if rows.has(name):
            columns[name] = readers.codes(rows, name, name)
            columns[f"{name}_found"] = readers.blanks(rows.text(name))
    if rows.has("effort_size"):
        columns["effort_size"] = _sizes(rows)
    for name in ("group_rule", "edition"):
        if rows.has(name):
            columns[name] = readers.codes(rows, name, name)
    if rows.has("mandatory"):
        columns["mandatory"] = readers.flags(rows, "mandatory")
    if rows.has("ongoing"):
        flags = readers.flags(rows, "ongoing")
        stated = columns.get("status") or [None] * len(rows)
        columns["status"] = [code or ("ongoing" if flag else None) for code, flag in zip(stated, flags, strict=True)]


def _sizes(rows: Rows) -> list:
    """P, M, G; a figure of days needs a role, so it is only said here."""
    known = kinds.code_words("size")
    cells = rows.text("effort_size")
    for cell in dict.fromkeys(cells):
        if cell and fold(cell) not in known and not is_unknown(cell):
            rows.say(cells.index(cell), rows.header("effort_size"), cell, "", "ingest.not_a_size", n=cells.count(cell))
    return [known.get(fold(cell)) for cell in cells]


def _owners(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """The owner in the words of the plan; one named owner is a post that is accountable, several are not."""
    names = [name for name in ("owner", "owner_service", "owner_body") if rows.has(name)]
    if not names:
        return
    owners = readers.first_of(*[rows.text(name) for name in names])
    unknown = {owner for owner in set(owners) if owner and is_unknown(owner)}
    columns["owner"] = [None if owner in unknown else owner for owner in owners]
    many = {owner for owner in set(columns["owner"]) if owner and len(funding.SEPARATOR.split(owner)) > 1}
    owned = [i for i in rows.kept if columns["owner"][i]]
    several = next((i for i in owned if columns["owner"][i] in many), None) if many else None
    if several is not None:
        owner = columns["owner"][several]
        rows.say(several, rows.header(names[0]), owner, owner, "ingest.several_owners")
    held = [i for i in owned if columns["owner"][i] not in many]
    if held:
        actions, owners = [[columns[name][i] for i in held] for name in ("action_id", "owner")]
        tables["post"] = keys.titled("post", {owner: {"title": owner} for owner in dict.fromkeys(owners)})
        index = keys.several(("action_id", "post_id", "part"), actions, owners, ["accountable"] * len(held))
        tables["assignment"] = pd.DataFrame(index=index)


def _links(rows: Rows, columns: dict[str, list], tables: Frames) -> None:
    """Notes an action comes from, and actions that must come before it."""
    thread, before = [], []
    if rows.has("notes"):
        cells = rows.text("notes")
        thread = [(note, columns["action_id"][i]) for i in rows.kept for note in re.split(r"[;,\s]+", cells[i]) if note]
    if rows.has("predecessors"):
        cells = rows.text("predecessors")
        before = [
            (other, columns["action_id"][i])
            for i in rows.kept
            for other in re.split(r"\s*[;,\n]\s*", cells[i])
            if other
        ]
    if thread:
        index = pd.MultiIndex.from_tuples(list(dict.fromkeys(thread)), names=("note_id", "action_id"))
        tables["thread"] = pd.DataFrame(index=index)
    if before:
        index = pd.MultiIndex.from_tuples(list(dict.fromkeys(before)), names=("before", "after"))
        tables["precedence"] = pd.DataFrame(index=index)
