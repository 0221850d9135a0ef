"""The plan's workbook: sheets written from their spec, locked but for what people may edit; what was, kept inside."""

from __future__ import annotations

import json
import os
import re
import tempfile
import textwrap
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
import xlsxwriter

from planlib.facts import Facts, titles
from planlib.office import cells, spec
from planlib.office.content import Page, day_of, head, pages
from planlib.schema import CODES, PlanError
from planlib.store import Book
from planlib.words import day, has_word, word
from planlib.workspace import read_client

FORMAT = 1  # of the hidden sheet; an import of another one is refused
HIDDEN = "_planlib"
MARKS = ("=", "+", "-", "@", "\t")  # a text that starts so is a formula to a spreadsheet, unless it is written as text
INK, MUTED, RULE, STRONG = "#1b2430", "#5b6675", "#d8dee6", "#9aa5b1"
LISTS = ("status", "health", "reason", "decision", "horizon", "priority", "level", "source_status")
LETTER, LEGAL = 1, 5  # paper sizes
FONT = "Arial"  # its twin Liberation Sans has the same widths, so that lines break at the same places
ALIGN = {"money": "right", "number": "right", "whole": "right", "percent": "center"}
LINE, PADDING, HIGHEST = 12.75, 4, 409  # points; 409 is as high as Excel draws a row


def export(
    book: Book, facts: Facts, lang: str, path: str | Path, *, owner: str | None = None, edition: str = "internal"
) -> Path:
    """Write the plan's workbook, or one owner's sheet, to a new file, and return its path.

    Parameters
    ----------
    book, facts : Book, Facts
        The client's workbook and its facts on the day of the data; the same facts give the same bytes.
    lang : "fr" or "en"
        Words only: figures and dates are the same in both.
    path : path
        A file that does not exist yet: a workbook that someone may have open is never written over.
    owner : str, optional
        A post_id or an owner's name: that owner's actions alone, ready to be updated and sent back.
    edition : "internal", "firm" or "public"
        The public one has nothing to fill in and cannot be read back.

    Raises
    ------
    PlanError
        The file exists, no action is in the plan, nobody is called `owner`, or a text is longer than a cell holds.
    """
    path = Path(path)
    if path.exists():
        raise PlanError("office.exists", file=path.name)
    lang = facts.tongue(lang)
    found = pages(facts, lang, owner=owner, edition=edition)
    if found[0].rows.empty:
        raise PlanError("office.no_action", client=book.client)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=".part-", suffix=".xlsx", dir=path.parent)
    os.close(handle)
    try:
        _Writer(book, facts, lang, part, owner, edition).write(found)
        os.chmod(part, 0o644)
        try:
            os.link(part, path)  # refuses a file that appeared meanwhile
        except FileExistsError:
            raise PlanError("office.exists", file=path.name) from None
        except OSError:  # a disk without links
            os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)
    return path


