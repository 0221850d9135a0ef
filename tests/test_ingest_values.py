from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planlib import words
from planlib.ingest import columns, values
from planlib.ingest.names import split_number
from planlib.ingest.records import fold, slug
from planlib.ingest.values import parse_money, parse_when
from planlib.schema import PlanError

NBSP, NNBSP = "\u00a0", "\u202f"


def series(*cells, name="Coût estimé"):
    return pd.Series(cells, index=pd.Index(range(2, 2 + len(cells)), name="row"), name=name, dtype=object)


def keys(read):
    return [question.key for question in read.questions]


# --- Money -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12 500 $", 12500, "CAD"),
        (f"12{NBSP}500{NBSP}$", 12500, "CAD"),
        (f"8{NNBSP}000 $", 8000, "CAD"),
        (f"1{NBSP}250,50 $", 1250.5, "CAD"),
        ("3500$", 3500, "CAD"),
        ("12 500 $ CA", 12500, "CAD"),
        ("$1,250.00", 1250, "CAD"),
        ("$1,250", 1250, "CAD"),  # a sign in front is the English form: the comma groups
        ("US$ 500", 500, "USD"),
        ("15 000 € HT", 15000, "EUR"),
        ("12.500,00", 12500, None),
        ("12,500.00", 12500, None),
        ("1 250,500", 1250.5, None),  # spaces group: the comma can only be decimal
        ("1,250,000", 1_250_000, None),
        ("25000", 25000, None),
        ("50 k$", 50_000, "CAD"),
        ("1,2 M$", 1_200_000, "CAD"),
        ("2 millions de dollars", 2_000_000, "CAD"),
        ("0", 0, None),
    ],
)
def test_an_amount_is_read_with_its_currency(text, amount, currency):
    money = parse_money(text)
    low, high, found = money
    assert (low, high, found) == (amount, amount, text)
    assert money.currency == currency


@pytest.mark.parametrize(
    "text", ["", " ", "n.d.", "N/D", "à déterminer", "À DÉTERMINER", "—", "–", "?", "TBD", None, float("nan")]
)
def test_unknown_is_none_and_never_zero(text):
    low, high, _ = parse_money(text)
    assert low is None
    assert high is None


@pytest.mark.parametrize(
    ("text", "low", "high", "note"),
    [
        ("entre 5 000 et 10 000 $", 5000, 10000, "range"),
        ("Entre 200 et 500", 200, 500, "range"),
        ("5000-10000", 5000, 10000, "range"),
        ("from $5,000 to $10,000", 5000, 10000, "range"),
        ("5 à 10 k$", 5000, 10000, "range expanded"),
        ("500 à 1 k$", 500, 1000, "range expanded"),  # 500 k$ would be above 1 k$
        ("moins de 5 000 $", None, 5000, "at_most"),
        ("5 000 $ et plus", 5000, None, "at_least"),
        ("env. 4 000 $", 4000, 4000, "about"),
        ("4 000 $ (estimé)", 4000, 4000, "about"),
        ("gratuit", 0, 0, "none"),
    ],
)
def test_ranges_and_bounds_keep_both_ends(text, low, high, note):
    money = parse_money(text)
    assert money == (low, high, text)
    assert money.note == note


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,250", r"can be read in two ways \(1.250 or 1250\)"),
        ("1,250 $", r"can be read in two ways"),
        ("$12.500", r"can be read in two ways"),
        ("12.500", r"can be read in two ways"),
        ("(2 000)", "is a negative amount"),
        ("-2 000 $", "is a negative amount"),
        ("500 $/mois", "is an amount per period"),
        ("$$", "is a size, not an amount"),
        ("8?000 $", "lost a character"),
        ("12 50", "is not a number"),
        ("5 000 $ + 3 000 $", "is not an amount that can be read"),
        ("10 000 à 5 000 $", "is not a range"),
        ("voir annexe", "is not an amount that can be read"),
        ("2026-03-01", "is not an amount that can be read"),
    ],
)
def test_what_is_not_plain_is_asked_and_not_guessed(text, says):
    with pytest.raises(PlanError, match=says) as refusal:
        parse_money(text)
    assert refusal.value.text("fr") != str(refusal.value)


