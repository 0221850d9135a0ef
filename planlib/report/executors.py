"""Where reports are made: the processes of this machine, or a Dask cluster given by its address."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from planlib.schema import PlanError

SECONDS = 10  # that a cluster has to answer


@contextmanager
def named(text: str) -> Iterator[Executor | None]:
    """The executor called `local` (none: `batch` starts its own processes) or `dask=ADDRESS`.

    Raises
    ------
    PlanError
        Neither of these, no package `distributed`, or nobody answers at the address.
    """
    kind, _, address = text.partition("=")
    if text == "local":
        yield None
    elif kind == "dask" and address:
        with _dask(address) as executor:
            yield executor
    else:
        raise PlanError("report.unknown_executor", found=text)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise PlanError("report.no_dask") from None
    from planlib.report.cluster import Cluster

    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise PlanError("report.no_cluster", found=address, why=type(error).__name__) from None
    with client, Cluster(client) as executor:
        yield executor
