"""The plan's finished tables as pieces of a page: nothing is computed here, all text is escaped.

Each takes what `plan.adopted` gives and a language and gives `Html`; the look is that of the review's blocks.
"""

from __future__ import annotations

from html import escape

import pandas as pd

from planlib import words
from planlib.desk.blocks import measured
from planlib.desk.tables import NOWHERE, Html, coded, laid, marked
from planlib.plan.adopted import Adopted
from planlib.schedule import stored
from planlib.words import day, money, word, year_name


def title(found: Adopted, lang: str) -> Html:
    """The plan's own name as the document's, then the year and the decision that adopted it."""
    span = _say(
        "span",
        lang,
        year=year_name(found.year, found.fiscal_start),
        start=day(found.start, lang),
        end=day(found.end, lang),
    )
    decision = f'<p class="draft">{_say("not_adopted", lang)}</p>'
    if found.decision is not None:
        facts = {name: _text(found.decision[name]) for name in ("body", "number")}
        decision = f'<p class="quiet">{_say("adopted_by", lang, day=day(found.decision["day"], lang), **facts)}</p>'
    return Html(f'<h1>{escape(found.title.text(lang))}</h1><p class="span">{span}</p>{decision}')


def heading(key: str, found: Adopted, lang: str) -> Html:
    """A heading in words; `key` is a name of wording/adopted."""
    return Html(f"<h2>{_say(key, lang, year=year_name(found.year, found.fiscal_start))}</h2>")


def figures(found: Adopted, lang: str) -> Html:
    """Four figures of the year, then the plan in one sentence."""
    parts = []
    for name, (x, n) in found.figures.items():
        of_money = name == "money"
        told = [None if v is None else _amount(v, found, lang) if of_money else words.number(v, lang) for v in (x, n)]
        of = f' <span class="of">{_say("of", lang, n=told[1])}</span>' if told[1] is not None else ""
        kind = "x none" if told[0] is None else "x money" if of_money else "x"
        main = escape(told[0]) if told[0] is not None else _say("unknown", lang)
        parts.append(
            f'<div class="figure"><p class="label">{_say(f"figure_{name}", lang)}</p>'
            f'<p class="{kind}">{main}{of}</p></div>'
        )
    sentence = f'<p class="strategy">{escape(found.sentence.text(lang))}</p>'
    return Html(f'<div class="figures">{"".join(parts)}</div>{sentence}')


def axes(found: Adopted, lang: str) -> Html:
    """Axis by axis, objective by objective: each action with its owner, dates, cost and indicators."""
    names = found.cards[f"title_{lang}"]
    parts = []
    for axis in found.axes.itertuples():
        rows = found.rows[found.rows["axis_id"].fillna("") == axis.Index]
        number = f"{escape(axis.number)}. " if isinstance(axis.number, str) else ""
        called = escape(getattr(axis, f"title_{lang}")) if axis.Index else _say("no_axis", lang)
        parts.append(f"<h3>{number}{called}</h3><p>{_say('n_actions', lang, n=axis.actions)}</p>")
        columns = ["title", "owner", "dates", "cost", "indicators"]
        several = rows["objective_id"].notna().any()
        groups = []
        for _, part in rows.groupby(rows["objective_id"].fillna(""), sort=False):
            cells = [
                [
                    _action(row, found, lang),
                    _owner(row, lang),
                    _dates(row, lang),
                    _cost(row, found, lang),
                    _indicators(row, names),
                ]
                for row in part.itertuples()
            ]
            groups.append((_objective(part.iloc[0], lang) if several else "", cells))
        parts.append(_table("annex plan", lang, columns, groups).html)
    return Html("".join(parts))


def money_table(found: Adopted, lang: str) -> Html:
    """Money of the year by source: used, available, left or short, and the totals."""
    if found.money.empty:
        return _nothing("no_money", lang)
    rows = []
    for row in found.money.itertuples():
        status = coded("source_status", row.status, lang) if isinstance(row.status, str) else ""
        quiet = f'<br><span class="quiet">{escape(status)}</span>' if status else ""
        rows.append([escape(getattr(row, f"title_{lang}")) + quiet, *_amounts(row, found, lang)])
    rows.append([_say("total", lang), *(f"<strong>{cell}</strong>" for cell in _amounts(found.total, found, lang))])
    return _table("money", lang, ["source", "used", "available", "left"], [("", rows)], numbers=3)


def indicators(found: Adopted, lang: str) -> Html:
    """Indicator cards: from where to where, by when, measured by whom."""
    if found.cards.empty:
        return _nothing("no_indicator", lang)
    rows = []
    for card in found.cards.itertuples():
        unit = getattr(card, f"unit_{lang}")
        level = coded("level", card.level, lang) if isinstance(card.level, str) else ""
        quiet = f' <span class="quiet">({escape(level)})</span>' if level else ""
        rows.append(
            [
                escape(getattr(card, f"title_{lang}")) + quiet,
                measured(card.baseline, unit, card.baseline_date, lang),
                measured(card.target, unit, card.target_date, lang),
                _follow(card, lang),
            ]
        )
    return _table("cards", lang, ["indicator", "baseline", "target", "follow"], [("", rows)])


def outside(found: Adopted, lang: str, names: dict[str, str]) -> Html:
    """Actions that are not in the plan, with what leaves each one out; nothing in an edition that does not say."""
    if found.edition == "public":
        return Html("")
    top = heading("h_outside", found, lang)
    if found.outside.empty:
        return top + _nothing("nothing_outside", lang)
    rows = [
        [
            f'{escape(getattr(row, f"title_{lang}"))} <span class="quiet">{escape(row.Index)}</span>',
            escape(_text(getattr(row, f"owner_{lang}"))),
            _why_not(row, lang, names),
        ]
        for row in found.outside.itertuples()
    ]
    return top + _table("annex outside", lang, ["title", "owner", "why"], [("", rows)])


