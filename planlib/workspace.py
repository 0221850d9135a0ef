"""Where clients live: the workspace, slugs, and client.yaml."""

from __future__ import annotations

import difflib
import itertools
import os
import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from planlib.schema import CODES, PlanError

HOME = Path(__file__).resolve().parent.parent  # holds templates/, data/demo/ and, by default, data/clients/
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class Client(BaseModel):
    """client.yaml: identity, languages, look, privacy. Nothing in it changes a figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str
    name: str = Field(min_length=1)
    name_en: str | None = None
    kind: Literal[CODES["client_kind"]]
    languages: tuple[Literal["fr", "en"], ...] = Field(("fr", "en"), min_length=1)
    accent: str = "#1f5f8b"
    logo: str | None = None
    k: int = Field(5, ge=1, description="vote results are shown only from this many answers")

    @field_validator("accent")
    @classmethod
    def _readable(cls, accent: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent) or contrast(accent, "#ffffff") < 4.5:
            raise ValueError("accent")
        return accent

    def called(self, lang: str) -> str:
        return self.name_en if lang == "en" and self.name_en else self.name


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def find_workspace(workspace: str | Path | None = None) -> Path:
    """The folder of clients: the one given, else PLANLIB_WORKSPACE, else the first data/clients met walking up
    from the current folder, else data/clients beside the package."""
    given = workspace or os.environ.get("PLANLIB_WORKSPACE")
    if given:
        return Path(given).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "clients").is_dir():
            return folder / "data" / "clients"
    return HOME / "data" / "clients"


def checked_slug(slug: str) -> str:
    """The slug, if nothing outside the workspace can be meant by it."""
    if not isinstance(slug, str) or len(slug) > 60 or not SLUG.fullmatch(slug):
        raise PlanError("workspace.bad_slug", found=str(slug))
    return slug


def client_names(workspace: str | Path | None = None) -> list[str]:
    """Slugs of the clients of a workspace, sorted."""
    folder = find_workspace(workspace)
    if not folder.is_dir():
        return []
    return sorted(p.parent.name for p in folder.glob("*/client.yaml") if SLUG.fullmatch(p.parent.name))


def client_folder(client: str, workspace: str | Path | None = None) -> Path:
    """The folder of an existing client; PlanError names those of nearly that name when there is none."""
    root = find_workspace(workspace)
    folder = root / checked_slug(client)
    if not (folder / "client.yaml").is_file():
        near = difflib.get_close_matches(client, client_names(workspace), n=3)
        if not near:  # another client's name is nobody's to read on a shared screen
            raise PlanError("workspace.no_such_client", client=client, folder=root.name)
        raise PlanError("workspace.unknown_client", client=client, near=near)
    return folder


def read_client(client: str, workspace: str | Path | None = None) -> Client:
    """client.yaml, checked."""
    path = client_folder(client, workspace) / "client.yaml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Client.model_validate({"slug": client, **found})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "client.yaml"
        if first["type"] == "missing":
            raise PlanError("workspace.client_yaml_lacks", client=client, field=where) from None
        raise PlanError("workspace.bad_client_yaml", client=client, field=where, found=str(first["input"])) from None
    except (yaml.YAMLError, TypeError, UnicodeDecodeError):
        raise PlanError("workspace.broken_client_yaml", client=client) from None


def keep_received(client_folder: Path, path: str | Path) -> Path:
    """Keep a file as received in the client's workshop/; one that is there already is not kept twice.

    A file of the same name with other content is kept beside it, as name-2.
    """
    received = Path(path)
    content = received.read_bytes()
    folder = client_folder / "workshop"
    folder.mkdir(exist_ok=True)
    others = (f"{received.stem}-{n}{received.suffix}" for n in itertools.count(2))
    for name in itertools.chain([received.name], others):
        kept = folder / name
        if not kept.exists():
            break
        if kept.read_bytes() == content:
            return kept
    part = folder / f".{kept.name}.part"
    part.write_bytes(content)
    os.replace(part, kept)
    return kept


SYNCED = re.compile(r"onedrive|dropbox|google ?drive|icloud|mobile documents|nextcloud|my drive|mon disque", re.I)


def synced_by(folder: Path) -> str | None:
    """Name of the part of the path that a cloud drive synchronises, if one does."""
    return next((part for part in folder.parts if SYNCED.search(part)), None)
