"""What notebooks 4 and 6 show beside their sliders: the plan to move, scenarios side by side, the curve."""

from __future__ import annotations

import altair as alt
from ipywidgets import HTML, Widget

from planlib import scenario
from planlib.charts.levers import side_by_side
from planlib.desk import session
from planlib.desk.opened import Desk
from planlib.facts import fiscal_year
from planlib.plan.adopted import adopted
from planlib.scenario.levers import Levers, levers
from planlib.widgets.plan_panel import CurvePanel, PlanPanel
from planlib.widgets.scenario_panel import ScenarioPanel


def year_of(here: Desk, year: int | None = None) -> int:
    """The fiscal year asked for, else the one under way on the desk's day."""
    return fiscal_year(here.today, here.settings["fiscal_start"]) if year is None else year


def plan_panel(here: Desk, year: int) -> PlanPanel:
    """Sliders for money and days over the calendar, the load and the money of a year of the stored plan."""
    alt.JupyterChart.enable_offline()
    now = adopted(here.facts, year, edition="internal", use=session.used(here))
    return PlanPanel(_levers(here), now, here.lang)


def curve_panel(here: Desk) -> CurvePanel:
    """What more money would buy, computed in the background."""
    alt.JupyterChart.enable_offline()
    return CurvePanel(_levers(here), here.lang)


def beside(here: Desk, *panels: ScenarioPanel) -> Widget:
    """Today's plan and the scenarios made so far, in one chart."""
    found = {panel.name.value.strip() or str(n): panel.found for n, panel in enumerate(panels, 1) if panel.found}
    if not found:
        return HTML(session.line(here, "no_scenario_yet").html)
    both = scenario.beside(found)
    if both.actions.empty:
        return HTML(session.line(here, "same_plans").html)
    return alt.JupyterChart(side_by_side(both, here.lang))


def _levers(here: Desk) -> Levers:
    return levers(here.book, here.today)
