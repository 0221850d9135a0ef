"""The review's finished tables as pieces of a page: nothing is computed here, all text is escaped.

Each takes a `Review` and a language and gives `Html`, which a notebook shows and a report's page keeps; an empty
table gives what to say instead. Their look is templates/html/blocks.css.
"""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd

from planlib import facts, words
from planlib.desk.tables import NOWHERE, Html, brief, coded, laid, mark, marked, titled
from planlib.review import Review
from planlib.review.next_year import MOVES
from planlib.review.page import Figure
from planlib.schema import CODES
from planlib.words import day, money, word, year_name

NAMED = 3  # actions named on the card of a decision; the annex has them all


def heading(key: str, lang: str, level: int = 2, **facts) -> Html:
    """A heading in words; `key` is a name of wording/block."""
    return Html(f"<h{level}>{_say(key, lang, **facts)}</h{level}>")


def next_heading(found: Review, lang: str) -> Html:
    """The heading of next year's draft, with that year's name."""
    return heading("h_next", lang, year=year_name(found.year + 1, found.fiscal_start))


def head(found: Review, lang: str, name: str = "") -> Html:
    """The client's name when it is given, the year reviewed, and before them, of a draft, that it is one."""
    year, named = year_name(found.year, found.fiscal_start), f"<strong>{escape(name)}</strong> · " if name else ""
    span = named + _say("span", lang, year=year, start=day(found.start, lang), end=day(found.end, lang))
    draft = f'<p class="draft">{_say("draft", lang, n=len(found.blanks))}</p>' if len(found.blanks) else ""
    return Html(f'{draft}<p class="span">{span}</p>')


def figures(found: Review, lang: str) -> Html:
    """Four figures, last year's beside them."""
    return Html(f'<div class="figures">{"".join(_figure(figure, lang) for figure in found.figures)}</div>')


def strategy(found: Review, lang: str) -> Html:
    """Where the strategy stands, in one sentence."""
    return Html(f'<p class="strategy">{escape(found.strategy.text(lang))}</p>')


def decisions(found: Review, lang: str) -> Html:
    """Three decisions to take, each with what it costs and what it frees; the first actions it is about, briefly."""
    if not found.decisions:
        return _nothing("no_decision", lang)
    titles = found.actions[f"title_{lang}"]
    items = []
    for decision in found.decisions:
        about = [f"{escape(a)} {escape(brief(titles[a]))}" for a in decision.actions[:NAMED]]
        others = len(decision.actions) - NAMED
        more = f" {_say('about_more', lang, n=others)}" if others > 0 else ""
        listed = f'<p class="about">{_say("joint", lang).join(about)}{more}</p>' if about else ""
        items.append(
            f"<li><p>{escape(decision.what.text(lang))}</p>{listed}<dl>"
            f"<div><dt>{_say('costs', lang)}</dt><dd>{escape(decision.costs.text(lang))}</dd></div>"
            f"<div><dt>{_say('frees', lang)}</dt><dd>{escape(decision.frees.text(lang))}</dd></div></dl></li>"
        )
    return Html(f'<ol class="decisions">{"".join(items)}</ol>')


def evidence(found: Review, lang: str) -> Html:
    """Behind each reason, the actions that gave it, the line that shows it and what is proposed."""
    if found.not_done.empty:
        return _nothing("all_done", lang)
    frequent = found.by_reason["n"].sort_values(ascending=False, kind="stable").index
    order = {reason: i for i, reason in enumerate(frequent)}
    rows = found.not_done.assign(rank=found.not_done["reason"].map(order)).sort_values("rank", kind="stable")
    return _table(
        "evidence",
        lang,
        ["title", "reason", "line", "decision"],
        [[_action(row, lang), _reason(row, lang), _line(row, lang), _decision(row, lang)] for row in facts.rows(rows)],
    )


def owed(found: Review, lang: str) -> Html:
    """What a draft still owes, by owner; nothing when it owes nothing."""
    if found.blanks.empty:
        return Html("")
    parts = [heading("h_owed", lang, level=3).html]
    for owner, rows in found.blanks.fillna({f"owner_{lang}": ""}).groupby(f"owner_{lang}", sort=True):
        items = "".join(
            f"<li>{escape(row.action_id)} {escape(getattr(row, f'title_{lang}'))} "
            f"({escape(word(f'review.missing_{row.missing}', lang))})</li>"
            for row in facts.rows(rows)
        )
        parts.append(f"<h4>{escape(owner) or _say('nobody', lang)}</h4><ul>{items}</ul>")
    return Html("".join(parts))


