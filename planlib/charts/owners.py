"""Who carries what: open actions and days by owner."""

from __future__ import annotations

import altair as alt
import pandas as pd

from planlib.charts import theme
from planlib.words import number, word


@theme.ours
def owners(load: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Days of open work by owner, most first, with the number of actions: the `owners` of `plan.load`.

    Days are those known; where part of the work is not known, the label says so.
    """
    rows = pd.DataFrame(
        {
            "owner": [
                theme.wrapped(name) if isinstance(name, str) and name else word("panel.nobody", lang)
                for name in load[f"owner_{lang}"]
            ],
            "days": load["effort_days"].to_numpy("float64"),
            "told": [
                word(
                    "panel.load_told_part" if row.effort_unknown else "panel.load_told",
                    lang,
                    n=int(row.actions),
                    days=number(row.effort_days, lang, 0),
                )
                for row in load.itertuples()
            ],
        }
    )
    most = rows.loc[rows["days"].idxmax()] if rows["days"].notna().any() else None
    finding = word("panel.load_none", lang)
    if most is not None:
        most_days = number(most["days"], lang, 0)
        finding = word("panel.load_most", lang, owner=most["owner"].replace("\n", " "), days=most_days)
    base = alt.Chart(
        rows, title=theme.titled(finding, word("panel.load_measured", lang)), description=finding, height=alt.Step(38)
    )
    y = alt.Y(
        "owner:N", title=None, sort=alt.SortField("days", order="descending"), axis=alt.Axis(labelExpr=theme.LINES)
    )
    x = alt.X("days:Q", title=word("panel.load_axis", lang), scale=alt.Scale(nice=True))
    bars = base.mark_bar(height=22).encode(x=x, y=y)
    labels = base.mark_text(align="left", dx=6).encode(x=x, y=y, text="told:N")
    return bars + labels
