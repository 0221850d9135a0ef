"""A council's options as pieces of a one-page note: nothing is computed here, all text is escaped."""

from __future__ import annotations

from html import escape

import pandas as pd

from planlib.desk.tables import NOWHERE, Html, laid
from planlib.scenario import Council, Option
from planlib.words import day, listing, money, word

NAMED = 4  # actions named in a cell of the page; the detail under it has them all
CHANGED = ("later", "earlier", "lighter", "added")
DETAIL = ("action", "fate", "dates", "freed", "why")


def title(found: Council, lang: str) -> Html:
    """What is asked, as the note's own title, then the day and what the plan was before."""
    asked = " ".join(sentence.text(lang, found.names[lang]) for sentence in found.said)
    n = _say("before", lang, n=len(found.published), day=day(found.today, lang))
    late = f" {_say('late', lang, n=len(found.late))}" if found.late else ""
    return Html(f'<h1>{_say("title", lang)}</h1><p class="strategy">{escape(asked)}</p><p class="span">{n}{late}</p>')


def options(found: Council, lang: str) -> Html:
    """The three options side by side: what each loses, changes and keeps, its money, and what is to be found."""
    rows = [
        ("how", [_how(found, one, lang) for one in found.options]),
        ("lost", [_named(found, one, lang, "lost") for one in found.options]),
        ("changed", [_named(found, one, lang, *CHANGED) for one in found.options]),
        ("kept", [_kept(found, one, lang) for one in found.options]),
        ("to_find", [_to_find(found, one, lang) for one in found.options]),
    ]
    head = "".join(f'<th scope="col">{_headed(found, one, lang)}</th>' for one in found.options)
    body = "".join(
        f'<tr><th scope="row">{_say(f"row_{name}", lang)}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
        for name, cells in rows
    )
    corner = f'<th scope="col">{_say("col_option", lang)}</th>'
    return Html(f'<table class="options"><thead><tr>{corner}{head}</tr></thead><tbody>{body}</tbody></table>')


def sums(found: Council, lang: str) -> Html:
    """The budgets that change, and what each option uses and leaves of them: a calculator gives the same."""
    if found.budgets.empty:
        return Html(f'<p class="nothing">{_say("no_budget", lang)}</p>')
    heads = [_say(f"col_{name}", lang) for name in ("source", "before", "after")]
    heads += [_say("col_used", lang, number=n) for n in _numbers(found)]
    rows = []
    for budget in found.budgets.itertuples():
        source = escape(found.names[lang].get(budget.source_id, budget.source_id))
        cells = [_money(found, budget.before, lang), _money(found, budget.after, lang)]
        cells += [_used(found, one, budget, lang) for one in found.options]
        rows.append([f"{source} {escape(found.year(budget.year))}", *cells])
    return laid("sums", heads, [("", rows)], len(heads) - 1)


def decision(lang: str) -> Html:
    """Where the council writes what it decides."""
    return Html(f'<p class="decides">{_say("decides", lang)}</p>')


def detail(found: Council, lang: str) -> Html:
    """Option by option, each action that is lost or changes, with the limit that decides."""
    parts = [f"<h2>{_say('h_detail', lang)}</h2>"]
    for n, one in enumerate(found.options, start=1):
        parts.append(f"<h3>{_say('option', lang, number=n, title=_titled(one, lang))}</h3>")
        rows = one.of("lost", *CHANGED)
        if one.same_as is not None or one.blocked is not None or rows.empty:
            parts.append("".join(f"<p>{escape(text)}</p>" for text in found.sentences(one, lang)))
            continue
        heads = [_say(f"col_{name}", lang) for name in DETAIL]
        cells = [_row(found, row, lang) for row in rows.itertuples()]
        parts.append(laid("annex", heads, [("", cells)], [DETAIL.index("freed")]).html)
    return Html("".join(parts))


def heading(name: str, lang: str) -> Html:
    """A heading in words; `name` is a name of wording/council."""
    return Html(f"<h2>{_say(name, lang)}</h2>")


