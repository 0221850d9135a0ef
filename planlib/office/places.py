"""Where exported workbooks stand: a new folder each time, so that nothing is written over a file someone has open."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path


def new_folder(client_folder: Path, today: date) -> Path:
    """`reports/exports/<date>-<n>/` of a client, made with the first n that is free."""
    exports = client_folder / "reports" / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    n = 1
    while True:
        folder = exports / f"{today.isoformat()}-{n}"
        try:
            folder.mkdir()
        except FileExistsError:
            n += 1
        else:
            return folder


def file_name(client: str, lang: str, owner: str | None = None) -> str:
    """sdc-plan-fr.xlsx, or sdc-direction-generale-fr.xlsx for an owner's sheet."""
    if owner is None:
        return f"{client}-plan-{lang}.xlsx"
    plain = unicodedata.normalize("NFKD", owner).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "x"
    return f"{client}-{slug}-{lang}.xlsx"
