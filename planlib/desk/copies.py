"""A client's own copies of the notebooks: preset to the client and the language, without outputs."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from planlib.words import LANGS, word
from planlib.workspace import HOME

MASTERS = HOME / "notebooks"


def place(
    folder: Path, client: str, lang: str, today: str | None = None, tongues: tuple[str, ...] = LANGS
) -> list[str]:
    """Bring a client's copies up to date in `folder`, and name those left behind.

    A copy nobody changed is made again from its notebook; one with changes keeps them, and is named when the
    notebook itself has moved on since. In all of them the parameters say this client, language and day, the first
    cell speaks the language, and outputs are cleared: a figure of yesterday must not be read as today's. `tongues` are
    the languages with the client's own words in them.
    """
    folder.mkdir(exist_ok=True)
    behind = []
    spoken = next((tongue for tongue in tongues if tongue == lang), lang)
    for path in sorted(MASTERS.glob("*.ipynb")):
        master = _read(path)
        copy = _read(folder / path.name) if (folder / path.name).is_file() else None
        known = {} if copy is None else copy["metadata"].get("planlib", {})
        changed = copy is not None and _mark(copy, path.stem, tongues) != known.get("copied")
        if changed and _mark(master, path.stem) != known.get("of"):
            behind.append(path.name)
        book = copy if changed else master
        if not changed:
            book["metadata"]["planlib"] = {"of": _mark(master, path.stem)}
        _preset(book, path.stem, client, spoken, today, tongues)
        if not changed:
            book["metadata"]["planlib"]["copied"] = _mark(book, path.stem, tongues)
        text = json.dumps(book, ensure_ascii=False, indent=1) + "\n"
        if copy is None or text != (folder / path.name).read_text(encoding="utf-8"):
            (folder / path.name).write_text(text, encoding="utf-8")
    return behind


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _mark(book: dict, name: str, tongues: tuple[str, ...] = LANGS) -> str:
    """What the cells of a notebook say, as a short mark; the preset lines and the first cell's language apart."""
    said = [PRESET.sub("", _source(cell)) for cell in book["cells"] if _source(cell) not in _questions(name, tongues)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]


PRESET = re.compile(r"^(client|lang|today) = .*$", re.M)


def _preset(book: dict, name: str, client: str, lang: str, today: str | None, tongues: tuple[str, ...]) -> None:
    stated = {"client": client, "lang": lang, "today": today}
    for cell in book["cells"]:
        if _source(cell) in _questions(name, tongues):
            cell["source"] = _question(name, lang)
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = PRESET.sub(lambda line: f"{line[1]} = {_literal(stated[line[1]])}", _source(cell))
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"].pop("execution", None)


def _literal(value: str | None) -> str:
    return "None" if value is None else json.dumps(value)


def _question(name: str, lang: str) -> str:
    """The first cell of the notebook `1_ingest`, `2_prioritise`...: what it answers, who reads it, what it needs."""
    return word(f"notebooks.{name.partition('_')[2]}", lang)


def _questions(name: str, tongues: tuple[str, ...]) -> list[str]:
    return [_question(name, lang) for lang in (*LANGS, *tongues)]


def _source(cell: dict) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
