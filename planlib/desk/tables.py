"""A table as a person reads it: headers in words, codes in words with their mark, money, dates, nothing unescaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from html import escape
from numbers import Real

import pandas as pd

from planlib import words
from planlib.charts import theme
from planlib.schema import CODES, KINDS
from planlib.words import has_word, word

# Columns whose values are codes with words, and those that hold money: as `schema` has them.
CODED = {c.name: c.codes for kind in KINDS.values() for c in kind.columns.values() if c.codes}
MONEY = {
    c.name
    for kind in KINDS.values()
    for c in kind.columns.values()
    if c.unit.startswith("units of") or c.name == "amount"
} | {"used", "budget", "next_low", "next_high", "total_low", "total_high"}
SHARES = {"score", "share_in", "progress", "share", "weight", "value_share"}
YEARS = {"fiscal_year", "year"}
HIDDEN = {"origin", "edition", "lang", "currency", "money"}  # shown when asked for by name, as is all `*_found`
NOWHERE = "—"
BRIEF = 80  # characters of a title on a card


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of a page; a notebook shows it as such."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __add__(self, other: Html) -> Html:
        return Html(self.html + other.html)


def show(
    table: pd.DataFrame | pd.Series, lang: str, *, columns: Iterable[str] | None = None, caption: str = ""
) -> Html:
    """The table in words of `lang`, ready to display.

    Headers come from the words (`column.<name>`), a title in the language stands for `title`, `title_fr` and
    `title_en`; codes are words with their mark, money goes with the currency of its row, blanks are dashes. A
    column without words keeps its name. Where a row came from, who may see it and what was found before it was read
    (`origin`, `edition`, `lang`, `*_found`) show only when `columns` names them. All text is escaped.
    """
    table = table.to_frame() if isinstance(table, pd.Series) else table
    table = _one_language(table, lang)
    wanted = list(columns) if columns is not None else [c for c in table.columns if not _hidden(c)]
    keys = [name for name in table.index.names if name is not None]
    # `title` is headed "Action"; where the rows are axes, sources or indicators it is their own.
    title = "title_other" if keys and "action_id" not in {*keys, *table.columns} else "title"
    heads = [(c, header(title if c == "title" else c, lang)) for c in [*keys, *wanted]]
    head = "".join(f'<th scope="col"{_side(table, c)}>{escape(told)}</th>' for c, told in heads)
    rows = []
    for key, row in zip(table.index, table.to_dict("records"), strict=True):
        parts = key if isinstance(key, tuple) else (key,)
        cells = [f'<th scope="row">{cell(name, part, lang)}</th>' for name, part in zip(keys, parts, strict=False)]
        currency = row.get("currency") if isinstance(row.get("currency"), str) else row.get("money")
        cells += [f"<td{_side(table, c)}>{cell(c, row[c], lang, currency)}</td>" for c in wanted]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Html(f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>")


def laid(
    name: str, heads: list[str], groups: list[tuple[str, list[list[str]]]], numbers: int | Collection[int] = 0
) -> Html:
    """A table of groups of rows: a heading over each group or none, cells already escaped, as `heads` are.

    The first cell of a row is its header; the last `numbers`, or those at the places given, stand right. Each other
    cell says its head again in `data-head`, which shows where a narrow screen sets rows as cards.
    """
    right = set(range(len(heads) - numbers, len(heads)) if isinstance(numbers, int) else numbers)

    def kinds(i: int, cell: str = "") -> str:
        found = ["number"] * (i in right) + ["blank"] * (cell == NOWHERE)
        return f' class="{" ".join(found)}"' if found else ""

    quoted = [head.replace('"', "&quot;") for head in heads]  # a client's own word may hold one
    bodies = []
    for over, rows in groups:
        line = f'<tr><th scope="rowgroup" colspan="{len(heads)}"><strong>{over}</strong></th></tr>' if over else ""
        for first, *rest in rows:
            cells = "".join(f'<td{kinds(i, c)} data-head="{quoted[i]}">{c}</td>' for i, c in enumerate(rest, 1))
            line += f'<tr><th scope="row">{first}</th>{cells}</tr>'
        bodies.append(f"<tbody>{line}</tbody>")
    head = "".join(f'<th scope="col"{kinds(i)}>{told}</th>' for i, told in enumerate(heads))
    return Html(f'<table class="{name} rows"><thead><tr>{head}</tr></thead>{"".join(bodies)}</table>')


def header(column, lang: str) -> str:
    """The words that stand over a column."""
    return word(f"column.{column}", lang) if has_word(f"column.{column}") else str(column)


def cell(column, value, lang: str, currency: str | None = None) -> str:
    """One value as the language writes it, escaped; a code of a known list as its word, a status with its mark."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return NOWHERE
    if isinstance(value, bool):
        return word("desk.flag_yes" if value else "desk.flag_no", lang)
    codes = CODED.get(column)
    if codes and value in CODES[codes]:
        return marked(str(value), lang) if codes in ("status", "health") else escape(coded(codes, str(value), lang))
    if isinstance(value, date):
        return escape(words.day(value, lang))
    if isinstance(value, Real):
        if column in MONEY:
            return escape(words.money(float(value), lang, currency if isinstance(currency, str) else "CAD"))
        if column in SHARES and 0 <= value <= 1:
            return escape(words.percent(float(value), lang))
        return str(int(value)) if column in YEARS else escape(words.number(value, lang))
    return escape(str(value)).replace("\n", "<br>")


