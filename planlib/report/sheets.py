"""A report as a workbook: a sheet for each table and for the data of each chart, figures as figures, days as days."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from planlib.office.cells import LONGEST, for_sheet, sayable
from planlib.office.write import FONT, HIGHEST, INK, LINE, MARKS, MUTED, PADDING, RULE, lines, money_format, tint
from planlib.report.content import About, Content
from planlib.report.figured import day, figure
from planlib.report.laid import Block, Laid, laid, text_of
from planlib.words import word

HEAD = 3  # the row of the column heads, from 0
WIDEST = 60  # characters of a column
MOST = 12  # rows of a chart that is drawn anew; more are better read as a table


@dataclass(slots=True)
class Sheet:
    """One sheet to write: `rows` are lists of (text, right) with the columns of `heads`."""

    title: str
    heads: list[str]
    rows: list[list[tuple[str, bool]]] = field(default_factory=list)
    bars: bool = False


def document(content: Content, about: About) -> bytes:
    """The content as an .xlsx file."""
    page = laid(content, about, short=float("inf"))
    return _Writer(page, about).written()


def sheets(page: Laid, lang: str) -> list[Sheet]:
    """The tables of the report in their order, those of one kind under one heading as one; then those of its charts."""
    found: dict[tuple, list[tuple[str, Block]]] = {}
    over, under, before = page.title, "", None
    bars: dict[int, bool] = {}
    for block in page.body:
        if block["k"] == "h" and block["level"] < 3:
            told = text_of(block)
            over, under = (told, "") if block["level"] == 1 else (over, told)
        elif block["k"] == "table":
            introduced = before and before["k"] == "p" and before.get("look") == "summary"
            own = text_of(block["caption"]) or (text_of(before) if introduced else "")
            found.setdefault((own or over, tuple(_heads(block))), []).append(("" if own else under, block))
        elif block["k"] == "chart":
            bars |= dict.fromkeys(block["data"], block["bars"])
        before = block
    made = [_joined(title, list(heads), tables, lang) for (title, heads), tables in found.items()]
    for n, block in enumerate(page.data):
        if block["k"] == "table":
            title = text_of(page.data[n - 1])
            made.append(_joined(title, _heads(block), [("", block)], lang, bars=bars.get(n, False)))
    return made


def _joined(title: str, heads: list[str], tables: list[tuple[str, Block]], lang: str, *, bars: bool = False) -> Sheet:
    """Tables with the same heads as one; what stood over each, and over groups of its rows, becomes a column."""
    rows: list[tuple[str, str, list[tuple[str, bool]]]] = []
    for part, table in tables:
        group = ""
        for row in table["body"]:
            cells = row["cells"]
            if len(cells) == 1 and cells[0]["head"] and cells[0]["span"] == len(heads) > 1:
                group = text_of(cells[0]["c"])
            else:
                rows.append((part, group, _flat(cells)))
    parts = {part for part, _, _ in rows}
    parted = len(parts) > 1
    title = title if parted else next(iter(parts), "") or title
    grouped = any(group for _, group, _ in rows)
    more = [word("report.sheet_part", lang)] * parted + [word("report.sheet_group", lang)] * grouped
    written = [[(part, False)] * parted + [(group, False)] * grouped + cells for part, group, cells in rows]
    return Sheet(title, [*more, *heads], written, bars=bars)


def _heads(table: Block) -> list[str]:
    """One text a column: what stands over it, from the top."""
    columns: list[list[str]] = [[] for _ in table["widths"]]
    for row in table["head"]:
        for column, (text, _) in zip(columns, _flat(row, repeat=True), strict=True):
            if text and text not in column:
                column.append(text)
    return [" – ".join(column) for column in columns]


def _flat(cells: list[dict[str, Any]], *, repeat: bool = False) -> list[tuple[str, bool]]:
    """A row's cells, one a column; one that spans several stands in the first of them, or in each."""
    out: list[tuple[str, bool]] = []
    for cell in cells:
        said = (text_of(cell["c"]), cell["right"])
        out += [said, *([said if repeat else ("", False)] * (cell["span"] - 1))]
    return out