def test_the_decimal_sign_settles_two_readings():
    assert parse_money("1,250", decimal=".")[0] == 1250
    assert parse_money("1,250", decimal=",")[0] == 1.25
    with pytest.raises(PlanError, match="not written with the decimal sign"):
        parse_money("12.500,00", decimal=".")


@example(amount=1000.0, lang="en")
@given(amount=st.integers(0, 10**11).map(lambda cents: cents / 100), lang=st.sampled_from(["fr", "en"]))
def test_money_as_we_write_it_reads_back(amount, lang):
    money = parse_money(words.money(amount, lang))
    assert money[:2] == (amount, amount)
    assert money.currency == "CAD"


@given(number=st.integers(-(10**12), 10**12).map(lambda n: n / 100), lang=st.sampled_from(["fr", "en"]))
def test_a_number_as_we_write_it_reads_back(number, lang):
    assert values.parse_number(words.number(number, lang, 2))[0] == number


@given(st.text(max_size=30))
def test_any_text_is_money_unknown_or_a_sentence(text):
    try:
        low, high, found = parse_money(text)
    except PlanError as refusal:
        assert refusal.text("fr") and str(refusal)
        return
    assert found == text
    assert low is None or high is None or low <= high


@given(st.text("0123456789.,  -$€kMà()", max_size=12))
def test_figures_in_any_order_never_break_the_reader(text):
    try:
        low, high, _ = parse_money(text)
    except PlanError:
        return
    assert low is None or low >= 0
    assert high is None or high >= 0


# --- Dates and periods -------------------------------------------------------------------------------------------

WHEN = [
    ("31/12/2026", "2026-12-31", "2026-12-31", "day"),
    ("15-06-2026", "2026-06-15", "2026-06-15", "day"),
    ("05/05/2026", "2026-05-05", "2026-05-05", "day"),
    ("2026-03-15", "2026-03-15", "2026-03-15", "day"),
    ("2026-03-15 14:30", "2026-03-15", "2026-03-15", "day"),
    ("2026/11/05 2:03:11 PM UTC−5", "2026-11-05", "2026-11-05", "day"),
    ("1er avril 2026", "2026-04-01", "2026-04-01", "day"),
    ("lundi 16 mars 2026", "2026-03-16", "2026-03-16", "day"),
    ("March 15, 2026", "2026-03-15", "2026-03-15", "day"),
    ("15/mar/26", "2026-03-15", "2026-03-15", "day"),
    ("T1 2026", "2026-01-01", "2026-03-31", "quarter"),
    ("Q3 2026", "2026-07-01", "2026-09-30", "quarter"),
    ("1er trimestre 2027", "2027-01-01", "2027-03-31", "quarter"),
    ("second quarter of 2026", "2026-04-01", "2026-06-30", "quarter"),
    ("S2 2026", "2026-07-01", "2026-12-31", "half"),
    ("été 2026", "2026-06-01", "2026-08-31", "season"),
    ("Fall 2027", "2027-09-01", "2027-11-30", "season"),
    ("hiver 2027", "2026-12-01", "2027-02-28", "season"),
    ("hiver 2026-2027", "2026-12-01", "2027-02-28", "season"),
    ("mars 2026", "2026-03-01", "2026-03-31", "month"),
    ("déc. 2026", "2026-12-01", "2026-12-31", "month"),
    ("2028-02", "2028-02-01", "2028-02-29", "month"),
    ("2026", "2026-01-01", "2026-12-31", "year"),
    ("2026-2027", "2026-01-01", "2027-12-31", "range"),
    ("2026-27", "2026-01-01", "2027-12-31", "range"),
    ("mars à juin 2026", "2026-03-01", "2026-06-30", "range"),
    ("du 1er mars au 15 avril 2026", "2026-03-01", "2026-04-15", "range"),
    ("March 2026 – June 2027", "2026-03-01", "2027-06-30", "range"),
    ("T1-T2 2026", "2026-01-01", "2026-06-30", "range"),
    ("D'ici juin 2024", None, "2024-06-30", "before"),
    ("D’ici le 31 décembre 2026", None, "2026-12-31", "before"),
    ("avant juin 2024", None, "2024-05-31", "before"),
    ("à partir de janvier 2026", "2026-01-01", None, "after"),
    ("fin 2026", "2026-09-01", "2026-12-31", "part"),
    ("mi-mars 2026", "2026-03-11", "2026-03-20", "part"),
    ("semaine 12, 2026", "2026-03-16", "2026-03-22", "week"),
    ("47727", "2030-09-01", "2030-09-01", "day"),
    ("46022", "2025-12-31", "2025-12-31", "day"),
]


