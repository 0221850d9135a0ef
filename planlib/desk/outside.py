"""An outsider's questions as blocks of a page: does the method matter, and what goes unseen."""

from __future__ import annotations

from html import escape

import pandas as pd

from planlib import decide
from planlib.desk.tables import Html
from planlib.facts import Facts, titles
from planlib.plan import blind
from planlib.words import number, word


def blind_spots(facts: Facts, lang: str, edition: str = "internal") -> Html:
    """`plan.blind.blind_spots` as sentences; one that says so when there is nothing."""
    found = blind.blind_spots(facts, edition)
    if found.empty:
        return Html(f"<p>{_say('blind_none', lang)}</p>")
    named = decide.names(facts, lang) | titles(facts.actions, lang).to_dict()
    items = "".join(f"<li>{escape(said.text(lang, named), quote=False)}</li>" for said in found["said"])
    return Html(f"<ul>{items}</ul>")


def blind_annex(facts: Facts, lang: str, edition: str) -> Html:
    """The annex of the firm's own review on what goes unseen; nothing in a client's edition."""
    if edition != "firm":
        return Html("")
    return Html(f"<h2>{_say('blind', lang)}</h2>") + blind_spots(facts, lang, edition)


def methods(facts: Facts, lang: str) -> Html:
    """Whether another method would order otherwise: one sentence, how each was used, the actions placed differently."""
    table = decide.methods(facts)
    named = titles(facts.actions, lang)
    finding = decide.method_finding(table).text(lang, named.to_dict())
    said = f"<p><strong>{escape(finding, quote=False)}</strong></p>"
    if len(table) < 2:
        return Html(said)
    said += f"<p>{_say('methods_measured', lang, n=len(table))}</p>"
    apart = table[table["gap"] > 0]
    return Html(said + (_ranks(apart, named, lang) if len(apart) else ""))


def methods_annex(facts: Facts, lang: str, edition: str) -> Html:
    """The annex of an internal plan on the method; nothing in a public one, or where fewer than two are judged."""
    if edition == "public" or len(decide.methods(facts)) < 2:
        return Html("")
    return Html(f"<h2>{_say('methods', lang)}</h2>") + methods(facts, lang)


def _ranks(apart: pd.DataFrame, named: pd.Series, lang: str) -> str:
    """The rank by each method of the actions that methods place differently, folded away."""
    head = f'<th scope="col">{escape(word("column.title", lang))}</th>' + "".join(
        f'<th scope="col" class="number">{_say(f"method_{name}", lang)}</th>' for name in decide.METHODS
    )
    body = "".join(
        f'<tr><th scope="row">{escape(str(named.get(row.Index, row.Index)), quote=False)}</th>'
        + "".join(f'<td class="number">{number(getattr(row, name), lang)}</td>' for name in decide.METHODS)
        + "</tr>"
        for row in apart.itertuples()
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<details><summary>{_say('methods_table', lang)}</summary>{table}</details>"


def _say(name: str, lang: str, **said) -> str:
    return escape(word(f"notebooks.{name}", lang, **said), quote=False)
