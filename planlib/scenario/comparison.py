"""Two plans of the same workbook side by side, before and after a scenario, and all that differs with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from planlib.scenario.changes import Change
from planlib.schedule import Money, Reason
from planlib.schema import PlanError

KINDS_OF_CHANGE = ("out", "in", "moved", "mode", "rank")  # as told: what is lost first


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two plans.

    status : "optimal", "feasible", "infeasible" (then `blocked` says why and nothing is chosen).
    actions : indexed by action_id: chosen, mode, start, finish, why_not (a Reason), score, rank.
    use : role_id or source_id, period, used, capacity, unused.
    """

    status: str
    value: float
    bound: float
    actions: pd.DataFrame
    use: pd.DataFrame
    blocked: PlanError | None = None

    @property
    def chosen(self) -> list[str]:
        return list(self.actions.index[self.actions["chosen"]])


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a scenario changes.

    start : the day both plans start. under_way : the stored plan had begun on the day asked, and what is done, spent
        or under way stays in both.
    actions : one row for each difference, in the order in which it is told: action_id, change ("out", "in", "moved",
        "mode", "rank"), before, after (starts; ranks for "rank"), finish_before, finish_after, why (a Reason).
    unused : source_id and period (a fiscal year), or role_id, with before and after: money and days each plan leaves,
        from the fiscal year and the month of today on once a plan is under way.
    summary : what changed in words, the first sentence being the finding. said : each change as a sentence.
    """

    start: date
    under_way: bool
    changes: tuple[Change, ...]
    said: tuple[Reason, ...]
    before: Side
    after: Side
    actions: pd.DataFrame
    unused: pd.DataFrame
    summary: tuple[Reason, ...]
    currency: str
    titles: dict[str, pd.Series]
    names: dict[str, dict[str, str]]

    def sentences(self, lang: str) -> list[str]:
        """What changed, in words."""
        return [sentence.text(lang, self.names[lang]) for sentence in self.summary]

    def told(self, lang: str) -> pd.DataFrame:
        """`actions` with the title and the reason in a language, and the sentence that tells each difference."""
        rows = self.actions.copy()
        rows["title"] = rows["action_id"].map(self.titles[lang])
        rows["why"] = [reason.text(lang, self.names[lang]) for reason in rows["why"]]
        rows["text"] = [
            Reason(f"scenario.told_{row.change}", {**_ends(row), "title": row.title, "why": row.why}).text(
                lang, self.names[lang]
            )
            for row in rows.itertuples()
        ]
        return rows

    def document(self, lang: str) -> dict:
        """As plain values in a language: the keys of `planlib what-if --json`."""
        changed = [
            {
                "change": row.change,
                "action_id": row.action_id,
                "title": row.title,
                "before": _plain(row.before),
                "after": _plain(row.after),
                "why": row.why,
                "text": row.text,
            }
            for row in self.told(lang).itertuples()
        ]
        changed += [self._left(row, lang) for row in self.unused.itertuples() if not _close(row.before, row.after)]
        return {
            "start": self.start.isoformat(),
            "under_way": self.under_way,
            "changes": [
                {"path": change.path, "value": change.given, "text": sentence.text(lang, self.names[lang])}
                for change, sentence in zip(self.changes, self.said, strict=True)
            ],
            "before": self._side(self.before, lang),
            "after": self._side(self.after, lang),
            "changed": changed,
            "summary": self.sentences(lang),
        }

    def _left(self, row, lang: str) -> dict:
        """Money of a source, or days of a role, that the two plans leave unequally."""
        of_money = isinstance(row.source_id, str)
        what = row.source_id if of_money else row.role_id
        title = self.names[lang].get(what, what)
        told = {
            name: Money(end, self.currency) if of_money else Reason("scenario.days", {"n": round(end, 1)})
            for name, end in (("before", row.before), ("after", row.after))
            if not pd.isna(end)
        }
        told = {"before": Reason("scenario.not_known"), "after": Reason("scenario.not_known"), **told}
        key = "scenario.left_of_year" if of_money else "scenario.left_of"
        text = Reason(key, {"what": title, "year": row.period, **told}).text(lang, self.names[lang])
        return {
            "change": "money" if of_money else "days",
            "action_id": None,
            "source" if of_money else "role": what,
            "title": title,
            "period": _plain(row.period),
            "before": _plain(row.before),
            "after": _plain(row.after),
            "why": text,
            "text": text,
        }

    def _side(self, side: Side, lang: str) -> dict:
        names = self.names[lang]
        return {
            "status": side.status,
            "value": _plain(side.value),
            "bound": _plain(side.bound),
            "chosen": side.chosen,
            "actions": [
                {
                    "action_id": row.Index,
                    "title": self.titles[lang].get(row.Index),
                    "chosen": bool(row.chosen),
                    "mode": _plain(row.mode),
                    "start": _plain(row.start),
                    "finish": _plain(row.finish),
                    "score": _plain(row.score),
                    "rank": _plain(row.rank),
                    "why_not": row.why_not.text(lang, names) if isinstance(row.why_not, Reason) else None,
                }
                for row in side.actions.itertuples()
            ],
            "use": [
                {
                    "role": _plain(row.role_id),
                    "source": _plain(row.source_id),
                    **{name: _plain(getattr(row, name)) for name in ("period", "used", "capacity", "unused")},
                }
                for row in side.use.itertuples()
            ],
            "blocked": None if side.blocked is None else side.blocked.text(lang),
        }

    def _repr_html_(self) -> str:
        return self.actions._repr_html_()


def _ends(row) -> dict:
    """The two ends of a difference as a sentence says them: days, or ranks."""
    ends = {"before": row.before, "after": row.after}
    return {
        name: None if pd.isna(end) else end.date() if hasattr(end, "date") else int(end) for name, end in ends.items()
    } | {"action": row.action_id}


def _close(one: float, other: float) -> bool:
    return (pd.isna(one) and pd.isna(other)) or abs(one - other) < 0.005


def _plain(value):
    """A cell as a JSON value; unknown is None."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    value = value.item() if hasattr(value, "item") else value
    return round(value, 6) if isinstance(value, float) else value
