"""Commands from the first file to the plan: new, ingest, rank, schedule."""

from __future__ import annotations

from typing import Annotated

import typer

from planlib.cli.ask import (
    DAY,
    DECISION_NEEDED,
    Ask,
    a_day,
    a_number,
    by_whom,
    client_argument,
    command,
    option,
    said,
)  # fmt: skip
from planlib.schema import CODES, PlanError
from planlib.words import number, percent, word

TALK = 3  # disagreements told: what a room can take up next


@command("new")
def new(
    ask: Ask,
    client: Annotated[str, client_argument()],
    kind: Annotated[str, option("kind", metavar="|".join(CODES["client_kind"]))],
    name: Annotated[str, option("name")],
    name_en: Annotated[str | None, option("name_en")] = None,
    currency: Annotated[str, option("currency")] = "CAD",
    fiscal_start: Annotated[str, option("fiscal_start", metavar=DAY[5:])] = "01-01",
):
    from planlib import clients

    a_day(f"2001-{fiscal_start}")
    settings = {"currency": currency, "fiscal_start": fiscal_start}
    path = clients.new(client, kind, name, name_en=name_en, workspace=ask.workspace, settings=settings)
    ask.answer({"client": client, "path": str(path)}, word("cli.new_done", ask.lang, client=client, path=str(path)))


@command("ingest")
def ingest(
    ask: Ask,
    client: Annotated[str, client_argument()],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", show_default=False)],
    kind: Annotated[str, option("as", "--as", metavar="actions|notes|...")],
    answer: Annotated[list[str] | None, option("answer", metavar="KEY=VALUE")] = None,
    map_file: Annotated[str | None, option("map", "--map", metavar="FILE")] = None,
    effective: Annotated[str | None, option("effective", metavar=DAY)] = None,
    keep: Annotated[list[str] | None, option("keep", metavar="COLUMN")] = None,
    why: Annotated[str | None, option("why")] = None,
    dry_run: Annotated[bool, option("dry_run", "--dry-run")] = False,
):
    from planlib import facts
    from planlib import ingest as room
    from planlib.ingest import maps
    from planlib.workspace import keep_received

    day = a_day(effective) if effective else ask.today
    with ask.book(client) as book:
        starts = facts.read(book).settings["fiscal_start"]
        kept = {f"keep.{column}": why or "" for column in keep or []}
        answers = {"fiscal_start": starts, **room.answers(answer or [], map_file), **kept}
        confirmed = book.path.parent / "maps"
        imports = [room.read(path, kind, answers, maps=confirmed) for path in files]
        if not any(found.unanswered for found in imports):
            imports = [room.resolve(found, book) for found in imports]
        room.check_used(
            room.answers(answer or []),
            (key for found in imports for key in found.used),
            (question.key for found in imports for question in found.questions),
            later=any(found.unanswered and found.source is None for found in imports),
        )
        document = said([found.to_json(ask.lang) for found in imports], kind)
        lines = [found.text(ask.lang) for found in imports]
        lines += how_to_answer(imports, ask.lang)
        if any(found.unanswered for found in imports):
            ask.answer(document, *lines)
            return DECISION_NEEDED
        written = 0
        if not dry_run:
            written = room.store_imports(book, imports, by=by_whom(), why=why, effective=day)
            for path in files:
                keep_received(book.path.parent, path)
            saved = [maps.save(confirmed, kind, found.file, found.headers, found.answers) for found in imports]
            lines += [word("ingest.map_saved", ask.lang, file=path.name) for path in saved if path]
        document["rows_written"] = written
        key = "cli.ingest_dry" if dry_run else "cli.ingest_done" if written else "cli.ingest_nothing_new"
        ask.answer(document, *lines, word(key, ask.lang, n=written, client=client))
    return None


def how_to_answer(imports, lang: str) -> list[str]:
    """What to type for each question, once for all the files that ask it."""
    typed = dict.fromkeys(pair for found in imports for pair in found.how_to_answer(lang))
    return [word("ingest.how_to_answer", lang), *(f"  {line}" for line in typed)] if typed else []


