"""What is wrong with a template, found by reading it: nothing of it is run."""

from __future__ import annotations

import ast
import builtins
import difflib
import importlib.util
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planlib.report import parameters
from planlib.report.content import HIDDEN
from planlib.report.forked import SERVED_BY_A_KERNEL
from planlib.schema import PlanError
from planlib.words import LANGS

ABSOLUTE = re.compile(r"(?:[A-Za-z]:[\\/]|~[\\/]|/(?:home|Users|root|mnt|tmp|var|etc|media|opt|srv|work)/|\\\\\w)")
GIVEN = frozenset({"display", "get_ipython", "In", "Out", "_", "__", "___"})  # names that a notebook has from the start
SLIDE = "slide"  # the tag of cells that become slides
MAGIC = re.compile(r"^\s*[%!?].*$", re.M)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: an `error` stops or spoils a report, a `warning` may. `cell` counts code cells from 1."""

    rule: str
    severity: str
    cell: int | None
    facts: dict[str, Any]

    def text(self, lang: str) -> str:
        facts = dict(self.facts) if self.cell is None else {"cell": self.cell, **self.facts}
        return PlanError(f"lint.{self.rule}", **facts).text(lang)


def findings(template: str | Path) -> list[Finding]:
    """Everything wrong with the template, the errors first, then in the order of its cells.

    Raises
    ------
    PlanError
        There is no such template, or it is no notebook at all.
    """
    found = parameters.find(template)
    found.notebook()  # refused when it is no notebook
    cells = [cell for cell in json.loads(found.content)["cells"] if cell["cell_type"] == "code"]
    listed = [
        *_parameters(found, cells),
        *_cells(cells),
        *_imports(cells, found.path.parent),
        *_names(cells),
        *_misspelt_tags(cells),
    ]
    if not any("check" in _tags(cell) for cell in cells):
        listed.append(Finding("no_check", "warning", None, {}))
    return sorted(listed, key=lambda one: (one.severity != "error", one.cell or 0))


def _parameters(template: parameters.Template, cells: list[dict]) -> Iterator[Finding]:
    tagged = [i for i, cell in enumerate(cells, 1) if "parameters" in _tags(cell)]
    if not tagged:
        yield Finding("no_parameters", "error", None, {})
        return
    for cell in tagged[1:]:
        yield Finding("second_parameters", "error", cell, {})
    try:
        stated = parameters.stated_parameters(template.content)
    except SyntaxError:
        yield Finding("parameters_unread", "error", tagged[0], {})
        return
    for name in ("client", "year", "lang"):
        if name not in stated:
            yield Finding(f"no_{name}", "error" if name == "client" else "warning", tagged[0], {})
    lang = stated.get("lang", ("", None))[1]
    if lang is not None and lang not in LANGS:
        yield Finding("unknown_lang", "error", tagged[0], {"found": str(lang), "known": list(LANGS)})
    used = {node.id for cell in cells[tagged[0] :] for node in ast.walk(_tree(cell) or ast.Module([], []))
            if isinstance(node, ast.Name)}  # fmt: skip
    for name, (_, default) in stated.items():
        if default is None:
            yield Finding("no_default", "warning", tagged[0], {"name": name})
        if name not in used:
            yield Finding("unused", "warning", tagged[0], {"name": name})


def _cells(cells: list[dict]) -> Iterator[Finding]:
    for number, cell in enumerate(cells, 1):
        if cell.get("outputs") or cell.get("execution_count"):
            yield Finding("outputs", "error", number, {})
        tree = _tree(cell)
        if tree is None:
            yield Finding("syntax", "error", number, {})
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and (live := _live(node)):
                yield Finding("widgets", "error", number, {"found": live})
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ABSOLUTE.match(node.value):
                yield Finding("absolute_path", "error", number, {"found": node.value})
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input":
                yield Finding("asks", "error", number, {})


def _names(cells: list[dict]) -> Iterator[Finding]:
    """Names that a cell uses and that no cell makes: the cell would stop the report of every client."""
    trees = [(number, tree) for number, cell in enumerate(cells, 1) if (tree := _tree(cell))]
    nodes = [node for _, tree in trees for node in ast.walk(tree)]
    if any(isinstance(node, ast.alias) and node.name == "*" for node in nodes):
        return  # what such an import brings cannot be read here
    made = {*dir(builtins), *GIVEN}
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            made.add(node.id)
        elif isinstance(node, ast.alias):
            made.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.MatchAs | ast.MatchStar):
            made.add(node.name)
    for number, tree in trees:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for name in sorted(used - made):
            near = difflib.get_close_matches(name, sorted(made - {None} - set(dir(builtins))), n=1, cutoff=0.7)
            yield Finding(
                "unknown_name_near" if near else "unknown_name", "error", number, {"name": name, "near": near}
            )


def _imports(cells: list[dict], beside: Path) -> Iterator[Finding]:
    """What cells import that is neither installed nor a file beside the template; of planlib, every name."""
    for number, cell in enumerate(cells, 1):
        for node in ast.walk(_tree(cell) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                wanted = [(alias.name, None) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted = [(node.module, alias.name) for alias in node.names if alias.name != "*"]
            else:
                continue
            for module, name in wanted:
                if _live(node) or any((beside / f"{module.partition('.')[0]}{end}").exists() for end in ("", ".py")):
                    continue
                if not _installed(module):
                    yield Finding("no_module", "error", number, {"name": module})
                elif name is not None and module.partition(".")[0] == "planlib":
                    yield from _lacking(module, name, number)


def _installed(module: str) -> bool:
    try:
        return (
            importlib.util.find_spec(module if module.startswith("planlib.") else module.partition(".")[0]) is not None
        )
    except (ImportError, ValueError):
        return False


def _lacking(module: str, name: str, cell: int) -> Iterator[Finding]:
    try:
        package = importlib.import_module(module)
    except ImportError as error:  # a part of planlib whose own package is not installed here
        yield Finding("no_module", "error", cell, {"name": error.name or module})
        return
    if hasattr(package, name) or _installed(f"{module}.{name}"):
        return
    known = {*dir(package), *(found.name for found in pkgutil.iter_modules(getattr(package, "__path__", ())))}
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    rule = "not_in_module_near" if near else "not_in_module"
    yield Finding(rule, "error", cell, {"name": name, "module": module, "near": near})


def _misspelt_tags(cells: list[dict]) -> Iterator[Finding]:
    known = [*HIDDEN, SLIDE, *LANGS]
    for number, cell in enumerate(cells, 1):
        for tag in _tags(cell):
            near = difflib.get_close_matches(tag, known, n=1, cutoff=0.8)
            if near and tag not in known:
                yield Finding("near_tag", "warning", number, {"found": tag, "near": near})


def _live(node: ast.Import | ast.ImportFrom) -> str:
    """The package of widgets that an import takes from, if it does."""
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    names = [module, *(f"{module}.{alias.name}".lstrip(".") for alias in node.names)]
    return next((name for name in names for live in SERVED_BY_A_KERNEL if f"{name}.".startswith(f"{live}.")), "")


def _tree(cell: dict) -> ast.Module | None:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    try:
        return ast.parse("" if source.startswith("%%") else MAGIC.sub("", source))
    except SyntaxError:
        return None


def _tags(cell: dict) -> list[str]:
    return cell.get("metadata", {}).get("tags", [])
