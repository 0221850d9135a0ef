"""The papermill engine `planlib-fork`: each notebook in a child forked from a warm process, watched from here."""

from __future__ import annotations

import ast
import atexit
import json
import os
import select
import signal
import subprocess
import threading
import time
from typing import Any

import nbformat
from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager

from planlib.report.warm import kept_ready, possible, started
from planlib.schema import PlanError

SERVED_BY_A_KERNEL = frozenset({"ipywidgets", "anywidget", "planlib.widgets"})  # they talk back; a child does not


class Refused(Exception):
    """This notebook, or this machine, wants a kernel of its own."""


class Stopped(Exception):
    """The child ended in the middle of a cell; `said` is the PlanError that tells why."""

    def __init__(self, said: PlanError):
        super().__init__(str(said))
        self.said = said


class ForkEngine(Engine):
    """papermill's engine `planlib-fork`."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name, *, task=None, said=None, execution_timeout=None, **kwargs
    ) -> None:
        env, cwd = (task.env, str(task.cwd)) if task else (dict(os.environ), os.getcwd())
        lang, timeout = (task.asker, task.timeout) if task else ("en", execution_timeout)
        imports = imported(nb_man.nb)
        if not possible() or SERVED_BY_A_KERNEL & set(imports):
            if task is None:  # papermill alone asks: it has a kernel at hand
                return NBClientEngine.execute_managed_notebook(
                    nb_man, kernel_name, execution_timeout=execution_timeout, **kwargs
                )
            raise Refused
        code = [(i, cell.source) for i, cell in enumerate(nb_man.nb.cells) if cell.cell_type == "code"]
        wanted = {"cells": code, "imports": imports, "env": env, "cwd": cwd, "lang": lang}
        wanted["memory"] = task.memory if task else None
        wanted["may_fail"] = [i for i, _ in code if "raises-exception" in nb_man.nb.cells[i].metadata.get("tags", [])]
        return helper().run(wanted, nb_man, timeout, [] if said is None else said)


def imported(notebook: nbformat.NotebookNode) -> list[str]:
    """Modules that the notebook imports, to be loaded once before any fork."""
    found: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue  # a magic, or a mistake that the cell itself will show
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
                if node.module.split(".")[0] == "planlib":
                    found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return list(found)


class Helper:
    """The forking process, and the lines of JSON that go to it and come back.

    One of its own, or the one at the other end of `line`, a socket's descriptor.
    """

    def __init__(self, line: int | None = None):
        self._process = None
        if line is None:
            self._process = started(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._to, self._from = self._process.stdin, self._process.stdout
        else:
            self._to = self._from = os.fdopen(line, "wb")
        self._rest = b""

    @property
    def alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return not select.select([self._from], [], [], 0)[0]  # between two notebooks it has nothing to say but its end

    def close(self) -> None:
        self._to.close()
        if self._process is None:
            return
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run(self, wanted: dict, nb_man: NotebookExecutionManager, timeout: float | None, said: list[str]) -> None:
        """Have one notebook run, fill its cells as they end, and stop it when its time is over."""
        self._to.write(json.dumps(wanted).encode() + b"\n")
        self._to.flush()
        deadline = time.monotonic() + timeout if timeout else None
        child, late, done, broke = None, False, False, ""
        while (message := self._next(deadline)) is None or "ended" not in message:
            if message is None:  # out of time: the child is stopped, and the forking process then says so
                late, deadline = True, None
                os.killpg(child, signal.SIGKILL)
            elif "refused" in message:
                raise Refused
            elif "pid" in message:
                child = message["pid"]
            elif "start" in message:
                nb_man.cell_start(nb_man.nb.cells[message["start"]], message["start"])
            elif "cell" in message:
                _fill(nb_man, message, said)
            elif "broke" in message:
                broke = message["broke"].strip().rpartition("\n")[2]
            else:
                done = True
        if late:
            raise Stopped(PlanError("report.too_long", seconds=timeout))
        if broke:
            raise Stopped(PlanError("report.engine_stopped", found=broke))
        if not done:
            raise Stopped(PlanError("report.kernel_died"))

    def _next(self, deadline: float | None) -> dict[str, Any] | None:
        """The next message; None when the deadline comes first."""
        while b"\n" not in self._rest:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and (left <= 0 or not select.select([self._from], [], [], left)[0]):
                return None
            read = os.read(self._from.fileno(), 1 << 20)
            if not read:
                return {"ended": -1}  # the forking process itself is gone; the next report starts another
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)


def _fill(nb_man: NotebookExecutionManager, message: dict, said: list[str]) -> None:
    """A finished cell: its outputs, its number, its state."""
    cell = nb_man.nb.cells[message["cell"]]
    cell.outputs = [nbformat.from_dict(output) for output in message["outputs"]]
    cell.execution_count = message["count"]
    if message["failed"] and "raises-exception" not in cell.metadata.get("tags", []):
        nb_man.cell_exception(cell, message["cell"])
        said.append(message["said"])
    nb_man.cell_complete(cell, message["cell"])


_local = threading.local()


def helper() -> Helper:
    """The forking process of this thread, started when first needed."""
    if getattr(_local, "helper", None) is None or not _local.helper.alive:
        _local.helper = Helper(kept_ready.pop() if kept_ready else None)
        atexit.register(_local.helper.close)
    return _local.helper
