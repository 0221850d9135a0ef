"""The forking process: warm, single-threaded, it forks one child for each notebook and never runs a cell itself.

Run as `python -m planlib.report.child`. A line of JSON on stdin is one notebook to run; what the child writes back,
also lines of JSON, is read by `forked`. Given descriptors of sockets, it is one such process for each. Nothing here may
start a thread or draw a chart: a child of a process with threads can hang for ever.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import traceback
from typing import IO, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from planlib.report.lean import lean_imports
from planlib.report.limits import adopt_orphans, end_all, end_orphans, end_with_parent, hold_memory


class Cell:
    """The outputs of the running cell, as a kernel would have sent them.

    A kernel holds back what is printed until something is displayed or the cell ends; then stdout comes first.
    """

    def __init__(self):
        self.outputs: list[dict[str, Any]] = []
        self._printed = {"stdout": "", "stderr": ""}

    def print(self, name: str, text: str) -> None:
        self._printed[name] += text

    def flush(self) -> None:
        for name, text in self._printed.items():
            if text:
                self.outputs.append({"output_type": "stream", "name": name, "text": text})
        self._printed = {"stdout": "", "stderr": ""}

    def add(self, output: dict[str, Any]) -> None:
        self.flush()
        self.outputs.append(output)

    def clear(self) -> None:
        self.flush()
        self.outputs.clear()

    def taken(self) -> list[dict[str, Any]]:
        """The outputs; the next cell starts with none."""
        self.flush()
        outputs, self.outputs = self.outputs, []
        return outputs


CELL = Cell()
_dumps = json.dumps  # a cell may put anything in its place


class Stream:
    """stdout or stderr of a cell."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str, fd: int):
        self.name, self._fd = name, fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            CELL.print(self.name, text)
        return len(text)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        CELL.flush()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd


class Publisher(DisplayPublisher):
    """display() gives outputs; an update changes the output that has its display_id."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **_) -> None:
        display_id = (transient or {}).get("display_id")
        output = {"output_type": "display_data", "data": _plain(data), "metadata": _plain(metadata or {})}
        if update:
            for shown in CELL.outputs:
                if shown.get("display_id") == display_id:
                    shown.update(data=output["data"], metadata=output["metadata"])
            return
        CELL.add({**output, "display_id": display_id})

    def clear_output(self, wait=False) -> None:
        CELL.clear()


class Hook(DisplayHook):
    """A cell's last value is its result."""

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict, md_dict=None) -> None:
        CELL.add(
            {
                "output_type": "execute_result",
                "data": _plain(format_dict),
                "metadata": _plain(md_dict or {}),
                "execution_count": self.prompt_count,
            }
        )

    def finish_displayhook(self) -> None: ...


class ZMQShell(InteractiveShell):
    """IPython as a kernel has it. pandas asks whether the name of this class holds ZMQ before it draws a table."""

    displayhook_class = Hook
    display_pub_class = Publisher
    kernel = None  # pandas takes a shell without one for a terminal

    def _showtraceback(self, etype, evalue, stb) -> None:
        CELL.add({"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)})
        self._last_traceback = stb

    def enable_gui(self, gui=None) -> None: ...


def _plain(data: dict) -> dict:
    """Display data as JSON holds it; Altair 6 names its charts in a way the notebook format refuses."""
    import base64

    def name(kind: str, value: Any) -> str:
        return kind.removesuffix(".json") + "+json" if kind.endswith(".json") and isinstance(value, dict) else kind

    def value(found: Any) -> Any:
        return base64.encodebytes(found).decode() if isinstance(found, bytes) else found

    return {name(kind, found): value(found) for kind, found in data.items()}


def main() -> None:
    """Answer one line of JSON at a time until stdin, or the socket, ends."""
    del sys.path[0]  # the folder we were started in is not the notebook's
    asked, answers = sys.stdin, os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    quiet = Config()
    quiet.HistoryManager.enabled = False  # it would write in a thread
    signal.signal(signal.SIGTERM, end_all)
    end_with_parent(signal.SIGTERM)
    adopt_orphans()
    shell = ZMQShell.instance(config=quiet, colors="neutral")
    with lean_imports():
        warm_up()
    if lines := [int(line) for line in sys.argv[1:]]:
        line = one_for_each(lines)
        asked, answers = (os.fdopen(line, mode, encoding="utf-8", buffering=1, closefd=False) for mode in "rw")
    for line in asked:
        task = json.loads(line)
        for module in task["imports"]:
            with contextlib.suppress(BaseException):  # the cell that imports it will say what is wrong
                importlib.import_module(module)
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)  # a report is over before looking for rings of dead objects pays
        threads = _threads()
        if threads > 1:
            _tell(answers, refused=threads)
            continue
        child = os.fork()
        if child == 0:
            _run(shell, task, answers)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, 9)  # what the cells left running
        end_orphans()
        _tell(answers, ended=os.waitstatus_to_exitcode(status))