def assumed(found: Adopted, lang: str, names: dict[str, str]) -> Html:
    """What was assumed for want of data, the general first; `names` stand for ids."""
    if not found.assumed:
        return _nothing("nothing_assumed", lang)
    told = sorted(found.assumed, key=lambda pair: (pair[0] is not None, str(pair[0])))
    items = "".join(f"<li>{escape(reason.text(lang, names))}</li>" for _, reason in told)
    return Html(f'<p>{_say("assumed", lang, n=len(told))}</p><ul class="notes">{items}</ul>')


def _why_not(row, lang: str, names: dict[str, str]) -> str:
    """The schedule's reason, else the status that explains it (dropped)."""
    if not stored.blank(row.why_not):
        return escape(stored.unpack(row.why_not).text(lang, names))
    return marked(row.status, lang) if isinstance(row.status, str) else NOWHERE


def _say(name: str, lang: str, **facts) -> str:
    return escape(word(f"adopted.{name}", lang, **facts), quote=False)


def _nothing(name: str, lang: str) -> Html:
    return Html(f'<p class="nothing">{_say(name, lang)}</p>')


def _objective(row, lang: str) -> str:
    called = row[f"objective_{lang}"]
    if not isinstance(called, str):
        return _say("no_objective", lang)
    number = row["objective_number"]
    if isinstance(number, str):
        return _say("objective", lang, number=number, title=called)
    return _say("objective_plain", lang, title=called)


def _action(row, found: Adopted, lang: str) -> str:
    number = f"{escape(row.number)} " if isinstance(row.number, str) else ""
    opens = ""
    if isinstance(row.first_step_of, str):
        opened = found.rows[f"title_{lang}"].get(row.first_step_of, row.first_step_of)
        opens = f'<br><span class="quiet">◆ {_say("opens", lang, title=opened)}</span>'
    status = f"<br>{marked(row.status, lang)}" if isinstance(row.status, str) and row.status != "to_come" else ""
    return (
        f'{number}{escape(getattr(row, f"title_{lang}"))} <span class="quiet">{escape(row.Index)}</span>{opens}{status}'
    )


def _owner(row, lang: str) -> str:
    owner, partners = getattr(row, f"owner_{lang}"), getattr(row, f"partners_{lang}")
    told = escape(owner) if isinstance(owner, str) else f'<span class="owed">{_say("nobody", lang)}</span>'
    if isinstance(partners, str):
        told += f'<br><span class="quiet">{_say("partners", lang, partners=partners)}</span>'
    return told


def _dates(row, lang: str) -> str:
    if pd.isna(row.start) or pd.isna(row.finish):
        return f'<span class="owed">{_say("no_dates", lang)}</span>'
    told = _say("from_to", lang, start=day(row.start.date(), lang), finish=day(row.finish.date(), lang))
    if not pd.isna(row.published_start):
        before = day(row.published_start.date(), lang)
        told += f'<br><span class="quiet">{_say("moved_from", lang, start=before)}</span>'
    return told


def _cost(row, found: Adopted, lang: str) -> str:
    if row.cost_high != row.cost_high:
        told = f'<span class="owed">{_say("no_cost", lang)}</span>'
    else:
        currency = row.currency if isinstance(row.currency, str) else found.currency
        low, high = (money(value, lang, currency) for value in (row.cost_low, row.cost_high))
        told = escape(high if row.cost_low == row.cost_high else word("adopted.between", lang, low=low, high=high))
    sources = getattr(row, f"sources_{lang}")
    return told + (f'<br><span class="quiet">{escape(sources)}</span>' if isinstance(sources, str) else "")


def _indicators(row, names: pd.Series) -> str:
    ids = row.indicators.split() if isinstance(row.indicators, str) else []
    return "<br>".join(escape(names.get(one, one)) for one in ids) or NOWHERE


def _follow(card, lang: str) -> str:
    often = word(f"adopted.every_{card.often}", lang) if isinstance(card.often, str) else card.frequency
    who = [escape(text) for text in (getattr(card, f"collector_{lang}"), often) if isinstance(text, str)]
    parts = [", ".join(who)] if who else []
    if not pd.isna(card.next_due):
        parts.append(f'<span class="quiet">{_say("next_due", lang, day=day(card.next_due.date(), lang))}</span>')
    if card.missing:
        owed = words.listing([word(f"adopted.owes_{name}", lang) for name in card.missing], lang)
        parts.append(f'<span class="owed">{_say("card_owes", lang, missing=owed)}</span>')
    return "<br>".join(parts) or NOWHERE


def _amount(value: float, found: Adopted, lang: str) -> str:
    return money(round(value), lang, found.currency)


def _amounts(row, found: Adopted, lang: str) -> list[str]:
    """Used, available, and what is left or short."""
    short = _say("short", lang, amount=_amount(row.over, found, lang)) if row.over > 0 else None
    return [_cell(row.used, found, lang), _cell(row.available, found, lang), short or _cell(row.left, found, lang)]


def _cell(value: float, found: Adopted, lang: str) -> str:
    return NOWHERE if value != value else escape(_amount(value, found, lang))


def _text(value) -> str:
    return value if isinstance(value, str) else NOWHERE


def _table(name: str, lang: str, columns: list[str], groups: list[tuple[str, list]], numbers: int = 0) -> Html:
    return laid(name, [_say(f"col_{column}", lang) for column in columns], groups, numbers)
