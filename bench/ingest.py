"""A plan of 20,000 rows in a workbook: our import with every check on, against pandas and openpyxl reading its cells.

Ours refuses what harms, looks for hidden rows, errors and formulas never calculated, finds the header, types money,
dates and codes in two languages and sets aside what is not a row; the peer gives back untyped cells. Beside the
comparison, without --quick: seconds to set the same rows against a workbook and to write them, and again when it has
them all.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pandas as pd
import xlsxwriter
from _bench import arguments, best, report

from planlib import clients, ingest, store

ROWS = 20_000
GOAL, FLOOR = 4.0, 3.2
HEADERS = (
    "No", "Axe", "Titre de l’action", "Responsable", "Coût estimé", "Début", "Échéance", "Priorité", "Statut",
    "Partenaires",
)  # fmt: skip
COSTS = ("12 500 $", "entre 5 000 et 10 000 $", "n.d.", "1 250,50 $", "50 k$", "à déterminer")
WHEN = ("2027-03-31", "T1 2027", "été 2027", "31/12/2027", "")
PRIORITIES, STATUSES = ("Élevée", "Moyenne", "Faible"), ("À venir", "En cours", "Terminé")


def main() -> int:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        write(path)
        times = 3 if options.quick else 5
        ours = best(lambda: read(path), times)
        peer = best(lambda: pd.read_excel(path, engine="openpyxl", dtype=str), 2 if options.quick else 3)
        extra = {"rows": ROWS} | ({} if options.quick else stored(path, Path(folder)))
    name = f"import of a workbook of {ROWS} rows"
    return 0 if report(name, ours, peer, "s", GOAL, FLOOR, extra=extra, as_json=options.json) else 1


def read(path: Path) -> None:
    imported = ingest.read(path, "actions")
    if imported.rows_kept != ROWS or imported.questions:
        raise SystemExit(f"{imported.rows_kept} rows kept of {ROWS}")


def stored(path: Path, workspace: Path) -> dict[str, float]:
    """Seconds from the rows read to the rows in a client's workbook, and the same once more, which adds none."""
    clients.new("bench", "city", "Bench", workspace=workspace)
    seconds = []
    with store.open("bench", workspace) as book:
        for expected in (True, False):
            imported = ingest.read(path, "actions")
            start = perf_counter()
            resolved = ingest.resolve(imported, book)
            written = ingest.store_imports(book, [resolved], by="bench", effective="2026-01-05")
            seconds.append(round(perf_counter() - start, 2))
            if bool(written) is not expected or len(book.table("action")) != ROWS:
                raise SystemExit(f"{written} rows written")
    return {"seconds_to_store": seconds[0], "seconds_to_store_again": seconds[1]}


def write(path: Path) -> None:
    """A plan in which each action differs and the rest repeats as it does in plans."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Plan")
        sheet.write_row(0, 0, HEADERS)
        for n in range(1, ROWS + 1):
            row = (
                n, f"Axe {n % 7 + 1}. Orientation {n % 7 + 1}", f"Action {n} du plan, secteur {n % 53}",
                f"Direction {n % 12}", COSTS[n % 6], "2026-05-01", WHEN[n % 5], PRIORITIES[n % 3], STATUSES[n % 3],
                f"Partenaire {n % 31}",
            )  # fmt: skip
            sheet.write_row(n, 0, row)


if __name__ == "__main__":
    sys.exit(main())