def _row(found: Council, row, lang: str) -> list[str]:
    why = escape(row.why.text(lang, found.names[lang])) if hasattr(row.why, "text") else NOWHERE
    freed = _money(found, row.freed, lang) if row.fate == "lost" else NOWHERE
    action = escape(found.names[lang][row.action_id])
    return [action, _say(f"fate_{row.fate}", lang), _moved(row, lang), freed, why]


def _moved(row, lang: str) -> str:
    ends = [None if pd.isna(end) else escape(day(end.date(), lang)) for end in (row.start_before, row.start)]
    if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
        return ends[1] or ends[0] or NOWHERE
    return _say("from_to", lang, before=ends[0], after=ends[1])


def _headed(found: Council, one: Option, lang: str) -> str:
    n = found.options.index(one) + 1
    return _say("option", lang, number=n, title=_titled(one, lang))


def _titled(one: Option, lang: str) -> str:
    return word(f"scenario.title_{one.name}", lang)


def _how(found: Council, one: Option, lang: str) -> str:
    if one.same_as is not None or one.blocked is not None:
        return f"<strong>{escape(found.sentences(one, lang)[0])}</strong>"
    return escape(word(f"scenario.how_{one.name}", lang))


def _named(found: Council, one: Option, lang: str, *fates: str) -> str:
    """How many actions, what they free, and the first of them by name."""
    rows = one.of(*fates)
    if one.blocked is not None:
        return NOWHERE
    if rows.empty:
        return _say("none", lang)
    told = _say("n_actions", lang, n=len(rows))
    if fates == ("lost",):
        told = _say("n_lost", lang, n=len(rows), freed=_money(found, rows["freed"].sum(), lang))
    names = [escape(found.names[lang][action]) for action in rows["action_id"].head(NAMED)]
    if len(fates) > 1:
        names = [f"{name} ({_say(f'fate_{fate}', lang)})" for name, fate in zip(names, rows["fate"], strict=False)]
    if len(rows) > NAMED:
        names.append(_say("others", lang, n=len(rows) - NAMED))
    return f"<strong>{told}</strong><br>" + "<br>".join(names)


def _kept(found: Council, one: Option, lang: str) -> str:
    if one.blocked is not None:
        return NOWHERE
    n = _say("n_actions", lang, n=len(one.of("kept")))
    return f"<strong>{n}</strong><br>{_say('value', lang, share=word('scenario.percent', lang, p=one.percent))}"


def _to_find(found: Council, one: Option, lang: str) -> str:
    if one.blocked is not None:
        return NOWHERE
    if not one.to_find and one.days.empty:
        return _say("nothing_to_find", lang)
    total = [_money(found, one.to_find, lang)] if one.to_find else []
    days = [_say("n_days", lang, n=round(one.days["to_find"].sum(), 1))] if len(one.days) else []
    parts = []
    for row in one.money[one.money["to_find"] > 0].itertuples():
        source = found.names[lang].get(row.source_id, row.source_id)
        parts.append(f"{_money(found, row.to_find, lang)} · {escape(source)} {escape(found.year(row.year))}")
    for row in one.days.itertuples():
        role = escape(found.names[lang].get(row.role_id, row.role_id))
        parts.append(f"{_say('n_days', lang, n=round(row.to_find, 1))} · {role}")
    return f"<strong>{escape(listing([*total, *days], lang))}</strong><br>" + "<br>".join(parts)


def _used(found: Council, one: Option, budget, lang: str) -> str:
    rows = one.money[(one.money["source_id"] == budget.source_id) & (one.money["year"] == budget.year)]
    if rows.empty:
        return NOWHERE
    row = rows.iloc[0]
    name, rest = ("left", row["left"]) if row["short"] == 0 else ("short", row["short"])
    used = _money(found, row["used"], lang)
    return f'{used}<br><span class="quiet">{_say(name, lang, amount=_money(found, rest, lang))}</span>'


def _numbers(found: Council) -> list[str]:
    return [str(n + 1) for n in range(len(found.options))]


def _money(found: Council, amount: float, lang: str) -> str:
    return escape(money(round(float(amount), 2), lang, found.currency))


def _say(name: str, lang: str, **facts) -> str:
    return escape(word(f"council.{name}", lang, **facts), quote=False)
