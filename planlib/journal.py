"""The file of a workbook: opened, made, brought up to date with a copy kept; one transaction at a time."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from planlib.schema import PlanError

VERSION = 1
TABLES = """
CREATE TABLE entry(
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,         -- when it was written, UTC
    effective TEXT NOT NULL,  -- the day it holds from
    "by" TEXT NOT NULL,
    why TEXT NOT NULL,
    batch TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,        -- JSON list
    row TEXT                  -- JSON object; NULL: set aside
);
CREATE INDEX entry_kind ON entry(kind, key);
CREATE TABLE seal(batch TEXT PRIMARY KEY, n INTEGER NOT NULL, digest TEXT NOT NULL);
"""
# From version n to n + 1: a function of the connection. Run in one transaction, after a copy was kept.
UPGRADES: dict[int, Callable[[sqlite3.Connection], None]] = {0: lambda db: _seal_all(db)}

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
SHUT = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
)


def connect(path: Path) -> sqlite3.Connection:
    """The workbook at `path`, made for a client that has received nothing yet; other processes may have it open too.

    Raises
    ------
    PlanError
        The file is gone though the client has received files or made reports; it is not a workbook, it is damaged, of
        a newer planlib, held by another program, or may not be written.
    """
    client = path.parent.name
    if (not path.exists() or (path.is_file() and not path.stat().st_size)) and _was_used(path.parent):
        raise PlanError("store.gone", client=client)
    try:
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        _upgrade(db, path)
    except sqlite3.DatabaseError as error:
        raise told(error, client) from None
    return db


def told(error: sqlite3.Error, client: str) -> PlanError:
    """What SQLite found, as a sentence."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in HELD:
        return PlanError("store.busy", client=client)
    if code in SHUT:
        return PlanError("store.shut", client=client)
    if code == sqlite3.SQLITE_CORRUPT:
        return PlanError("store.damaged", client=client, found=str(error))
    return PlanError("store.not_a_workbook", client=client)


def _was_used(folder: Path) -> bool:
    """Whether a client's folder holds what a workbook came with: files received, reports, an older copy."""
    kept = (folder / name for name in ("workshop", "reports", "maps"))
    return any(any(part.iterdir()) for part in kept if part.is_dir()) or any(folder.glob("workbook.*"))


@contextmanager
def transaction(db: sqlite3.Connection, client: str) -> Iterator[None]:
    """All that is written inside, or nothing."""
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError as error:
        raise told(error, client) from None
    try:
        yield
        db.execute("COMMIT")
    except BaseException as error:
        with suppress(sqlite3.OperationalError):
            db.execute("ROLLBACK")
        if isinstance(error, sqlite3.DatabaseError):
            raise told(error, client) from None
        raise


def fingerprint(path: Path) -> list:
    """What a workbook holds, by its sealed batches: equal lists, equal contents. Cheap: no row is read."""
    with _reading(path) as db:
        last = db.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()
        return [last, db.execute("SELECT batch, n, digest FROM seal ORDER BY batch").fetchall()]


def last_written(path: Path) -> str | None:
    """When (ISO text, UTC) a workbook was last written to; None while it is empty."""
    with _reading(path) as db:
        return db.execute("SELECT max(at) FROM entry").fetchone()[0]


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    client = path.parent.name
    if not path.is_file():
        raise PlanError("store.not_a_workbook", client=client)
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            yield db
    except sqlite3.DatabaseError as error:
        raise told(error, client) from None


def digest(db: sqlite3.Connection, batch: str) -> str:
    """What a batch holds, as a hash of its entries."""
    found = hashlib.sha256()
    for entry in db.execute(
        'SELECT seq, at, effective, "by", why, kind, key, row FROM entry WHERE batch = ? ORDER BY seq', (batch,)
    ):
        found.update(as_json(list(entry)).encode())
    return found.hexdigest()


def as_json(value) -> str:
    """JSON as the journal writes it: the same text for the same value."""
    return ENCODER.encode(value)


def _seal_all(db: sqlite3.Connection) -> None:
    """From the first workbooks, which had no seals."""
    db.execute("CREATE TABLE IF NOT EXISTS seal(batch TEXT PRIMARY KEY, n INTEGER NOT NULL, digest TEXT NOT NULL)")
    for batch, n in db.execute("SELECT batch, count(*) FROM entry GROUP BY batch").fetchall():
        db.execute("INSERT OR REPLACE INTO seal VALUES (?, ?, ?)", (batch, n, digest(db, batch)))


def _upgrade(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file; bring an older one up to date, a copy kept; refuse a newer one."""
    client = path.parent.name
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise PlanError("store.newer", client=client, found=found, known=VERSION)
    if found == VERSION:
        return
    fresh = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not fresh:
        known = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "entry" not in known or any(version not in UPGRADES for version in range(found, VERSION)):
            raise PlanError("store.not_a_workbook", client=client)
        _keep_copy(db, path.with_name(f"workbook.v{found}.db"))
    with transaction(db, client):
        if db.execute("PRAGMA user_version").fetchone()[0] != found:
            return  # another process did it meanwhile
        if fresh:
            for statement in TABLES.split(";\n"):
                db.execute(statement)
        else:
            for version in range(found, VERSION):
                UPGRADES[version](db)
        db.execute(f"PRAGMA user_version = {VERSION}")


def _keep_copy(db: sqlite3.Connection, kept: Path) -> None:
    if kept.exists():
        return
    part = kept.with_suffix(".part")
    with closing(sqlite3.connect(part)) as copy:
        db.backup(copy)
    os.replace(part, kept)
