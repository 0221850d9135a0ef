"""Column maps a consultant confirmed: one YAML file per source in a client's maps/, found again by its headers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import yaml

from planlib.ingest.given import answers as read_map
from planlib.ingest.records import fold, slug
from planlib.schema import PlanError

# What holds for every export of one source; the rest is about one file (its rows, its twins, its encoding).
LASTING = ("column.", "header.", "code.", "levels.", "horizon.", "decimal", "dates")


def lasting(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that hold for the next file of the same source."""
    return {key: value for key, value in answers.items() if key.startswith(LASTING)}


def find(folder: Path | None, kind: str, headers: Iterable[str]) -> Path | None:
    """The map saved for this kind of file and these headers, whatever their order; None when there is none."""
    if folder is None or not folder.is_dir():
        return None
    return next(iter(sorted(folder.glob(f"*-{_mark(kind, headers)}.yaml"))), None)


def read(path: Path) -> dict[str, str]:
    """The answers of a saved map."""
    return lasting(read_map((), path))


def save(folder: Path, kind: str, file: str, headers: Iterable[str], answers: Mapping[str, str]) -> Path | None:
    """Save what was settled of a source, over what was saved before; None when nothing of it is new.

    The file is also a map for `--map`, to read and to correct by hand.
    """
    kept = lasting(answers)
    if not kept:
        return None
    headers = list(headers)
    path = find(folder, kind, headers)
    if path is None:
        path = folder / f"{kind}-{slug(file.rpartition('.')[0] or file)}-{_mark(kind, headers)}.yaml"
    else:
        with suppress(PlanError):  # a map broken by hand gives way to what was confirmed today
            kept = read(path) | kept
    columns = {key.removeprefix("column."): value for key, value in kept.items() if key.startswith("column.")}
    others = {key: value for key, value in kept.items() if not key.startswith("column.")}
    found = {"columns": columns, "answers": others}
    words = yaml.safe_dump({name: part for name, part in found.items() if part}, allow_unicode=True, sort_keys=True)
    if path.exists() and path.read_text(encoding="utf-8") == words:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(words, encoding="utf-8")
    os.replace(part, path)
    return path


def _mark(kind: str, headers: Iterable[str]) -> str:
    """What tells one source from another: its kind and its headers."""
    words = "\n".join([kind, *sorted(filter(None, map(fold, headers)))])
    return hashlib.sha256(words.encode()).hexdigest()[:8]
