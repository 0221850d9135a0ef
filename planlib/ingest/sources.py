"""Exports of known tools, recognised by their headers: the reader each takes, or what it needs before the generic one.

Only tools whose export we have seen, or whose headers are documented, are named here; any other goes the generic way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planlib.ingest import decidim, forms, polis, trello
from planlib.ingest.records import fold
from planlib.ingest.rows import Rows


@dataclass(frozen=True, slots=True)
class Source:
    """A known export: the headers that give it away, how it is read, or made ready, as each kind of file."""

    name: str
    headers: frozenset[str]
    reads: Mapping[str, Callable[[Rows], polis.Made]] = field(default_factory=dict)
    readies: Mapping[str, Callable[[Rows], None]] = field(default_factory=dict)


def recognise(headers: list[str], kind: str) -> Source | None:
    """The known export with these headers that can be read as this kind of file; None when there is none."""
    found = {fold(header) for header in headers}
    found |= {header.partition("/")[0] + "/*" for header in found if "/" in header}
    found |= {header.partition(". ")[0] for header in found if ". " in header}  # LimeSurvey: `submitdate. Date ...`
    for source in SOURCES:
        if source.headers <= found and (kind in source.reads or kind in source.readies):
            return source
    return None


SOURCES = (
    Source(
        "polis-comments",
        frozenset({"timestamp", "comment-id", "author-id", "moderated", "comment-body"}),
        {"notes": polis.polis_comments},
    ),
    Source("polis-votes", frozenset({"timestamp", "comment-id", "voter-id", "vote"}), {"ballots": polis.polis_votes}),
    Source(
        "polis-participants", frozenset({"participant", "group-id", "n-votes"}), {"ballots": polis.polis_participants}
    ),
    Source(
        "decidim-proposals",
        frozenset({"id", "title/*", "body/*", "state", "participatory_space/*"}),
        readies={"notes": decidim.proposals, "actions": decidim.actions},
    ),
    Source(
        "decidim-results",
        frozenset({"id", "title/*", "progress", "start_date", "end_date"}),
        readies={"actions": decidim.actions, "updates": decidim.updates},
    ),
    Source(
        "decidim-budgets",
        frozenset({"id", "title/*", "budget_amount"}),
        readies={"actions": decidim.actions},
    ),
    Source(
        "trello",
        frozenset({"card id", "card name", "list name"}),
        readies={"notes": trello.notes, "actions": trello.actions},
    ),
    Source("ms-forms", frozenset({"id", "start time", "completion time"}), readies={"notes": forms.ms_forms}),
    Source("ms-forms", frozenset({"id", "heure de debut", "heure de fin"}), readies={"notes": forms.ms_forms}),
    Source("google-forms", frozenset({"timestamp"}), readies={"notes": forms.google_forms}),
    Source("google-forms", frozenset({"horodateur"}), readies={"notes": forms.google_forms}),
    *(
        Source("limesurvey", frozenset(headers), readies={"notes": forms.limesurvey})
        for headers in zip(
            *(forms.LIMESURVEY[name] for name in ("submitdate", "lastpage", "startlanguage")), strict=True
        )
    ),
    Source("surveymonkey", frozenset({"respondent id", "collector id"}), readies={"notes": forms.surveymonkey}),
)
