"""A plan of 20,000 rows in a workbook: our import with every check on, against pandas and openpyxl reading its cells.

Ours refuses what harms, looks for hidden rows, errors and formulas never calculated, finds the header, types money,
dates and codes in two languages and sets aside what is not a row; the peer gives back untyped cells.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd
import xlsxwriter
from _bench import arguments, best, report

from planlib import ingest

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
    met = report(
        f"import of a workbook of {ROWS} rows", ours, peer, "s", GOAL, FLOOR, extra={"rows": ROWS}, as_json=options.json
    )
    return 0 if met else 1


def read(path: Path) -> None:
    imported = ingest.read(path, "actions")
    if imported.rows_kept != ROWS or imported.questions:
        raise SystemExit(f"{imported.rows_kept} rows kept of {ROWS}")


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
