"""The rooms in their usual order: a workbook's judgements and weights -> ranking -> plan that fits."""

from planlib.decide.firm import firmness
from planlib.decide.methods import method_finding, methods
from planlib.decide.planned import Plan, impossible, plan
from planlib.decide.ranked import (
    METHODS,
    bands,
    costs_of,
    judgements,
    mission_names,
    missions,
    names,
    priorities,
    ranking,
    values,
)
from planlib.decide.talk import agreement, discussions, tables_apart
from planlib.decide.unheard import unheard
from planlib.decide.weighing import weights, weights_apart, weights_of

__all__ = [
    "METHODS",
    "Plan",
    "agreement",
    "bands",
    "costs_of",
    "discussions",
    "firmness",
    "impossible",
    "judgements",
    "method_finding",
    "methods",
    "mission_names",
    "missions",
    "names",
    "plan",
    "priorities",
    "ranking",
    "tables_apart",
    "unheard",
    "values",
    "weights",
    "weights_apart",
    "weights_of",
]