def axis_details(found: Review, lang: str) -> Html:
    """Axis by axis: what was promised and done, what was learned, and its indicators against their targets."""
    return Html("".join(_axis(row, found, lang) for row in facts.rows(found.by_axis)))


def indicators(found: Review, lang: str) -> Html:
    """What the chart of indicators cannot say: that there is none yet, or who should have measured which."""
    if found.indicators.empty:
        return _nothing("no_indicator", lang)
    missing = found.indicators[found.indicators["state"] == "not_measured"]
    items = []
    for card in facts.rows(missing):
        who = escape(card.collector) if isinstance(card.collector, str) else _say("no_collector", lang)
        comment = f" {escape(card.missing_why)}" if isinstance(card.missing_why, str) else ""
        items.append(f'<li>{escape(getattr(card, f"title_{lang}"))} <span class="quiet">({who})</span>{comment}</li>')
    title = f"<h3>{_say('not_measured', lang)}</h3>"
    return Html(f"{title}<ul>{''.join(items)}</ul>" if items else "")


def context(found: Review, lang: str) -> Html:
    """What transformed the year, inside the organisation and around it."""
    if found.context.empty:
        return _nothing("no_context", lang)
    parts = []
    for where in [*CODES["where"], None]:
        rows = found.context[found.context["where"] == where if where else found.context["where"].isna()]
        items = "".join(
            f"<li>{_dated(row.happened, lang)}{escape(getattr(row, f'text_{lang}'))}</li>" for row in facts.rows(rows)
        )
        title = f"<h3>{_say(f'context_{where}', lang)}</h3>" if where else ""
        parts.append(f"{title}<ul>{items}</ul>" if items else "")
    return Html("".join(parts))


def compared(found: Review, lang: str) -> Html:
    """This year's plan against last year's: carried, new, dropped; by the id, with the number each one had."""
    if found.carried.empty and found.closed.empty:
        return _nothing("first_year", lang)
    parts = []
    for name in ("carried", "new", "dropped", "closed"):
        table = getattr(found, name)
        listed = "".join(
            f'<li><span class="whole">{escape(row.Index)}</span> {titled(row, lang)}</li>' for row in facts.rows(table)
        )
        title = _say(f"compared_{name}", lang, count=len(table))
        parts.append(f"<dt>{title}</dt><dd><ul>{listed}</ul></dd>" if listed else f"<dt>{title}</dt>")
    return Html(f'<dl class="compared">{"".join(parts)}</dl>')


def next_year(found: Review, lang: str) -> Html:
    """Next year's draft: in, moved, out and still to decide, with the days and money known."""
    if found.next_year.empty:
        return _nothing("no_next_year", lang)
    rows = []
    for move in MOVES:
        for row in facts.rows(found.next_year[found.next_year["move"] == move]):
            date = f" ({escape(day(row.new_date.date(), lang))})" if not pd.isna(row.new_date) else ""
            why = _say(f"why_{row.why}", lang) if row.why in ("ongoing", "due") else _code("decision", row.why, lang)
            rows.append(
                [
                    _action(row, lang),
                    _say(f"move_{move}", lang) + date,
                    why,
                    _days(row.effort_days, lang),
                    _amount(row, lang),
                ]
            )
    return _table("next_year", lang, ["title", "move", "why", "days", "cost"], rows, numbers=2)


def loads(found: Review, lang: str) -> Html:
    """Who would carry what next year."""
    rows = []
    for row in facts.rows(found.loads):
        name = getattr(row, f"owner_{lang}")
        unknown = f" {_say('days_unknown', lang, n=row.unknown_days)}" if row.unknown_days else ""
        rows.append(
            [
                escape(name) if isinstance(name, str) else _say("nobody", lang),
                words.number(row.this_year, lang),
                words.number(row.next_year, lang),
                _days(row.effort_days, lang) + unknown,
            ]
        )
    return _table("loads", lang, ["owner", "this_year", "next_year", "days"], rows, numbers=3)


