"""Charts of what a workshop wrote: where each table's notes went."""

from __future__ import annotations

import altair as alt
import pandas as pd

from planlib.charts import theme
from planlib.schema import CODES
from planlib.words import listing, word

# In the order of the bars; the same meaning as a status of that colour.
FATES = dict(
    zip(
        (*CODES["note_fate"], "waiting"),
        [theme.STATUS[status] for status in ("done", "postponed", "dropped", "to_come")],
        strict=True,
    )
)


@theme.ours
def fates(notes: pd.DataFrame, lang: str) -> alt.Chart:
    """Notes by table and by fate, one bar a table: the notes of the workbook, `fate` blank while nobody settled it."""
    rows = pd.DataFrame(
        {
            "table": notes["table"].fillna(word("panel.no_table", lang)),
            "fate": notes["fate"].fillna("waiting"),
        }
    )
    counted = rows.groupby(["table", "fate"]).size().rename("n").reset_index()
    names = {fate: word(f"note_fate.{fate}", lang) for fate in CODES["note_fate"]}
    names["waiting"] = word("panel.waiting", lang)
    counted["told"] = counted["fate"].map(names)
    counted["place"] = counted["fate"].map(list(FATES).index)
    totals = {fate: int((rows["fate"] == fate).sum()) for fate in FATES}
    parts = [f"{names[fate]} {n}" for fate, n in totals.items() if n]
    finding = word("panel.fates", lang, n=len(rows), parts=listing(parts, lang))
    present = [fate for fate in FATES if totals[fate]]
    base = alt.Chart(
        counted,
        title=theme.titled(finding, word("panel.fates_measured", lang)),
        description=finding,
        height=alt.Step(38),
    )
    bars = base.mark_bar(height=26).encode(
        x=alt.X("n:Q", title=word("panel.notes_axis", lang), axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("table:N", title=None),
        color=alt.Color(
            "told:N",
            title=None,
            scale=alt.Scale(domain=[names[fate] for fate in present], range=[FATES[fate] for fate in present]),
        ),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("table:N", title=" "), alt.Tooltip("told:N", title=" "), alt.Tooltip("n:Q", title="n")],
    )
    return bars