def day(text):
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(("text", "start", "end", "precision"), WHEN)
def test_a_date_or_a_period_keeps_its_first_and_last_day(text, start, end, precision):
    assert parse_when(text) == (day(start), day(end), precision, text)


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("T1 2026", "2026-04-01", "2026-06-30", "quarter"),
        ("T4 2026", "2027-01-01", "2027-03-31", "quarter"),
        ("T4 2026-2027", "2027-01-01", "2027-03-31", "quarter"),
        ("S1 2026", "2026-04-01", "2026-09-30", "half"),
        ("2026-2027", "2026-04-01", "2027-03-31", "fiscal_year"),
        ("2026-2028", "2026-04-01", "2028-03-31", "range"),
        ("exercice 2026-2027", "2026-04-01", "2027-03-31", "fiscal_year"),
        ("FY2026", "2026-04-01", "2027-03-31", "fiscal_year"),
        ("2026", "2026-01-01", "2026-12-31", "year"),
        ("mars 2026", "2026-03-01", "2026-03-31", "month"),
    ],
)
def test_quarters_and_spans_of_years_follow_a_fiscal_year_that_starts_in_april(text, start, end, precision):
    assert parse_when(text, fiscal_start="04-01")[:3] == (day(start), day(end), precision)


@given(
    year=st.integers(2000, 2090),
    start=st.dates(date(2001, 1, 1), date(2001, 12, 28)),
)
def test_four_quarters_make_the_fiscal_year_whatever_its_first_day(year, start):
    fiscal = f"{start:%m-%d}"
    quarters = [parse_when(f"T{n} {year}", fiscal) for n in (1, 2, 3, 4)]
    whole = parse_when(f"exercice {year}", fiscal)
    assert quarters[0][0] == whole[0] == start.replace(year=year)
    assert quarters[-1][1] == whole[1] == start.replace(year=year + 1) - timedelta(days=1)
    for earlier, later in pairwise(quarters):
        assert later[0] == earlier[1] + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("01/02/2026", "can be read day/month or month/day"),
        ("26-12-14", "can be read day/month or month/day"),
        ("31/02/2026", "does not exist in the calendar"),
        ("2026-13-01", "does not exist in the calendar"),
        ("01/01/1900", "falls in 1900, outside the years 1990 to 2099"),
        ("99999", "is not an Excel date between 1990 and 2099"),
        ("14", "is not a date or a period"),
        ("Semaine 12", "has no year"),
        ("été", "has no year"),
        ("court terme", "what is 'court terme' for this client"),
        ("En continu", "is a horizon, not a date"),
        ("Ongoing", "is a horizon, not a date"),
        ("T4 2026-2027", "follows a fiscal year over two calendar years"),
        ("2027-2026", "ends before it starts"),
        ("juin à mars 2026", "ends before it starts"),
        ("selon le budget", "is not a date or a period"),
    ],
)
def test_a_date_that_cannot_be_known_is_refused_in_words(text, says):
    with pytest.raises(PlanError, match=says) as refusal:
        parse_when(text)
    assert refusal.value.text("fr") != str(refusal.value)


def test_the_order_of_day_and_month_is_settled_by_the_caller_or_by_the_figures():
    assert parse_when("01/02/2026", day_first=True)[0] == date(2026, 2, 1)
    assert parse_when("01/02/2026", day_first=False)[0] == date(2026, 1, 2)
    assert parse_when("12/14/20", day_first=True)[0] == date(2020, 12, 14)  # 14 cannot be a month


def test_two_figure_years_and_serials_are_noted():
    assert parse_when("31/12/26").note == "short_year"
    assert parse_when("12/14/20") == (date(2020, 12, 14), date(2020, 12, 14), "day", "12/14/20")
    assert parse_when("47727").note == "serial"


@pytest.mark.parametrize("text", ["", "à venir", "À déterminer", "n.d.", "—", "TBD", None])
def test_an_unknown_date_is_none(text):
    assert parse_when(text)[:3] == (None, None, None)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(["fr", "en"]))