def annex(found: Review, lang: str) -> Html:
    """Action by action: owner, status, health, reason, decision, and how many notes asked for it."""
    rows = [
        [
            _action(row, lang),
            escape(_text(getattr(row, f"owner_{lang}"))),
            marked(row.status if isinstance(row.status, str) else "unknown", lang)
            + (f"<br>{marked(row.health, lang)}" if isinstance(row.health, str) else ""),
            _reason(row, lang),
            _decision(row, lang),
            _notes(row, lang),
        ]
        for row in facts.rows(found.actions.sort_values(["axis_id"], kind="stable", na_position="last"))
    ]
    return _table("annex", lang, ["title", "owner", "status", "reason", "decision", "notes"], rows)


def history(found: Review, lang: str) -> Html:
    """Every piece of news of the year, action by action, oldest first; folded away until asked for."""
    start = found.start.isoformat()
    news = found.history[(found.history["updated_on"] >= start) & found.history["action_id"].isin(found.actions.index)]
    if news.empty:
        return _nothing("no_history", lang)
    titles = found.actions[f"title_{lang}"]
    rows = [
        [
            f"{escape(row.action_id)} {escape(titles[row.action_id])}",
            _day_text(row.updated_on, lang),
            marked(row.status, lang) if isinstance(row.status, str) else NOWHERE,
            escape(_text(row.comment)),
        ]
        for row in facts.rows(news.sort_values(["action_id", "updated_on"]))
    ]
    table = _table("history", lang, ["title", "updated_on", "status", "comment"], rows)
    return Html(f"<details><summary>{_say('history', lang, n=len(rows))}</summary>{table.html}</details>")


def notes(found: Review, lang: str) -> Html:
    """What a reader must know of how the figures were made."""
    items = "".join(f"<li>{escape(note.text(lang))}</li>" for note in found.notes)
    return Html(f'{heading("h_notes", lang, level=3).html}<ul class="notes">{items}</ul>' if items else "")


def _say(name: str, lang: str, **facts) -> str:
    return escape(word(f"block.{name}", lang, **facts), quote=False)


def _nothing(name: str, lang: str) -> Html:
    return Html(f'<p class="nothing">{_say(name, lang)}</p>')


def _figure(figure: Figure, lang: str) -> str:
    of_money = figure.unit != "count"

    def told(value: float | None) -> str:
        return money(round(value), lang, figure.unit) if of_money else words.number(value, lang)

    if figure.name == "on_plan" and not figure.n:
        main = f'<p class="x none">{_say("none_under_way", lang)}</p>'
    elif figure.x is None and figure.n is None:
        main = f'<p class="x none">{_say("unknown", lang)}</p>'
    else:
        x = told(figure.x) if figure.x is not None else _say("unknown", lang)
        of = _say("of", lang, n=told(figure.n)) if figure.n is not None else _say("of_unknown", lang)
        main = f'<p class="x{" money" if of_money else ""}">{escape(x)} <span class="of">{of}</span></p>'
    quiet = _say(f"quiet_{figure.name}", lang, n=figure.unknown) if figure.unknown else ""
    last = ""
    if figure.last_x is not None and figure.last_n is not None:
        last = _say("last_year", lang, x=told(figure.last_x), n=told(figure.last_n))
    return (
        f'<div class="figure"><p class="label">{_say(f"figure_{figure.name}", lang)}</p>{main}'
        f'<p class="quiet">{quiet}</p><p class="last">{last}</p></div>'
    )


def _axis(row, found: Review, lang: str) -> str:
    title = escape(getattr(row, f"title_{lang}")) if row.Index else _say("no_axis", lang)
    number = f"{escape(row.number)}. " if isinstance(row.number, str) else ""
    if not row.promised:
        return f"<h3>{number}{title}</h3><p>{_say('axis_empty', lang)}</p>"
    facts = {"n": row.promised, "done": row.done, "ongoing": row.ongoing, "left": row.not_done}
    parts = [f"<h3>{number}{title}</h3><p>{_say('axis_counts', lang, **facts)}</p>"]
    if isinstance(row.learned, str):
        items = "".join(f"<li>{escape(line)}</li>" for line in row.learned.split("\n"))
        parts.append(f"<h4>{_say('learned', lang)}</h4><ul>{items}</ul>")
    cards = found.indicators[found.indicators["axis_id"].fillna("") == row.Index]
    if len(cards):
        parts.append(
            _table(
                "measured", lang, ["indicator", "baseline", "actual", "target", "position"], _cards(cards, lang)
            ).html
        )
    return "".join(parts)


