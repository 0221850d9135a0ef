"""A new client: its folder, client.yaml, and a workbook that starts with the criteria pack of its kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import yaml
from pydantic import ValidationError

from planlib import store
from planlib.schema import CODES, PlanError
from planlib.workspace import Client, checked_slug, find_workspace

PACKS = Path(__file__).with_name("packs.yaml")

# What a client's plan rests on until its own figures are known. Each one used is listed in the result.
STATED = {
    "currency": "CAD",
    "fiscal_start": "01-01",
    "short_months": 12,
    "medium_months": 36,
    "update_days": 100,
    "plan_years": 3,
    "parallel_limit": 8,
    "default_weeks": 12.0,
    "default_effort_days": 10.0,
    "default_amount": 5_000.0,
    "default_capacity_days": 10.0,
    "effort_days_s": 3.0,
    "effort_days_m": 10.0,
    "effort_days_l": 30.0,
    "amount_1": 2_500.0,
    "amount_2": 12_500.0,
    "amount_3": 50_000.0,
}


def pack(kind: str) -> pd.DataFrame:
    """Criteria and gates of a kind of client, indexed by criterion_id, as `schema` has them."""
    found = yaml.safe_load(PACKS.read_text(encoding="utf-8"))[kind]
    rows = {}
    for part in ("gates", "criteria"):
        for criterion, (fr, en, *sense) in found[part].items():
            is_gate = part == "gates"
            rows[criterion] = {
                "title": fr,
                "title_fr": fr,
                "title_en": en,
                "is_gate": is_gate,
                "position": len(rows) + 1,
                "sense": None if is_gate else (sense or ["max"])[0],
                "scale_low": None if is_gate else 0.0,
                "scale_high": None if is_gate else 10.0,
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("criterion_id")


def new(
    slug: str,
    kind: str,
    name: str,
    *,
    name_en: str | None = None,
    workspace: Path | str | None = None,
    settings: dict | None = None,
    **look,
) -> Path:
    """Make a client's folder, whole or not at all, and return it.

    `settings` replaces some of the stated defaults; `look` are further fields of client.yaml.

    Raises
    ------
    PlanError
        A slug that is not one, a client that exists, an unknown kind, a blank name.
    """
    checked_slug(slug)
    if kind not in CODES["client_kind"]:
        raise PlanError("workspace.unknown_kind", found=str(kind), known=list(CODES["client_kind"]))
    if not name or not name.strip():
        raise PlanError("workspace.no_name", client=slug)
    fields = {"name": name, "name_en": name_en, "kind": kind, **look}
    fields = {key: value for key, value in fields.items() if value is not None}
    try:
        Client.model_validate({"slug": slug, **fields})
    except ValidationError as error:
        first = error.errors()[0]
        raise PlanError(
            "workspace.bad_client_yaml", client=slug, field=str(first["loc"][0]), found=str(first["input"])
        ) from None
    root = find_workspace(workspace)
    folder = root / slug
    if folder.exists():
        raise PlanError("workspace.client_exists", client=slug)
    part = room_in(root, ".new-")
    try:
        for name_of in ("workshop", "maps", "reports"):
            (part / name_of).mkdir()
        text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)
        (part / "client.yaml").write_text(text, encoding="utf-8")
        _fill(part, kind, settings or {})
        part.chmod(0o755)
        try:
            os.rename(part, folder)
        except OSError:
            raise PlanError("workspace.client_exists", client=slug) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def room_in(root: Path, prefix: str) -> Path:
    """A hidden folder of a workspace to make something in, apart; a kill leaves this, never half a client."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=prefix, dir=root))
    except OSError as error:
        raise PlanError("workspace.not_a_folder", folder=root.name, found=error.strerror or str(error)) from None


def _fill(folder: Path, kind: str, settings: dict) -> None:
    with store.Book(folder / "workbook.db") as book:
        stated = pd.DataFrame([STATED | settings], index=pd.Index(["client"], name="client_id"))
        say = {"by": "planlib", "why": f"planlib new --kind {kind}"}
        # The pack holds from the beginning of time, so that a plan of another year can be read with it.
        with book.together():
            book.put("client", stated, effective="1900-01-01", **say)
            book.put("criterion", pack(kind), effective="1900-01-01", **say)
