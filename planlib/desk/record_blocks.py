"""A workshop's record as pieces of a page: nothing is computed here, all text is escaped."""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd

from planlib import agree, facts, words
from planlib.desk.tables import NOWHERE, Html, coded, laid
from planlib.plan.held import Held
from planlib.words import word

SENTENCES = 6  # disagreements told, the one that decides most first


def title(found: Held, lang: str) -> Html:
    """What the document is, and of which workshop."""
    told = words.series([_dated(name, lang) for name in found.workshops], lang)
    span = f'<p class="span">{_say("of_workshop", lang, n=len(found.workshops), listed=told)}</p>' if told else ""
    return Html(f"<h1>{_say('title', lang)}</h1>{span}")


def heading(key: str, lang: str) -> Html:
    """A heading in words; `key` is a name of wording/held."""
    return Html(f"<h2>{_say(key, lang)}</h2>")


def line(key: str, lang: str) -> Html:
    """A sentence of wording/held."""
    return Html(f"<p>{_say(key, lang)}</p>")


def figures(counted: dict[str, int], lang: str) -> Html:
    """Four figures: notes, tables, actions judged, disagreements that decide."""
    placed = _say("of_them_placed", lang, n=counted["placed"])
    part = counted["whole"] < counted["judged"]
    parts = [
        _figure("notes", counted["notes"], None, placed, lang),
        _figure("tables", counted["tables"], None, "", lang),
        _figure(
            "judged",
            counted["judged"],
            counted["actions"],
            _say("whole", lang, n=counted["whole"]) if part else "",
            lang,
        ),
        _figure("decide", counted["decide"], None, "", lang),
    ]
    return Html(f'<div class="figures">{"".join(parts)}</div>')


def tables(found: Held, names: dict[str, str], lang: str) -> Html:
    """Table by table: how many notes, about what, and what most of them ask for."""
    if found.tables.empty:
        return line("no_tables", lang)
    rows = []
    for row in found.tables.itertuples():
        asked = "<br>".join(
            f'{escape(names.get(action, action))} <span class="quiet whole">{_say("times", lang, n=n)}</span>'
            for action, n in row.actions
        )
        fates = [
            f"{words.number(getattr(row, fate), lang)} {escape(word(f'held.{fate}', lang, n=getattr(row, fate)))}"
            for fate in ("placed", "parked", "rejected", "waiting")
            if getattr(row, fate)
        ]
        said = f'{_say("n_notes", lang, n=row.notes)}<br><span class="quiet">{", ".join(fates)}</span>'
        rows.append([escape(str(row.Index)), said, escape(", ".join(row.themes)) or NOWHERE, asked or NOWHERE])
    return _table("tables", ["table", "notes", "themes", "asked"], rows, lang)


def weighed(origin: str, shares: pd.Series, criteria: pd.Series, lang: str) -> Html:
    """Where the weights come from, and each of them."""
    told = (f"{criteria.get(name, name)} {words.percent(share, lang)}" for name, share in shares.items())
    return Html(f"<p>{_say('weights', lang, origin=origin, listed=words.series(list(told), lang))}</p>")


def disagreements(talk: pd.DataFrame, names: dict[str, str], lang: str) -> Html:
    """Where judges or tables stand far apart, as sentences, those that decide what is funded first."""
    if talk.empty:
        return line("agreed", lang)
    told = agree.say(talk.iloc[:SENTENCES], lang, names)
    more = len(talk) - len(told)
    after = f'<p class="quiet">{_say("more", lang, n=more)}</p>' if more > 0 else ""
    return Html(f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in told)}</ul>{after}")


def decided(found: Held, lang: str) -> Html:
    """Priorities that people decided after seeing ranks, with the reason."""
    if found.decided.empty:
        return line("none_decided", lang)
    rows = [
        [
            f'{escape(getattr(row, f"title_{lang}"))} <span class="quiet">{escape(row.Index)}</span>',
            escape(coded("priority", row.priority, lang)) if isinstance(row.priority, str) else NOWHERE,
            escape(row.why) if isinstance(row.why, str) else NOWHERE,
        ]
        for row in facts.rows(found.decided)
    ]
    return _table("decided", ["title", "priority", "why"], rows, lang)


def to_come(found: Held, lang: str) -> Html:
    """What the plan still has to know of its actions, and what was put aside to be taken up again."""
    owed = [_say(f"open_{name}", lang, n=int(n)) for name, n in found.open.items() if n]
    parts = [f"<ul>{''.join(f'<li>{one}</li>' for one in owed)}</ul>" if owed else f"<p>{_say('all_known', lang)}</p>"]
    for fate in ("parked", "rejected"):
        rows = found.notes[found.notes["fate"] == fate]
        if len(rows):
            items = "".join(f"<li>{_note(row)}{_why(row)}</li>" for row in facts.rows(rows))
            parts.append(f"<h3>{_say(f'h_{fate}', lang)}</h3><ul>{items}</ul>")
    return Html("".join(parts))


def annex(found: Held, names: dict[str, str], lang: str) -> Html:
    """Each note and what became of it, so that nobody looks for their own in vain."""
    if found.notes.empty:
        return line("no_notes", lang)
    rows = []
    for row in facts.rows(found.notes):
        became = "<br>".join(escape(names.get(action, action)) for action in row.actions)
        fate = escape(word(f"note_fate.{row.fate}", lang)) if isinstance(row.fate, str) else _say("nothing_yet", lang)
        place = escape(row.table) if isinstance(row.table, str) else NOWHERE
        rows.append([_note(row), place, became or f"{fate}{_why(row)}"])
    return _table("each_note", ["note", "table", "became"], rows, lang)


def _dated(name: str, lang: str) -> str:
    """A workshop known by its day is called by it, in words; another as the firm calls it."""
    try:
        return words.day(date.fromisoformat(name), lang)
    except ValueError:
        return name


def _note(row) -> str:
    lang = f' lang="{row.lang}"' if row.lang in words.LANGS else ""
    return f'<span{lang}>{escape(row.text)}</span> <span class="quiet">{escape(row.Index)}</span>'


def _why(row) -> str:
    return f'<br><span class="quiet">{escape(row.fate_why)}</span>' if isinstance(row.fate_why, str) else ""


def _figure(name: str, value: int, of: int | None, under: str, lang: str) -> str:
    total = f' <span class="of">{_say("of", lang, n=of)}</span>' if of is not None else ""
    note = f'<p class="quiet">{under}</p>' if under else ""
    return (
        f'<div class="figure"><p class="label">{_say(f"figure_{name}", lang)}</p>'
        f'<p class="x">{words.number(value, lang)}{total}</p>{note}</div>'
    )


def _table(name: str, columns: list[str], rows: list[list[str]], lang: str) -> Html:
    return laid(name, [_say(f"col_{column}", lang) for column in columns], [("", rows)])


def _say(name: str, lang: str, **said) -> str:
    return escape(word(f"held.{name}", lang, **said), quote=False)
