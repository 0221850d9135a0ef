"""Starts the forking process of `child`, by those who have nothing of a notebook's to load themselves."""

from __future__ import annotations

import os
import subprocess
import sys

kept_ready: list[int] = []  # sockets to forking processes that whoever started this process has warmed up for it


def possible() -> bool:
    """Whether this machine can fork a process safely: Linux, that is."""
    return sys.platform.startswith("linux")


def started(*lines: int, **pipes: int) -> subprocess.Popen:
    """A forking process on stdin and stdout, or one for each of `lines`, descriptors of sockets: warmed up once."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "planlib.report.child", *map(str, lines)]
    return subprocess.Popen(command, pass_fds=lines, stderr=subprocess.DEVNULL, env=env, **pipes)  # noqa: S603  our own
