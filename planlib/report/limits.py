"""What keeps a notebook's process within bounds: its memory, and its end with those who started it. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

CHILD_SUBREAPER, PARENT_DEATH_SIGNAL = 36, 1  # prctl(2)


def hold_memory(megabytes: float) -> None:
    """Let this process, and each one it starts, take that much more memory; asking for more is a MemoryError.

    It is the data segment that is held (RLIMIT_DATA), not the address space: a solver reserves much that it never uses.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    with open("/proc/self/status", encoding="ascii") as status:
        used = next((int(line.split()[1]) for line in status if line.startswith("VmData:")), 0) * 1024
    limit = int(used + megabytes * 1e6)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def end_with_parent(ending: signal.Signals = signal.SIGKILL) -> None:
    """Have this process sent that signal when the thread that started it ends, however it ends."""
    _prctl(PARENT_DEATH_SIGNAL, ending)


def end_all(*_) -> None:
    """Take along all that this process started, and leave; as a handler of signals."""
    end_orphans()
    os._exit(1)


def adopt_orphans() -> None:
    """Have what a child leaves running become ours, so that `end_orphans` finds it."""
    _prctl(CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    """Kill every process that is a child of this one, in whatever session it put itself."""
    while pids := _children():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as listed:
            return [int(pid) for pid in listed.read().split()]
    except OSError:
        return []


def _prctl(what: int, value: int) -> None:
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)
