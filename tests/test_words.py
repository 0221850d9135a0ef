"""What a person reads: Québec French and Canadian English, numbers, money and dates."""

from datetime import date
from decimal import InvalidOperation

import pytest

from planlib import words
from planlib.schema import PlanError
from planlib.words import NBSP, THIN


@pytest.mark.parametrize(
    ("plain", "set_in_type"),
    [
        ("Reste : 12 %", f"Reste{NBSP}: 12{NBSP}%"),
        ("12 500 $", f"12{NBSP}500{NBSP}$"),
        ("1 250 000 $", f"1{NBSP}250{NBSP}000{NBSP}$"),
        ("« mot »", f"«{NBSP}mot{NBSP}»"),
        ("Vraiment ? Oui ; non !", f"Vraiment{THIN}? Oui{THIN}; non{THIN}!"),
        ("de 2025 200 lots", "de 2025 200 lots"),
        ("rien à changer.", "rien à changer."),
    ],
)
def test_french_has_the_no_break_spaces_of_quebec(plain, set_in_type):
    assert words.typography(plain, "fr") == set_in_type
    assert words.typography(plain, "en") == plain


@pytest.mark.parametrize(
    ("amount", "currency", "fr", "en"),
    [
        (12500, "CAD", "12 500 $", "$12,500"),
        (1250.5, "CAD", "1 250,50 $", "$1,250.50"),
        (-2000, "CAD", "-2 000 $", "-$2,000"),
        (0, "CAD", "0 $", "$0"),
        (800, "EUR", "800 €", "€800"),
        (800, "CHF", "800 CHF", "CHF 800"),
        (None, "CAD", "—", "—"),
        (float("nan"), "CAD", "—", "—"),
    ],
)
def test_money_is_written_as_each_language_does(amount, currency, fr, en):
    assert words.money(amount, "fr", currency) == fr.replace(" ", NBSP)
    assert words.money(amount, "en", currency).replace(NBSP, " ") == en


def test_dates_and_months():
    assert words.day(date(2026, 3, 15), "fr") == "15 mars 2026".replace(" ", NBSP)
    assert words.day(date(2026, 4, 1), "fr") == "1er avril 2026".replace(" ", NBSP)
    assert words.day(date(2026, 3, 15), "en") == "March 15, 2026"
    assert words.day(None, "fr") == "—"
    assert words.month(date(2026, 8, 1), "fr") == "août 2026"
    assert words.year_name(2026) == "2026"
    assert words.year_name(2026, "07-01") == "2026-2027"


def test_numbers_shares_and_lists():
    assert words.number(1234.5, "fr") == f"1{NBSP}234,5"
    assert words.number(1234.5, "en") == "1,234.5"
    assert words.number(2 / 3, "en", 2) == "0.67"
    assert words.number(-0.0, "en") == words.number(0, "en") == "0"
    with pytest.raises(InvalidOperation):  # unknown is never zero
        words.number(None, "en")
    assert words.percent(0.62, "fr") == f"62{NBSP}%"
    assert words.percent(0.62, "en") == "62%"
    assert words.listing(["a"], "fr") == "a"
    assert words.listing(["a", "b", "c"], "fr") == "a, b et c"
    assert words.listing(["a", "b", "c"], "en") == "a, b and c"
    assert words.series(["a", "b, c"], "fr") == f"a{THIN}; b, c"
    assert words.series(["a", "b, c"], "en") == "a; b, c"


def test_zero_and_one_are_singular_in_french_and_only_one_in_english():
    def said(n, lang):
        return words.word("cli.ingest_done", lang, n=n, client="x")

    assert said(0, "fr").startswith("0 ligne enregistrée")
    assert said(1, "fr").startswith("1 ligne enregistrée")
    assert said(2, "fr").startswith("2 lignes enregistrées")
    assert said(0, "en").startswith("0 rows")
    assert said(1, "en").startswith("1 row ")


def test_an_unknown_key_is_a_programmers_error():
    with pytest.raises(KeyError, match=r"no wording for 'status\.finished'"):
        words.word("status.finished", "fr")


def test_a_plan_error_speaks_both_languages_and_survives_a_trip_between_processes():
    import pickle

    error = PlanError("schema.not_a_code", kind="action", key="A-1", column="status", found="fini", known=["done"])
    assert "'fini' is not in the list" in str(error)
    assert "n'est pas dans la liste" in error.text("fr")
    assert pickle.loads(pickle.dumps(error)).text("fr") == error.text("fr")


def test_an_error_told_inside_another_is_told_in_the_same_language():
    inner = PlanError("store.not_a_day", found="x")
    outer = PlanError("store.bad_row", seq=1, found=inner)
    assert "n'est pas une date" in outer.text("fr")
    assert "is not a date" in outer.text("en")
