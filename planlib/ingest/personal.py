"""What identifies a person inside the words of a file: kept word for word, and told, so that someone decides."""

from __future__ import annotations

import re

from planlib.ingest.records import plain
from planlib.ingest.rows import Rows

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\d.,-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\d-])(?: ?(?:poste|p\.|ext\.?|x) ?\d+)?"
)
ENDING = re.compile(r"[ .)-]\d{3}[ .-]\d{4}")  # seldom there, and quick to look for
SHOWN = 10  # rows told by their number


def report(rows: Rows) -> None:
    """Say which rows hold an address or a telephone number in a column that is kept."""
    for place in sorted(place for place in {*rows.used, *rows.matched.values()} if isinstance(place, int)):
        header = rows.headers[place]
        if rows.is_private(header) or header in rows.kept_private:
            continue
        cells = rows.columns.get(place) or [row[place] for row in rows.cells]
        text = "\n".join(set(cells))
        for pattern, why, likely in (
            (EMAIL, "ingest.email_inside", "@" in text),
            (PHONE, "ingest.phone_inside", ENDING.search(text)),
        ):
            if not likely or not pattern.search(text):
                continue
            found = [i for i, cell in enumerate(cells) if i not in rows.aside and pattern.search(plain(cell))]
            if found:
                numbers = [str(rows.numbers[i]) for i in found]
                listed = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
                words = pattern.search(plain(cells[found[0]])).group()
                rows.say(found[0], header, words, words, why, n=len(found), rows=listed)
