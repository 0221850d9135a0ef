"""A Trello board, as JSON or as CSV: cards with their list, labels, members and due date."""

from __future__ import annotations

import json
from pathlib import Path

from planlib.ingest import kinds
from planlib.ingest.files import Sheet, Workbook, check_size, clean
from planlib.ingest.records import Repair, fold, plain
from planlib.ingest.rows import Rows
from planlib.schema import PlanError

HEADERS = [
    "Card ID", "Card Name", "Card Description", "List Name", "Labels", "Members", "Due Date", "Due Complete",
    "Archived", "Votes", "Checklists",
]  # fmt: skip


def read(path: Path, data: bytes) -> Workbook:
    """The cards of a board; names of members are kept, what else identifies them is not read."""
    try:
        board = json.loads(data.decode("utf-8-sig"))
        lists = {found["id"]: found for found in board["lists"]}
        cards = list(board["cards"])
        rows = [HEADERS, *(_card(card, lists, board) for card in cards)]
    except RecursionError:
        raise PlanError("files.not_a_board", file=path.name) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlanError("files.not_a_board", file=path.name) from None
    fields = {str(field["id"]): plain(field.get("name")) for field in board.get("customFields") or []}
    for name in dict.fromkeys(filter(None, fields.values())):
        rows[0] = [*rows[0], name]
        for row, card in zip(rows[1:], cards, strict=True):
            row.append(_field(card, name, fields, board))
    check_size(path.name, path.stem, len(rows), len(rows[0]))
    repairs: list[Repair] = []
    clean(rows, path.stem, repairs)
    return Workbook(path, (Sheet(path.stem, rows),), (), repairs, [])


def _card(card: dict, lists: dict, board: dict) -> list[str]:
    home = lists.get(card.get("idList"), {})
    members = {member["id"]: member.get("fullName") or "" for member in board.get("members") or []}
    votes = (card.get("badges") or {}).get("votes") or len(card.get("idMembersVoted") or [])
    lines = [
        f"- {item['name']}"
        for checklist in board.get("checklists") or []
        if checklist["id"] in (card.get("idChecklists") or [])
        for item in checklist.get("checkItems") or []
    ]
    closed = bool(card.get("closed") or home.get("closed"))
    return [
        str(card["id"]),
        str(card["name"]),
        str(card.get("desc") or ""),
        str(home.get("name") or ""),
        ", ".join(label.get("name") or label.get("color") or "" for label in card.get("labels") or []),
        ", ".join(filter(None, (members.get(key) for key in card.get("idMembers") or []))),
        str(card.get("due") or ""),
        "TRUE" if card.get("dueComplete") else "",
        "TRUE" if closed else "FALSE",
        str(votes),
        "\n".join(lines),
    ]


def _field(card: dict, name: str, fields: dict, board: dict) -> str:
    """The value of one custom field of a card."""
    options = {
        option["id"]: (option.get("value") or {}).get("text", "")
        for field in board.get("customFields") or []
        for option in field.get("options") or []
    }
    for item in card.get("customFieldItems") or []:
        if fields.get(str(item.get("idCustomField"))) == name:
            value = next(iter((item.get("value") or {}).values()), None)
            return str(value if value is not None else options.get(item.get("idValue"), ""))
    return ""


def notes(rows: Rows) -> None:
    """Each card is a note: its name and its description, under the name of its list."""
    _drop_archived(rows)
    names, texts = _cells(rows, "card name"), _cells(rows, "card description")
    rows.give("text", ["\n".join(filter(None, pair)) for pair in zip(names, texts, strict=True)])
    rows.give("theme", _cells(rows, "list name"))
    if any(votes := _cells(rows, "votes")):
        rows.give("agrees", votes)
    _cells(rows, "card id")


def actions(rows: Rows) -> None:
    """Each card is an action; its list is its status when the lists are named so, else its axis."""
    _drop_archived(rows)
    rows.give("title", _cells(rows, "card name"))
    steps = _cells(rows, "checklists")
    texts = _cells(rows, "card description")
    rows.give("description", ["\n".join(filter(None, pair)) for pair in zip(texts, steps, strict=True)])
    rows.give("owner", _cells(rows, "members"))
    rows.give("end", [cell[:10] if "T" in cell else cell for cell in _cells(rows, "due date")])
    lists = _cells(rows, "list name")
    known = kinds.code_words("status")
    named = {fold(name) for name in lists if name}
    are_status = bool(named) and len(named & set(known)) * 2 > len(named)
    rows.matched.pop("axis" if are_status else "status", None)
    rows.give("status" if are_status else "axis", lists)
    _cells(rows, "card id")


def _drop_archived(rows: Rows) -> None:
    for i, cell in enumerate(_cells(rows, "archived")):
        if fold(cell) in ("true", "yes", "1"):
            rows.drop(i, "ingest.archived")


def _cells(rows: Rows, header: str) -> list[str]:
    place = next((place for place, found in enumerate(rows.headers) if fold(found) == header), None)
    return [""] * len(rows) if place is None else [cell.strip() for cell in rows.column(place)]
