"""Scenarios with a name: read from a file, kept in the workbook with who and why, found again."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from planlib.facts import Facts
from planlib.scenario.changes import Change
from planlib.schema import PlanError
from planlib.store import Book


def save(book: Book, name: str, changes: Iterable[Change], *, by: str, why: str, effective: date | None = None) -> str:
    """Keep a scenario in the workbook under a name, and return it; an older one of that name is superseded."""
    name = name.strip()
    if not name:
        raise PlanError("scenario.no_name")
    pairs = json.dumps([[change.path, change.given] for change in changes], ensure_ascii=False)
    row = pd.DataFrame([{"title": name, "changes": pairs}], index=pd.Index([name], name="scenario_id"))
    book.put("scenario", row, by=by, why=why, effective=effective)
    return name


def named(facts: Facts, name: str) -> list[tuple[str, str]]:
    """The changes of a scenario kept in the workbook, by its name.

    Raises
    ------
    PlanError
        There is none of that name; the near ones are named.
    """
    kept = facts.scenarios
    known = dict(zip(kept["title"], kept.index, strict=True)) | {key: key for key in kept.index}
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4) or list(kept.index[:3])
        raise PlanError("scenario.unknown_name" if near else "scenario.no_scenario_kept", found=name, near=near)
    return [tuple(pair) for pair in json.loads(kept.loc[known[name], "changes"])]


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario written in a file: its changes, and its name and why where it says them."""

    changes: Mapping | list
    name: str | None = None
    why: str | None = None


def read_file(path: str | Path) -> Mapping | list:
    """The changes in a YAML or JSON file: PATH: VALUE lines, a list of PATH=VALUE, or either under `changes`."""
    return read_scenario(path).changes


def read_scenario(path: str | Path) -> Written:
    """The scenario in a YAML or JSON file: its changes, alone or under `changes` beside `name` and `why`."""
    path = Path(path)
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise PlanError("scenario.no_file", found=path.name) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PlanError("scenario.broken_file", found=path.name) from None
    said = {}
    if isinstance(found, Mapping) and "changes" in found:
        said = {key: str(found[key]) for key in ("name", "why") if found.get(key)}
        found = found["changes"]
    if not isinstance(found, Mapping | list) or not found:
        raise PlanError("scenario.broken_file", found=path.name)
    return Written(found, **said)