def one_for_each(lines: list[int]) -> int:
    """Fork a process for each line, all as warm as this one, and in each return the line it is to answer.

    This one then waits for them: were it to answer too, what it ends after a notebook would be its equals.
    """
    for line in lines:
        if os.fork() == 0:
            end_with_parent(signal.SIGTERM)
            adopt_orphans()
            for other in set(lines) - {line}:
                os.close(other)
            return line
    for line in lines:
        os.close(line)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def warm_up() -> None:
    """Load and try once what every report needs, without any client's data."""
    import altair as alt
    import pandas as pd

    from planlib import words

    pd.set_option("display.max_columns", 20)  # as in a kernel; pandas was imported where it sees a terminal
    table = pd.DataFrame({"a": ["x"], "b": [1.0], "c": [pd.Timestamp(2026, 1, 1)]})
    table._repr_html_()
    alt.Chart(table).mark_bar().encode(x="b:Q", y="a:N").to_dict()
    for lang in words.LANGS:
        words.number(1.5, lang), words.day(table["c"].iloc[0], lang)
    for room in words.rooms():
        words.wording(room)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def _tell(answers: IO[str], **message: Any) -> None:
    answers.write(_dumps(message, default=str) + "\n")
    answers.flush()


def _run(shell: ZMQShell, task: dict, answers: IO[str]) -> None:
    """In the child: run the cells in order, tell each as it ends, and leave."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with_parent()
        _tell(answers, pid=os.getpid())
        os.environ.clear()
        os.environ.update(task["env"])
        os.chdir(task["cwd"])
        _settle(task)
        captured = [tempfile.TemporaryFile() for _ in (1, 2)]  # noqa: SIM115  open until the child leaves
        for fd, file in zip((1, 2), captured, strict=True):
            os.dup2(file.fileno(), fd)
        sys.stdout, sys.stderr = Stream("stdout", 1), Stream("stderr", 2)
        if task["memory"]:
            hold_memory(task["memory"])
        for index, source in task["cells"]:
            _tell(answers, start=index)
            result = shell.run_cell(source, store_history=True)
            for name, file in zip(("stdout", "stderr"), captured, strict=True):
                _take(name, file)
            outputs = CELL.taken()
            for output in outputs:
                output.pop("display_id", None)
            failed = not result.success or any(output["output_type"] == "error" for output in outputs)
            said = _said(result, task["lang"]) if failed else ""
            _tell(answers, cell=index, outputs=outputs, count=result.execution_count, failed=failed, said=said)
            if failed and index not in task["may_fail"]:
                break
        _tell(answers, done=True)
        code = 0
    except BaseException:
        _tell(answers, broke=traceback.format_exc(limit=-3))
    finally:
        answers.flush()
        os._exit(code)


def _settle(task: dict) -> None:
    """What a new process would have of its own: chance, the first place to import from, no one to ask."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    library = next((i for i, path in enumerate(sys.path) if path.endswith("site-packages")), 0)
    sys.path.insert(library, "")  # after the standard library, where IPython puts it

    def nobody(prompt: str = "") -> str:
        raise RuntimeError("a report has nobody to answer input()")

    builtins.input = nobody


def _take(name: str, file: IO[bytes]) -> None:
    """What a subprocess of the cell wrote on the real descriptor."""
    file.seek(0)
    text = file.read().decode("utf-8", "replace")
    if text:
        CELL.print(name, text)
        file.seek(0)
        file.truncate()


def _said(result, lang: str) -> str:
    error = result.error_in_exec or result.error_before_exec
    told = getattr(error, "text", None)
    return told(lang) if type(error).__name__ == "PlanError" and callable(told) else ""


if __name__ == "__main__":
    main()