def test_a_day_as_we_write_it_reads_back(when, lang):
    assert parse_when(words.day(when, lang))[:3] == (when, when, "day")


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(["fr", "en"]))
def test_a_month_as_we_write_it_reads_back(when, lang):
    start, end, precision, _ = parse_when(words.month(when, lang))
    assert start <= when <= end
    assert (start.day, (end + timedelta(days=1)).day, precision) == (1, 1, "month")


@given(st.integers(2000, 2090), st.dates(date(2001, 1, 1), date(2001, 12, 28)))
def test_a_fiscal_year_as_we_write_it_reads_back(year, start):
    fiscal = f"{start:%m-%d}"
    found = parse_when(words.year_name(year, fiscal), fiscal)
    assert found[0] == start.replace(year=year)


@given(
    when=st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    lang=st.sampled_from(["fr", "en"]),
    start=st.dates(date(2001, 1, 1), date(2001, 12, 31)),
)
def test_days_and_months_do_not_depend_on_the_fiscal_year(when, lang, start):
    fiscal = f"{start:%m-%d}"
    assert parse_when(words.day(when, lang), fiscal)[:3] == (when, when, "day")
    assert parse_when(words.month(when, lang), fiscal) == parse_when(words.month(when, lang))


@given(
    when=st.dates(date(1990, 1, 1), date(2098, 12, 31)),
    later=st.integers(0, 300),
    lang=st.sampled_from(["fr", "en"]),
    precise=st.booleans(),
)
def test_a_span_between_two_dates_as_we_write_them_keeps_both(when, later, lang, precise):
    told = words.day if precise else words.month
    first, last = when, when + timedelta(days=later)
    span = (parse_when(told(first, lang))[0], parse_when(told(last, lang))[1])
    to, between = ("au" if precise else "à", "entre {} et {}") if lang == "fr" else ("to", "between {} and {}")
    opened = {"au": "du {} au {}", "à": "de {} à {}", "to": "from {} to {}"}[to]
    for form in (opened, between, "{} " + to + " {}", "{} - {}"):
        assert parse_when(form.format(told(first, lang), told(last, lang)))[:2] == span, form


def test_a_span_that_starts_with_from_keeps_its_end():
    assert parse_when("from March to June 2026")[:3] == (date(2026, 3, 1), date(2026, 6, 30), "range")
    assert parse_when("à partir de mars à juin 2026")[:3] == (date(2026, 3, 1), date(2026, 6, 30), "range")
    assert parse_when("from March 2026")[:3] == (date(2026, 3, 1), None, "after")


@given(
    low=st.integers(0, 10**9).map(lambda cents: cents / 100),
    more=st.integers(0, 10**9).map(lambda cents: cents / 100),
    lang=st.sampled_from(["fr", "en"]),
    currency=st.sampled_from(["CAD", "EUR", "USD", "GBP"]),
)
def test_a_range_of_money_as_we_write_it_keeps_both_ends_and_its_currency(low, more, lang, currency):
    high = round(low + more, 2)
    between = "entre {} et {}" if lang == "fr" else "between {} and {}"
    told = between.format(words.money(low, lang, currency), words.money(high, lang, currency))
    money = parse_money(told, "," if lang == "fr" else ".")
    assert (*money[:2], money.currency) == (low, high, currency)


@pytest.mark.parametrize("start", ["", "avril", "4-1", "13-01", "04-31", "02-29", "04-01-2026", "٠٤-٠١", None])
@pytest.mark.parametrize("text", ["T1 2026", "2026-2027", "31/12/2026", ""])
def test_a_first_day_of_the_fiscal_year_that_not_every_year_has_is_refused(start, text):
    with pytest.raises(PlanError, match="Write it MM-DD") as refusal:
        parse_when(text, fiscal_start=start)
    assert "MM-JJ" in refusal.value.text("fr")
    with pytest.raises(PlanError, match="Write it MM-DD"):
        columns.parse_when_column(pd.Series([text], name="Échéance"), fiscal_start=start)


@given(st.one_of(st.text(max_size=25), st.text("0123456789-/.,TQ àmars", max_size=14)))
def test_any_text_is_a_period_unknown_or_a_sentence(text):
    try:
        start, end, _, found = parse_when(text)
    except PlanError as refusal:
        assert refusal.text("fr") and str(refusal)
        return
    assert found == text
    assert start is None or end is None or start <= end


