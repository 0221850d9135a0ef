"""Why an action was not done and what was decided: the review's own rows first, then the year's updates."""

from __future__ import annotations

import pandas as pd

REASON = ["reason", "reason_second", "reason_text"]


def reasons(rows: pd.DataFrame, during: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Reason, decision, what was learned and the line that shows it; the review wins over the year's updates."""
    index = rows.index
    found = pd.DataFrame(index=index)
    last_reason = during[during["reason"].notna()].drop_duplicates("action_id", keep="last").set_index("action_id")
    last_decision = during[during["decision"].notna()].drop_duplicates("action_id", keep="last").set_index("action_id")
    wins = reviews["reason"].reindex(index).notna()
    for name in REASON:
        found[name] = reviews[name].reindex(index).where(wins, last_reason[name].reindex(index))
    wins = reviews["decision"].reindex(index).notna()
    found["decision"] = reviews["decision"].reindex(index).where(wins, last_decision["decision"].reindex(index))
    found["decision_text"] = reviews["decision_text"].reindex(index)
    dates = during.groupby("action_id")["new_date"].last().reindex(index)
    found["new_date"] = reviews["new_date"].reindex(index).fillna(dates)
    found["learned"] = reviews["learned"].reindex(index)
    words = during["comment"].fillna(during["line"]).fillna(during["reason_text"])
    told = during.assign(words=words)[words.notna()].drop_duplicates("action_id", keep="last").set_index("action_id")
    found["line"] = told["words"].reindex(index)
    found["line_on"] = pd.to_datetime(told["updated_on"].reindex(index))
    found["line_origin"] = told["origin"].reindex(index)
    written = reviews["reason_text"].fillna(reviews["learned"]).reindex(index)
    from_review = found["line"].isna() & written.notna()
    found["line"] = found["line"].fillna(written)
    found.loc[from_review, "line_origin"] = reviews["origin"].reindex(index)[from_review]
    return _set_aside_reasons(found, rows)


def _set_aside_reasons(found: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """An action set aside during the year was dropped; the reason written then stands when no coded one does."""
    bare = rows["set_aside"] & found["reason"].isna() & rows["why_set_aside"].notna()
    found.loc[bare, "reason"] = "other"
    found.loc[bare, "reason_text"] = rows.loc[bare, "why_set_aside"]
    found.loc[rows["set_aside"] & found["decision"].isna(), "decision"] = "drop"
    found["line"] = found["line"].fillna(found["reason_text"])
    return found