def _cards(cards: pd.DataFrame, lang: str) -> list[list[str]]:
    rows = []
    for card in facts.rows(cards):
        unit = getattr(card, f"unit_{lang}")
        level = _code("level", card.level, lang) if isinstance(card.level, str) else ""
        level = f' <span class="quiet">({level})</span>' if level else ""
        position = word(f"charts.indicator_{card.state}", lang)
        comment = f'<br><span class="quiet">{escape(card.comment)}</span>' if isinstance(card.comment, str) else ""
        rows.append(
            [
                escape(getattr(card, f"title_{lang}")) + level,
                measured(card.baseline, unit, card.baseline_date, lang),
                measured(card.actual, unit, card.measured_on, lang) + comment,
                measured(card.target, unit, card.target_date, lang),
                f'<span class="status">{mark(card.state)}{escape(position)}</span>',
            ]
        )
    return rows


def measured(value: float, unit: str | None, when, lang: str) -> str:
    """A measure with its unit, when it has one, and its day."""
    if value != value:
        return NOWHERE
    space = "" if unit == "%" and lang == "en" else "\u00a0"
    date = f'<br><span class="quiet">{escape(day(when.date(), lang))}</span>' if not pd.isna(when) else ""
    return escape(words.number(value, lang) + (space + unit if isinstance(unit, str) else "")) + date


def _table(name: str, lang: str, columns: list[str], rows: list[list[str]], numbers: int = 0) -> Html:
    return laid(name, [_say(f"col_{column}", lang) for column in columns], [("", rows)], numbers)


def _action(row, lang: str) -> str:
    number = f" · {escape(row.number)}" if isinstance(row.number, str) else ""
    return f'{titled(row, lang)} <span class="quiet">{escape(row.Index)}{number}</span>'


def _reason(row, lang: str) -> str:
    if row.status in ("done", "ongoing"):
        return ""
    if not isinstance(row.reason, str):
        return f'<span class="owed">{_say("reason_owed", lang)}</span>'
    second = ""
    if isinstance(row.reason_second, str) and row.reason_second != row.reason:
        also = _say("second", lang, reason=word(f"reason.{row.reason_second}", lang))
        second = f'<br><span class="quiet">{also}</span>'
    return _code("reason", row.reason, lang) + second


def _line(row, lang: str) -> str:
    if not isinstance(row.line, str):
        return NOWHERE
    where = [day(row.line_on.date(), lang)] if not pd.isna(row.line_on) else []
    where += [row.line_origin] if isinstance(row.line_origin, str) else []
    origin = f'<br><span class="quiet">{escape(" · ".join(where))}</span>' if where else ""
    return escape(row.line) + origin


def _decision(row, lang: str) -> str:
    if row.status in ("done", "ongoing") and not isinstance(row.decision, str):
        return ""
    if not isinstance(row.decision, str):
        return _say("to_decide", lang)
    date = f"<br>{escape(day(row.new_date.date(), lang))}" if not pd.isna(row.new_date) else ""
    text = f'<br><span class="quiet">{escape(row.decision_text)}</span>' if isinstance(row.decision_text, str) else ""
    return _code("decision", row.decision, lang) + date + text


def _notes(row, lang: str) -> str:
    if not row.notes:
        return NOWHERE
    ids = f'<br><span class="quiet">{escape(row.note_ids)}</span>' if isinstance(row.note_ids, str) else ""
    return words.number(row.notes, lang) + ids


def _code(codes: str, code, lang: str) -> str:
    return escape(coded(codes, code, lang)) if isinstance(code, str) else _say("to_decide", lang)


def _days(value: float, lang: str) -> str:
    return words.number(value, lang) if value == value else NOWHERE


def _amount(row, lang: str) -> str:
    if row.next_high != row.next_high:
        return NOWHERE
    low, high = (money(value, lang, row.money) for value in (row.next_low, row.next_high))
    return escape(high if row.next_low == row.next_high else word("review.from_to", lang, low=low, high=high))


def _dated(when, lang: str) -> str:
    return f'<span class="quiet">{escape(day(when.date(), lang))}</span> ' if not pd.isna(when) else ""


def _day_text(text: str, lang: str) -> str:
    try:
        return escape(day(date.fromisoformat(text), lang))
    except ValueError:
        return escape(text)


def _text(value) -> str:
    return value if isinstance(value, str) else NOWHERE