# --- The other values --------------------------------------------------------------------------------------------


def test_shares_are_between_zero_and_one():
    assert values.parse_share("50 %") == (0.5, "50 %")
    assert values.parse_share("0,25") == (0.25, "0,25")
    assert values.parse_share("40", percent=True) == (0.4, "40")
    assert values.parse_share("n.d.")[0] is None
    for text in ("50", "150 %", "-5 %"):
        with pytest.raises(PlanError, match=r"is not a (share between 0 and 1|number)"):
            values.parse_share(text)


@pytest.mark.parametrize("text", ["En cours", "EN COURS ", "en  cours", f"en{NBSP}cours", "under way", "Under_Way"])
def test_a_code_is_found_whatever_case_accents_and_spaces(text):
    assert values.parse_code(text, ["to_come", "under_way"], {"en cours": "under_way"})[0] == "under_way"


def test_a_word_outside_the_list_names_the_list():
    with pytest.raises(PlanError, match="'Bloqué ' is not in the list: to_come and done"):
        values.parse_code("Bloqué ", ["to_come", "done"])
    assert values.parse_code(" ", ["to_come"]) == (None, " ")


def test_yes_and_no_in_both_languages():
    assert [values.parse_flag(t)[0] for t in ("Oui", "VRAI", "x", "✅", "Non", "FAUX", "FALSE", "", "n.d.")] == [
        *[True] * 4, *[False] * 3, None, None,
    ]  # fmt: skip
    with pytest.raises(PlanError, match="neither yes nor no"):
        values.parse_flag("peut-être")


def test_html_becomes_words_and_other_text_stays():
    assert values.strip_html("<p>Un <b>parc</b>&nbsp;&amp; des bancs</p><p>Deux</p>") == "Un parc & des bancs\nDeux"
    assert values.strip_html("coût < 5 & délai > 2") == "coût < 5 & délai > 2"


@pytest.mark.parametrize(
    ("text", "number", "title"),
    [
        ("4.2. Mobilité", "4.2", "Mobilité"),
        ("1.1 70% of trainees have a job", "1.1", "70% of trainees have a job"),
        ("1.12 70 % des participants", "1.12", "70 % des participants"),
        ("1) 70 % des participants", "1", "70 % des participants"),
        ("Objectif 2.1 : 30 arbres", "2.1", "30 arbres"),
        ("2024-2025 en bref", None, "2024-2025 en bref"),
        ("1.70 $ par membre", None, "1.70 $ par membre"),
        ("100 000 $ de dons", None, "100 000 $ de dons"),
    ],
)
def test_a_number_before_a_title_is_never_half_of_a_figure(text, number, title):
    assert split_number(text) == (number, title)


def test_words_are_compared_without_case_accents_or_odd_spaces():
    assert fold(f" Échéance{NBSP}: ") == fold("ECHEANCE")
    assert slug("Coût estimé ($)") == "cout-estime"
    assert slug("✅") == "u2705"


# --- Columns -----------------------------------------------------------------------------------------------------


def test_one_value_of_the_column_settles_the_decimal_sign():
    read = columns.parse_money_column(series("1,250", "1 250,50"))
    assert read.table["low"].tolist() == [1.25, 1250.5]
    read = columns.parse_money_column(series("1,250", "12,500.00"))
    assert read.table["low"].tolist() == [1250, 12500]
    assert not read.questions


def test_a_column_that_settles_nothing_is_asked_once():
    cells = series("1,250", "2,300", "1,250")
    read = columns.parse_money_column(cells)
    assert keys(read) == ["decimal"]
    assert read.table["low"].isna().all()
    assert "row 2: in '1,250'" in read.questions[0].text("en")
    settled = columns.parse_money_column(cells, answers={"decimal": "point"})
    assert settled.table["low"].tolist() == [1250, 2300, 1250]
    assert not settled.questions


def test_a_column_of_both_forms_is_asked():
    cells = series("12.500,00", "12,500.00")
    assert keys(columns.parse_money_column(cells)) == ["decimal"]
    assert not columns.parse_money_column(cells, answers={"decimal": "each"}).questions
    with pytest.raises(PlanError, match="not one of the choices"):
        columns.parse_money_column(series("12.500,00", "12,500.00", "1,250"), answers={"decimal": "each"})


