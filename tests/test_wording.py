"""Every word a person reads: named by the code, there in both languages, filled by the facts it is given."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from planlib.schema import CODES
from planlib.words import LANGS

CALLS = {"word", "PlanError"}
KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_$]+")
KEY_START = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]*")  # of an f-string
FILE_ENDINGS = {
    "py", "js", "css", "yaml", "json", "csv", "xlsx", "html", "db", "ipynb", "txt", "pdf", "docx", "typ", "j2", "md",
}  # fmt: skip


def test_every_key_the_code_asks_for_is_there(root):
    problems = missing_keys(root, sentences(root))
    assert not problems, "\n".join(problems)


def test_every_sentence_is_in_both_languages_with_the_same_facts(root):
    problems = one_sided(sentences(root))
    assert not problems, "\n".join(problems)


def test_every_sentence_is_given_the_facts_it_names(root):
    problems = unfilled(root, sentences(root))
    assert not problems, "\n".join(problems)


def test_every_sentence_is_asked_for_by_the_code(root):
    unused = unasked(root, sentences(root))
    assert not unused, "\n".join(unused)


def test_every_code_of_a_labelled_list_has_its_label(root):
    known = sentences(root)
    rooms = {key.partition(".")[0] for key in known}
    lacking = [
        f"{name}.{code}" for name in CODES if name in rooms for code in CODES[name] if f"{name}.{code}" not in known
    ]
    assert not lacking


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("word('score.nothing', lang)", "planlib/score.py:1 asks for score.nothing"),
        ("raise PlanError('score.nothing')", "planlib/score.py:1 asks for score.nothing"),
        ("refuse(key='score.nothing')", "planlib/score.py:1 asks for score.nothing"),
        ("word(f'nothing.{code}', lang)", "planlib/score.py:1 asks for nothing.{...}"),
    ],
)
def test_a_planted_unknown_key_is_reported(tmp_path, source, found):
    plant(tmp_path, source)
    assert missing_keys(tmp_path, sentences(tmp_path)) == [found]


@pytest.mark.parametrize("call", ["word('score.outside', lang, n=2)", "PlanError('score.outside', n=2)"])
def test_a_planted_missing_fact_is_reported(tmp_path, call):
    plant(tmp_path, call)
    assert unfilled(tmp_path, sentences(tmp_path)) == ["planlib/score.py:1 gives score.outside no {of}"]


def test_planted_one_sided_sentences_are_reported(tmp_path):
    plant(
        tmp_path,
        "",
        **{
            "late": {"fr": "Retard de {days} jours."},
            "moved": {"fr": "Reporté au {day}.", "en": "Moved to {date}."},
            "kept": {"fr": {"one": "{n} ligne", "other": "{n} lignes"}, "en": {"one": "{n} row"}},
        },
    )
    assert one_sided(sentences(tmp_path)) == [
        "score.late has no en",
        "score.moved: fr has {day}, en has {date}",
        "score.kept (en) has no other",
    ]


def test_a_planted_unused_sentence_is_reported(tmp_path):
    plant(tmp_path, "word('score.outside', lang, n=1, of=2)", never={"fr": "Jamais dit.", "en": "Never said."})
    assert unasked(tmp_path, sentences(tmp_path)) == ["score.never"]


def plant(root: Path, source: str, **more: dict) -> None:
    """A package of one room with one sentence, and the sentences in `more`."""
    folder = root / "planlib" / "wording"
    folder.mkdir(parents=True)
    (root / "planlib" / "score.py").write_text(source, encoding="utf-8")
    outside = {"fr": "{n} sur {of} au dehors.", "en": "{n} of {of} outside."}
    entries = {"outside": outside, **more}
    (folder / "score.yaml").write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")


def sentences(root: Path) -> dict[str, dict]:
    """Every key -> its entry, as the wording files hold it."""
    found = {}
    for path in sorted((root / "planlib" / "wording").glob("*.yaml")):
        for name, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            found[f"{path.stem}.{name}"] = entry
    return found


def missing_keys(root: Path, known: dict[str, dict]) -> list[str]:
    """Keys the code names and the wording files do not hold, as 'file:line asks for key'."""
    rooms = {key.partition(".")[0] for key in known}
    problems, parts = [], set()
    for where, node in nodes(root):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(value) for value in node.values}
            start = prefix(node)
            if KEY_START.fullmatch(start) and start.partition(".")[0] in rooms and not begins(start, known):
                problems.append(f"{where}:{node.lineno} asks for {start}{{...}}")
        elif is_call(node) and node.args:
            key = node.args[0]
            if isinstance(key, ast.JoinedStr) and "." in prefix(key) and not begins(prefix(key), known):
                problems.append(f"{where}:{node.lineno} asks for {prefix(key)}{{...}}")
            elif isinstance(key, ast.Constant) and key.value not in known:
                problems.append(f"{where}:{node.lineno} asks for {key.value}")
        elif isinstance(node, ast.Constant) and id(node) not in parts and isinstance(node.value, str):
            room, _, name = node.value.partition(".")
            asked = KEY.fullmatch(node.value) and room in rooms and name not in FILE_ENDINGS
            if asked and node.value not in known and not (name.endswith("_") and begins(node.value, known)):
                problems.append(f"{where}:{node.lineno} asks for {node.value}")
    return sorted(set(problems))


def one_sided(known: dict[str, dict]) -> list[str]:
    """Sentences that lack a language or a plural form, or whose languages name different facts."""
    problems = []
    for key, entry in known.items():
        lacking = [lang for lang in LANGS if not entry.get(lang)]
        if lacking or set(entry) - set(LANGS):
            problems.extend(f"{key} has no {lang}" for lang in lacking)
            problems.extend(f"{key} has a part {name!r} of no language" for name in sorted(set(entry) - set(LANGS)))
            continue
        for lang in LANGS:
            if isinstance(entry[lang], dict):
                problems.extend(
                    f"{key} ({lang}) has no {form}" for form in ("one", "other") if not entry[lang].get(form)
                )
        facts = {lang: fields(entry[lang]) - {"n"} for lang in LANGS}
        if facts["fr"] != facts["en"]:
            listed = {lang: "{" + ", ".join(sorted(names)) + "}" for lang, names in facts.items()}
            problems.append(f"{key}: fr has {listed['fr']}, en has {listed['en']}")
    return problems


def unfilled(root: Path, known: dict[str, dict]) -> list[str]:
    """Calls by literal key that leave out a fact their sentence names; those that pass on `**facts` are not judged."""
    problems = []
    for where, node in nodes(root):
        if not (is_call(node) and node.args and isinstance(node.args[0], ast.Constant)):
            continue
        entry = known.get(node.args[0].value)
        given = {keyword.arg for keyword in node.keywords}
        if entry is None or None in given:
            continue
        wanted = set().union(*(fields(entry[lang]) for lang in LANGS if lang in entry))
        if any(isinstance(entry.get(lang), dict) for lang in LANGS):
            wanted |= {"n"}
        problems.extend(
            f"{where}:{node.lineno} gives {node.args[0].value} no {{{fact}}}" for fact in sorted(wanted - given)
        )
    return problems


def unasked(root: Path, known: dict[str, dict]) -> list[str]:
    """Sentences that no code, template or notebook names, whole, by the start of a key, or by its name alone."""
    texts, starts = [], set()
    for path in sources(root, "*.py", "*.ipynb", "*.html", "*.j2", "*.typ", "*.js"):
        texts.append(path.read_text(encoding="utf-8"))
    for _, node in nodes(root):
        if isinstance(node, ast.JoinedStr) and "." in prefix(node):
            starts.add(prefix(node))
    named = set(re.findall(r"[\"'\\]([a-z0-9_.$]+)[\"'\\]", "\n".join(texts)))
    return [
        key
        for key in known
        if not (
            key in named
            or key.partition(".")[2] in named
            or key.partition(".")[0] in CODES
            or key.startswith(tuple(starts))
        )
    ]


def fields(entry: str | dict) -> set[str]:
    """The facts a sentence names, in all its plural forms together."""
    forms = entry.values() if isinstance(entry, dict) else [entry]
    parsed = (part for form in forms for part in string.Formatter().parse(str(form)))
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in parsed if name}


def is_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in CALLS


def begins(start: str, known: dict[str, dict]) -> bool:
    return any(key.startswith(start) for key in known)


def prefix(node: ast.JoinedStr) -> str:
    """What an f-string starts with, before its first field."""
    first = node.values[0] if node.values else None
    return first.value if isinstance(first, ast.Constant) else ""


def nodes(root: Path) -> Iterator[tuple[str, ast.AST]]:
    """(file, node) for each node of each module, and of each code cell of notebooks and templates."""
    for path in sources(root, "*.py", "*.ipynb"):
        where = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            lines = "".join("".join(cell["source"]) + "\n" for cell in cells).splitlines()
            text = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        yield from ((where, node) for node in ast.walk(ast.parse(text, filename=where)))


def sources(root: Path, *patterns: str) -> list[Path]:
    """Files of the package, the notebooks and the templates, in a fixed order."""
    folders = ("planlib", "notebooks", "templates")
    found = {path for folder in folders for pattern in patterns for path in (root / folder).rglob(pattern)}
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)
