"""One client's workbook: an append-only journal in SQLite, folded into tables at any date."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd

from planlib import journal, schema, tables
from planlib.schema import PlanError
from planlib.workspace import client_folder, read_client, synced_by


def open(client: str, workspace: str | Path | None = None, *, clock: Callable[[], datetime] | None = None) -> Book:
    """The workbook of an existing client, upgraded if an older planlib made it.

    `clock` gives the time written beside each row (default: the system's, in UTC); no figure depends on it.
    """
    read_client(client, workspace)
    return Book(client_folder(client, workspace) / "workbook.db", clock=clock)


class Book:
    """A client's journal. Read with `table`, write with `put` and `set_aside`; nothing is ever deleted."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] | None = None):
        self.path = Path(path)
        self.client = self.path.parent.name
        self._clock = clock or (lambda: datetime.now(UTC))
        self._seen: dict[str, int] = {}  # kind -> last seq this handle has read
        self._mine: set[str] = set()  # batches this handle wrote
        part = synced_by(self.path.parent)
        self.warnings = [PlanError("workspace.synced", part=part)] if part else []
        self._db = journal.connect(self.path)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # Reading

    def table(self, kind: str, as_of: date | str | None = None, known_at: datetime | str | None = None) -> pd.DataFrame:
        """Rows of a kind as they hold on day `as_of`, with what was known at `known_at`.

        Parameters
        ----------
        kind : str
            A kind of `schema.KINDS`.
        as_of : date or 'YYYY-MM-DD', optional
            Rows effective later do not show. Default: every row, whatever day it holds from.
        known_at : datetime, ISO text in UTC, or a tagged version, optional
            Rows written later do not show. Default: all that is written.

        Returns
        -------
        DataFrame
            Indexed and sorted by the kind's key, with the columns of `schema`, typed; unknown is NA.
        """
        schema.kind_of(kind)
        last = self._last(kind)  # before the rows: one written in between is still news to this handle
        rows = {key: row for key, (_, row) in self._fold(kind, as_of, known_at).items() if row is not None}
        self._seen[kind] = last
        return tables.frame(kind, rows)

    def changes_after(self, kind: str, day: date | str) -> bool:
        """Whether any row of a kind takes effect later than `day`: without one, `table` is the same on both."""
        later = "SELECT 1 FROM entry WHERE kind = ? AND effective > ? LIMIT 1"
        return bool(self._rows(later, (schema.kind_of(kind).name, _iso_day(day))))

    def history(self, kind: str | None = None, key: object = None) -> pd.DataFrame:
        """Every entry, oldest first: seq, at, effective, by, why, batch, kind, key, row (a dict, None when set aside).

        `kind` and `key` narrow it; a key of several columns is a tuple.
        """
        where, values = [], []
        if kind is not None:
            where.append("kind = ?")
            values.append(schema.kind_of(kind).name)
        if key is not None:
            where.append("key = ?")
            values.append(journal.as_json(list(key) if isinstance(key, list | tuple) else [key]))
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        found = self._rows(
            f'SELECT seq, at, effective, "by", why, batch, kind, key, row FROM entry {clause} ORDER BY seq',  # noqa: S608
            values,
        )
        names = ["seq", "at", "effective", "by", "why", "batch", "kind", "key", "row"]
        table = pd.DataFrame([entry[:-2] for entry in found], columns=names[:-2])
        table["key"] = pd.Series([schema.key_text(tuple(json.loads(entry[-2]))) for entry in found], dtype="str")
        table["row"] = pd.Series([json.loads(entry[-1]) if entry[-1] else None for entry in found], dtype="object")
        return table.set_index("seq")

    def signed(
        self, kind: str, as_of: date | str | None = None, known_at: datetime | str | None = None
    ) -> pd.DataFrame:
        """Who wrote each row that `table` shows, and why: at, effective, by, why, batch, indexed by the kind's key."""
        found = self._fold(kind, as_of, known_at)
        holds = {key: seq for key, (seq, row) in found.items() if row is not None}
        index = tables.frame(kind, {key: {} for key in holds}).index
        entries = self.history(kind)[["at", "effective", "by", "why", "batch"]]
        by_key = {schema.key_text(key): seq for key, seq in holds.items()}
        keys = [schema.key_text(key if isinstance(key, tuple) else (key,)) for key in index]
        return entries.loc[[by_key[key] for key in keys]].set_axis(index)

    def versions(self) -> pd.DataFrame:
        """Decisions that name a version of the plan: body, date, number, and the moment tagged (`known_at`)."""
        decisions = self.table("decision")
        return decisions[decisions["version"].notna()]

    # Writing

    @contextmanager
    def together(self) -> Iterator[str]:
        """What is put and set aside inside is one batch, whole or not at all: `with book.together() as batch:`; inside
        another, part of that one."""
        if self._joint is not None:
            yield self._joint
            return
        with journal.transaction(self._db, self.client):
            self._joint = self._new_batch()
            try:
                yield self._joint
            finally:
                self._joint = None

    def put(
        self,
        kind: str,
        frame: pd.DataFrame,
        *,
        by: str,
        why: str,
        effective: date | str | None = None,
    ) -> int:
        """Write the rows that differ, all or none, and return how many were written.

        Parameters
        ----------
        frame : DataFrame
            Indexed by the kind's key (or holding it as columns). An absent column means unchanged; a blank
            means it becomes unknown.
        by, why : str
            Who and why; neither may be blank.
        effective : date or 'YYYY-MM-DD', optional
            The day the rows hold from. Default: today.

        Raises
        ------
        PlanError
            The table does not fit `schema`; or a row was changed by someone else since this handle read it.
        """
        rows = tables.checked_rows(kind, frame)
        known = self._fold(kind, effective or self._today(), None)
        for key, row in rows.items():
            old = known.get(key, (0, None))[1]
            for column in schema.kind_of(kind).columns.values():
                if column.required and column.name not in row and not (old or {}).get(column.name):
                    raise PlanError(
                        "schema.required", kind=kind, key=schema.key_text(key), column=column.name, found="", known=[]
                    )
        return self._write(kind, rows, by=by, why=why, effective=effective)

    def set_aside(self, kind: str, keys: Iterable, *, by: str, why: str, effective: date | str | None = None) -> int:
        """Set rows aside with a reason: they no longer show in `table`, they stay in `history`."""
        keys = [keys] if isinstance(keys, str) else keys
        wanted = [tuple(key) if isinstance(key, list | tuple) else (key,) for key in keys]
        known = self._fold(kind, effective or self._today(), None)
        for key in wanted:
            if known.get(key, (0, None))[1] is None:
                raise PlanError("store.no_such_row", kind=kind, key=schema.key_text(key))
        return self._write(kind, dict.fromkeys(wanted), by=by, why=why, effective=effective)

    def tag(self, version: str, *, body: str, date: date | str, number: str, by: str, why: str = "") -> str:
        """Name this moment as a version of the plan, with the decision that adopted it: body, date, number."""
        if not version.strip():
            raise PlanError("store.blank", column="version")
        if (version,) in self._fold("decision", None, None):
            raise PlanError("store.version_exists", version=version)
        row = {"body": body, "date": date, "number": number, "version": version, "known_at": self._now()}
        frame = pd.DataFrame([row], index=pd.Index([version], name="decision_id"))
        self.put("decision", frame, by=by, why=why or version, effective=date)
        return version

    def undo(self, batch: str, *, by: str, why: str) -> int:
        """Write the inverse of a batch and return how many rows that took.

        Refused when a row of the batch was changed again afterwards, which is named.
        """
        _owed(by=by, why=why)
        entries = self._rows("SELECT seq, effective, kind, key FROM entry WHERE batch = ? ORDER BY seq", (batch,))
        if not entries:
            raise PlanError("store.no_such_batch", batch=batch)
        inverse: dict[tuple[str, str], dict] = {}
        for seq, effective, kind, key in entries:
            later = self._rows(
                'SELECT at, "by" FROM entry WHERE kind = ? AND key = ? AND seq > ? AND batch <> ? LIMIT 1',
                (kind, key, seq, batch),
            )
            if later:
                raise PlanError(
                    "store.undo_conflict", batch=batch, kind=kind, key=schema.key_text(tuple(json.loads(key))),
                    who=later[0][1], at=later[0][0],
                )  # fmt: skip
            before = self._rows(
                "SELECT row FROM entry WHERE kind = ? AND key = ? AND effective <= ? AND seq < ? AND batch <> ?"
                " ORDER BY effective DESC, seq DESC LIMIT 1",
                (kind, key, effective, entries[0][0], batch),
            )
            row = json.loads(before[0][0]) if before and before[0][0] else None
            inverse.setdefault((kind, effective), {})[tuple(json.loads(key))] = row
        joint = self._new_batch()
        with journal.transaction(self._db, self.client):
            return sum(
                self._append(kind, rows, by, why, effective, joint) for (kind, effective), rows in inverse.items()
            )

    # Checking

    def verify(self) -> list[PlanError]:
        """Problems of the whole file, empty when there is none: damage, broken batches, rows that do not fit."""
        try:
            found = [line for (line,) in self._rows("PRAGMA integrity_check") if line != "ok"]
        except PlanError as error:
            return [error]
        if found:
            return [PlanError("store.damaged", client=self.client, found=line) for line in found]
        problems = []
        sealed = {batch: (n, digest) for batch, n, digest in self._rows("SELECT batch, n, digest FROM seal")}
        batches = dict(self._rows("SELECT batch, count(*) FROM entry GROUP BY batch"))
        for batch in sorted(set(sealed) | set(batches)):
            if sealed.get(batch) != (batches.get(batch, 0), journal.digest(self._db, batch)):
                problems.append(PlanError("store.broken_seal", batch=batch))
        for seq, kind, key, row in self._rows("SELECT seq, kind, key, row FROM entry"):
            try:
                tables.check_row(kind, tuple(json.loads(key)), json.loads(row) if row else {})
            except (ValueError, PlanError) as error:
                problems.append(PlanError("store.bad_row", seq=seq, found=error))
        return problems

    # The journal

    def _fold(self, kind: str, as_of, known_at) -> dict[tuple, tuple[int, dict | None]]:
        """Key -> (seq, row) of the entry that holds: the latest effective day, then the latest written."""
        where, values = ["kind = ?"], [kind]
        if as_of is not None:
            where.append("effective <= ?")
            values.append(_iso_day(as_of))
        if known_at is not None:
            where.append("at <= ?")
            values.append(self._moment(known_at))
        found = self._rows(
            f"SELECT key, seq, row FROM entry WHERE {' AND '.join(where)} ORDER BY effective, seq",  # noqa: S608
            values,
        )
        last = {key: (seq, row) for key, seq, row in found}
        return {tuple(json.loads(key)): (seq, json.loads(row) if row else None) for key, (seq, row) in last.items()}

    def _rows(self, sql: str, values: Iterable = ()) -> list[tuple]:
        """What a query finds; what SQLite cannot read is told as a PlanError."""
        try:
            return self._db.execute(sql, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise journal.told(error, self.client) from None

    def _last(self, kind: str) -> int:
        return self._rows("SELECT coalesce(max(seq), 0) FROM entry WHERE kind = ?", (kind,))[0][0]

    def _write(self, kind, rows, *, by, why, effective) -> int:
        _owed(by=by, why=why)
        day = _iso_day(effective or self._today())
        batch = self._joint or self._new_batch()
        with nullcontext() if self._joint else journal.transaction(self._db, self.client):
            now = self._fold(kind, day, None)
            changed = {}
            for key, row in rows.items():
                old = now.get(key, (0, None))[1]
                new = None if row is None else _without_blanks({**(old or {}), **row})
                if new != old:
                    changed[key] = new
            self._refuse_conflict(kind, changed)
            return self._append(kind, changed, by, why, day, batch)

    def _refuse_conflict(self, kind: str, changed: dict[tuple, dict | None]) -> None:
        seen = self._seen.get(kind)
        if seen is None:
            return
        for key, at, who, batch in self._rows(
            'SELECT key, at, "by", batch FROM entry WHERE kind = ? AND seq > ? ORDER BY seq', (kind, seen)
        ):
            parts = tuple(json.loads(key))
            if parts in changed and batch not in self._mine:
                raise PlanError("store.conflict", kind=kind, key=schema.key_text(parts), who=who, at=at)

    def _append(self, kind, rows, by, why, effective, batch) -> int:
        """Insert entries and reseal their batch; inside a transaction."""
        if not rows:
            return 0
        now, written = self._now(), journal.as_json
        self._db.executemany(
            'INSERT INTO entry(at, effective, "by", why, batch, kind, key, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
            [
                (now, effective, by, why, batch, kind, written(list(key)), None if row is None else written(row))
                for key, row in rows.items()
            ],
        )
        n = self._db.execute("SELECT count(*) FROM entry WHERE batch = ?", (batch,)).fetchone()[0]
        self._db.execute("INSERT OR REPLACE INTO seal VALUES (?, ?, ?)", (batch, n, journal.digest(self._db, batch)))
        self._mine.add(batch)
        self.last_batch = batch
        return len(rows)

    last_batch: str | None = None  # the batch written last by this handle
    _joint: str | None = None  # the batch of `together`, inside it

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="microseconds")

    def _today(self) -> str:
        return self._clock().astimezone().date().isoformat()  # the day where the person is

    def _new_batch(self) -> str:
        return f"{self._clock():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}"

    def _moment(self, known_at: datetime | str) -> str:
        if isinstance(known_at, date) and not isinstance(known_at, datetime):
            known_at = datetime.combine(known_at, time.max)
        if isinstance(known_at, datetime):
            return known_at.astimezone(UTC).isoformat(timespec="microseconds")
        tagged = self._fold("decision", None, None).get((known_at,))
        if tagged and tagged[1] and tagged[1].get("known_at"):
            return tagged[1]["known_at"]
        try:
            return datetime.fromisoformat(known_at).astimezone(UTC).isoformat(timespec="microseconds")
        except ValueError:
            raise PlanError("store.no_such_moment", found=known_at) from None


def _owed(**texts: str) -> None:
    for column, text in texts.items():
        if not str(text or "").strip():
            raise PlanError("store.blank", column=column)


def _without_blanks(row: dict) -> dict:
    return {name: value for name, value in row.items() if value is not None}


def _iso_day(day: date | str) -> str:
    try:
        return date.fromisoformat(day).isoformat() if isinstance(day, str) else pd.Timestamp(day).date().isoformat()
    except (TypeError, ValueError):
        raise PlanError("store.not_a_day", found=str(day)) from None