def test_zero_and_negative_costs_are_asked():
    cells = series("0", "(2 000)", "-500 $", "100 $")
    read = columns.parse_money_column(cells)
    assert keys(read) == ["negative.cout-estime", "zero.cout-estime"]
    assert read.table["low"].isna().tolist() == [True, True, True, False]
    answers = {"negative.cout-estime": "positive", "zero.cout-estime": "zero"}
    read = columns.parse_money_column(cells, answers=answers)
    assert read.table["low"].tolist() == [0, 2000, 500, 100]
    assert not read.questions
    answers = {"negative.cout-estime": "unknown", "zero.cout-estime": "unknown"}
    read = columns.parse_money_column(cells, answers=answers)
    assert read.table["low"].isna().tolist() == [True, True, True, False]


def test_an_amount_that_cannot_be_read_is_asked_and_its_answer_kept_beside_the_words():
    cells = series("8?000 $", "100 $")
    (question,) = columns.parse_money_column(cells).questions
    assert question.key == "money.cout-estime.8-000"
    read = columns.parse_money_column(cells, answers={question.key: "8 000 $"})
    assert read.table.loc[2, ["low", "found"]].tolist() == [8000, "8?000 $"]
    assert not read.questions
    assert "'8?000 $' read as '8 000 $', as answered" in read.repairs[0].text("en")


def test_many_unreadable_amounts_are_one_question():
    read = columns.parse_money_column(series(*[f"voir annexe {n}" for n in range(8)]))
    assert keys(read) == ["money.cout-estime"]
    assert "8 values cannot be read" in read.questions[0].text("en")


def test_sizes_take_the_legend_of_the_client():
    cells = series("$$", "100 $")
    assert keys(columns.parse_money_column(cells)) == ["money.cout-estime.u24-u24"]
    read = columns.parse_money_column(cells, sizes={"$$": "entre 5 000 et 10 000 $"})
    assert read.table.loc[2, ["low", "high"]].tolist() == [5000, 10000]


def test_unknown_words_of_a_column_are_said_and_stay_unknown():
    read = columns.parse_money_column(series("n.d.", "n.d.", "", "5 $"))
    assert read.table["low"].isna().tolist() == [True, True, True, False]
    told = [repair.text("en") for repair in read.repairs if repair.why == "parse.as_unknown"]
    assert told == ["Column 'Coût estimé': 'n.d.' (2 times, first in row 2) read as unknown, never as zero."]


def test_the_currency_of_the_header_is_taken_where_none_is_written():
    assert values.currency_of("Budget prévisionnel total € HT") == "EUR"
    assert values.currency_of("Coût ($)") == "CAD"
    assert values.currency_of("Coût") is None
    read = columns.parse_money_column(series("500", "5 $", "n.d."), currency="EUR")
    assert read.table["currency"].tolist()[:2] == ["EUR", "CAD"]
    assert pd.isna(read.table["currency"].iloc[2])


def test_one_date_of_the_column_proves_the_order():
    read = columns.parse_when_column(series("01/02/2026", "31/12/2026", name="Échéance"))
    assert read.table["start"].dt.date.tolist() == [date(2026, 2, 1), date(2026, 12, 31)]
    assert not read.questions
    assert any("the day first" in repair.text("en") for repair in read.repairs)
    read = columns.parse_when_column(series("01/02/2026", "12/31/2026", name="Échéance"))
    assert read.table["start"].dt.date.tolist()[0] == date(2026, 1, 2)


def test_dates_that_prove_nothing_or_both_orders_are_asked_once():
    for cells in (("01/02/2026", "03/04/2026"), ("01/02/2026", "31/12/2026", "12/31/2026")):
        read = columns.parse_when_column(series(*cells, name="Échéance"))
        assert keys(read) == ["dates"]
        assert pd.isna(read.table["start"].iloc[0])
        read = columns.parse_when_column(series(*cells, name="Échéance"), answers={"dates": "month-first"})
        assert read.table["start"].dt.date.tolist()[0] == date(2026, 1, 2)
        assert not read.questions


