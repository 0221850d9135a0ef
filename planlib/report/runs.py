"""Where reports stand on disk: one new folder a run, written whole, found again by what went into it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from planlib import journal
from planlib.report.parameters import TEMPLATES, Template
from planlib.schema import PlanError
from planlib.workspace import HOME

FOLDER = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d+)")
DRAWN_BY = ("altair", "nbconvert", "pandas", "papermill", "typst", "vl-convert-python")
DRAWN_BY += ("python-docx", "python-pptx", "xlsxwriter")
LOGO = re.compile(rb"^logo:\s*['\"]?([^'\"\n#]+)", re.M)


def fingerprint(template: Template, parameters: dict[str, Any], client_folder: Path, formats: tuple[str, ...]) -> str:
    """A hash of all that a report is made of: equal hashes, equal reports."""
    digest = hashlib.sha256(template.content)
    digest.update(json.dumps([parameters, formats], sort_keys=True, default=str).encode())
    look = (client_folder / "client.yaml").read_bytes()
    digest.update(look)
    if logo := LOGO.search(look):  # parsing the file would take as long as the rest of an unchanged report
        with suppress(OSError, ValueError):
            digest.update((client_folder / logo[1].decode().strip()).read_bytes())
    digest.update(json.dumps(journal.fingerprint(client_folder / "workbook.db")).encode())
    digest.update(_own_source().encode())
    return digest.hexdigest()


def last_day(client_folder: Path) -> date:
    """The day (UTC) the workbook was last written to: the date of the data when none is given.

    The first of 1970 for a workbook that is empty or cannot be read; making its report then says so.
    """
    at = None
    with suppress(PlanError):
        at = journal.last_written(client_folder / "workbook.db")
    return date.fromisoformat(at[:10]) if at else date(1970, 1, 1)


@cache
def _own_source() -> str:
    """A hash of planlib, its words, the page's template and the packages that draw; read once a process."""
    digest = hashlib.sha256(json.dumps([version(name) for name in DRAWN_BY]).encode())
    own = [*(HOME / "planlib").rglob("*.py"), *(HOME / "planlib").rglob("*.yaml")]
    own += [path for look in ("html", "typst") for path in (TEMPLATES / look).glob("*")]
    for path in sorted(own):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def made_before(folder: Path, lang: str, key: str) -> Path | None:
    """The newest folder of a run that ended well from the same ingredients and still holds its files."""
    for run in reversed(_runs(folder)):
        made = run / lang
        try:
            record = json.loads((made / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if record.get("key") == key and record["status"] == "ok" and all((made / f).is_file() for f in record["files"]):
            return made
    return None


def _runs(folder: Path) -> list[Path]:
    """Folders <date>-<n>, oldest first."""
    found = [(FOLDER.fullmatch(path.name), path) for path in folder.glob("*-*")]
    return [path for _, _, path in sorted((m[1], int(m[2]), path) for m, path in found if m)]


@contextmanager
def part(folder: Path) -> Iterator[Path]:
    """A folder of one's own to write a run in; gone at the end unless it was delivered."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f".{uuid.uuid4().hex[:12]}.part"
    made.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def deliver(part: Path, folder: Path, day: date, lang: str) -> Path:
    """Put a written run in its place with one rename: <date>-<n>/<lang>, always a new path.

    The languages of one round share a folder: `n` is the last one of the day, or the next when it has this language.
    """
    same_day = [path for path in _runs(folder) if path.name.startswith(f"{day.isoformat()}-")]
    n = int(FOLDER.fullmatch(same_day[-1].name)[2]) if same_day else 1
    while True:
        place = folder / f"{day.isoformat()}-{n}" / lang
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            try:
                os.rename(part, place)
                return place
            except OSError:
                if not place.exists():  # anything but another process that was faster
                    raise
        n += 1


def name_latest(folder: Path, run: str) -> None:
    """Say in `latest` which run to open; a text file, so that it survives a cloud drive and a USB key."""
    draft = folder / f".latest-{uuid.uuid4().hex[:12]}"
    draft.write_text(run + "\n", encoding="utf-8")
    os.replace(draft, folder / "latest")