class _Writer:
    """One workbook being written: its formats, each made once, and its sheets in order."""

    def __init__(self, book: Book, facts: Facts, lang: str, path: str, owner: str | None, edition: str):
        self._facts, self._lang, self._owner, self._edition = facts, lang, owner, edition
        self._client = read_client(book.client, book.path.parent.parent)
        self._day = day_of(facts) or facts.today or date.fromisoformat(book.history()["at"].max()[:10])
        self._book = xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_formulas": False})
        self._formats: dict[tuple, object] = {}
        self._places: dict[str, str] = {}  # list of codes -> its cells on the legend

    def write(self, found: list[Page]) -> None:
        name = self._client.called(self._lang)
        created = datetime.combine(self._day, time(12))
        self._book.set_properties({"title": f"{self._title()} — {name}", "author": "planlib", "created": created})
        self._book.set_size(2400, 1400)
        sheets = [self._book.add_worksheet(self._sheet_name(page.sheet.name)) for page in found]
        legend = self._book.add_worksheet(self._sheet_name("legend"))
        self._legend(legend)
        for page, sheet in zip(found, sheets, strict=True):
            self._page(page, sheet)
        if self._edition != "public":
            self._snapshot(found)
        sheets[0].activate()
        self._book.close()

    def _sheet_name(self, name: str) -> str:
        told = cells.for_sheet(word(f"office.sheet_{name}", self._lang))
        return re.sub(r"[\[\]:*?/\\]", "-", told)[:31].strip("'")  # what Excel takes as a sheet's name

    def _title(self) -> str:
        plans = self._facts.plans
        going = plans[~(plans["ends"] < pd.Timestamp(self._day))]
        if len(going) == 1:
            return titles(going, self._lang).iloc[0]
        return word("office.plan_title", self._lang)

    def _say(self, key: str, **facts) -> str:
        return cells.for_sheet(word(key, self._lang, **facts))

    def _format(self, **look):
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
            self._formats[key] = self._book.add_format(base | look)
        return self._formats[key]

    def _page(self, page: Page, sheet) -> None:
        editable = page.sheet is spec.PLAN and self._edition != "public"
        name = self._client.called(self._lang)
        sheet.write_string(
            spec.TITLE,
            0,
            f"{self._sheet_title(page)} — {name}",
            self._format(bold=True, font_size=15, valign="vcenter"),
        )
        sheet.set_row(spec.TITLE, 24)
        about = self._say(f"office.about_{page.sheet.name}")
        about += " " + self._say("office.as_of", day=day(self._day, self._lang))
        if editable:
            about += " " + self._say("office.how_to_edit")
        sheet.write_string(spec.SUBTITLE, 0, about, self._format(font_color=MUTED, valign="vcenter"))
        sheet.set_row(spec.SUBTITLE, 18)
        sheet.set_row(spec.HEADER, 32)
        wide = page.sheet is spec.PLAN or len(page.fields) > 12
        for column, field in enumerate(page.fields):
            sheet.set_column(column, column, field.width)
            header = self._format(
                bold=True, font_color="#ffffff", bg_color=self._client.accent, text_wrap=True, valign="vcenter",
                border=1, border_color=self._client.accent,
                align=ALIGN.get(field.kind, "left"), indent=0 if field.kind in ALIGN else 1,
            )  # fmt: skip
            sheet.write_string(spec.HEADER, column, self._head(field), header)
            self._column(page, sheet, column, field, editable)
        self._heights(page, sheet)
        last = spec.FIRST + max(len(page.rows), 1) - 1
        sheet.autofilter(spec.HEADER, 0, last, len(page.fields) - 1)
        sheet.freeze_panes(spec.FIRST, min(page.sheet.frozen, len(page.fields) - 1))
        self._print_setup(sheet, paper=LEGAL if wide else LETTER, last=last, columns=len(page.fields))
        sheet.protect(
            "",
            {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True, "insert_hyperlinks": False},
        )
        sheet.hide_gridlines(2)

    def _sheet_title(self, page: Page) -> str:
        if self._owner is None:
            first = self._title() if page.sheet is spec.PLAN else self._sheet_name(page.sheet.name)
            return first
        owner = page.rows["owner"].dropna()
        return self._say("office.owner_title", owner=owner.iloc[0] if len(owner) else self._owner)

    def _head(self, field: spec.Field) -> str:
        return cells.for_sheet(head(field, self._lang))

    def _column(self, page: Page, sheet, column: int, field: spec.Field, editable: bool) -> None:
        unlocked = editable and field.edit
        group = page.rows.get("axis")
        for n, value in enumerate(page.rows[field.name]):
            starts = group is not None and n and group.iloc[n] != group.iloc[n - 1]
            look = {"top": 1, "top_color": STRONG if starts else RULE, "bottom": 1, "bottom_color": RULE}
            if unlocked:
                look |= {"locked": False, "bg_color": tint(self._client.accent)}
            if field.name in ("action_id", "indicator_id"):
                look |= {"font_color": MUTED}
            if field.name == "source" and value == word("office.all_sources", self._lang):
                look |= {"bold": True}
            self._cell(sheet, spec.FIRST + n, column, field, value, look, page.currencies[n])
        if unlocked and len(page.rows):
            self._validate(sheet, column, field, spec.FIRST + len(page.rows) - 1)

    def _cell(self, sheet, row: int, column: int, field: spec.Field, value, look: dict, currency: str | None) -> None:
        """One cell by its kind; a text is always written as text, whatever it begins with."""
        if field.kind == "money":
            look |= {"num_format": money_format(value, currency or "CAD", self._lang)}
        elif field.kind == "date":
            look |= {"num_format": "yyyy-mm-dd", "align": "left", "indent": 1}
        elif field.kind in ("percent", "whole", "number"):
            percent = '0"\u00a0"%' if self._lang == "fr" else "0%"
            look |= {"num_format": {"percent": percent, "whole": "0", "number": "General"}[field.kind]}
            look |= {"align": "center"} if field.kind == "percent" else {}
        else:
            look |= {"text_wrap": True, "align": "left", "indent": 1}
        if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "":
            sheet.write_blank(row, column, None, self._format(**look))
        elif field.kind == "date":
            sheet.write_datetime(row, column, pd.Timestamp(value).to_pydatetime(), self._format(**look))
        elif field.kind in ("money", "percent", "whole", "number"):
            sheet.write_number(row, column, round(float(value), 6), self._format(**look))
        else:
            text = cells.label(field.codes, value, self._lang) if field.codes else str(value)
            if len(text) > cells.LONGEST:
                raise PlanError(
                    "office.too_long", column=self._head(field), found=text[:40], n=len(text), most=cells.LONGEST
                )
            if text.startswith(MARKS):
                look |= {"quote_prefix": True}
            sheet.write_string(row, column, text, self._format(**look))

    def _heights(self, page: Page, sheet) -> None:
        """Each row as high as its longest text: not every program does it when the file is opened."""
        wrapped = [field for field in page.fields if field.kind in ("text", "code")]
        for n, row in enumerate(page.rows.to_dict("records")):
            texts = [
                (cells.label(field.codes, row[field.name], self._lang) if field.codes else row[field.name], field.width)
                for field in wrapped
                if not pd.isna(row[field.name])
            ]
            most = max((lines(str(text), width) for text, width in texts), default=1)
            sheet.set_row(spec.FIRST + n, min(most * LINE + PADDING, HIGHEST))

    def _validate(self, sheet, column: int, field: spec.Field, last: int) -> None:
        told = {"error_title": self._say("office.not_accepted"), "ignore_blank": True}
        area = (spec.FIRST, column, last, column)
        if field.kind == "code":
            wrong = self._say("office.choose_in_list")
            sheet.data_validation(
                *area, {"validate": "list", "source": self._places[field.codes], "error_message": wrong, **told}
            )
        elif field.kind == "percent":
            wrong = self._say("office.write_a_share")
            limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
            sheet.data_validation(*area, {**limits, "error_message": wrong, **told})
        elif field.kind == "date":
            wrong = self._say("office.write_a_date")
            limits = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
            sheet.data_validation(*area, {**limits, "error_message": wrong, **told})

    def _legend(self, sheet) -> None:
        """What may be edited and how, what each word means, and the lists that cells choose from."""
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 84)
        name = self._sheet_name("legend")
        bold = self._format(bold=True, font_size=15, valign="vcenter")
        sheet.write_string(0, 0, f"{name} — {self._client.called(self._lang)}", bold)
        sheet.set_row(0, 24)
        row = 2
        if self._edition != "public":
            for step in ("colour", "save", "conflict", "blank"):
                sheet.merge_range(row, 0, row, 1, "", self._format(text_wrap=True))
                sheet.write_string(row, 0, self._say(f"office.step_{step}"), self._format(text_wrap=True))
                sheet.set_row(row, 28)
                row += 1
            row += 1
        lists = [codes for codes in LISTS if self._owner is None or any(f.codes == codes for f in spec.EDITABLE)]
        for codes in lists:
            header = self._format(bold=True, font_color="#ffffff", bg_color=self._client.accent)
            sheet.write_string(row, 0, self._say(f"office.list_{codes}"), header)
            sheet.write_blank(row, 1, None, header)
            first = row + 1
            chosen = [code for code in CODES[codes] if code not in spec.COMPUTED.get(codes, ())]
            for code in [*chosen, *spec.COMPUTED.get(codes, ())]:
                row += 1
                look = {"bottom": 1, "bottom_color": RULE}
                sheet.write_string(row, 0, cells.label(codes, code, self._lang), self._format(**look))
                key = f"office.{codes}_{code}"
                meaning = self._meaning(key, codes, code) if has_word(key) else ""
                sheet.write_string(row, 1, meaning, self._format(font_color=MUTED, text_wrap=True, **look))
            last = first + len(chosen) - 1
            self._places[codes] = f"='{name}'!$A${first + 1}:$A${last + 1}"
            row += 2
        self._print_setup(sheet, paper=LETTER, last=row, columns=2, header=None)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(2)

    def _meaning(self, key: str, codes: str, code: str) -> str:
        settings = self._facts.settings
        months = {"short": settings["short_months"], "medium": settings["medium_months"]}
        if codes == "horizon":
            n = months.get(code, months["medium"])
            return "" if pd.isna(n) else self._say(key, n=int(n))
        if code == "no_update":
            days = settings["update_days"]
            return "" if pd.isna(days) else self._say(key, n=int(days))
        return self._say(key)

    def _print_setup(self, sheet, *, paper: int, last: int, columns: int, header: int | None = spec.HEADER) -> None:
        if header is None:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
            sheet.repeat_rows(header)
        sheet.set_paper(paper)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.print_area(0, 0, last, columns - 1)
        name = self._client.called(self._lang).replace("&", "&&")
        pages_word = self._say("office.page_of")
        # A space after the size: a text that begins with a figure would make it larger.
        sheet.set_footer(f"&L&8 {name}&C&8 {day(self._day, self._lang)}&R&8 {pages_word}")

    def _snapshot(self, found: list[Page]) -> None:
        """What every cell was, kept inside the file: reading it back needs nothing else."""
        sheet = self._book.add_worksheet(HIDDEN)
        about = {
            "format": FORMAT, "client": self._client.slug, "lang": self._lang, "as_of": self._day.isoformat(),
            "edition": self._edition, "owner": self._owner,
        }  # fmt: skip
        sheet.write_string(0, 0, json.dumps(about, ensure_ascii=False, sort_keys=True))
        row = 1
        for page in found:
            name = self._sheet_name(page.sheet.name)
            lines = [["fields", *(field.name for field in page.fields)], ["heads", *map(self._head, page.fields)]]
            for key, values in zip(page.keys, page.rows.itertuples(index=False, name=None), strict=True):
                texts = (
                    cells.plain(round(float(value), 6) if isinstance(value, float) and value == value else value)
                    for value in values
                )
                lines.append(["row", key, *texts])
            for line in lines:
                for column, text in enumerate([name, page.sheet.name, *line]):
                    if text:
                        sheet.write_string(row, column, text)
                row += 1
        sheet.protect()
        sheet.very_hidden()


def tint(accent: str) -> str:
    """The accent at one tenth on white: the ground of the cells people may edit."""
    parts = (int(accent[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.1):02x}" for part in parts)


def money_format(value, currency: str, lang: str) -> str:
    """Digits set as the language sets them (12 500 $, $12,500), whatever the program's own language."""
    sign = {"CAD": "$", "EUR": "€"}.get(currency, currency)
    gap = "\u00a0" if lang == "fr" else ","
    size = 0.0 if pd.isna(value) else abs(float(value))
    groups = 0 if size < 999.5 else 1 if size < 999_999.5 else 2 if size < 999_999_999.5 else 3
    digits = f'"{gap}"'.join(["#", *["###"] * (groups - 1), "##0"]) if groups else "0"
    if lang == "fr":
        return f'{digits}"\u00a0{sign}"'
    return f'"{sign}"{digits}' if len(sign) == 1 else f'"{sign}\u00a0"{digits}'


def lines(text: str, width: float) -> int:
    """Lines a text takes in a column, by words; a little more than most fonts need."""
    most = max(1, int((width - 2) * 1.2))
    return sum(max(1, len(textwrap.wrap(part, most))) for part in text.split("\n"))