class _Writer:
    """One workbook being written: its formats, each made once, and its sheets in order."""

    def __init__(self, page: Laid, about: About):
        self._page, self._about, self._lang = page, about, about.lang
        self._out = io.BytesIO()
        plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(self._out, plain)
        self._formats: dict[tuple, Any] = {}

    def written(self) -> bytes:
        about, day_ = self._about, self._about.today
        self._book.set_properties(
            {
                "title": f"{self._page.title} — {about.name}"[:250],
                "author": "planlib",
                "created": datetime(day_.year, day_.month, day_.day, 12),
            }
        )
        self._book.set_size(2400, 1400)
        first = self._book.add_worksheet(self._say("report.sheet_first"))
        taken = {first.get_name().casefold()}
        listed = []
        charts = 0
        for n, sheet in enumerate(sheets(self._page, self._lang), 1):
            name = _name(f"{n} {sheet.title}", taken)
            charts += self._sheet(self._book.add_worksheet(name), name, sheet)
            listed.append((name, sheet))
        self._first(first, listed)
        first.activate()
        self._book.close()
        return self._out.getvalue()

    def _say(self, key: str, **facts) -> str:
        return for_sheet(word(key, self._lang, **facts))

    def _format(self, **look):
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top", **look}
            )
        return self._formats[key]

    def _text(self, sheet, row: int, column: int, text: str, **look) -> None:
        """A text as text, whatever it begins with; one longer than a cell holds says that it goes on."""
        text = sayable(for_sheet(text))
        if len(text) > LONGEST:
            text = text[: LONGEST - 1] + "…"
        if text.startswith(MARKS):
            look |= {"quote_prefix": True}
        if text:
            sheet.write_string(row, column, text, self._format(**look))
        else:
            sheet.write_blank(row, column, None, self._format(**look))

    def _first(self, sheet, listed: list[tuple[str, Sheet]]) -> None:
        """What the report is, the figures of its first page, and where each table is."""
        accent = self._about.client.accent
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, 2, 46)
        self._text(sheet, 0, 0, self._about.name, bold=True, font_color=accent, font_size=11)
        self._text(sheet, 1, 0, self._page.title, bold=True, font_size=16)
        sheet.set_row(1, 24)
        self._text(sheet, 2, 0, " · ".join(self._page.about), font_color=MUTED)
        row = 4
        for block in [*self._page.lead, *self._page.body]:
            if block["k"] == "row" and block["look"] == "figures":
                row = self._figures(sheet, row, block["boxes"])
            elif block["k"] == "p" and block.get("look") in ("strategy", "draft", "nothing"):
                sheet.merge_range(row, 0, row, 2, "", self._format(text_wrap=True))
                self._text(sheet, row, 0, text_of(block), text_wrap=True, bg_color=tint(accent), indent=1)
                sheet.set_row(row, lines(text_of(block), 120) * LINE + 8)
                row += 2
        head = {"bold": True, "font_color": "#ffffff", "bg_color": accent}
        for column, key in enumerate(("report.sheet_tables", "report.sheet_rows")):
            self._text(sheet, row, column, self._say(key), **head)
        for name, found in listed:
            row += 1
            link = self._format(font_color=accent, underline=1, text_wrap=True)
            place = f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1"
            sheet.write_url(row, 0, place, link, sayable(for_sheet(found.title)))
            sheet.write_number(row, 1, len(found.rows), self._format(align="left"))
            sheet.set_row(row, lines(found.title, 56) * LINE + PADDING)
        self._printed(sheet, row, 3)

    def _figures(self, sheet, row: int, boxes: list[list[Block]]) -> int:
        for box in boxes:
            said = {look: [text_of(b) for b in box if b["look"] == look] for look in ("label", "x", "quiet", "last")}
            rule = {"bottom": 1, "bottom_color": RULE}
            self._text(sheet, row, 0, " ".join(said["label"]), **rule)
            self._text(sheet, row, 1, " ".join(said["x"]), bold=True, font_color=self._about.client.accent, **rule)
            self._text(sheet, row, 2, "; ".join(said["quiet"] + said["last"]), font_color=MUTED, **rule)
            row += 1
        return row + 1

    def _sheet(self, sheet, name: str, found: Sheet) -> int:
        """A table under its heads, which stay in sight; the sheet's chart where bars say it well. Charts drawn."""
        widths = [self._width(found, column) for column in range(len(found.heads))]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._text(sheet, 0, 0, found.title, bold=True, font_size=14)
        sheet.set_row(0, 20)
        about = " · ".join([self._about.name, self._page.title, *self._page.about])
        self._text(sheet, 1, 0, about, font_color=MUTED)
        head = {"bold": True, "font_color": "#ffffff", "bg_color": self._about.client.accent, "text_wrap": True}
        for column, text in enumerate(found.heads):
            right = any(row[column][1] for row in found.rows)
            self._text(sheet, HEAD, column, text, valign="vcenter", **_side(right), **head)
        tallest = max((lines(text, width) for text, width in zip(found.heads, widths, strict=True)), default=1)
        sheet.set_row(HEAD, tallest * LINE + PADDING)
        for n, row in enumerate(found.rows, HEAD + 1):
            for column, (text, right) in enumerate(row):
                self._cell(sheet, n, column, text, right=right)
            most = max((lines(text, width) for (text, _), width in zip(row, widths, strict=True)), default=1)
            sheet.set_row(n, min(most * LINE + PADDING, HIGHEST))
        last = HEAD + max(len(found.rows), 1)
        sheet.autofilter(HEAD, 0, last, len(found.heads) - 1)
        sheet.freeze_panes(HEAD + 1, 1)
        sheet.hide_gridlines(2)
        self._printed(sheet, last, len(found.heads), repeat=True)
        return self._chart(sheet, name, found, last)

    def _cell(self, sheet, row: int, column: int, text: str, *, right: bool) -> None:
        look: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}
        if right and (known := figure(text, self._lang)):
            kind, value, currency = known
            percent = '0.##"\u00a0"%' if self._lang == "fr" else "0.##%"
            whole = float(value * (100 if kind == "percent" else 1)).is_integer()
            form = {
                "money": money_format(value, currency, self._lang),
                "percent": percent.replace(".##", "") if whole else percent,
                "number": "0" if whole else "General",
            }[kind]
            sheet.write_number(row, column, value, self._format(num_format=form, align="right", **look))
        elif known := day(text, self._lang):
            sheet.write_datetime(row, column, known, self._format(num_format="yyyy-mm-dd", **_side(False), **look))
        else:
            self._text(sheet, row, column, text, text_wrap=True, **_side(right), **look)

    def _width(self, found: Sheet, column: int) -> float:
        """As wide as its words need: never less than a word, seldom more than a line and a half of the longest."""
        texts = [found.heads[column], *(row[column][0] for row in found.rows)]
        word_ = max((len(part) for text in texts for part in re.split(r"\s", text)), default=0)
        longest = max((len(line) for text in texts for line in text.split("\n")), default=0)
        return min(max(word_ + 3, longest * 0.7 + 4, 11), WIDEST)

    def _chart(self, sheet, name: str, found: Sheet, last: int) -> int:
        columns = series(found, self._lang) if found.bars else []
        if not columns:
            return 0
        chart = self._book.add_chart({"type": "bar"})
        kind, _, currency = figure(found.rows[0][columns[0]][0], self._lang)
        most = max(abs(figure(row[column][0], self._lang)[1]) for row in found.rows for column in columns)
        form = money_format(most, currency, self._lang) if kind == "money" else "0"
        for n, column in enumerate(columns):
            shade = self._about.client.accent if not n else "#9aa5b1"
            chart.add_series(
                {
                    "name": [name, HEAD, column],
                    "categories": [name, HEAD + 1, 0, last, 0],
                    "values": [name, HEAD + 1, column, last, column],
                    "fill": {"color": shade},
                    "data_labels": {"value": True, "num_format": f"{form};-{form};;"},
                    "gap": 60,
                }
            )
        chart.set_title({"name": sayable(for_sheet(found.title)), "name_font": {"size": 11, "color": INK}})
        chart.set_y_axis({"reverse": True, "line": {"none": True}, "num_font": {"size": 9}})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": RULE}}, "num_format": form})
        chart.set_legend({"none": True} if len(columns) == 1 else {"position": "bottom"})
        chart.set_size({"width": 760, "height": 140 + 40 * len(found.rows)})
        told = f"{found.title}. {word('report.chart', self._lang)}"
        sheet.insert_chart(last + 2, 0, chart, {"description": sayable(for_sheet(told))})
        return 1

    def _printed(self, sheet, last: int, columns: int, *, repeat: bool = False) -> None:
        sheet.set_landscape()
        sheet.set_paper(1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        if repeat:
            sheet.repeat_rows(HEAD)
        name, title = (sayable(for_sheet(text)).replace("&", "&&") for text in (self._about.name, self._page.title))
        sheet.set_footer(f"&L&8 {name}&C&8 {title}&R&8 {self._say('office.page_of')}"[:255])


def series(found: Sheet, lang: str) -> list[int]:
    """The columns that bars can show: figures of one kind all through, beside labels that are each there once."""
    labels = [row[0][0] for row in found.rows]
    if not 1 < len(labels) <= MOST or len(set(labels)) < len(labels):
        return []
    columns = range(1, len(found.heads))
    known = {n: {(figure(row[n][0], lang) or ("",))[0] if row[n][1] else "" for row in found.rows} for n in columns}
    kinds = [n for n in columns if known[n] in ({"money"}, {"number"})]
    alike = [n for n in kinds if known[n] == known[kinds[0]]]
    drawn = [n for n in alike if any(figure(row[n][0], lang)[1] for row in found.rows)]
    return drawn or alike[:1]  # a column of zeros has no bars, and would only have a legend


def _side(right: bool) -> dict[str, Any]:
    """Figures at the right, words at the left, a little in from a figure that may stand before them."""
    return {"align": "right"} if right else {"align": "left", "indent": 1}


def _name(title: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, and that no other has."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", for_sheet(title).replace("\u00a0", " "))
    name = re.sub(r"\s+", " ", name)[:31].strip("' ")
    if name.casefold() in taken:  # two that begin alike: each has its number before it, so this is seldom
        name = f"{name[:27]} {len(taken)}"
    taken.add(name.casefold())
    return name
