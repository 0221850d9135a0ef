"""What a ranking does not say by itself: judgements that are missing or lost, and criteria that part no actions."""

from __future__ import annotations

import pandas as pd

from planlib.decide.ranked import judgements, values
from planlib.decide.talk import agreement
from planlib.facts import Facts
from planlib.said import Said
from planlib.weights import DECIMALS


def unheard(facts: Facts) -> list[Said]:
    """Sentences on what does not count in the ranking, each with its first place; none when all of it counts.

    Judgements and weights on an action or a criterion that the workbook does not have; judges who judged nothing;
    blanks of the others, which count as unknown and not as zero; criteria on which all actions are equal, which
    change no rank.
    """
    return [*_unknown(facts), *_silent(facts), *_flat(values(facts))]


def _unknown(facts: Facts) -> list[Said]:
    found = facts.judgements.reset_index().sort_values(["action_id", "criterion_id", "judge_id"])
    found = found[found["performance"].notna()]
    said = []
    for column, known in (("action_id", facts.actions.index), ("criterion_id", facts.criteria.index)):
        lost = found[~found[column].isin(known)]
        if len(lost):
            first = lost.iloc[0]
            key = f"decide.unknown_{column.removesuffix('_id')}"
            said.append(Said(key, {"n": len(lost), "found": str(first[column]), "judge": str(first["judge_id"])}))
    given = facts.weights.reset_index().sort_values(["criterion_id", "judge_id"])
    lost = given[given["points"].notna() & ~given["criterion_id"].isin(facts.criteria.index)]
    if len(lost):
        first = lost.iloc[0]
        place = {"n": len(lost), "found": str(first["criterion_id"]), "judge": str(first["judge_id"])}
        said.append(Said("decide.unknown_weight", place))
    return said


def _silent(facts: Facts) -> list[Said]:
    found = judgements(facts)
    missing = pd.DataFrame(agreement(facts)["missing"], columns=["judge_id", "action_id", "criterion_id"])
    if missing.empty:
        return []
    spoke = found[found["performance"].notna()]["judge_id"].unique()
    silent = sorted(set(found["judge_id"]) - set(spoke), key=str)
    said = [Said("decide.silent", {"n": len(silent), "judges": silent})] if silent else []
    blanks = missing[~missing["judge_id"].isin(silent)].sort_values(["action_id", "criterion_id", "judge_id"])
    if len(blanks):
        first = blanks.iloc[0]
        place = {name.removesuffix("_id"): str(first[name]) for name in ("judge_id", "action_id")}
        criterion = str(first["criterion_id"])
        said.append(Said("decide.blanks", {"n": len(blanks), **place, "criterion": criterion}))
    return said


def _flat(judged: pd.DataFrame) -> list[Said]:
    """Criteria on which all the actions judged have one value; one action alone has nobody to be equal to."""
    known = judged.round(DECIMALS)
    flat = [c for c, column in known.items() if column.count() > 1 and column.min() == column.max()]
    return [Said("decide.all_equal", {"n": len(flat), "criteria": sorted(map(str, flat))})] if flat else []
