"""Faults of a workbook that no plan can be made of: `planlib schedule` says each in one sentence and leaves with 2."""

from __future__ import annotations

import pandas as pd
import pytest

from planlib import clients, store
from planlib.cli import main


def actions(*ids: str, **columns) -> list[dict]:
    return [{"action_id": action, "title": f"Titre {action}", **columns} for action in ids]


def bill(action: str, amount: float, source: str = "F") -> dict:
    return {"action_id": action, "source_id": source, "fiscal_year": 2026, "amount_low": amount, "amount_high": amount}


def fund(amount: float, year: int = 2026) -> dict:
    return {"source_id": "F", "fiscal_year": year, "amount": amount}


FAULTS = {
    "a cycle, named in full": (
        {
            "action": actions("A-1", "A-2", "A-3"),
            "precedence": [
                {"before": before, "after": after} for before, after in (("A-1", "A-2"), ("A-2", "A-3"), ("A-3", "A-1"))
            ],
        },
        "These actions wait for each other in a circle: A-1 → A-2 → A-3 → A-1. Remove one of these links.",
        "Ces actions s'attendent en rond : A-1 → A-2 → A-3 → A-1. Retirez un de ces liens.",
    ),
    "a deadline before the earliest start": (
        {"action": actions("A-1", earliest_start="2026-05-01", deadline="2026-03-01")},
        "Action 'A-1': the deadline (March 1, 2026) is before the earliest start (May 1, 2026). "
        "Correct one of the two dates.",
        "Action « A-1 » : l'échéance (1er mars 2026) est avant le début au plus tôt (1er mai 2026). "
        "Corrigez une des deux dates.",
    ),
    "a role that does not exist": (
        {
            "action": actions("A-1"),
            "role": [{"role_id": "coord", "title": "Coordination"}],
            "demand": [{"action_id": "A-1", "role_id": "cord", "effort_days": 5.0}],
        },
        "Action 'A-1' asks for role 'cord', which does not exist. Choose among coord, or give its capacity.",
        "L'action « A-1 » demande le rôle « cord », qui n'existe pas. Choisissez parmi coord, ou donnez sa capacité.",
    ),
    "a negative cost": (
        {
            "action": actions("A-1"),
            "cost": [{**bill("A-1", 10.0), "amount_low": -5.0}],
            "budget": [fund(1_000.0)],
        },
        "In table 'cost', row 'A-1', 'amount' is negative (-5). Write 0 or more.",
        "Dans le tableau « cost », ligne « A-1 », « amount » est négatif (-5). Écrivez 0 ou plus.",
    ),
    "budgets of another year": (
        {"action": actions("A-1"), "cost": [bill("A-1", 10.0)], "budget": [fund(1_000.0, 2023)]},
        "The budget of 'F' is of another year (2023) than the plan (2026 to 2026). "
        "Correct the year of the budget or of the plan.",
        "Le budget de « F » est d'une autre année (2023) que le plan (2026 à 2026). "
        "Corrigez l'année du budget ou du plan.",
    ),
    "a mandatory action that cannot fit": (
        {
            "action": actions("A-1", mandatory=True),
            "cost": [bill("A-1", 5_000.0)],
            "budget": [fund(1_000.0)],
        },
        "Mandatory action 'A-1' cannot fit, even alone: CAD 4,000 of F is missing in 2026. "
        "Find it, reduce the action or make it optional.",
        "L'action obligatoire « A-1 » ne peut entrer, même seule : il manque 4 000 CAD de F en 2026. "
        "Trouvez ce montant, réduisez l'action ou rendez-la facultative.",
    ),
    "two that cannot fit together": (
        {
            "action": actions("A-1", "A-2", mandatory=True),
            "cost": [bill("A-1", 800.0), bill("A-2", 800.0)],
            "budget": [fund(1_000.0)],
        },
        "No plan holds all the limits. For the mandatory actions, these limits cannot hold together: the end of the "
        "plan (51 working weeks, until December 25, 2026) and the budget of F in 2026. The cheapest repair is to add: "
        "$600 of F in 2026. Otherwise, give up: A-1.",
        "Aucun plan ne tient toutes les limites. Ces limites ne peuvent pas tenir ensemble pour les actions "
        "obligatoires : la fin du plan (51 semaines de travail, jusqu'au 25 décembre 2026) et le budget de F en 2026. "
        "Le plus simple serait d'ajouter : 600 $ de F en 2026. Sinon, il faut renoncer à : A-1.",
    ),
}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_workbook_is_one_sentence_and_exit_2(fault, lang, tmp_path, capsys):
    tables, english, french = FAULTS[fault]
    clients.new("essai", "sdc", "SDC d'essai", workspace=tmp_path, settings={"plan_years": 1, "default_weeks": 4.0})
    with store.open("essai", tmp_path) as book:
        for kind, rows in tables.items():
            book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")
    with pytest.raises(SystemExit) as left:
        main(["schedule", "essai", "--json", "--workspace", str(tmp_path), "--today", "2026-01-05", "--lang", lang])
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    plain = said.err.strip().replace("\u00a0", " ").replace("\u202f", " ")
    assert plain == {"en": english, "fr": french}[lang]


def test_an_unknown_cost_is_no_fault_but_a_stated_default(tmp_path, capsys):
    clients.new("essai", "sdc", "SDC d'essai", workspace=tmp_path, settings={"plan_years": 1})
    with store.open("essai", tmp_path) as book:
        put = {"action": actions("A-1"), "budget": [fund(9_000.0)]}
        for kind, rows in put.items():
            book.put(kind, pd.DataFrame(rows), by="ana", why="essai", effective="2026-01-01")
    with pytest.raises(SystemExit) as left:
        main(["schedule", "essai", "--workspace", str(tmp_path), "--today", "2026-01-05", "--lang", "en"])
    assert left.value.code == 0
    assert "A-1: cost to find, $5,000 by default" in capsys.readouterr().out.replace("\u00a0", " ")