@command("rank")
def rank(
    ask: Ask,
    client: Annotated[str, client_argument()],
    method: Annotated[str, option("method")] = "weighted_sum",
    as_of: Annotated[str | None, option("as_of", metavar=DAY)] = None,
):
    from planlib import agree, decide, facts

    with ask.book(client) as book:
        known = facts.read(book, a_day(as_of) if as_of else None, today=ask.today)
        if known.actions.empty:
            raise PlanError("cli.no_action", client=client)
        table = decide.ranking(known, method)
        titles = facts.titles(known.actions, ask.lang)
        consensus = decide.agreement(known)
        talk = agree.say(decide.discussions(known).head(TALK), ask.lang, decide.names(known, ask.lang))
        shares, origin = decide.weights(known)
        names = decide.names(known, ask.lang)
        notes = [said.text(ask.lang, names) for said in decide.unheard(known)]
        judged = decide.values(known).notna().any(axis=1)
    ranking = [
        {
            "action_id": action,
            "title": titles[action],
            "score": known_or_none(row.score),
            "rank": known_or_none(row.rank),
            "band": known_or_none(row.band),
            "share_in": known_or_none(row.share_in),
        }
        for action, row in zip(table.index, table.itertuples(index=False), strict=True)
    ]
    document = {
        "ranking": ranking,
        "agreement": consensus,
        "discuss": talk,
        "method": method,
        "weights": shares.round(6).to_dict(),
        "weights_from": origin.text(ask.lang),
        "notes": notes,
    }
    partly = {
        action: word("ranking.weight_known", ask.lang, share=percent(row.weight_known, ask.lang))
        for action, row in zip(table.index, table.itertuples(index=False), strict=True)
        if row.weight_known and not row.complete
    }
    lines = [
        word(
            _rank_line(row["rank"], judged[row["action_id"]]),
            ask.lang,
            rank=row["rank"],
            action=row["action_id"],
            title=row["title"],
            score=number(100 * (row["score"] or 0), ask.lang, 1),
            band=word("cli.rank_band", ask.lang, band=word(f"band.{row['band']}", ask.lang)) if row["band"] else "",
        )
        + partly.get(row["action_id"], "")
        for row in ranking
    ]
    ask.answer(document, word("cli.rank_head", ask.lang, weights=origin), *lines, *notes, *talk)


def _rank_line(rank: int | None, judged: bool) -> str:
    if rank is not None:
        return "cli.rank_line"
    return "cli.rank_line_partly" if judged else "cli.rank_line_unknown"


def known_or_none(value):
    """A value for JSON: None when unknown."""
    import pandas as pd

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


@command("schedule")
def schedule(
    ask: Ask,
    client: Annotated[str, client_argument()],
    time_limit: Annotated[str | None, option("time_limit", metavar="S")] = None,
    keep_dates: Annotated[bool, option("keep_dates", "--keep-dates")] = False,
    dry_run: Annotated[bool, option("dry_run", "--dry-run")] = False,
):
    from planlib import decide, facts
    from planlib.schedule import stored

    seconds = a_number("--time-limit", time_limit) if time_limit else 10.0
    with ask.book(client) as book:
        known = facts.read(book, today=ask.today)
        if known.actions.empty:
            raise PlanError("cli.no_action", client=client)
        plan = decide.plan(known, ask.today, time_limit=seconds, keep_dates=keep_dates)
        actions = plan.actions
        names = decide.names(known, ask.lang)
        result = plan.schedule
        if not dry_run:
            rows = stored.rows(actions, plan.inputs.assumed)
            book.put("schedule", rows, by=by_whom(), why="planlib schedule", effective=ask.today)
    titles = facts.titles(known.actions, ask.lang)
    listed = [
        {
            "action_id": action,
            "title": titles[action],
            "chosen": bool(row.chosen),
            "mode": known_or_none(row.mode),
            "start": known_or_none(row.start),
            "finish": known_or_none(row.finish),
            "why_not": None if stored.blank(row.why_not) else row.why_not.text(ask.lang, names),
        }
        for action, row in zip(actions.index, actions.itertuples(index=False), strict=True)
    ]
    document = {
        "status": result.status if result else "optimal",
        "value": result.value if result else 0.0,
        "bound": result.bound if result else 0.0,
        "actions": listed,
        "use": used(result),
        "assumed": [{"action_id": a, "key": r.key, "text": r.text(ask.lang, names)} for a, r in plan.inputs.assumed],
        "objective": result.objective.text(ask.lang) if result else None,
    }
    chosen = sum(row["chosen"] for row in listed)
    head = word(
        "cli.schedule_head", ask.lang, n=chosen, of=len(listed), status=word(f"cli.{document['status']}", ask.lang)
    )
    lines = [schedule_line(row, ask.lang) for row in listed]
    assumed = [word("cli.assumed", ask.lang, n=len(document["assumed"]))] if document["assumed"] else []
    ask.answer(document, head, *lines, *assumed, *grouped(document["assumed"], ask.lang))


def used(result) -> list[dict]:
    """What the plan uses of each role and source, for JSON."""
    if result is None:
        return []
    return [
        {
            "role": known_or_none(row.role_id),
            "source": known_or_none(row.source_id),
            "period": row.period,
            "used": round(row.used, 4),
            "capacity": round(row.capacity, 4),
        }
        for row in result.use.itertuples()
    ]


def schedule_line(row: dict, lang: str) -> str:
    if not row["chosen"]:
        return word("cli.schedule_out", lang, action=row["action_id"], title=row["title"], why=row["why_not"] or "")
    return word(
        "cli.schedule_in", lang, action=row["action_id"], title=row["title"],
        start=row["start"].date(), finish=row["finish"].date(),
    )  # fmt: skip


def grouped(assumed: list[dict], lang: str) -> list[str]:
    """The assumptions a person reads: one of each sort, and how many more are like it."""
    sorts: dict[str, list[str]] = {}
    for found in assumed:
        sorts.setdefault(found["key"], []).append(found["text"])
    lines = []
    for texts in sorts.values():
        more = word("cli.assumed_more", lang, n=len(texts) - 1) if len(texts) > 1 else ""
        lines.append(f"- {texts[0]}{more}")
    return lines
