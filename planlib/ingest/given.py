"""What a person settles about a file: answers to its questions, a column map, the sheet, values for every row.

All of it travels as one mapping of text: a question's own key, `sheet`, `fiscal_start`, `column.HEADER` (a column of
the kind, or `-`), `set.COLUMN` (a value for every row).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from planlib.schema import PlanError

SECTIONS = {"answers": "", "columns": "column.", "constants": "set."}
ANY_FILE = ("sheet", "fiscal_start")  # what may be said of any file


class Answers(dict):
    """The answers given to one file; `used` are the keys that this file had a use for."""

    def __init__(self, given: Mapping[str, str] = (), used: set[str] | None = None):
        super().__init__(given or {})
        self.used = set(ANY_FILE) if used is None else used

    def get(self, key: str, default: str | None = None) -> str | None:
        self.used.add(key)
        return super().get(key, default)

    def beside(self, others: Mapping[str, str]) -> Answers:
        """These, and those of others where nothing was answered here."""
        return Answers({**others, **self}, self.used)


def check_used(keys: Iterable[str], used: Iterable[str], asked: Iterable[str], *, later: bool = False) -> None:
    """PlanError for an answer that none of the files of a command has a question for, such as a misspelt key.

    With `later`, other questions come first, and those about names of the workbook (`name.`) are asked after them.
    """
    used, asked = set(used), list(dict.fromkeys(asked))
    for key in keys:
        if key not in used and not (later and key.startswith("name.")):
            near = difflib.get_close_matches(key, [*asked, *sorted(used)], 1, 0.75)
            known = [*asked, *ANY_FILE, "column.*", "set.*"]
            raise PlanError("ingest.answer_near" if near else "ingest.answer_unknown", key=key, known=known, near=near)


def answers(pairs: Iterable[str] = (), map_file: str | Path | None = None) -> dict[str, str]:
    """Answers typed as KEY=VALUE, over those of a map file.

    A map file is YAML: `sheet`, `fiscal_start`, `columns` (header -> column, or -), `constants` (column -> value),
    `answers` (question key -> answer).

    Raises
    ------
    PlanError
        A pair without `=`; a map file that does not exist, is not YAML, or has another section.
    """
    given = _from_map(Path(map_file)) if map_file else {}
    for pair in pairs:
        key, sign, value = str(pair).partition("=")
        if not sign or not key.strip():
            raise PlanError("ingest.not_a_pair", found=str(pair))
        given[key.strip()] = value.strip()
    return given


def step_answers(step: Mapping) -> dict[str, str]:
    """Answers of one step of a mandate: its sheet, constants and answers."""
    return _flat({key: step[key] for key in ("sheet", "fiscal_start", *SECTIONS) if key in step})


def under(given: Mapping[str, str] | None, prefix: str) -> dict[str, str]:
    """The answers whose key starts with a prefix, without it."""
    return {key[len(prefix) :]: value for key, value in (given or {}).items() if key.startswith(prefix)}


def _from_map(path: Path) -> dict[str, str]:
    if not path.exists():
        raise PlanError("ingest.no_map", file=str(path))
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise PlanError("ingest.bad_map", file=str(path)) from None
    if not isinstance(found, Mapping):
        raise PlanError("ingest.bad_map", file=str(path))
    unknown = set(found) - {"sheet", "fiscal_start", *SECTIONS}
    if unknown or any(not isinstance(found.get(name) or {}, Mapping) for name in SECTIONS):
        raise PlanError("ingest.bad_map", file=str(path))
    return _flat(found)


def _flat(found: Mapping) -> dict[str, str]:
    flat = {name: str(found[name]) for name in ("sheet", "fiscal_start") if found.get(name)}
    for name, prefix in SECTIONS.items():
        flat |= {f"{prefix}{key}": str(value) for key, value in (found.get(name) or {}).items()}
    return flat
