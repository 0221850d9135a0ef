"""The score table's own script in a real browser: keyboard, paste from a spreadsheet, what a screen reader is told."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from planlib.widgets import score_table

pytestmark = pytest.mark.browser

RULES = pd.DataFrame(
    {"sense": "max", "scale_low": 0.0, "scale_high": 10.0}, index=pd.Index(["ease", "effect"], name="criterion_id")
)
TITLES = {"A": "Planter <img src=x onerror=alert(1)>", "B": "Tenir le marché", "C": "Former"}

# What anywidget gives the script: a model with traits, changes told to listeners.
MODEL = """(traits) => {
  const listeners = [];
  const model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; listeners.push(name); },
    on: (names, call) => names.split(" ").forEach((name) => { model.calls[name.split(":")[1]] = call; }),
    save_changes: () => { for (const name of listeners.splice(0)) model.calls[name]?.(); },
    calls: {},
  };
  window.model = model; window.traits = traits;
  return import(URL.createObjectURL(new Blob([window.script], { type: "text/javascript" })))
    .then((module) => module.default.render({ model, el: document.body.appendChild(document.createElement("div")) }));
}"""
PASTE = """([label, text]) => {
  const data = new DataTransfer();
  data.setData("text", text);
  const input = [...document.querySelectorAll("input")].find((one) => one.getAttribute("aria-label") === label);
  input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def shown(browser):
    """The table of one judge, drawn by its script."""
    rows = pd.DataFrame(
        [("T1", "A", "ease", 7.5)], columns=["judge_id", "action_id", "criterion_id", "performance"]
    ).set_index(["judge_id", "action_id", "criterion_id"])
    table = score_table.ScoreTable(rows, RULES, "T1", "fr", TITLES, {"ease": "Facilité", "effect": "Équité"})
    traits = {name: getattr(table, name) for name in table.traits(sync=True) if not name.startswith("_")}
    tab = browser.new_page()
    tab.table = table
    tab.set_content(f"<style>{score_table.CSS}</style>")
    tab.evaluate("(script) => { window.script = script; }", score_table.JS)
    tab.evaluate(MODEL, json.loads(json.dumps(traits, default=str)))
    yield tab
    tab.close()


def cells(tab) -> dict:
    return tab.evaluate("window.traits.cells")


def test_every_cell_is_named_by_its_action_and_criterion(shown):
    labels = shown.eval_on_selector_all("input", "inputs => inputs.map(i => i.getAttribute('aria-label'))")
    assert labels == [f"{action}, {criterion}" for action in TITLES.values() for criterion in ("Facilité", "Équité")]
    assert shown.input_value("input >> nth=0") == "7,5"
    assert shown.locator("caption").inner_text() == "Cotes de\u00a0: T1"
    assert shown.locator("img").count() == 0, "the words of a workshop stay words"


def test_enter_goes_down_the_column_and_back_up(shown):
    shown.locator("input >> nth=1").fill("4,5")
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.getAttribute('aria-label')") == "Tenir le marché, Équité"
    assert cells(shown)["A\neffect"] == "4,5"
    shown.keyboard.press("ArrowUp")
    assert shown.evaluate("document.activeElement.value") == "4,5"


def test_cells_pasted_from_a_spreadsheet_fill_the_table_from_there(shown):
    shown.evaluate(PASTE, ["Tenir le marché, Facilité", "3,5\t4\r\n5\t6\r\n7\t8\r\n"])
    found = cells(shown)
    assert [found[f"{a}\n{c}"] for a in "BC" for c in ("ease", "effect")] == ["3,5", "4", "5", "6"]
    assert shown.evaluate("window.traits.left_out") == 2
    shown.table.cells = found
    assert len(shown.table.judgements) == 4


def test_cells_are_large_enough_for_a_finger_and_for_three_metres(shown):
    box = shown.locator("input >> nth=0").bounding_box()
    assert box["height"] >= 44
    assert shown.evaluate("getComputedStyle(document.querySelector('input')).fontSize") == "18px"


def test_the_wrong_cell_is_marked_and_the_sentence_stands_under_the_table(shown):
    shown.evaluate(
        "() => { model.set('message', 'Hors échelle.'); model.set('wrong', 'B\\nease'); model.save_changes(); }"
    )
    wrong = shown.eval_on_selector_all("input[aria-invalid=true]", "inputs => inputs.map(i => i.dataset.key)")
    assert wrong == ["B\nease"]
    assert shown.locator("[role=status]").inner_text() == "Hors échelle."
