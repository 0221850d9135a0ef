"""What was made, on disk: a line a report in the workspace's manifest.jsonl, and what the last batch set out to do."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from planlib.report.jobs import Job, Record
from planlib.schema import PlanError
from planlib.workspace import find_workspace

LINES = "manifest.jsonl"
LAST = ".last_batch.json"


class Manifest:
    """The record of one batch: what it set out to make, then a line for each report as it comes."""

    def __init__(self, jobs: list[Job], workspace: str | Path | None = None):
        self._folder = find_workspace(workspace)
        self.batch = uuid.uuid4().hex[:12]
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{LAST}.{self.batch}"
        text = json.dumps({"batch": self.batch, "jobs": [asdict(job) for job in jobs]}, default=str)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, self._folder / LAST)

    def add(self, job: Job, record: Record) -> None:
        """One line: whose report, what became of it, from which ingredients, and a hash of each file."""
        kept = _kept(record)
        line = {
            "batch": self.batch,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "client": record["client"],
            "lang": record["lang"],
            "template": Path(job.template).stem,
            "year": job.parameters.get("year"),
            "to": list(job.to),
            "status": record["status"],
            "seconds": record["seconds"],
            "key": kept.get("key"),
            "files": [
                {"path": _within(path, self._folder), "sha256": kept.get("sha256", {}).get(Path(path).name)}
                for path in record["files"]
            ],
            "error": record["error"],
        }
        with (self._folder / LINES).open("a", encoding="utf-8") as lines:  # one write: two batches may append at once
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def unfinished(workspace: str | Path | None = None) -> list[Job]:
    """The jobs of the last batch that it did not deliver: stopped before them, or failed.

    Raises
    ------
    PlanError
        No batch was begun in this workspace, or its record cannot be read.
    """
    folder = find_workspace(workspace)
    try:
        last = json.loads((folder / LAST).read_text(encoding="utf-8"))
        jobs = [read_job(found) for found in last["jobs"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise PlanError("report.nothing_to_resume", folder=folder.name) from None
    done = {
        (line["client"], line["lang"])
        for line in _lines(folder)
        if line.get("batch") == last["batch"] and line.get("status") in ("ok", "unchanged")
    }
    return [job for job in jobs if (job.client, job.lang) not in done]


def read_job(found: dict[str, Any]) -> Job:
    """A job as JSON holds it."""
    today = date.fromisoformat(found["today"]) if found.get("today") else None
    return Job(**{**found, "today": today, "to": tuple(found["to"])})


def _lines(folder: Path) -> list[dict[str, Any]]:
    """Every whole line of the manifest; one that a kill cut short is passed over."""
    found = []
    try:
        text = (folder / LINES).read_text(encoding="utf-8")
    except OSError:
        return []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _kept(record: Record) -> dict[str, Any]:
    """The run.json beside the files of a record."""
    try:
        return json.loads((Path(record["files"][0]).parent / "run.json").read_text(encoding="utf-8"))
    except (IndexError, OSError, ValueError):
        return {}


def _within(path: str, folder: Path) -> str:
    """The path from the workspace, so that a manifest can be moved with it."""
    return Path(path).relative_to(folder).as_posix() if Path(path).is_relative_to(folder) else path