def coded(codes: str, code: str, lang: str) -> str:
    """The words of a code; a size is written as people write it."""
    return word(f"{codes}.{code}", lang) if has_word(f"{codes}.{code}") else code


def marked(code: str, lang: str) -> str:
    """A status or a health as its mark and its word: never by colour alone."""
    kind = "health" if code in theme.HEALTH else "status"
    told = word("charts.status_unknown", lang) if code == "unknown" else word(f"{kind}.{code}", lang)
    return f'<span class="status">{mark(code)}{escape(told)}</span>'


def mark(code: str) -> str:
    """The drawn sign of a status, a health or an indicator's state."""
    for marks, colours in (
        (theme.MARKS, theme.STATUS),
        (theme.HEALTH_MARKS, theme.HEALTH),
        (theme.INDICATOR_MARKS, theme.INDICATOR),
    ):
        if code in marks:
            return (
                '<svg class="mark" viewBox="-1.1 -1.1 2.2 2.2" width="13" height="13" aria-hidden="true" '
                f'focusable="false"><path d="{marks[code]}" fill="{colours[code]}"></path></svg>'
            )
    return ""


def titled(row, lang: str) -> str:
    """The title in the page's language; one only known in another is marked as such, so that it is read aloud right."""
    title, own = getattr(row, f"title_{lang}"), getattr(row, "lang", None)
    if own in words.LANGS and own != lang and title == row.title:
        return f'<span lang="{own}">{escape(title)}</span>'
    return escape(title)


def brief(title: str) -> str:
    """A title that fits on a card, cut between two words where it can be."""
    if len(title) <= BRIEF:
        return title
    cut = title[:BRIEF].rsplit(" ", 1)[0] if " " in title[BRIEF // 2 : BRIEF] else title[: BRIEF - 1]
    return cut.rstrip(" ,;:.") + "…"


def _hidden(column) -> bool:
    return column in HIDDEN or str(column).endswith("_found")


def _one_language(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """One title, owner and text column: the language's, else the one as adopted."""
    table = table.copy()
    for name in ("title", "owner", "text", "description"):
        told = table.pop(f"{name}_{lang}") if f"{name}_{lang}" in table else None
        table = table.drop(columns=[f"{name}_{other}" for other in words.LANGS if f"{name}_{other}" in table])
        if told is not None:
            place = table.columns.get_loc(name) if name in table else 0
            own = table.pop(name) if name in table else told
            table.insert(place, name, told.fillna(own))
    return table


def _side(table: pd.DataFrame, column) -> str:
    """Numbers stand right, so that they compare."""
    if column in table and column not in YEARS and pd.api.types.is_numeric_dtype(table[column].dtype):
        return "" if pd.api.types.is_bool_dtype(table[column].dtype) else ' class="number"'
    return ""
