"""The demo clients, from their raw files through the whole thread to finished reports."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from planlib import clients, decide, facts, ingest, report, store
from planlib.plan import published
from planlib.schedule import stored
from planlib.words import word
from planlib.workspace import HOME, find_workspace, keep_received, read_client

DEMO = HOME / "data" / "demo"
WHO = "planlib demo"
ENGINE = "fork"
TEMPLATES = ("annual_review", "action_plan")


def build(
    workspace: str | Path | None = None, lang: str = "fr", *, on_step: Callable[[str], None] | None = None
) -> list[dict]:
    """Make every demo client that is not there yet, and its reports: the year's review and the action plan.

    A client that exists is kept as it is, with what was changed in it; its reports are made again only if
    something changed. The reports of all clients are one batch.

    Returns
    -------
    list of dict
        client, actions (in the workbook), funded (in the stored plan), records (each template in each language).
    """
    tell = on_step or (lambda text: None)
    root = find_workspace(workspace)
    made, jobs = [], []
    for source in sorted(path.parent for path in DEMO.glob("*/mandate.yaml")):
        mandate = yaml.safe_load((source / "mandate.yaml").read_text(encoding="utf-8"))
        if (root / source.name / "client.yaml").is_file():
            tell(word("demo.kept", lang, client=source.name))
        else:
            tell(word("demo.building", lang, client=source.name, n=len(mandate["steps"])))
            whole(source, mandate, root)
        made.append(_counted(source.name, mandate["today"], root))
        jobs += _jobs(source.name, mandate, root)
    records = report.batch(jobs)
    return [{**one, "records": [r for r in records if r["client"] == one["client"]]} for one in made]


def whole(source: Path, mandate: dict, root: Path) -> None:
    """Build a client apart and move it in place at the end: a stop on the way leaves no half client."""
    apart = clients.room_in(root, ".demo-")
    try:
        look = yaml.safe_load((source / "client.yaml").read_text(encoding="utf-8"))
        look = {key: tuple(value) if isinstance(value, list) else value for key, value in look.items()}
        slug = look.pop("slug")
        clients.new(slug, look.pop("kind"), look.pop("name"), workspace=apart, **look)
        with store.open(slug, apart) as book:
            for step in mandate["steps"]:
                _step(book, source / "workshop", step)
        os.rename(apart / slug, root / slug)
    finally:
        shutil.rmtree(apart, ignore_errors=True)


def _step(book: store.Book, folder: Path, step: dict) -> None:
    """One step of a mandate: a file read and stored, or something done."""
    say = {"by": step.get("by", WHO), "why": step.get("why", WHO)}
    if "file" in step:
        found = ingest.read(folder / step["file"], step["as"], ingest.step_answers(step))
        found = ingest.resolve(found, book)
        ingest.store_imports(book, [found], effective=step["effective"], **say)
        keep_received(book.path.parent, folder / step["file"])
        return
    match step["do"]:
        case "put":
            book.put(step["kind"], pd.DataFrame(step["rows"]), effective=step["effective"], **say)
        case "schedule":
            day, kept = step["effective"], step.get("keep_dates", False)
            known = facts.read(book, day)
            plan = decide.plan(known, day, keep_dates=kept)
            rows = stored.rows(plan.actions, plan.inputs.assumed)
            if kept:  # what is done keeps the dates it was done at
                rows = rows[rows.index.map(known.status) != "done"]
            book.put("schedule", rows, effective=day, **say)
        case "adopt":
            adopted = {name: step[name] for name in ("version", "body", "number")}
            published.adopt(book, **adopted, day=step["date"], by=say["by"])


def _jobs(client: str, mandate: dict, root: Path) -> list[report.Job]:
    return [
        report.Job(template, client, {"year": mandate["year"], "lang": lang}, root, mandate["today"], ENGINE)
        for template in TEMPLATES
        for lang in read_client(client, root).languages
    ]


def _counted(client: str, today: date, root: Path) -> dict:
    with store.open(client, root) as book:
        known = facts.read(book, today)
        chosen = known.schedule["chosen"].fillna(False).astype(bool)
        return {"client": client, "actions": len(known.actions), "funded": int(chosen.sum())}
