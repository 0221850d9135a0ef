"""The dates a plan was adopted with, kept beside those it has now."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planlib.store import Book


def adopt(book: Book, version: str, *, body: str, day: date, number: str, by: str) -> int:
    """Tag the plan as it stands on a day with the decision that adopted it, and publish its dates.

    The first dates published stay: a plan made again afterwards is read against what was promised, not against the
    last time it was moved. They give way when the action's plan is another, begun after they ended.

    Returns
    -------
    int
        Actions whose dates are published by this.
    """
    with book.together():
        rows = _dates(book, day)
        if len(rows):
            book.put("action", rows, by=by, why=version, effective=day)
        book.tag(version, body=body, date=day, number=number, by=by)
    return len(rows)


def _dates(book: Book, day: date) -> pd.DataFrame:
    """Start and finish of the retained actions that have none published yet, or one of an earlier plan's."""
    planned, actions = book.table("schedule", day), book.table("action", day)
    planned = planned[planned["chosen"].fillna(False).astype(bool) & planned.index.isin(actions.index)]
    actions = actions.reindex(planned.index)
    began = book.table("plan", day)["starts"].reindex(actions["plan_id"]).set_axis(actions.index)
    open_ = actions["published_finish"].isna() | (actions["published_finish"] < began)
    dates = planned.loc[open_, ["start", "finish"]]
    return dates.set_axis(["published_start", "published_finish"], axis=1).rename_axis("action_id")