def test_horizons_are_dated_by_the_client_alone():
    cells = series("court terme", "en continu", "mars 2026", name="Échéance")
    read = columns.parse_when_column(cells)
    assert keys(read) == ["horizon.court-terme", "horizon.en-continu"]
    assert "what is 'court terme' for this client" in read.questions[0].text("en")
    read = columns.parse_when_column(cells, answers={"horizon.court-terme": "2026-2027", "horizon.en-continu": "none"})
    assert not read.questions
    assert read.table["end"].dt.date.tolist()[0] == date(2027, 12, 31)
    assert pd.isna(read.table["end"].iloc[1])
    assert read.table["found"].tolist() == ["court terme", "en continu", "mars 2026"]
    assert not columns.parse_when_column(cells, horizons={"Court terme": "2026", "en continu": "none"}).questions


def test_codes_outside_the_list_are_asked_with_the_codes_as_choices():
    cells = series("En cours", "✅", "50 %", "", name="Statut")
    synonyms = {"en cours": "under_way"}
    read = columns.parse_code_column(cells, ["under_way", "done"], synonyms)
    assert keys(read) == ["code.statut.u2705", "code.statut.50"]
    assert [choice.value for choice in read.questions[0].choices] == ["under_way", "done", "unknown"]
    answers = {"code.statut.u2705": "done", "code.statut.50": "unknown"}
    read = columns.parse_code_column(cells, ["under_way", "done"], synonyms, answers=answers)
    assert read.table["code"].fillna("").tolist() == ["under_way", "done", "", ""]
    assert not read.questions


def test_progress_above_one_makes_the_column_percentages():
    read = columns.parse_number_column(series("1", "50", "0"), share=True)
    assert read.table["value"].tolist() == [0.01, 0.5, 0]
    read = columns.parse_number_column(series("1", "0,5"), share=True)
    assert read.table["value"].tolist() == [1, 0.5]


def test_flags_that_are_neither_are_asked():
    read = columns.parse_flag_column(series("Oui", "peut-être", "", name="Obligatoire"))
    assert keys(read) == ["flag.obligatoire.peut-etre"]
    assert read.table["value"].isna().tolist() == [False, True, True]


@given(
    st.lists(st.sampled_from(["12 500 $", "n.d.", "", "50 k$", "1,250", "0", "bof", "(3)", "1 250,50"]), max_size=20)
)
def test_a_column_gives_a_row_for_every_row_whatever_their_order(cells):
    read = columns.parse_money_column(series(*cells))
    assert read.table["found"].tolist() == cells
    turned = columns.parse_money_column(series(*cells[::-1]))
    assert sorted(keys(turned)) == sorted(keys(read))
    pd.testing.assert_series_equal(
        read.table["low"].reset_index(drop=True), turned.table["low"][::-1].reset_index(drop=True)
    )


def test_the_french_column_of_the_shared_file_is_read_or_asked(shared):
    from planlib.ingest.files import read_cells
    from planlib.ingest.layout import read_table

    table = read_table(read_cells(shared / "data/fr/01_excel_fr_cp1252_semicolon.csv"), {"cost": ["coût estimé"]})
    read = columns.parse_money_column(table.frame["Coût estimé"])
    amounts = read.table["low"].tolist()  # by hand, from the file's twenty rows
    unknown = {4: "8?000 $", 5: "n.d.", 6: "à déterminer", 10: "0", 11: "", 14: "(2 000)", 15: "100 %", 19: "—"}
    stated = [12500, 1250.5, 15000, 5000, 50000, 1_200_000, 25000, 12500, 3500, 12500, 4000, 1_000_000]
    assert [amount for amount in amounts if not pd.isna(amount)] == stated
    assert read.table["found"][read.table["low"].isna()].tolist() == list(unknown.values())
    assert keys(read) == [
        "negative.cout-estime", "money.cout-estime.8-000", "money.cout-estime.100", "zero.cout-estime",
    ]  # fmt: skip


def test_two_figure_years_of_the_valid_plan_are_expanded_and_said(shared):
    from planlib.ingest.files import read_cells
    from planlib.ingest.layout import read_table

    path = shared / "data/plans/territoires-en-transitions/nouveau-plan-valide.xlsx"
    table = read_table(read_cells(path), {"start": ["date de début"], "end": ["date de fin"]})
    read = columns.parse_when_column(table.frame[table.header.matches["end"][0]], fiscal_start="04-01")
    assert read.table["end"].iloc[0].date() == date(2028, 12, 14)
    assert not read.questions
    (repair,) = read.repairs
    assert "two-digit year, '12/14/28' read as 2028-12-14" in repair.text("en")
