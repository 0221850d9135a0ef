"""Runs one notebook for one client: parameters in, executed notebook out, whatever its cells do."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.parameterize import parameterize_notebook

from planlib.report import forked
from planlib.schema import PlanError

KERNEL = "python3"


@dataclass(frozen=True, slots=True)
class Failure:
    """The cell that stopped a run (its number among the code cells, from 1) and what it said."""

    cell: int
    ename: str
    evalue: str
    said: str  # the sentence of a PlanError in the language of messages; blank for any other error


@dataclass(frozen=True, slots=True)
class Run:
    """An executed notebook and, when a cell stopped it, the failure."""

    notebook: nbformat.NotebookNode
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Task:
    """What an engine needs: a notebook with its parameters in, where and under which variables it runs.

    `lang` is the report's language, which the error kept in the notebook speaks; `told` is the asker's.
    """

    notebook: nbformat.NotebookNode
    cwd: Path
    env: dict[str, str]
    lang: str
    timeout: float | None = None  # seconds the notebook may take
    told: str | None = None  # the language of messages; the report's when none is given
    memory: float | None = None  # megabytes the notebook may take

    @property
    def asker(self) -> str:
        return self.told or self.lang


def parameterized(notebook: nbformat.NotebookNode, parameters: dict[str, Any]) -> nbformat.NotebookNode:
    """The notebook with papermill's injected-parameters cell after its parameters cell."""
    return parameterize_notebook(notebook, parameters, kernel_name=KERNEL, language="python")


def with_nbclient(task: Task) -> Run:
    """A new kernel of this interpreter for this notebook alone; slow to start, and nothing can leak."""
    return _run(_NbclientEngine, task)


def with_fork(task: Task) -> Run:
    """A child forked from a warm process; a kernel where a fork is not possible, or for a notebook with widgets."""
    try:
        return _run(forked.ForkEngine, task)
    except forked.Refused:
        return with_nbclient(task)


ENGINES: dict[str, Callable[[Task], Run]] = {"nbclient": with_nbclient, "fork": with_fork}


def _run(engine: type[Engine], task: Task) -> Run:
    said: list[str] = []
    try:
        notebook = engine.execute_notebook(
            task.notebook, KERNEL, progress_bar=False, autosave_cell_every=0, task=task, said=said
        )
    except forked.Refused:
        raise
    except Exception as error:  # whatever the notebook died of, it is kept and the batch goes on
        notebook = task.notebook
        said.append(_mark(task, error))
    failure = _failure(notebook, "".join(said))
    if failure and failure.ename == "MemoryError" and task.memory:
        failure = replace(failure, said=PlanError("report.too_much_memory", megabytes=task.memory).text(task.asker))
    return Run(_without_paths(notebook), failure)


LIMITED = """
import runpy, sys
from planlib.report.limits import hold_memory
hold_memory(float(sys.argv.pop(1)))
runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
"""


class _Kernel(AsyncKernelManager):
    """A kernel of the interpreter that runs planlib, whatever kernels the machine or the user has installed."""

    memory: float | None = None

    transport_encryption = "auto"  # other users of the machine cannot listen to a client's figures

    @property
    def kernel_spec(self) -> KernelSpec:
        start = ["-m", "ipykernel_launcher"] if self.memory is None else ["-c", LIMITED, str(self.memory)]
        return KernelSpec(
            argv=[sys.executable, *start, "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"supported_encryption": "curve"},
        )


class _Nbclient(PapermillNotebookClient):
    """papermill's client that also asks the kernel what a PlanError says in the asker's language."""

    def ask(self, lang: str) -> str:
        said = f"getattr(__import__('sys').last_value, 'text', lambda lang: '')({lang!r})"
        reply = self.wait_for_reply(self.kc.execute("", silent=True, user_expressions={"said": said}))
        found = reply["content"].get("user_expressions", {}).get("said", {})
        return str(ast.literal_eval(found["data"]["text/plain"])) if found.get("status") == "ok" else ""

    def output(self, outs, msg, display_id, cell_index):
        """Altair 6 names its charts `...v6.json`, which the notebook format refuses for anything but text."""
        data = msg["content"].get("data", {})
        for kind in [kind for kind in data if kind.endswith(".json") and isinstance(data[kind], dict)]:
            data[kind.removesuffix(".json") + "+json"] = data.pop(kind)
        return super().output(outs, msg, display_id, cell_index)

    def papermill_execute_cells(self) -> None:
        super().papermill_execute_cells()
        if any(out.get("ename") == "PlanError" for cell in self.nb.cells for out in cell.get("outputs", [])):
            self.said.append(self.ask(self.lang))


class _NbclientEngine(Engine):
    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, task: Task, said: list[str], **_) -> None:
        client = _Nbclient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=type("_Kernel", (_Kernel,), {"memory": task.memory}),
            timeout_func=_time_left(task.timeout),
            startup_timeout=60,
            shutdown_kernel="immediate",
        )
        client.said, client.lang = said, task.asker
        # What a cell's subprocess prints is in the notebook; it may not reach our own stdout too.
        client.execute(env=task.env, cwd=str(task.cwd), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _time_left(timeout: float | None) -> Callable[[nbformat.NotebookNode], float | None]:
    """For each cell, the seconds that the notebook still has; they run from its first cell."""
    deadlines: list[float] = []

    def left(cell: nbformat.NotebookNode) -> float | None:
        if timeout is None:
            return None
        if not deadlines:
            deadlines.append(time.monotonic() + timeout)
        return max(deadlines[0] - time.monotonic(), 0.01)

    return left


def _mark(task: Task, error: Exception) -> str:
    """Write the error at the cell that was running when the kernel went, and give its sentence.

    papermill marks every cell completed when the kernel goes; the notebook must say where it went.
    """
    cells = task.notebook.cells
    started = [i for i, cell in enumerate(cells) if cell.metadata.get("papermill", {}).get("start_time")]
    if not started:
        raise error
    if isinstance(error, forked.Stopped):
        told = error.said
    elif isinstance(error, CellTimeoutError):
        told = PlanError("report.too_long", seconds=task.timeout)
    elif isinstance(error, DeadKernelError):
        told = PlanError("report.kernel_died")
    else:
        told = PlanError("report.engine_stopped", found=f"{type(error).__name__}: {error}".splitlines()[0][:200])
    stopped = cells[started[-1]]
    stopped.outputs.append(
        nbformat.v4.new_output("error", ename=type(error).__name__, evalue=str(told), traceback=[told.text(task.lang)])
    )
    stopped.metadata.papermill.update(exception=True, status="failed")
    for later in cells[started[-1] + 1 :]:
        later.metadata.papermill.update(status="pending", duration=None, end_time=None)
    task.notebook.metadata.papermill["exception"] = True
    return told.text(task.asker)


def _failure(notebook: nbformat.NotebookNode, said: str) -> Failure | None:
    """The cell that papermill marked, with its error output."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.metadata.papermill.get("exception"):
            error = next((out for out in reversed(cell.outputs) if out.output_type == "error"), {})
            return Failure(number, error.get("ename", ""), error.get("evalue", ""), said)
    return None


def _without_paths(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without the folders of this machine: the executed notebook goes to the client's file."""
    for name in ("input_path", "output_path"):
        notebook.metadata.papermill.pop(name, None)
    return notebook
