"""The set-up in step: pyproject.toml, requirements.lock, environment.yml, the Makefile, and what git holds."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))?(?: --hash=sha256:[0-9a-f]{64})+$")

ADDRESSES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|anaconda\.(?:org|com)|(?:deb|security)\.debian\.org"
    r"|(?<!\S)--(?:extra-)?index-url|(?<!\S)--find-links"
)
MACHINE_PATHS = re.compile(r"(?<![\w.~/{}$*-])/(?:work|home|root|Users)/[\w.]")

# Files looked through line by line; a workbook's bytes are not.
TEXT = {".py", ".toml", ".lock", ".yml", ".yaml", ".md", ".ipynb", ".csv", ".txt", ".json", ".html", ".j2", ".typ", ""}


@pytest.fixture(scope="module")
def project(root) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lock(root) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def committed(root) -> list[Path]:
    """Files that git holds or is about to."""
    if not shutil.which("git") or not (root / ".git").exists():
        pytest.skip("Not a git checkout: there is no list of committed files to look through")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return [root / name for name in sorted(set(listed.stdout.split("\0"))) if name and (root / name).is_file()]


def test_every_pin_of_the_lock_has_hashes_and_nothing_else_stands_in_it(lock):
    wrong = [line[:80] for line in lock_lines(lock) if not PIN.match(line)]
    assert not wrong
    assert pins(lock)


def test_every_dependency_and_extra_is_pinned_where_it_says(project, lock):
    pinned = pins(lock)
    wanted = [Requirement(text) for text in [*direct(project), *project["build-system"]["requires"]]]
    lacking = [str(need) for need in wanted if canonicalize_name(need.name) not in pinned]
    assert not lacking, "make lock"
    outside = [
        f"{need}, pinned {version}"
        for need in wanted
        for version, _ in pinned[canonicalize_name(need.name)]
        if not need.specifier.contains(version, prereleases=True)
    ]
    assert not outside, "make lock"


def test_the_lock_holds_only_what_the_project_needs_here(project, lock):
    assert here(lock).keys() == needed(direct(project)), "make lock"


def test_the_environment_is_the_lock(lock):
    installed = {canonicalize_name(dist.name): dist.version for dist in metadata.distributions()}
    other = {
        name: (version, installed.get(name)) for name, version in here(lock).items() if installed.get(name) != version
    }
    assert not other, "make env"


def test_conda_takes_the_same_lock(root):
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "planlib"
    assert environment["dependencies"] == ["python=3.11", "pip", {"pip": ["-r requirements.lock"]}]


def test_highspy_stays_out(lock):
    # It and ortools carry two builds of one solver: imported in one process, they end it.
    assert "highspy" not in pins(lock)


def test_planted_lock_lines_without_hash_or_with_an_address_are_refused():
    digest = "0" * 64
    assert PIN.match(f"numpy==2.4.6 ; python_full_version < '3.12' --hash=sha256:{digest}")
    assert not PIN.match("numpy==2.4.6")
    assert not PIN.match(f"numpy>=2 --hash=sha256:{digest}")
    assert not PIN.match(f"numpy @ https://example.org/numpy.whl --hash=sha256:{digest}")
    assert not PIN.match("--index-url https://example.org/simple")


def test_modules_import_only_what_pyproject_names(root, project):
    running = {canonicalize_name(Requirement(text).name) for text in project["project"]["dependencies"]}
    running |= {
        canonicalize_name(Requirement(text).name)
        for extra, names in project["project"].get("optional-dependencies", {}).items()
        if extra not in {"test", "bench", "build"}
        for text in names
    }
    everything = {canonicalize_name(Requirement(text).name) for text in direct(project)}
    problems = [
        *undeclared(root, "planlib", running),
        *undeclared(root, "tests", everything),
        *undeclared(root, "bench", everything),
    ]
    assert not problems, "\n".join(problems)


def test_a_planted_undeclared_import_is_reported(tmp_path):
    (tmp_path / "planlib").mkdir()
    source = "import re\nimport pandas as pd\nfrom yaml import load\nfrom planlib import score\nimport pytest\n"
    (tmp_path / "planlib" / "score.py").write_text(source, encoding="utf-8")
    assert undeclared(tmp_path, "planlib", {"pandas", "pyyaml"}) == ["planlib/score.py:5 imports pytest"]


def test_git_holds_no_package_index_and_no_path_of_a_machine(root, committed):
    found = [
        f"{path.relative_to(root).as_posix()}:{number}: {line.strip()[:100]}"
        for path in committed
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if ADDRESSES.search(line) or MACHINE_PATHS.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "pypi" + ".org/simple",
        "pip install --" + "index-url x",
        "open('/" + "home/anna/plan.xlsx')",
        "cd /" + "work/main",
    ],
)
def test_a_planted_address_or_path_is_seen(line):
    assert ADDRESSES.search(line) or MACHINE_PATHS.search(line)


@pytest.mark.parametrize("line", ["uv pip compile --no-emit-index-url", "https://example.org/home/plan", "../shared/x"])
def test_an_innocent_line_is_let_through(line):
    assert not (ADDRESSES.search(line) or MACHINE_PATHS.search(line))


def test_committed_notebooks_hold_no_outputs(committed):
    notebooks = [path for path in committed if path.suffix == ".ipynb"]
    assert len(notebooks) >= 9
    kept = [] if stripped(*notebooks) else [path.name for path in notebooks if not stripped(path)]
    assert not kept, "nbstripout --keep-id " + " ".join(kept)


def test_a_planted_output_is_seen(tmp_path):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": ["1 + 1"], "execution_count": None, "outputs": []}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "clean.ipynb"
    path.write_text(json.dumps(book, indent=1) + "\n", encoding="utf-8")
    assert stripped(path)
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["2"]}]
    path.write_text(json.dumps(book, indent=1) + "\n", encoding="utf-8")
    assert not stripped(path)


def test_make_refuses_an_old_python_in_a_sentence(root, tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.10.4" && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    ran = make(root, tmp_path, "env", f"PYTHON={old}")
    assert ran.returncode != 0
    assert "planlib needs Python 3.11 or later" in ran.stdout
    assert "is Python 3.10.4" in ran.stdout
    assert not (tmp_path / ".venv").exists()


def test_the_environment_is_made_again_only_when_the_lock_or_the_project_changes(root, tmp_path):
    (tmp_path / ".venv").mkdir()
    for age, name in enumerate([".venv/.planlib", ".venv/.lock", "pyproject.toml", "requirements.lock"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    assert make(root, tmp_path, "--question", "env").returncode == 0
    os.utime(tmp_path / "pyproject.toml", (2_000_000, 2_000_000))
    planned = make(root, tmp_path, "--dry-run", "env").stdout
    assert "install" in planned
    assert "--clear" not in planned
    os.utime(tmp_path / "requirements.lock", (2_000_000, 2_000_000))
    assert "-m venv --clear .venv" in make(root, tmp_path, "--dry-run", "env").stdout


def make(root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """make, in a folder that holds a copy of the Makefile and a lock."""
    if not shutil.which("make"):
        pytest.skip("No make on this machine (Windows): the README's conda way is used instead")
    shutil.copy(root / "Makefile", folder)
    for name in ("requirements.lock", "pyproject.toml"):
        if not (folder / name).exists():
            (folder / name).touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, encoding="utf-8", env=clean)


def stripped(*paths: Path) -> bool:
    """Whether nbstripout would leave the notebooks as they are."""
    tool = [sys.executable, "-m", "nbstripout", "--verify", "--keep-id", *map(str, paths)]
    return subprocess.run(tool, capture_output=True).returncode == 0


def lock_lines(lock: str) -> list[str]:
    return [re.sub(r"\s+", " ", line) for line in lock.replace("\\\n", " ").splitlines() if line.strip()]


def pins(lock: str) -> dict[str, list[tuple[str, str]]]:
    """Name -> (version, marker) of each of its pins."""
    found: dict[str, list[tuple[str, str]]] = {}
    for match in filter(None, map(PIN.match, lock_lines(lock))):
        found.setdefault(canonicalize_name(match["name"]), []).append((match["version"], match["marker"] or ""))
    return found


def here(lock: str) -> dict[str, str]:
    """Name -> version of the pins that hold on this machine."""
    return {
        name: version
        for name, versions in pins(lock).items()
        for version, marker in versions
        if not marker or Marker(marker).evaluate()
    }


def direct(project: dict) -> list[str]:
    """What pyproject.toml names itself, every extra included."""
    extras = project["project"].get("optional-dependencies", {}).values()
    return [*project["project"]["dependencies"], *(text for names in extras for text in names)]


def needed(texts: list[str]) -> set[str]:
    """Names of all that these requirements bring on this machine, as the installed packages tell."""
    seen: set[tuple[str, str]] = set()
    waiting = [(need, "") for need in map(Requirement, texts)]
    while waiting:
        need, extra = waiting.pop()
        if need.marker and not need.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(need.name)
        for wanted in {"", *need.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, wanted))
            waiting.extend((Requirement(text), wanted) for text in metadata.requires(name) or [])
    return {name for name, _ in seen}


def undeclared(root: Path, folder: str, declared: set[str]) -> list[str]:
    """Imports of packages that `declared` does not name, as 'file:line imports package'."""
    sources = sorted((root / folder).rglob("*.py"))
    benches = {path.stem for path in (root / "bench").glob("*.py")}  # a test may read a bench's plans
    own = {"planlib", "tests", "bench", "conftest", *benches, *(path.stem for path in sources)}
    providers = metadata.packages_distributions()
    problems = []
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for top in {name.split(".")[0] for name in names} - own - set(sys.stdlib_module_names):
                if not {canonicalize_name(dist) for dist in providers.get(top, [])} & declared:
                    problems.append(f"{path.relative_to(root).as_posix()}:{node.lineno} imports {top}")
    return sorted(problems)
