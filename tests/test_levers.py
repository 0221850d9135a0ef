"""Money and days as levers: a plan at once, what came in and out in words, and the curve with its stop."""

from __future__ import annotations

import time
from datetime import date

import pytest
from test_scenario import START, book, put, store_plan  # noqa: F401 the fixture of a small plan

from planlib import facts
from planlib.charts import levers as charts
from planlib.plan.adopted import adopted
from planlib.scenario.levers import levers
from planlib.schedule.use import of_stored
from planlib.widgets.plan_panel import CurvePanel, PlanPanel


@pytest.fixture
def planned(book):  # noqa: F811
    """The three actions of 4,000 $ each, all in a stored plan of 12,000 $."""
    store_plan(book)
    return book


def panel(book, lang="en"):  # noqa: F811
    known = facts.read(book)
    now = adopted(known, 2026, edition="internal", use=of_stored(known).use)
    return PlanPanel(levers(book, START), now, lang)


def test_less_money_gives_a_plan_at_once_and_says_what_goes_out(planned):
    shown = panel(planned)
    shown.money.value = -20
    assert shown.shown.rows.index.size < 3  # before the search behind has ended; bench/what_if.py holds its seconds
    shown.wait()
    assert sorted(shown.shown.rows.index) == ["A", "B"]  # 9,600 $ pays for two of three
    assert "<b>Out:</b> C Action C" in shown.strip.value


def test_money_given_back_says_what_comes_in_since_the_last_change(planned):
    shown = panel(planned)
    shown.money.value = -50
    shown.wait()
    assert sorted(shown.shown.rows.index) == ["A"]
    shown.money.value = -20
    shown.wait()
    assert "<b>In:</b> B Action B" in shown.strip.value and "Out" not in shown.strip.value
    shown.money.value = 0
    assert sorted(shown.shown.rows.index) == ["A", "B", "C"]


def test_the_levers_store_nothing(planned):
    n = len(planned.history())
    shown = panel(planned, "fr")
    shown.money.value, shown.days.value = -30, -10
    shown.wait()
    assert len(planned.history()) == n


def test_the_curve_is_computed_behind_and_never_falls(planned):
    curve = CurvePanel(levers(planned, START), "en")
    curve.start()
    curve.wait()
    values = [float(point.value) for point in curve.points]
    assert curve.bar.value == len(values) == 11 and values == sorted(values)
    # 6,000 $ buys A (0.8); 8,400 $ (0.7) buys A and B; 12,000 $ all three.
    assert values[0] == pytest.approx(0.8) and values[2] == pytest.approx(1.4) and values[5] == pytest.approx(1.8)
    assert not curve.go.disabled and curve.halt.disabled


def test_the_curve_stops_when_asked(planned):
    real = levers(planned, START)
    curve = CurvePanel(real, "fr")
    curve._levers = type("Slow", (), {"curve": lambda _self, _of, stop: _slow(real, stop)})()
    curve.start()
    curve.halt.click()
    curve.wait()
    assert len(curve.points) < 11 and curve.told.value.startswith("Arrêté")


def _slow(of, stop):
    for point in of.curve(stop=stop):
        if stop():
            return
        time.sleep(0.05)
        yield point


def test_the_curves_title_says_what_more_money_gains(planned):
    points = list(levers(planned, START).curve())
    for lang, told in (("en", "50% less money takes 56% off"), ("fr", "de moins enlève 56")):
        spec = charts.budget_curve(points, lang, "CAD").to_dict()
        assert told in " ".join(spec["title"]["text"])


def test_a_plan_under_way_keeps_what_has_begun_under_any_lever(planned):
    put(planned, "update", {"action_id": "C", "updated_on": "2026-01-12", "status": "under_way"})
    for action in "AB":
        put(planned, "update", {"action_id": action, "updated_on": "2026-01-12", "status": "to_come"})
    moved = levers(planned, date(2026, 2, 2)).at(-0.5, 0.0)
    assert moved.wait(30).actions["chosen"].to_dict() == {"A": False, "B": False, "C": True}
