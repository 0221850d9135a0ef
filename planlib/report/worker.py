"""Other processes of this machine that make reports: each takes jobs one at a time, as lines of JSON.

Not `multiprocessing`: it starts the caller's own script again, which a script or a notebook may not survive.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict

from planlib.report.jobs import Job, Record, render
from planlib.report.manifest import read_job
from planlib.report.warm import kept_ready, possible, started


class Workers(ThreadPoolExecutor):
    """An executor whose every thread has a process of its own; `submit(render, job)` makes the job's report there."""

    def __init__(self, n: int, *, fork: bool = True):
        super().__init__(n, initializer=self._start)
        self._own = threading.local()
        self._started: list[subprocess.Popen] = []
        self._warm: subprocess.Popen | None = None
        self._forking: list[socket.socket] = []
        if fork and possible():  # warmed up once for all of them, while they themselves start
            pairs = [socket.socketpair() for _ in range(n)]
            ends = [theirs.fileno() for _, theirs in pairs]
            nowhere = subprocess.DEVNULL
            self._warm = started(*ends, stdin=nowhere, stdout=nowhere)
            self._forking = [ours for ours, _ in pairs]
            for _, theirs in pairs:
                theirs.close()

    def submit(self, fn, /, job: Job) -> Future:
        if fn is not render:
            raise TypeError("Workers make reports only")
        return super().submit(self._ask, job)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait, cancel_futures=cancel_futures)
        for process in self._started:
            process.stdin.close()
        for process in self._started:
            process.wait()
        for line in self._forking:  # of workers that were never needed
            line.close()
        if self._warm is not None:
            self._warm.wait()

    def _start(self) -> None:
        line = self._forking.pop() if self._forking else None  # a worker that comes after another warms up its own
        process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "planlib.report.worker", *([str(line.fileno())] if line else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[line.fileno()] if line else [],
            text=True,
            encoding="utf-8",
        )
        if line:
            line.close()
        self._own.process = process
        self._started.append(process)

    def _ask(self, job: Job) -> Record:
        if self._own.process.poll() is not None:  # the job before this one took the process with it
            self._start()
        process = self._own.process
        process.stdin.write(_line(job))
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"exit code {process.wait()}")
        return json.loads(answer)


def _line(job: Job) -> str:
    return json.dumps(asdict(job), default=str) + "\n"


def main() -> None:
    """Make a report for each line on stdin; its record is a line on stdout."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    kept_ready.extend(map(int, sys.argv[1:]))
    for line in sys.stdin:
        answers.write(json.dumps(render(read_job(json.loads(line)))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
