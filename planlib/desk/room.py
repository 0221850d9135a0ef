"""What a follow-up committee and a review workshop look at: the year on one page, and what the room finds relevant."""

from __future__ import annotations

from html import escape

from planlib import words
from planlib.desk import blocks
from planlib.desk.opened import Desk
from planlib.desk.tables import Html
from planlib.review import relevance
from planlib.widgets.relevance_form import opportunities
from planlib.words import word


def page(here: Desk, year: int) -> Html:
    """The year on one page as it stands now: figures, where the strategy stands, decisions to take."""
    found, lang = here.review(year), here.lang
    told = blocks.head(found, lang, here.client.called(lang)) + blocks.figures(found, lang)
    return told + blocks.strategy(found, lang) + blocks.heading("h_decisions", lang) + blocks.decisions(found, lang)


def counts(here: Desk, year: int) -> Html:
    """Of the client's actions in the year, how many are done, how many are not, and what is still to be answered."""
    found = here.review(year)
    said = {"n": len(found.not_done), "done": len(found.done), "owed": len(found.blanks)}
    told = word("notebooks.review_counts", here.lang, **said)
    return Html(f"<p><strong>{escape(here.client.called(here.lang))}</strong> · {escape(told)}</p>")


def relevant(here: Desk, year: int) -> Html:
    """What the room answered of each action and opportunity, the least relevant first."""
    now = here.facts.at(here.today)
    found = relevance.tally(now, year)
    if found.empty:
        return Html(f"<p>{escape(word('notebooks.relevance_none', here.lang))}</p>")
    named = opportunities(now, here.lang)["title"].to_dict() | here.review(year).actions[f"title_{here.lang}"].to_dict()
    names = ("title", *relevance.MARKS, "n")
    heads = "".join(f"<th>{escape(word(f'notebooks.relevance_{name}', here.lang))}</th>" for name in names)
    rows = "".join(
        f"<tr><td>{escape(str(named.get(item, item)))}</td>"
        + "".join(f'<td class="number">{words.number(row[name], here.lang)}</td>' for name in names[1:])
        + "</tr>"
        for item, row in found.iterrows()
    )
    return Html(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
