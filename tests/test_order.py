"""The order of the house, read from the code itself: floor, then rooms, then faces."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FLOOR = ("tongue", "words", "said", "schema", "tables", "workspace", "journal", "store", "clients", "facts")
ROOMS = (
    "ingest",
    "untangle",
    "register",
    "weights",
    "score",
    "robust",
    "agree",
    "ballot",
    "schedule",
    "decide",
    "plan",
    "review",
    "scenario",
)
THREAD = ("decide",)  # the rooms called one after the other, for the faces that need them all
FACES = ("charts", "widgets", "office", "desk", "vote", "report", "demo", "cli")
ORDER = FLOOR + ROOMS + THREAD + FACES

# The rooms that are plainly built on another (a score turns points into shares as `weights` does); every other room
# meets its neighbours in a notebook or in the cli.
BUILT_ON = {
    "score": {"weights"},
    "robust": {"weights", "score"},
    "agree": {"weights", "score"},
    "decide": {"weights", "score", "robust", "agree", "schedule"},
    "scenario": {"decide", "score", "schedule", "plan"},
}

LONGEST = 400  # lines; past that a module has a second subject

# Where the wall clock may be read, and for what. Elsewhere the day is an argument.
CLOCKS = {
    "store": "when a row was written",
    "cli": "today, unless --today says another day",
    "desk": "today, in a notebook opened without a day",
    "vote": "when a ballot came in",
    "report": "when a run was made, for its record",
}
DAY_CLOCKS = {"now", "today", "utcnow"}
TIME_CLOCKS = {"time", "time_ns", "localtime", "gmtime", "strftime"}
MAY_PRINT = {"cli", "vote"}


def test_imports_go_one_way_and_rooms_keep_to_themselves(root):
    problems = order_problems(root / "planlib")
    assert not problems, "\n".join(problems)


def test_modules_import_each_other_in_no_circle(root):
    problems = circles(root / "planlib")
    assert not problems, "\n".join(problems)


def test_rooms_print_nothing_read_no_clock_and_keep_no_global(root):
    problems = habit_problems(root / "planlib")
    assert not problems, "\n".join(problems)


def test_modules_have_one_subject_and_the_package_one_docstring(root):
    problems = size_problems(root / "planlib")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("score.py", "from planlib import charts", "score.py:1 (score) imports charts"),
        ("score.py", "from planlib.robust import bands", "score.py:1 (score) imports robust"),
        ("score.py", "def late():\n    import planlib.cli", "score.py:2 (score) imports cli"),
        ("ingest/files.py", "from ..schedule import solve", "ingest/files.py:1 (ingest) imports schedule"),
        ("schema.py", "from planlib.store import open", "schema.py:1 (schema) imports store"),
        ("store.py", "from .review import annual", "store.py:1 (store) imports review"),
        ("charts/rank.py", "from planlib import report", "charts/rank.py:1 (charts) imports report"),
        ("words.py", "import importlib\nimportlib.import_module('planlib.cli')", "words.py:2 (words) imports cli"),
        ("utils.py", "", "utils.py has no place in the order"),
    ],
)
def test_a_planted_wrong_import_is_reported(tmp_path, module, source, found):
    plant(tmp_path, {module: source})
    assert order_problems(tmp_path) == [found]


def test_right_imports_pass(tmp_path):
    plant(
        tmp_path,
        {
            "schema.py": "from planlib.words import word",
            "score.py": "from planlib.schema import PlanError",
            "robust.py": "from planlib import score",
            "ingest/files.py": "from . import values\nfrom planlib.ingest.values import parse_money",
            "ingest/values.py": "import re",
            "cli.py": "from planlib import report, score",
        },
    )
    assert order_problems(tmp_path) == []
    assert circles(tmp_path) == []


def test_a_time_of_day_is_no_clock(tmp_path):
    plant(tmp_path, {"ingest/files.py": "from datetime import time\nnoon = time(12)"})
    assert habit_problems(tmp_path) == []


def test_a_planted_circle_is_reported(tmp_path):
    plant(tmp_path, {"ingest/files.py": "from . import values", "ingest/values.py": "from planlib.ingest import files"})
    assert circles(tmp_path) == ["ingest.files -> ingest.values -> ingest.files"]


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("review.py", "from datetime import date\nday = date.today()", "review.py:2 reads the clock (today)"),
        ("plan.py", "import datetime\nx = datetime.datetime.now()", "plan.py:2 reads the clock (now)"),
        ("score.py", "import pandas as pd\nx = pd.Timestamp.now()", "score.py:2 reads the clock (now)"),
        ("schedule/model.py", "import time\nx = time.time()", "schedule/model.py:2 reads the clock (time)"),
        ("agree.py", "from time import time\nx = time()", "agree.py:2 reads the clock (time)"),
        ("weights.py", "print('here')", "weights.py:1 prints"),
        ("ballot.py", "def count():\n    global total\n    total = 1", "ballot.py:2 keeps a global (total)"),
    ],
)
def test_a_planted_bad_habit_is_reported(tmp_path, module, source, found):
    plant(tmp_path, {module: source})
    assert habit_problems(tmp_path) == [found]


def test_a_planted_long_module_is_reported(tmp_path):
    plant(tmp_path, {"score.py": "x = 1\n" * (LONGEST + 1)})
    (tmp_path / "__init__.py").write_text('"""One line."""\nimport planlib.score\n', encoding="utf-8")
    assert size_problems(tmp_path) == [
        "__init__.py holds more than one docstring",
        "score.py has 401 lines: find its second subject",
    ]


def plant(package: Path, files: dict[str, str]) -> None:
    """A package of the given modules, folders with their __init__."""
    (package / "__init__.py").write_text('"""Planted."""\n', encoding="utf-8")
    for name, source in files.items():
        path = package / name
        path.parent.mkdir(exist_ok=True)
        if path.parent != package:
            (path.parent / "__init__.py").touch()
        path.write_text(source, encoding="utf-8")


def order_problems(package: Path) -> list[str]:
    """Every import that goes against the order, as 'file:line (room) imports room'."""
    problems = []
    for path, name in modules(package):
        place = name.split(".")[0]
        if not place:
            continue
        if place not in ORDER:
            problems.append(f"{path.relative_to(package).as_posix()} has no place in the order")
            continue
        for line, target in imports(package, path, name):
            other = target.split(".")[0]
            if other and other != place and not allowed(place, other):
                problems.append(f"{path.relative_to(package).as_posix()}:{line} ({place}) imports {other}")
    return sorted(set(problems))


def allowed(place: str, other: str) -> bool:
    """Whether `place` may import `other`: what stands before it, and of rooms only those it is built on."""
    if other not in ORDER or ORDER.index(other) > ORDER.index(place):
        return False
    return not (place in ROOMS and other in ROOMS) or other in BUILT_ON.get(place, set())


def circles(package: Path) -> list[str]:
    """Circles of imports made when modules load, each once, from its first module by name."""
    graph = {
        name: sorted({to for _, to in imports(package, path, name, late=False) if to and to != name})
        for path, name in modules(package)
        if name
    }
    found = set()

    def walk(trail: list[str]) -> None:
        for to in graph.get(trail[-1], []):
            if to in trail:
                ring = trail[trail.index(to) :]
                first = ring.index(min(ring))
                found.add(" -> ".join([*ring[first:], *ring[: first + 1]]))
            elif to not in done:
                walk([*trail, to])
        done.add(trail[-1])

    done: set[str] = set()
    for name in sorted(graph):
        if name not in done:
            walk([name])
    return sorted(found)


def habit_problems(package: Path) -> list[str]:
    """Prints, wall clocks and globals where the house allows none."""
    problems = []
    for path, name in modules(package):
        place = name.split(".")[0]
        where = path.relative_to(package).as_posix()
        module = tree(path)
        clocks = {
            alias.asname or alias.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom) and node.module == "time"
            for alias in node.names
        } & TIME_CLOCKS
        for node in ast.walk(module):
            if isinstance(node, ast.Global) and place in FLOOR + ROOMS + THREAD:
                problems.append(f"{where}:{node.lineno} keeps a global ({', '.join(node.names)})")
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "print" and place not in MAY_PRINT:
                problems.append(f"{where}:{node.lineno} prints")
            clock = clock_read(node.func, clocks)
            if clock and place not in CLOCKS:
                problems.append(f"{where}:{node.lineno} reads the clock ({clock})")
    return problems


def clock_read(function: ast.expr, imported: set[str]) -> str:
    """The name of the wall clock a call reads, or nothing; elapsed time (monotonic, perf_counter) is no clock."""
    if isinstance(function, ast.Name):
        return function.id if function.id in imported else ""
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value.id if isinstance(function.value, ast.Name) else getattr(function.value, "attr", "")
    day = function.attr in DAY_CLOCKS and owner in {"date", "datetime", "dt", "Timestamp"}
    return function.attr if day or (owner == "time" and function.attr in TIME_CLOCKS) else ""


def size_problems(package: Path) -> list[str]:
    """Modules past the length at which they hold two subjects, and a package file that holds code."""
    problems = []
    if [type(node) for node in tree(package / "__init__.py").body] != [ast.Expr]:
        problems.append("__init__.py holds more than one docstring")
    for path, _ in modules(package):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            problems.append(f"{path.relative_to(package).as_posix()} has {lines} lines: find its second subject")
    return problems


def modules(package: Path) -> list[tuple[Path, str]]:
    """Every module's path and its name inside planlib: 'score', 'ingest.files', 'ingest' for its folder, '' on top."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found.append((path, ".".join(part for part in parts if part != "__init__")))
    return found


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(package: Path, path: Path, name: str, *, late: bool = True) -> Iterator[tuple[int, str]]:
    """(line, module inside planlib) of each import of planlib, those inside functions too unless `late` is False."""
    known = {module for _, module in modules(package)}
    folder = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def longest(target: str) -> str:
        """`ingest.values.parse_money` is the module `ingest.values`; a module that is not there keeps its name."""
        parts = target.split(".")
        return next((".".join(parts[:n]) for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in known), target)

    for node in statements(tree(path), late):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = folder.split(".") if folder else []
                base = ".".join(["planlib", *parts[: len(parts) - node.level + 1], *base.split(".")]).rstrip(".")
            targets = [f"{base}.{alias.name}" for alias in node.names]
        elif called(node) == "import_module" and node.args and isinstance(node.args[0], ast.Constant):
            targets = [str(node.args[0].value)]
        else:
            continue
        for target in targets:
            if target.startswith("planlib."):
                yield node.lineno, longest(target.removeprefix("planlib."))


def called(node: ast.AST) -> str:
    """The name of the function a call calls, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def statements(node: ast.AST, late: bool) -> Iterator[ast.AST]:
    """Every node; without `late`, none inside a function or under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if not late and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if not late and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from statements(child, late)
