"""The front door is true: every command of the README runs, every file it names is there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from planlib import cli
from planlib.cli import ask

ELSEWHERE = ("conda ", "py -3.11", ".venv\\Scripts", "pip install")  # another system's words: read, not run


def commands(root: Path) -> list[str]:
    text = (root / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_of_the_readme_runs(root, workspace, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(root)
    ran = 0
    for line in commands(root):
        words = shlex.split(line, comments=True, posix="\\" not in line)
        if line.startswith(ELSEWHERE):
            continue
        if words[0] == "make":
            done = subprocess.run(["make", "-n", *words[1:]], capture_output=True, check=False)
            assert done.returncode == 0, line
        elif words[0] == "papermill":
            words = [str(tmp_path / word) if word == "out.ipynb" else word for word in words]
            done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stderr[-2000:]}"
        else:
            assert words[0] == "planlib", line
            monkeypatch.setattr(sys, "argv", words)
            with pytest.raises(SystemExit) as left:
                cli.main(words[1:])
            assert not left.value.code, f"{line}\n{capsys.readouterr()}"
        ran += 1
    assert ran >= 10


def test_the_files_and_options_that_the_readme_names_are_there(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (root / picture).is_file(), picture
    for folder in re.findall(r"^\| `([a-z/]+)/` \|", text, flags=re.MULTILINE):
        assert (root / folder).is_dir() or folder == "data/clients", folder
    assert "pip install --no-deps --no-build-isolation -e ." in text
    assert (root / "environment.yml").is_file()


def test_every_command_is_told_in_the_changelog(root):
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    for command in ask.app.registered_commands:
        assert f"`{command.name}`" in text, command.name
